//! What the processor can do, found out once at run time; every level has the same results.
//!
//! A value of [`Avx2`] or [`Avx512`] is made only here and only after the check, so that a function
//! that takes one may use the unit.

use std::sync::LazyLock;

/// A level of vector units.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Level {
    /// Nothing that not every processor does.
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Level {
    /// The highest level of this processor.
    pub(crate) fn best() -> Self {
        static BEST: LazyLock<Level> =
            LazyLock::new(|| Level::every().pop().unwrap_or(Level::Portable));
        *BEST
    }

    /// All levels of this processor, the lowest first.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn every() -> Vec<Self> {
        let vectors = [
            Avx2::detect().map(Self::Avx2),
            Avx512::detect().map(Self::Avx512),
        ];
        [Some(Self::Portable)]
            .into_iter()
            .chain(vectors)
            .flatten()
            .collect()
    }

    /// All levels of this processor, the lowest first.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn every() -> Vec<Self> {
        vec![Self::Portable]
    }
}

/// Proof that the processor has AVX2 and the bit instructions that came with it.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    fn detect() -> Option<Self> {
        let is_there = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        is_there.then_some(Self(()))
    }
}

/// Proof that the processor has AVX-512 with byte permutations, and what [`Avx2`] proves.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

#[cfg(target_arch = "x86_64")]
impl Avx512 {
    fn detect() -> Option<Self> {
        let is_there = Avx2::detect().is_some()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2");
        is_there.then_some(Self(()))
    }
}
