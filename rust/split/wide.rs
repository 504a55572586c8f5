//! The classes of a window's characters with AVX-512: those of ASCII with one look-up, others with a
//! look-up for each row of 64 code points that the window has characters of.
#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the names of the vector unit")
)]

use std::arch::x86_64::*;

use super::bitmaps::{Bitmaps, below, window_bytes};
use super::classes::{Class, MIXED, PLAIN_LEADS, ROW, class_of, plain_rows, row_of, rows_of};
use super::vectors::{equal_bytes, load_bytes, load_row, places};

/// The classes of the bytes of ASCII; others get any.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn ascii_classes(window: __m512i) -> __m512i {
    _mm512_permutex2var_epi8(load_row(row_of(0)), window, load_row(row_of(64)))
}

/// The bitmaps of a window whose characters have these classes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
pub(super) fn with_classes(window: __m512i, classes: __m512i, bytes: u32) -> Bitmaps {
    let is_in = |class: Class| {
        _mm512_test_epi8_mask(classes, _mm512_set1_epi8((class as u8).cast_signed()))
    };
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
        control: below(bytes)
            & _mm512_testn_epi8_mask(classes, classes)
            & !_mm512_movepi8_mask(window),
    }
}

/// The bitmaps of a window with characters beyond ASCII.
///
/// Characters that differ in the last byte only have their classes in one row of the table: one
/// look-up serves all of them in the window.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) fn wide_bitmaps(text: &str, window: __m512i, ascii: __m512i) -> Bitmaps {
    let leads = leads_of(window);
    let bytes = whole_bytes(leads, text);
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
    let is_in = |class: Class| {
        valid & _mm512_test_epi8_mask(classes, _mm512_set1_epi8((class as u8).cast_signed()))
    };
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
fn whole_bytes([twos, threes, fours]: [u64; 3], text: &str) -> u32 {
    let cut = twos & 1 << 63 | threes & 3 << 62 | fours & 7 << 61;
    window_bytes(text).min(cut.trailing_zeros())
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
    let [low, high] = rows.as_chunks().0 else {
        return (row_of(0), row_of(0));
    };
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
        let character = text
            .get(place as usize..)
            .and_then(|rest| rest.chars().next());
        let class = character.map_or(Class::Other, class_of);
        classes = _mm512_mask_set1_epi8(classes, 0xf << place, (class as u8).cast_signed());
        leads &= leads - 1;
    }
    classes
}
