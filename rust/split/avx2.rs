//! Windows with AVX2, as two vectors of 32 bytes.
//!
//! The safe twin is `portable`; tests hold all levels to each other and to the grammars' own
//! functions. Measured on one core of an AMD EPYC (Zen 4), English prose in o200k, per pre-token:
//! AVX-512 1.7 ns, AVX2 2.2 ns, portable 7.9 ns, the grammar's own function 40 ns.
#![expect(
    unsafe_code,
    reason = "vector loads, and calls behind a run-time check"
)]
#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the names of the vector unit")
)]

use std::arch::x86_64::*;

use super::bitmaps::{Bitmaps, below, window_bytes};
use super::level::Engine;
use super::portable;
use super::shape::Shape;
use super::splitter::{Cursor, fill};
use super::window::decide;
use crate::processor::Avx2;

impl Avx2 {
    pub(super) fn fill<S: Shape>(self, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { fill_avx2::<S>(self, cursor, ends) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fill_avx2<S: Shape>(engine: Avx2, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    fill::<Avx2, S>(engine, cursor, ends)
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
    let halves =
        unsafe { [0, 32].map(|start| _mm256_loadu_si256(window.as_ptr().add(start).cast())) };
    let control = within(halves, b'\t', 5);
    let newline = equal(halves, b'\n') | equal(halves, b'\r');
    let blank = equal(halves, b' ');
    let low = within(halves, 0, 0x20) | equal(halves, 0x7f);
    let bytes = window_bytes(text);
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
