//! Bitmaps of a window on any processor: eight bytes at a time, by a table and a turned matrix.

use super::bitmaps::{Bitmaps, WINDOW, below};
use super::classes::{Class, class_of};

/// A bit for each thing that a character of ASCII can be, in the order of [`bitmaps`]'s rows.
static BITS: [u8; 256] = ascii_bits();

const fn ascii_bits() -> [u8; 256] {
    let mut bits = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        bits[byte as usize] = match (byte, class_of(byte as char)) {
            (b' ', _) => 0x20,
            (b'\'', _) => 0x40,
            (b'/', _) => 0x80,
            (_, Class::Upper) => 1,
            (_, Class::Lower) => 2,
            (_, Class::Number) => 4,
            (_, Class::Space) => 8,
            (_, Class::Newline) => 0x10,
            _ => 0,
        };
        byte += 1;
    }
    bits
}

/// The bitmaps of the window that a text begins with.
pub(super) fn bitmaps(text: &str) -> Bitmaps {
    let mut padded = [0; WINDOW];
    let window = text.as_bytes().first_chunk().unwrap_or_else(|| {
        padded[..text.len()].copy_from_slice(text.as_bytes());
        &padded
    });
    let ([upper, lower, number, space, newline, blank, apostrophe, slash], wide) = rows(window);
    let bytes = u32::try_from(text.len().min(WINDOW)).unwrap_or_default();
    Bitmaps {
        bytes,
        wide,
        upper,
        lower,
        number,
        space: space | blank,
        newline,
        blank,
        apostrophe,
        slash,
        control: below(bytes) & controls(window),
        ..Bitmaps::default()
    }
}

/// A bitmap for each bit of [`BITS`], and that of the bytes beyond ASCII.
fn rows(window: &[u8; WINDOW]) -> ([u64; 8], u64) {
    let (mut rows, mut wide) = ([0_u64; 8], 0);
    for (group, bytes) in window.as_chunks::<8>().0.iter().enumerate() {
        let turned = turn(u64::from_le_bytes(bytes.map(|byte| BITS[usize::from(byte)])));
        for (row, byte) in rows.iter_mut().zip(turned.to_le_bytes()) {
            *row |= u64::from(byte) << (8 * group);
        }
        let tops = u64::from_le_bytes(*bytes) & 0x8080_8080_8080_8080;
        wide |= ((tops >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * group);
    }
    (rows, wide)
}

/// The controls that are no white space.
fn controls(window: &[u8; WINDOW]) -> u64 {
    let is_control = |byte: u8| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r');
    window.iter().rev().fold(0, |bits, &byte| bits << 1 | u64::from(is_control(byte)))
}

/// Turn a matrix of 8 x 8 bits: bit `column` of byte `row` becomes bit `row` of byte `column`.
fn turn(mut matrix: u64) -> u64 {
    for (shift, mask) in [
        (7, 0x00aa_00aa_00aa_00aa),
        (14, 0x0000_cccc_0000_cccc),
        (28, 0x0000_0000_f0f0_f0f0),
    ] {
        let swapped = (matrix ^ (matrix >> shift)) & mask;
        matrix ^= swapped ^ (swapped << shift);
    }
    matrix
}

/// Write the positions behind the bits, plus `base`, to `ends`, which has room for all of them.
#[inline]
pub(super) fn write_ends(mut last_bytes: u64, base: usize, ends: &mut [usize]) {
    let mut place = 0;
    if let Some(ends) = ends.first_chunk_mut::<16>() {
        for end in ends {
            *end = base + 1 + last_bytes.trailing_zeros() as usize;
            last_bytes &= last_bytes.wrapping_sub(1);
        }
        place = 16;
    }
    while last_bytes != 0 {
        ends[place] = base + 1 + last_bytes.trailing_zeros() as usize;
        last_bytes &= last_bytes - 1;
        place += 1;
    }
}
