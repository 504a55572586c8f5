//! The two tokens that merging joins last when it makes a token, found when first asked for.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::last_join;
use crate::vocabulary::Vocabulary;

const RANK_BITS: u32 = 24;
const RANK_MASK: u64 = (1 << RANK_BITS) - 1;

const IS_APART: u64 = 1;
const IS_KNOWN: u64 = 2;

/// A token's two halves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) left: u32,
    pub(super) right: u32,
    /// The bytes of the left half.
    pub(super) left_bytes: usize,
}

/// Pairs whose answers are remembered.
const PAIRS: usize = 1 << 14;

/// Splits by rank, and which pairs of tokens stay apart; filled by any thread, always with the same
/// values.
#[derive(Debug, Default)]
pub(super) struct Splits {
    splits: OnceLock<Box<[AtomicU64]>>,
    shorter: OnceLock<Box<[AtomicU64]>>,
    pairs: OnceLock<Box<[AtomicU64]>>,
}

impl Splits {
    /// The longest token that a token of two bytes or more begins with, itself left out: its rank
    /// and size.
    #[inline]
    pub(super) fn shorter(&self, vocabulary: &Vocabulary, rank: u32) -> (u32, usize) {
        let tokens = &vocabulary.parts().tokens;
        let table = self.shorter.get_or_init(|| zeros(tokens.len() as usize));
        let cell = &table[rank as usize];
        let known = cell.load(Relaxed);
        if known != 0 {
            return ((known & RANK_MASK) as u32, (known >> RANK_BITS) as usize);
        }
        let token = tokens.get(rank).unwrap_or_default();
        let (shorter, size) = vocabulary
            .longest_at(token, 0, token.len() - 1)
            .unwrap_or_default();
        cell.store(u64::from(shorter) | (size as u64) << RANK_BITS, Relaxed);
        (shorter, size)
    }

    /// Tell whether two tokens stay apart, as `find` does, but ask it only where the answer is not
    /// remembered.
    #[inline]
    pub(super) fn are_apart(&self, left: u32, right: u32, find: impl FnOnce() -> bool) -> bool {
        let pairs = self.pairs.get_or_init(|| zeros(PAIRS));
        let key = u64::from(left) << RANK_BITS | u64::from(right);
        let cell = &pairs[pair_slot(key)];
        let known = cell.load(Relaxed);
        if known >> 2 == key && known & IS_KNOWN != 0 {
            return known & IS_APART != 0;
        }
        let is_apart = find();
        cell.store(key << 2 | IS_KNOWN | u64::from(is_apart), Relaxed);
        is_apart
    }

    /// The split of a token; `None` if merging does not make the token, or from tokens above it.
    #[inline]
    pub(super) fn get(&self, vocabulary: &Vocabulary, rank: u32) -> Option<Split> {
        let tokens = &vocabulary.parts().tokens;
        let table = self.splits.get_or_init(|| zeros(tokens.len() as usize));
        let cell = &table[rank as usize];
        match cell.load(Relaxed) {
            0 => {
                let split = find(vocabulary, rank)?;
                cell.store(pack(split), Relaxed);
                Some(split)
            }
            packed => Some(unpack(packed)),
        }
    }

    /// Tell whether a vocabulary is proper, from all its tokens.
    pub(super) fn prove(&self, vocabulary: &Vocabulary) -> bool {
        let mut tokens = vocabulary.parts().tokens.iter();
        tokens.all(|(rank, token)| token.len() == 1 || self.get(vocabulary, rank).is_some())
    }
}

fn find(vocabulary: &Vocabulary, rank: u32) -> Option<Split> {
    let token = vocabulary.parts().tokens.get(rank)?;
    let split = last_join(vocabulary, token)?;
    let sizes = split.left_bytes + vocabulary.bytes_of_rank(split.right);
    let is_made = sizes == token.len() && split.left_bytes == vocabulary.bytes_of_rank(split.left);
    (is_made && split.left < rank && split.right < rank).then_some(split)
}

fn pack(split: Split) -> u64 {
    let halves = u64::from(split.left) | u64::from(split.right) << RANK_BITS;
    halves | (split.left_bytes as u64) << (2 * RANK_BITS)
}

#[inline]
fn unpack(packed: u64) -> Split {
    Split {
        left: (packed & RANK_MASK) as u32,
        right: (packed >> RANK_BITS & RANK_MASK) as u32,
        left_bytes: (packed >> (2 * RANK_BITS)) as usize,
    }
}

fn zeros(count: usize) -> Box<[AtomicU64]> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

#[inline]
fn pair_slot(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50) as usize & (PAIRS - 1)
}
