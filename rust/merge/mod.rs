//! Byte-pair merging: joins the two neighbours whose union has the lowest rank, the leftmost of
//! equals, until no union is a token.
//!
//! ```text
//! pre-token ─► a token? ─► whole
//!                  └─ no ─► learned? ─► its count
//!                              └─ no ─► a word, or short and not proper ─► scan
//!                                       proper vocabulary ─► backtrack
//!                                       any other ─► heap
//! ```
//!
//! A pre-token that is a token stays whole, whether or not merges reach it: that is the
//! reference's rule, and vocabularies such as Llama 3's hold tokens that merges do not reach. Such
//! a vocabulary is not proper, and `backtrack`, which is linear, would be wrong on it; `short`
//! looks at every pair at every step, `long` keeps a heap over a linked list. All three give the
//! same ranks. What is found out once is remembered in `Memory`, whose size is bounded.
//!
//! Words of up to fifteen bytes are scanned although backtracking takes fewer steps: on fresh prose
//! it halved the rate (110 against 212 MB/s, o200k), because its tables are larger than a cache.

mod backtrack;
mod chunk;
mod lanes;
mod long;
mod parts;
mod runs;
mod scratch;
mod short;
mod splits;
#[cfg(test)]
mod tests;
mod waiting;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::OnceLock;

pub use chunk::{Counted, count, count_known, settle};
pub use scratch::Scratch;

use crate::learned::WordCounts;
use crate::vocabulary::{LONGEST_WORD_BYTES, Vocabulary};

/// What merging remembers for a vocabulary; all threads share it.
#[derive(Debug, Default)]
pub struct Memory {
    counts: WordCounts,
    splits: splits::Splits,
    /// Whether the vocabulary is proper, where its file does not say so.
    proof: OnceLock<bool>,
}

/// Merge the pre-token from `start` to `end` of a text and hand over the ranks of its tokens, in
/// order.
pub fn merge(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    (start, end): (usize, usize),
    scratch: &mut Scratch,
    mut emit: impl FnMut(u32),
) {
    if let Some(rank) = vocabulary.rank_between(text, start, end) {
        emit(rank);
    } else {
        merge_parts(vocabulary, memory, text, (start, end), scratch, emit);
    }
}

fn count_parts(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    range: (usize, usize),
    scratch: &mut Scratch,
) -> u32 {
    let mut tokens = 0_u32;
    merge_parts(vocabulary, memory, text, range, scratch, |_| {
        tokens = tokens.saturating_add(1);
    });
    tokens
}

/// Merge a pre-token that is no token.
fn merge_parts(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    (start, end): (usize, usize),
    scratch: &mut Scratch,
    mut emit: impl FnMut(u32),
) {
    let is_short = end - start <= parts::LONGEST_BYTES;
    let is_word = end - start <= LONGEST_WORD_BYTES;
    if !is_word && memory.is_proper(vocabulary, is_short) {
        let splits = &memory.splits;
        let range = (start, end);
        if runs::merge(vocabulary, splits, text, range, scratch, &mut emit)
            || backtrack::merge(vocabulary, splits, text, range, scratch, &mut emit)
        {
            return;
        }
    }
    if is_short {
        short::merge(vocabulary, text, (start, end), emit);
    } else {
        long::merge(vocabulary, &text[start..end], &mut scratch.long, emit);
    }
}

impl Memory {
    /// Tell whether a vocabulary is proper; where nobody has looked, that is worth a proof for long
    /// pre-tokens only.
    fn is_proper(&self, vocabulary: &Vocabulary, is_short: bool) -> bool {
        match (vocabulary.parts().is_proper, is_short) {
            (Some(is_proper), _) => is_proper,
            (None, true) => self.proof.get().copied().unwrap_or(false),
            (None, false) => *self.proof.get_or_init(|| self.splits.prove(vocabulary)),
        }
    }
}
