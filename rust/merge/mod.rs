//! Byte-pair merging: joins the two neighbours whose union has the lowest rank, the leftmost of
//! equals, until no union is a token.
//!
//! A pre-token that is a token stays whole, whether or not merges reach it: that is the
//! reference's rule, and vocabularies such as Llama 3's hold tokens that merges do not reach.
//! Short pre-tokens are scanned (`short`), long ones use a heap over a linked list (`long`),
//! so that one word of a megabyte costs n log n and not n². Both give the same ranks.

mod long;
mod short;
#[cfg(test)]
mod tests;

use crate::vocabulary::Vocabulary;

/// Pre-tokens up to this many bytes are scanned.
const SHORT_BYTES: usize = 96;
/// The rank of a pair whose union is no token.
const NO_RANK: u32 = u32::MAX;

/// Buffers that merging reuses from one pre-token to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    parts: Vec<short::Part>,
    long: long::Buffers,
}

/// Merge one pre-token and hand over the ranks of its tokens, in order.
pub fn merge(
    vocabulary: &Vocabulary,
    piece: &[u8],
    scratch: &mut Scratch,
    mut emit: impl FnMut(u32),
) {
    if let Some(rank) = vocabulary.rank(piece) {
        emit(rank);
    } else if piece.len() <= SHORT_BYTES {
        short::merge(vocabulary, piece, &mut scratch.parts, emit);
    } else {
        long::merge(vocabulary, piece, &mut scratch.long, emit);
    }
}

/// The rank of the union of two neighbours, given where it starts and ends.
fn union_rank(vocabulary: &Vocabulary, piece: &[u8], start: usize, end: usize) -> u32 {
    piece
        .get(start..end)
        .and_then(|union| vocabulary.rank(union))
        .unwrap_or(NO_RANK)
}
