//! Lanes compiled for the vector units of x86-64, where the processor has them.
#![expect(unsafe_code, reason = "calls behind a run-time check")]

use super::lanes::{LANES, count_in};
use crate::processor::{Avx2, Avx512};
use crate::vocabulary::Vocabulary;

impl Avx2 {
    /// As [`super::lanes::count`].
    #[expect(clippy::unused_self, reason = "the value is the proof")]
    pub(super) fn count(
        self,
        vocabulary: &Vocabulary,
        text: &[u8],
        ranges: &[(usize, usize)],
    ) -> [u32; LANES] {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { count_avx2(vocabulary, text, ranges) }
    }
}

impl Avx512 {
    /// As [`super::lanes::count`].
    #[expect(clippy::unused_self, reason = "the value is the proof")]
    pub(super) fn count(
        self,
        vocabulary: &Vocabulary,
        text: &[u8],
        ranges: &[(usize, usize)],
    ) -> [u32; LANES] {
        // SAFETY: the processor has these features, or there were no value of this type.
        unsafe { count_avx512(vocabulary, text, ranges) }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_avx2(vocabulary: &Vocabulary, text: &[u8], ranges: &[(usize, usize)]) -> [u32; LANES] {
    count_in(vocabulary, text, ranges)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,bmi1,bmi2,lzcnt,popcnt")]
fn count_avx512(vocabulary: &Vocabulary, text: &[u8], ranges: &[(usize, usize)]) -> [u32; LANES] {
    count_in(vocabulary, text, ranges)
}
