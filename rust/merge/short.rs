//! Merging by scanning: every step looks at every pair. Quadratic, and fastest for short words.

use super::parts::{LONGEST_BYTES, Parts};
use crate::vocabulary::{NO_RANK, Vocabulary};

/// Merge the pre-token from `start` to `end`, of 2 bytes at least and `LONGEST_BYTES` at most.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    text: &[u8],
    (start, end): (usize, usize),
    mut emit: impl FnMut(u32),
) {
    let piece = &text[start..end];
    let mut ranks = [NO_RANK; LONGEST_BYTES];
    let mut parts = Parts::<LONGEST_BYTES>::EMPTY;
    parts.begin(piece.len());
    for (place, &byte) in piece.iter().enumerate() {
        ranks[place] = vocabulary.byte_rank(byte);
    }
    let find_union = |parts: &mut Parts<LONGEST_BYTES>, part: usize| {
        let rank = parts
            .end_of_union(part)
            .and_then(|union_end| vocabulary.rank_between(text, start + part, start + union_end));
        parts.set_union(part, rank.unwrap_or(NO_RANK));
    };
    for (place, pair) in piece.windows(2).enumerate() {
        parts.set_union(place, vocabulary.rank_of_pair(pair[0], pair[1]));
    }
    while let Some((part, rank)) = parts.join_lowest() {
        ranks[part] = rank;
        find_union(&mut parts, part);
        if let Some(before) = parts.before(part) {
            find_union(&mut parts, before);
        }
    }
    let mut part = 0;
    while part < piece.len() {
        emit(ranks[part]);
        part = parts.end_of(part);
    }
}
