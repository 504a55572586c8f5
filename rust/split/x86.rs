//! The vector units of x86-64: bitmaps of a window with AVX-512 or AVX2, where the processor has
//! them.
//!
//! The safe twin is `portable`; tests hold all levels to each other and to the grammars' own
//! functions.
#![expect(
    unsafe_code,
    reason = "vector loads and stores, and calls behind a run-time check"
)]

use std::arch::x86_64::*;

use super::bitmaps::{Bitmaps, WINDOW, below};
use super::classes::{Class, MIXED, PLAIN_LEADS, ROW, class_of, plain_rows, row_of, rows_of};
use super::level::Engine;
use super::portable;
use super::shape::Shape;
use super::splitter::{Cursor, fill};
use super::window::decide;

/// Proof that the processor has AVX2 and the bit instructions that came with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

/// Proof that the processor has AVX-512 with byte permutations, and what [`Avx2`] proves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512(());

impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        let is_there = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        is_there.then_some(Self(()))
    }

    pub(super) fn fill<S: Shape>(self, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { fill_avx2::<S>(self, cursor, ends) }
    }
}

impl Avx512 {
    pub(super) fn detect() -> Option<Self> {
        let is_there = Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2");
        is_there.then_some(Self(()))
    }

    pub(super) fn fill<S: Shape>(self, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { fill_avx512::<S>(self, cursor, ends) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fill_avx2<S: Shape>(engine: Avx2, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    fill::<Avx2, S>(engine, cursor, ends)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fill_avx512<S: Shape>(engine: Avx512, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    fill::<Avx512, S>(engine, cursor, ends)
}

impl Engine for Avx2 {
    #[inline(always)]
    fn bitmaps(self, text: &str) -> Bitmaps {
        // SAFETY: as in `fill`.
        unsafe { bitmaps_avx2(text) }
    }

    #[inline(always)]
    fn decide_wide<S: Shape>(self, narrow: Bitmaps, text: &str) -> u64 {
        // SAFETY: as in `fill`.
        unsafe { decide_wide_avx2::<S>(narrow, text) }
    }

    #[inline(always)]
    fn write_ends(self, last_bytes: u64, base: usize, ends: &mut [usize]) {
        portable::write_ends(last_bytes, base, ends);
    }
}

impl Engine for Avx512 {
    #[inline(always)]
    fn bitmaps(self, text: &str) -> Bitmaps {
        // SAFETY: as in `fill`.
        unsafe { bitmaps_avx512(text) }
    }

    #[inline(always)]
    fn decide_wide<S: Shape>(self, _: Bitmaps, text: &str) -> u64 {
        // SAFETY: as in `fill`.
        unsafe { decide_wide_avx512::<S>(text) }
    }

    #[inline(always)]
    fn write_ends(self, last_bytes: u64, base: usize, ends: &mut [usize]) {
        // SAFETY: as in `fill`.
        unsafe { write_ends_avx512(last_bytes, base, ends) }
    }
}

#[inline]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn bitmaps_avx2(text: &str) -> Bitmaps {
    let padded;
    let window = if let Some(window) = text.as_bytes().first_chunk() {
        window
    } else {
        padded = portable::padded(text);
        &padded
    };
    // SAFETY: a window is two times 32 bytes.
    let halves = unsafe {
        let start = window.as_ptr().cast::<__m256i>();
        [_mm256_loadu_si256(start), _mm256_loadu_si256(start.add(1))]
    };
    let control = within(halves, b'\t', 5);
    let newline = equal(halves, b'\n') | equal(halves, b'\r');
    let blank = equal(halves, b' ');
    let low = within(halves, 0, 0x20) | equal(halves, 0x7f);
    let bytes = text.len().min(WINDOW) as u32;
    let folded = halves.map(|half| _mm256_or_si256(half, _mm256_set1_epi8(0x20)));
    let alphabetic = within(folded, b'a', 26);
    let lower = join(halves.map(|half| _mm256_slli_epi16::<2>(half)));
    Bitmaps {
        bytes,
        wide: join(halves),
        upper: alphabetic & !lower,
        lower: alphabetic & lower,
        number: within(halves, b'0', 10),
        space: control & !newline | blank,
        newline,
        blank,
        apostrophe: equal(halves, b'\''),
        slash: equal(halves, b'/'),
        control: low & !control & below(bytes),
        ..Bitmaps::default()
    }
}

/// As [`Engine::decide_wide`].
#[inline(never)]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn decide_wide_avx2<S: Shape>(mut map: Bitmaps, text: &str) -> u64 {
    map.add_wide(text);
    decide::<S, true>(&map, text)
}

/// The top bits of the bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn join([low, high]: [__m256i; 2]) -> u64 {
    let bits = |half| u64::from(_mm256_movemask_epi8(half).cast_unsigned());
    bits(low) | bits(high) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal(halves: [__m256i; 2], byte: u8) -> u64 {
    within(halves, byte, 1)
}

/// Which bytes are one of `count`, at most 128, from `first` on.
///
/// Comparisons of vectors would do, but the compiler takes their masks apart again.
#[inline]
#[target_feature(enable = "avx2")]
fn within(halves: [__m256i; 2], first: u8, count: u8) -> u64 {
    let first = _mm256_set1_epi8(first.cast_signed());
    let missing = _mm256_set1_epi8((128 - count).cast_signed());
    !join(halves.map(|half| _mm256_adds_epu8(_mm256_sub_epi8(half, first), missing)))
}

/// The classes of 64 code points, as bytes.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_row(row: &[Class; ROW]) -> __m512i {
    // SAFETY: 64 classes of a byte each.
    unsafe { _mm512_loadu_si512(row.as_ptr().cast()) }
}

/// The window that a text begins with, and its classes as far as it is ASCII.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn load_window(text: &str) -> (__m512i, __m512i) {
    let mask = below(text.len().min(WINDOW) as u32);
    // SAFETY: the mask leaves out what is beyond the text.
    let window = unsafe { _mm512_maskz_loadu_epi8(mask, text.as_ptr().cast()) };
    let classes = _mm512_permutex2var_epi8(load_row(row_of(0)), window, load_row(row_of(64)));
    (window, classes)
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn bitmaps_avx512(text: &str) -> Bitmaps {
    let (window, classes) = load_window(text);
    Bitmaps {
        wide: _mm512_movepi8_mask(window),
        ..with_classes(window, classes, text.len().min(WINDOW) as u32)
    }
}

/// As [`Engine::decide_wide`].
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn decide_wide_avx512<S: Shape>(text: &str) -> u64 {
    let (window, classes) = load_window(text);
    decide::<S, true>(&wide_avx512(text, window, classes), text)
}

/// The bitmaps of a window whose characters have these classes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
fn with_classes(window: __m512i, classes: __m512i, bytes: u32) -> Bitmaps {
    let is_in = |class: Class| _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class as u8 as i8));
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(window, _mm512_set1_epi8(byte.cast_signed()));
    Bitmaps {
        bytes,
        wide: 0,
        inner: 0,
        upper: is_in(Class::Upper),
        lower: is_in(Class::Lower),
        uncased: 0,
        mark: 0,
        number: is_in(Class::Number),
        space: is_in(Class::Space),
        newline: is_in(Class::Newline),
        blank: is(b' '),
        apostrophe: is(b'\''),
        slash: is(b'/'),
        control: below(bytes) & _mm512_testn_epi8_mask(classes, classes) & !_mm512_movepi8_mask(window),
    }
}

/// The bitmaps of a window with characters beyond ASCII.
///
/// Characters that differ in the last byte only have their classes in one row of the table: one
/// look-up serves all of them in the window.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn wide_avx512(text: &str, window: __m512i, ascii: __m512i) -> Bitmaps {
    let leads = leads_of(window);
    let bytes = whole_bytes(leads, text.len());
    let valid = below(bytes);
    let leads = leads.map(|leads| leads & valid);
    let [twos, threes, fours] = leads;
    // The second byte of each character gets the class, then its neighbours.
    let mut classes = ascii;
    if twos != 0 {
        classes = two_byte_classes(text.as_bytes(), window, twos, classes);
    }
    if threes != 0 {
        classes = three_byte_classes(text.as_bytes(), window, threes, classes);
    }
    classes = _mm512_mask_permutexvar_epi8(classes, twos | threes, shifted(1), classes);
    classes = _mm512_mask_permutexvar_epi8(classes, threes << 2, shifted(-1), classes);
    classes = four_byte_classes(text, fours, classes);
    let wide = _mm512_movepi8_mask(window) & valid;
    let is_in = |class: Class| valid & _mm512_test_epi8_mask(classes, _mm512_set1_epi8(class as u8 as i8));
    let map = with_classes(window, _mm512_maskz_mov_epi8(valid, classes), bytes);
    Bitmaps {
        wide,
        inner: wide & !(twos | threes | fours),
        uncased: is_in(Class::Uncased),
        mark: is_in(Class::Mark),
        ..map
    }
}

/// The first bytes of the characters of two, three and four bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn leads_of(window: __m512i) -> [u64; 3] {
    let from = |first: u8| _mm512_cmpge_epu8_mask(window, _mm512_set1_epi8(first.cast_signed()));
    let [twos, threes, fours] = [from(0xc0), from(0xe0), from(0xf0)];
    [twos & !threes, threes & !fours, fours]
}

/// The bytes of the window's whole characters.
#[inline]
fn whole_bytes([twos, threes, fours]: [u64; 3], text_bytes: usize) -> u32 {
    let cut = twos & 1 << 63 | threes & 3 << 62 | fours & 7 << 61;
    if cut == 0 {
        text_bytes.min(WINDOW) as u32
    } else {
        cut.trailing_zeros()
    }
}

/// Set the classes at the second bytes of the characters of two bytes, two leads at a time.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1")]
fn two_byte_classes(text: &[u8], window: __m512i, leads: u64, mut classes: __m512i) -> __m512i {
    // The table's index: the low bit of the lead above the six bits of the second byte.
    let lead_bits = _mm512_slli_epi16::<6>(_mm512_permutexvar_epi8(shifted(-1), window));
    let mask = _mm512_set1_epi8(0x40);
    let index = _mm512_ternarylogic_epi64::<0xe4>(lead_bits, window, mask);
    let even = _mm512_and_si512(window, _mm512_set1_epi8(0xfe_u8.cast_signed()));
    let mut left = leads;
    while left != 0 {
        let lead = text[left.trailing_zeros() as usize] & 0xfe;
        let same = leads & equal_bytes(even, lead);
        let (low, high) = halves(rows_of(usize::from(lead & 0x1f) << 6));
        let found = _mm512_permutex2var_epi8(load_row(low), index, load_row(high));
        classes = _mm512_mask_mov_epi8(classes, same << 1, found);
        left &= !same;
    }
    classes
}

fn halves(rows: &[Class; 2 * ROW]) -> (&[Class; ROW], &[Class; ROW]) {
    let [low, high] = rows.as_chunks().0 else { return (row_of(0), row_of(0)) };
    (low, high)
}

/// Rows of three-byte characters that text of East Asia is full of, and that hold more than one
/// class: leads and second bytes of punctuation, kana and full-width forms.
const COMMON_ROWS: [(u8, u8); 6] = [
    (0xe2, 0x80),
    (0xe3, 0x80),
    (0xe3, 0x81),
    (0xe3, 0x82),
    (0xe3, 0x83),
    (0xef, 0xbc),
];

/// A lead of many common characters, most rows of which hold one class.
const COMMON_LEAD: u8 = 0xe4;

/// Set the classes at the second bytes of the characters of three bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,bmi1")]
fn three_byte_classes(text: &[u8], window: __m512i, leads: u64, mut classes: __m512i) -> __m512i {
    let seconds = leads << 1;
    let of_leads = _mm512_permutexvar_epi8(window, load_bytes(&PLAIN_LEADS));
    classes = _mm512_mask_permutexvar_epi8(classes, seconds, shifted(-1), of_leads);
    classes = common_lead(window, leads, classes);
    let mut left = (seconds & equal_bytes(classes, MIXED)) >> 1 & !equal_bytes(window, COMMON_LEAD);
    let (mut thirds, common) = common_rows(window, seconds);
    left &= !(common >> 1);
    let mut mixed = seconds & equal_bytes(classes, MIXED) & !common;
    while left != 0 {
        let lead = text[left.trailing_zeros() as usize];
        let same = left & equal_bytes(window, lead);
        let row = load_bytes(plain_rows(lead));
        classes = _mm512_mask_permutexvar_epi8(classes, same << 1, window, row);
        mixed &= !(same << 1) | equal_bytes(classes, MIXED);
        left &= !same;
    }
    let resolved = mixed | common;
    while mixed != 0 {
        let place = mixed.trailing_zeros() as usize;
        let [lead, second] = [text[place - 1], text[place]];
        let same = mixed & equal_bytes(window, lead) << 1 & equal_bytes(window, second);
        let row = load_row(row_of(row_start(lead, second)));
        thirds = _mm512_mask_permutexvar_epi8(thirds, same << 1, window, row);
        mixed &= !same;
    }
    _mm512_mask_permutexvar_epi8(classes, resolved, shifted(1), thirds)
}

/// Set the classes at the second bytes behind [`COMMON_LEAD`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn common_lead(window: __m512i, leads: u64, classes: __m512i) -> __m512i {
    let same = leads & equal_bytes(window, COMMON_LEAD);
    let row = load_bytes(plain_rows(COMMON_LEAD));
    _mm512_mask_permutexvar_epi8(classes, same << 1, window, row)
}

/// The classes of characters in [`COMMON_ROWS`] at their third bytes, and where their second are.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn common_rows(window: __m512i, seconds: u64) -> (__m512i, u64) {
    let (mut thirds, mut all) = (_mm512_setzero_si512(), 0);
    for (lead, second) in COMMON_ROWS {
        let same = seconds & equal_bytes(window, lead) << 1 & equal_bytes(window, second);
        let row = load_row(row_of(row_start(lead, second)));
        thirds = _mm512_mask_permutexvar_epi8(thirds, same << 1, window, row);
        all |= same;
    }
    (thirds, all)
}

/// The first code point of the row of the characters of three bytes that begin so.
const fn row_start(lead: u8, second: u8) -> usize {
    ((lead & 0xf) as usize) << 12 | ((second & 0x3f) as usize) << 6
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn equal_bytes(bytes: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()))
}

/// The place of each byte's neighbour so many bytes further on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn shifted(bytes: i8) -> __m512i {
    _mm512_add_epi8(places(), _mm512_set1_epi8(bytes))
}

/// Set the classes of the characters of four bytes, at all their bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,bmi1")]
fn four_byte_classes(text: &str, mut leads: u64, mut classes: __m512i) -> __m512i {
    while leads != 0 {
        let place = leads.trailing_zeros();
        let character = text.get(place as usize..).and_then(|rest| rest.chars().next());
        let class = character.map_or(Class::Other, class_of);
        classes = _mm512_mask_set1_epi8(classes, 0xf << place, (class as u8).cast_signed());
        leads &= leads - 1;
    }
    classes
}

/// The numbers 0 to 63.
#[inline]
#[target_feature(enable = "avx512f")]
fn places() -> __m512i {
    load_bytes(&PLACES)
}

static PLACES: [u8; WINDOW] = {
    let mut places = [0; WINDOW];
    let mut place = 0_u8;
    while (place as usize) < WINDOW {
        places[place as usize] = place;
        place += 1;
    }
    places
};

#[inline]
#[target_feature(enable = "avx512f")]
fn load_bytes(bytes: &[u8; WINDOW]) -> __m512i {
    // SAFETY: 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// As [`Engine::write_ends`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn write_ends_avx512(last_bytes: u64, base: usize, ends: &mut [usize]) {
    if ends.len() < 32 || last_bytes.count_ones() > 32 {
        return portable::write_ends(last_bytes, base, ends);
    }
    let places = _mm512_maskz_compress_epi8(last_bytes, places());
    let first = _mm512_set1_epi64((base as i64).wrapping_add(1));
    let low = _mm512_castsi512_si128(places);
    let middle = _mm512_extracti32x4_epi32::<1>(places);
    let eights = [
        low,
        _mm_srli_si128::<8>(low),
        middle,
        _mm_srli_si128::<8>(middle),
    ];
    for (place, eight) in eights.into_iter().enumerate() {
        let values = _mm512_add_epi64(_mm512_cvtepu8_epi64(eight), first);
        // SAFETY: there is room for four times eight.
        unsafe { _mm512_storeu_epi64(ends.as_mut_ptr().add(8 * place).cast(), values) };
    }
}
