//! Bitmaps of a window on any processor: eight bytes at a time, by a table and a turned matrix.

use super::bitmaps::{Bitmaps, WINDOW, below, window_bytes};
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
    let padded;
    let window = if let Some(window) = text.as_bytes().first_chunk() {
        window
    } else {
        padded = self::padded(text);
        &padded
    };
    let rows = rows(window);
    let [
        upper,
        lower,
        number,
        space,
        newline,
        blank,
        apostrophe,
        slash,
    ] = rows.classes;
    let bytes = window_bytes(text);
    Bitmaps {
        bytes,
        wide: rows.wide,
        upper,
        lower,
        number,
        space: space | blank,
        newline,
        blank,
        apostrophe,
        slash,
        control: below(bytes) & rows.control & !(space | newline),
        ..Bitmaps::default()
    }
}

/// A text shorter than a window, with zeros behind.
#[inline(never)]
pub(super) fn padded(text: &str) -> [u8; WINDOW] {
    let mut window = [0; WINDOW];
    window[..text.len()].copy_from_slice(text.as_bytes());
    window
}

/// What eight bytes at a time give.
#[derive(Default)]
struct Rows {
    /// A bitmap for each bit of [`BITS`].
    classes: [u64; 8],
    wide: u64,
    /// Controls, white space among them.
    control: u64,
}

fn rows(window: &[u8; WINDOW]) -> Rows {
    let mut rows = Rows::default();
    for (group, bytes) in window.as_chunks::<8>().0.iter().enumerate() {
        let shift = 8 * group;
        let turned = turn(u64::from_le_bytes(
            bytes.map(|byte| BITS[usize::from(byte)]),
        ));
        for (row, byte) in rows.classes.iter_mut().zip(turned.to_le_bytes()) {
            *row |= u64::from(byte) << shift;
        }
        let word = u64::from_le_bytes(*bytes);
        let low = word & !TOPS;
        // Top bits: the first sum sets them from 0x20 on, the second at 0x7f alone.
        let control = !(low + 0x6060_6060_6060_6060) | (low + 0x0101_0101_0101_0101);
        rows.wide |= gather(word) << shift;
        rows.control |= gather(control & !word) << shift;
    }
    rows
}

/// The top bit of each byte.
const TOPS: u64 = 0x8080_8080_8080_8080;

/// The top bits of the bytes, next to each other.
const fn gather(bytes: u64) -> u64 {
    (((bytes & TOPS) >> 7).wrapping_mul(0x0102_0408_1020_4080)) >> 56
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
