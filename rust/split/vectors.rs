//! What AVX-512 does with memory: loads and stores of 64 bytes.
//!
//! The safe twin is `portable`; tests hold all levels to each other and to the grammars' own
//! functions.
#![expect(unsafe_code, reason = "vector loads and stores")]
#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the names of the vector unit")
)]

use std::arch::x86_64::*;

use super::bitmaps::{WINDOW, below, window_bytes};
use super::classes::{Class, ROW};
use super::portable;

/// The classes of 64 code points, as bytes.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_row(row: &[Class; ROW]) -> __m512i {
    // SAFETY: 64 classes of a byte each.
    unsafe { _mm512_loadu_si512(row.as_ptr().cast()) }
}

/// The window that a text begins with, and zeros behind it.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn load_window(text: &str) -> __m512i {
    let mask = below(window_bytes(text));
    // SAFETY: the mask leaves out what is beyond the text.
    unsafe { _mm512_maskz_loadu_epi8(mask, text.as_ptr().cast()) }
}

/// The numbers 0 to 63.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn places() -> __m512i {
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
pub(super) fn load_bytes(bytes: &[u8; WINDOW]) -> __m512i {
    // SAFETY: 64 bytes.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn equal_bytes(bytes: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte.cast_signed()))
}

/// As [`Engine::write_ends`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) fn write_ends(last_bytes: u64, base: usize, ends: &mut [usize]) {
    if ends.len() < 32 || last_bytes.count_ones() > 32 {
        return write_ends_outside(last_bytes, base, ends);
    }
    let places = _mm512_maskz_compress_epi8(last_bytes, places());
    let first = _mm512_set1_epi64(base.cast_signed() as i64 + 1);
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

/// As [`write_ends`], away from the path of most windows.
#[cold]
#[inline(never)]
fn write_ends_outside(last_bytes: u64, base: usize, ends: &mut [usize]) {
    portable::write_ends(last_bytes, base, ends);
}
