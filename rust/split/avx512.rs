//! Windows with AVX-512, as one vector of 64 bytes.
//!
//! The safe twin is `portable`; tests hold all levels to each other and to the grammars' own
//! functions. Measured on one core of an AMD EPYC (Zen 4), English prose in o200k, per pre-token:
//! AVX-512 1.7 ns, AVX2 2.2 ns, portable 7.9 ns, the grammar's own function 40 ns.
#![expect(unsafe_code, reason = "calls behind a run-time check")]
#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the names of the vector unit")
)]

use std::arch::x86_64::*;

use super::bitmaps::{Bitmaps, window_bytes};
use super::level::Engine;
use super::shape::Shape;
use super::splitter::{Cursor, fill};
use super::vectors::{load_window, write_ends};
use super::wide::{ascii_classes, wide_bitmaps, with_classes};
use super::window::decide;
use crate::processor::Avx512;

impl Avx512 {
    pub(super) fn fill<S: Shape>(self, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { fill_avx512::<S>(self, cursor, ends) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn fill_avx512<S: Shape>(engine: Avx512, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    fill::<Avx512, S>(engine, cursor, ends)
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
        unsafe { write_ends(last_bytes, base, ends) }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn bitmaps_avx512(text: &str) -> Bitmaps {
    let window = load_window(text);
    let classes = ascii_classes(window);
    Bitmaps {
        wide: _mm512_movepi8_mask(window),
        ..with_classes(window, classes, window_bytes(text))
    }
}

/// As [`Engine::decide_wide`].
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn decide_wide_avx512<S: Shape>(text: &str) -> u64 {
    let window = load_window(text);
    let classes = ascii_classes(window);
    decide::<S, true>(&wide_bitmaps(text, window, classes), text)
}
