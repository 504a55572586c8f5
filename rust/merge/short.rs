//! Merging by scanning: every step looks at every pair. Quadratic, and fastest for short words.

use super::{NO_RANK, union_rank};
use crate::vocabulary::Vocabulary;

/// A token so far: where it starts, its rank, and the rank of its union with the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    start: usize,
    rank: u32,
    union_rank: u32,
}

/// Merge a pre-token of two bytes or more.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    piece: &[u8],
    parts: &mut Vec<Part>,
    mut emit: impl FnMut(u32),
) {
    parts.clear();
    parts.extend(piece.iter().enumerate().map(|(start, &byte)| Part {
        start,
        rank: vocabulary.byte_rank(byte),
        union_rank: NO_RANK,
    }));
    for left in 0..parts.len() {
        parts[left].union_rank = find_union_rank(vocabulary, piece, parts, left);
    }
    while let Some(left) = find_lowest(parts) {
        parts[left].rank = parts[left].union_rank;
        parts.remove(left + 1);
        parts[left].union_rank = find_union_rank(vocabulary, piece, parts, left);
        if left > 0 {
            parts[left - 1].union_rank = find_union_rank(vocabulary, piece, parts, left - 1);
        }
    }
    for part in parts.iter() {
        emit(part.rank);
    }
}

/// The rank of the union of the part at `left` and the next; `NO_RANK` for the last part.
fn find_union_rank(vocabulary: &Vocabulary, piece: &[u8], parts: &[Part], left: usize) -> u32 {
    if left + 1 >= parts.len() {
        return NO_RANK;
    }
    let end = parts.get(left + 2).map_or(piece.len(), |part| part.start);
    union_rank(vocabulary, piece, parts[left].start, end)
}

/// The leftmost of the parts with the lowest union rank, if any union is a token.
fn find_lowest(parts: &[Part]) -> Option<usize> {
    let (left, part) = parts
        .iter()
        .enumerate()
        .min_by_key(|(_, part)| part.union_rank)?;
    (part.union_rank != NO_RANK).then_some(left)
}
