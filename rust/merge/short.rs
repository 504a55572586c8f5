//! Merging by scanning: every step looks at every pair. Quadratic, and fastest for short words.

use crate::vocabulary::{NO_RANK, Vocabulary};

/// The longest pre-token that is scanned, in bytes.
pub(super) const LONGEST_BYTES: usize = 64;
const PLACE_BITS: u32 = 6;
/// What no pair has: greater than every pair that is a token.
const NO_UNION: u32 = u32::MAX;

/// The parts of a pre-token so far, in order.
///
/// `unions` holds for each part the rank of its union with the next one, followed by the part's
/// place in the low bits, so that the least number is the leftmost of the pairs to join next.
struct Parts {
    unions: [u32; LONGEST_BYTES],
    ranks: [u32; LONGEST_BYTES],
    /// Where each part starts, counted from the pre-token; behind the last one, where that ends.
    starts: [u8; LONGEST_BYTES + 1],
    count: usize,
}

/// Merge the pre-token from `start` to `end`, of 2 bytes at least and `LONGEST_BYTES` at most.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    text: &[u8],
    (start, end): (usize, usize),
    mut emit: impl FnMut(u32),
) {
    let mut parts = Parts {
        unions: [NO_UNION; LONGEST_BYTES],
        ranks: [NO_RANK; LONGEST_BYTES],
        starts: [0; LONGEST_BYTES + 1],
        count: 0,
    };
    let finder = Finder {
        vocabulary,
        text,
        start,
    };
    parts.fill(vocabulary, &text[start..end]);
    for left in 0..parts.count {
        parts.unions[left] = finder.find_union(&parts, left);
    }
    while let Some(left) = parts.find_lowest() {
        parts.join(left);
        parts.unions[left] = finder.find_union(&parts, left);
        if let Some(before) = left.checked_sub(1) {
            parts.unions[before] = finder.find_union(&parts, before);
        }
    }
    for &rank in &parts.ranks[..parts.count] {
        emit(rank);
    }
}

impl Parts {
    /// Begin with single bytes.
    fn fill(&mut self, vocabulary: &Vocabulary, piece: &[u8]) {
        for (place, &byte) in piece.iter().enumerate() {
            self.ranks[place] = vocabulary.byte_rank(byte);
            self.starts[place] = small(place);
        }
        self.count = piece.len();
        self.starts[self.count] = small(self.count);
    }

    /// The leftmost of the parts with the lowest union, if any union is a token.
    fn find_lowest(&self) -> Option<usize> {
        let lowest = self.unions[..self.count]
            .iter()
            .copied()
            .fold(NO_UNION, u32::min);
        (lowest != NO_UNION).then_some(lowest as usize & (LONGEST_BYTES - 1))
    }

    /// Join the part at `left` with the next one.
    fn join(&mut self, left: usize) {
        self.ranks[left] = self.unions[left] >> PLACE_BITS;
        self.count -= 1;
        for part in left + 1..self.count {
            self.unions[part] = shifted(self.unions[part + 1]);
            self.ranks[part] = self.ranks[part + 1];
            self.starts[part] = self.starts[part + 1];
        }
        self.starts[self.count] = self.starts[self.count + 1];
    }
}

struct Finder<'a> {
    vocabulary: &'a Vocabulary,
    text: &'a [u8],
    start: usize,
}

impl Finder<'_> {
    /// The union of the part at `left` with the next one.
    fn find_union(&self, parts: &Parts, left: usize) -> u32 {
        if left + 1 >= parts.count {
            return NO_UNION;
        }
        let start = self.start + usize::from(parts.starts[left]);
        let end = self.start + usize::from(parts.starts[left + 2]);
        let rank = match end - start {
            2 => self
                .vocabulary
                .rank_of_pair(self.text[start], self.text[start + 1]),
            _ => self
                .vocabulary
                .rank_between(self.text, start, end)
                .unwrap_or(NO_RANK),
        };
        match rank {
            NO_RANK => NO_UNION,
            rank => rank << PLACE_BITS | u32::from(small(left)),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in a short pre-token is 64 at most"
)]
fn small(place: usize) -> u8 {
    place as u8
}

/// The union of a part that moves one place to the left.
fn shifted(union: u32) -> u32 {
    match union {
        NO_UNION => NO_UNION,
        union => union - 1,
    }
}
