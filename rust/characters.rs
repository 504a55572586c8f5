//! UTF-8 of a text whose characters are stored in one, two or four bytes each, as Python does.
//!
//! ```text
//! characters ─► ASCII? ─► as they are
//!                  └─ no ─► their size in UTF-8 ─► written into this thread's buffer ─► work
//! ```
//!
//! Python's own UTF-8 costs more than counting it (1.2 to 1.4 ns a byte against 0.2 to 0.4 here, on
//! prose and on Chinese), and stays on the `str` for as long as that lives. Lone surrogates become
//! U+FFFD and pairs the character they stand for, as the reference tokenizer reads such strings.
#![expect(
    unsafe_code,
    reason = "what was just written as UTF-8 is not checked again"
)]

use std::cell::Cell;
use std::hint::select_unpredictable;
use std::ops::{BitOr, RangeInclusive};

/// Characters as Python stores them: the narrowest kind that all of them fit.
#[derive(Debug, Clone, Copy)]
pub enum Characters<'a> {
    /// Below U+0080.
    Ascii(&'a str),
    /// Below U+0100.
    Latin1(&'a [u8]),
    /// Below U+10000.
    TwoBytes(&'a [u16]),
    /// All.
    FourBytes(&'a [u32]),
}

/// Units that are looked at together.
const BLOCK: usize = 16;
/// Larger buffers are given back.
const MOST_KEPT_BYTES: usize = 1 << 20;
const HIGH_SURROGATES: RangeInclusive<u32> = 0xd800..=0xdbff;
const LOW_SURROGATES: RangeInclusive<u32> = 0xdc00..=0xdfff;
const REPLACEMENT: u32 = 0xfffd;

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Characters<'_> {
    /// The size in memory, which is never more than twice the size in UTF-8.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        match self {
            Self::Ascii(text) => text.len(),
            Self::Latin1(units) => units.len(),
            Self::TwoBytes(units) => size_of_val(*units),
            Self::FourBytes(units) => size_of_val(*units),
        }
    }

    /// The least and the most bytes that they may take in UTF-8, told from their number alone.
    #[must_use]
    pub fn utf8_bounds(&self) -> (usize, usize) {
        match self {
            Self::Ascii(text) => (text.len(), text.len()),
            Self::Latin1(units) => (units.len(), 2 * units.len()),
            Self::TwoBytes(units) => (units.len(), 3 * units.len()),
            Self::FourBytes(units) => (units.len(), 4 * units.len()),
        }
    }

    /// Do work on the UTF-8, which is there for the work only.
    pub fn with_utf8<T>(self, work: impl FnOnce(&str) -> T) -> T {
        match self {
            Self::Ascii(text) => work(text),
            Self::Latin1(units) => with_written(units, work),
            Self::TwoBytes(units) => with_written(units, work),
            Self::FourBytes(units) => with_written(units, work),
        }
    }
}

/// A stored character or, in a damaged text, a surrogate.
trait Unit: Copy + Default + Into<u32> + BitOr<Output = Self> {
    fn low_byte(self) -> u8;
}

macro_rules! unit {
    ($($integer:ty),*) => {
        $(impl Unit for $integer {
            #[inline]
            fn low_byte(self) -> u8 {
                self.to_le_bytes()[0]
            }
        })*
    };
}
unit!(u8, u16, u32);

fn with_written<U: Unit, T>(units: &[U], work: impl FnOnce(&str) -> T) -> T {
    let mut buffer = BUFFER.take();
    let most_bytes = utf8_bytes(units) + 3 * BLOCK + 1;
    if buffer.len() < most_bytes {
        buffer.resize(most_bytes, 0);
    }
    let written = write(units, &mut buffer);
    // SAFETY: `write` writes whole characters one after the other.
    let text = unsafe { str::from_utf8_unchecked(&buffer[..written]) };
    let result = work(text);
    if buffer.len() <= MOST_KEPT_BYTES {
        BUFFER.set(buffer);
    }
    result
}

/// The bytes that units take in UTF-8; two more for a pair of surrogates than it takes.
fn utf8_bytes<U: Unit>(units: &[U]) -> usize {
    let size = |&unit: &U| {
        let unit: u32 = unit.into();
        1 + u32::from(unit >= 0x80) + u32::from(unit >= 0x800) + u32::from(unit >= 0x1_0000)
    };
    let chunks = units.chunks(1 << 12);
    chunks
        .map(|chunk| chunk.iter().map(size).sum::<u32>() as usize)
        .sum()
}

/// Write units as UTF-8 and give the bytes; a block's more than those may be overwritten.
fn write<U: Unit>(units: &[U], out: &mut [u8]) -> usize {
    let (mut rest, mut at) = (units, 0);
    while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>() {
        let all = block.iter().fold(U::default(), |all, &unit| all | unit);
        if all.into() < 0x80 {
            out[at..at + BLOCK].copy_from_slice(&block.map(Unit::low_byte));
            (rest, at) = (behind, at + BLOCK);
        } else if block
            .iter()
            .fold(true, |all, &unit| all & is_plain(unit.into()))
        {
            (rest, at) = (behind, write_plain(block, out, at));
        } else {
            // A pair may begin with the block's last unit.
            let most_left = rest.len() - BLOCK;
            while rest.len() > most_left {
                (rest, at) = write_next(rest, out, at);
            }
        }
    }
    while !rest.is_empty() {
        (rest, at) = write_next(rest, out, at);
    }
    at
}

/// Tell whether a unit is a character of at most three bytes.
#[inline]
fn is_plain(unit: u32) -> bool {
    unit < 0x1_0000 && unit & 0xf800 != *HIGH_SURROGATES.start()
}

/// Write characters of at most three bytes each, without a branch; gives where they end.
#[inline]
fn write_plain<U: Unit>(block: &[U; BLOCK], out: &mut [u8], start: usize) -> usize {
    let Some(window) = out[start..].first_chunk_mut::<{ BLOCK * 3 + 1 }>() else {
        return start;
    };
    let mut at = 0;
    for &unit in block {
        let unit: u32 = unit.into();
        let last = |shift: u32| unit >> shift & 0x3f | 0x80;
        let two = unit >> 6 | 0xc0 | last(0) << 8;
        let three = unit >> 12 | 0xe0 | last(6) << 8 | last(0) << 16;
        // Which size comes next cannot be guessed.
        let several = select_unpredictable(unit < 0x800, two, three);
        let bytes = select_unpredictable(unit < 0x80, unit, several);
        window[at..at + 4].copy_from_slice(&bytes.to_le_bytes());
        at += 1 + usize::from(unit >= 0x80) + usize::from(unit >= 0x800);
    }
    start + at
}

/// Write the first character of some units; gives what is left and where it goes.
#[inline]
fn write_next<'a, U: Unit>(units: &'a [U], out: &mut [u8], at: usize) -> (&'a [U], usize) {
    let mut taken = 1;
    let mut character: u32 = units[0].into();
    if HIGH_SURROGATES.contains(&character) || LOW_SURROGATES.contains(&character) {
        let next = units.get(1).map(|&unit| unit.into());
        (character, taken) = repaired(character, next);
    }
    let (bytes, size) = encoded(character);
    out[at..at + 4].copy_from_slice(&bytes);
    (&units[taken..], at + size)
}

/// The character that a surrogate and the unit after it stand for, and how many units that takes.
#[cold]
fn repaired(first: u32, second: Option<u32>) -> (u32, usize) {
    match second {
        Some(second) if HIGH_SURROGATES.contains(&first) && LOW_SURROGATES.contains(&second) => {
            let high = (first - HIGH_SURROGATES.start()) << 10;
            (0x1_0000 + high + (second - LOW_SURROGATES.start()), 2)
        }
        _ => (REPLACEMENT, 1),
    }
}

/// A character in UTF-8 and its size.
#[inline]
fn encoded(character: u32) -> ([u8; 4], usize) {
    let last = |shift: u32| character >> shift & 0x3f | 0x80;
    let (number, size) = match character {
        0..0x80 => (character, 1),
        0x80..0x800 => (character >> 6 | 0xc0 | last(0) << 8, 2),
        0x800..0x1_0000 => (character >> 12 | 0xe0 | last(6) << 8 | last(0) << 16, 3),
        _ => {
            let rest = last(12) << 8 | last(6) << 16 | last(0) << 24;
            (character >> 18 | 0xf0 | rest, 4)
        }
    };
    (number.to_le_bytes(), size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Characters;

    fn read<'a>(units: impl Into<Characters<'a>>) -> String {
        units.into().with_utf8(str::to_owned)
    }

    impl<'a> From<&'a [u16]> for Characters<'a> {
        fn from(units: &'a [u16]) -> Self {
            Self::TwoBytes(units)
        }
    }
    impl<'a> From<&'a [u32]> for Characters<'a> {
        fn from(units: &'a [u32]) -> Self {
            Self::FourBytes(units)
        }
    }

    proptest! {
        #[test]
        fn text_in_any_width_is_the_same_text(text in "([a-z ]{0,40}|[¡-ÿ]|\\PC|[一-龥]{1,20}){0,12}") {
            let wide: Vec<u32> = text.chars().map(u32::from).collect();
            prop_assert_eq!(read(&wide[..]), text.as_str());
            let narrow: Vec<u16> = text.encode_utf16().collect();
            prop_assert_eq!(read(&narrow[..]), text.as_str());
            for (least, most) in [Characters::TwoBytes(&narrow), Characters::FourBytes(&wide)].map(|kind| kind.utf8_bounds()) {
                prop_assert!((least..=most).contains(&text.len()));
            }
            let latin: Vec<u8> = wide.iter().filter_map(|&unit| u8::try_from(unit).ok()).collect();
            let expected: String = latin.iter().copied().map(char::from).collect();
            prop_assert_eq!(Characters::Latin1(&latin).with_utf8(str::to_owned), expected);
        }

        #[test]
        fn surrogates_are_repaired_as_utf16_is(
            units in proptest::collection::vec(prop_oneof![0_u16..0x80, 0xd7f0_u16..0xe010, any::<u16>()], 0..80),
        ) {
            let expected = String::from_utf16_lossy(&units);
            prop_assert_eq!(read(&units[..]), expected.as_str());
            let wide: Vec<u32> = units.iter().copied().map(u32::from).collect();
            prop_assert_eq!(read(&wide[..]), expected);
        }
    }

    #[test]
    fn work_inside_work_has_a_buffer_of_its_own() {
        let inner = |outer: &str| format!("{outer}{}", read(&[0x4e2d_u16][..]));
        assert_eq!(Characters::Latin1(&[0xe9]).with_utf8(inner), "é中");
    }

    #[test]
    fn a_long_text_does_not_stay_in_the_buffer() {
        let long = vec![0x4e2d_u16; 1 << 20];
        assert_eq!(read(&long[..]).len(), 3 << 20);
        assert!(super::BUFFER.take().len() <= super::MOST_KEPT_BYTES);
    }
}
