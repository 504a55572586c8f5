//! The vector units of x86-64: a word against the four of a line with AVX-512 or AVX2, where the
//! processor has them.
#![expect(
    unsafe_code,
    reason = "vector loads, and calls behind a run-time check"
)]
#![expect(
    clippy::inline_always,
    reason = "compiled anew in each function with features of its own"
)]

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_broadcastsi128_si256, _mm256_castsi256_pd, _mm256_cmpeq_epi64,
    _mm256_load_si256, _mm256_movemask_pd, _mm512_broadcast_i32x4, _mm512_cmpeq_epi64_mask,
    _mm512_load_si512,
};

use super::chunk::{Chunk, Compare, look_up};
use super::word::Word;
use super::words::{Line, WordTable};
use crate::processor::{Avx2, Avx512};

impl Avx2 {
    pub(super) fn look_up(
        self,
        table: &WordTable,
        text: &[u8],
        range: (usize, &[usize]),
        chunk: &mut Chunk,
    ) {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { look_up_avx2(self, table, text, range, chunk) }
    }
}

impl Avx512 {
    pub(super) fn look_up(
        self,
        table: &WordTable,
        text: &[u8],
        range: (usize, &[usize]),
        chunk: &mut Chunk,
    ) {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { look_up_avx512(self, table, text, range, chunk) }
    }
}

#[target_feature(enable = "avx2,bmi2")]
fn look_up_avx2(
    level: Avx2,
    table: &WordTable,
    text: &[u8],
    range: (usize, &[usize]),
    chunk: &mut Chunk,
) {
    look_up(level, table, text, range, chunk);
}

#[target_feature(enable = "avx512f,avx2,bmi2")]
fn look_up_avx512(
    level: Avx512,
    table: &WordTable,
    text: &[u8],
    range: (usize, &[usize]),
    chunk: &mut Chunk,
) {
    look_up(level, table, text, range, chunk);
}

impl Compare for Avx2 {
    #[inline(always)]
    fn is_in(self, word: &Word, line: &Line) -> bool {
        // SAFETY: as in `look_up`.
        unsafe { is_in_avx2(word, line) }
    }
}

impl Compare for Avx512 {
    #[inline(always)]
    fn is_in(self, word: &Word, line: &Line) -> bool {
        // SAFETY: as in `look_up`.
        unsafe { is_in_avx512(word, line) }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn is_in_avx2(word: &Word, line: &Line) -> bool {
    // SAFETY: a word is 16 bytes.
    let word = unsafe { _mm_loadu_si128(std::ptr::from_ref(word).cast()) };
    let wanted = _mm256_broadcastsi128_si256(word);
    let start = std::ptr::from_ref(line).cast::<__m256i>();
    // SAFETY: a line is two times 32 bytes, and aligned.
    let halves = unsafe { [_mm256_load_si256(start), _mm256_load_si256(start.add(1))] };
    let [first, second] = halves.map(|half| {
        let equal = _mm256_castsi256_pd(_mm256_cmpeq_epi64(half, wanted));
        _mm256_movemask_pd(equal)
    });
    has_word((first | second << 4).cast_unsigned())
}

#[inline]
#[target_feature(enable = "avx512f")]
fn is_in_avx512(word: &Word, line: &Line) -> bool {
    // SAFETY: a word is 16 bytes.
    let word = unsafe { _mm_loadu_si128(std::ptr::from_ref(word).cast()) };
    let wanted = _mm512_broadcast_i32x4(word);
    // SAFETY: a line is 64 bytes, and aligned.
    let words = unsafe { _mm512_load_si512(std::ptr::from_ref(line).cast()) };
    has_word(u32::from(_mm512_cmpeq_epi64_mask(words, wanted)))
}

/// Tell whether both halves of one word are equal, given which of eight halves are.
#[inline]
fn has_word(equal_halves: u32) -> bool {
    equal_halves & equal_halves >> 1 & 0b0101_0101 != 0
}
