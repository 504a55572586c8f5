//! How tokens came into being, and which stay apart: found when first asked for, then remembered.
//!
//! In a proper vocabulary merging makes every token by joining two of lower rank last, its *split*.
//! Two neighbours stay apart if merging their bytes leaves both as they are. That is asked backwards
//! in time: undoing the later of the two tokens' last joins, again and again, shows all pairs that
//! ever met at the border. They stay apart if no such pair was a token of a rank below the join that
//! ended their meeting (of equal ranks the left goes first). The split of a token is where its two
//! halves stay apart as long as only ranks below its own are joined.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    halves: OnceLock<Box<[AtomicU64]>>,
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

    /// Tell whether two tokens stay apart; the right one, a rank and a size, starts at `at`.
    #[inline]
    pub(super) fn are_apart(
        &self,
        vocabulary: &Vocabulary,
        (text, at): (&[u8], usize),
        left: u32,
        right: (u32, usize),
    ) -> bool {
        let pairs = self.pairs.get_or_init(|| zeros(PAIRS));
        let key = u64::from(left) << RANK_BITS | u64::from(right.0);
        let cell = &pairs[pair_slot(key)];
        let known = cell.load(Relaxed);
        if known >> 2 == key && known & IS_KNOWN != 0 {
            return known & IS_APART != 0;
        }
        let left = (left, vocabulary.bytes_of_rank(left));
        let is_apart = self.are_apart_below(vocabulary, (text, at), left, right, u32::MAX);
        cell.store(key << 2 | IS_KNOWN | u64::from(is_apart), Relaxed);
        is_apart
    }

    /// Tell whether two tokens stay apart as long as only ranks below `limit` are joined.
    fn are_apart_below(
        &self,
        vocabulary: &Vocabulary,
        (text, at): (&[u8], usize),
        (mut left, mut left_bytes): (u32, usize),
        (mut right, mut right_bytes): (u32, usize),
        mut limit: u32,
    ) -> bool {
        loop {
            let union = vocabulary.rank_between(text, at - left_bytes, at + right_bytes);
            if union.is_some_and(|rank| rank < limit) {
                return false;
            }
            let is_left_later = left_bytes > 1 && (right_bytes == 1 || left > right);
            if is_left_later {
                limit = left;
                let Some(split) = self.get(vocabulary, left) else {
                    return true;
                };
                left = split.right;
                left_bytes -= split.left_bytes;
            } else if right_bytes > 1 {
                limit = right + 1;
                let Some(split) = self.get(vocabulary, right) else {
                    return true;
                };
                right = split.left;
                right_bytes = split.left_bytes;
            } else {
                return true;
            }
        }
    }

    /// The split of a token; `None` if merging does not make the token, or from tokens above it.
    #[inline]
    pub(super) fn get(&self, vocabulary: &Vocabulary, rank: u32) -> Option<Split> {
        let tokens = &vocabulary.parts().tokens;
        let table = self.halves.get_or_init(|| zeros(tokens.len() as usize));
        let cell = &table[rank as usize];
        match cell.load(Relaxed) {
            0 => {
                let split = self.find(vocabulary, rank)?;
                cell.store(pack(split), Relaxed);
                Some(split)
            }
            packed => Some(unpack(packed)),
        }
    }

    /// Try every place in a token.
    fn find(&self, vocabulary: &Vocabulary, rank: u32) -> Option<Split> {
        let token = vocabulary.parts().tokens.get(rank)?;
        (1..token.len()).find_map(|left_bytes| {
            let half = |start, end| {
                let half = vocabulary.rank_between(token, start, end);
                half.filter(|&half| half < rank)
            };
            let left = half(0, left_bytes)?;
            let right = half(left_bytes, token.len())?;
            let halves = [(left, left_bytes), (right, token.len() - left_bytes)];
            let place = (token, left_bytes);
            self.are_apart_below(vocabulary, place, halves[0], halves[1], rank)
                .then_some(Split {
                    left,
                    right,
                    left_bytes,
                })
        })
    }

    /// Tell whether a vocabulary is proper, from all its tokens.
    pub(super) fn prove(&self, vocabulary: &Vocabulary) -> bool {
        let mut tokens = vocabulary.parts().tokens.iter();
        tokens.all(|(rank, token)| token.len() == 1 || self.get(vocabulary, rank).is_some())
    }
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
