//! The parts of a short pre-token on the way: where they start, and what each would join to.

use crate::vocabulary::NO_RANK;

/// The longest pre-token that is short, in bytes.
pub(super) const LONGEST_BYTES: usize = 64;
const PLACE_BITS: u32 = 6;
/// Unions that are compared together.
const BLOCK: usize = 16;
/// What no pair has: greater than every pair that is a token.
const NO_UNION: u32 = u32::MAX;

/// The parts of a pre-token of `N` bytes at most; a part is named by the place it starts at.
///
/// `unions` holds for each part the rank of its union with the next one, followed by the part's
/// place in the low bits, so that the least number is the leftmost of the pairs to join next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<const N: usize> {
    unions: [u32; N],
    /// A bit for each place where a part starts.
    starts: u64,
    size: usize,
}

impl<const N: usize> Parts<N> {
    /// No parts of nothing.
    pub(super) const EMPTY: Self = Self {
        unions: [NO_UNION; N],
        starts: 0,
        size: 0,
    };

    /// Begin with single bytes, one at least and `N` at most.
    #[inline]
    pub(super) fn begin(&mut self, size: usize) {
        self.unions = [NO_UNION; N];
        self.starts = u64::MAX >> (LONGEST_BYTES - size);
        self.size = size;
    }

    /// How many parts there are.
    #[inline]
    pub(super) fn count(&self) -> u32 {
        self.starts.count_ones()
    }

    /// Where a part ends, which is where the next one starts.
    #[inline]
    pub(super) fn end_of(&self, part: usize) -> usize {
        let later = self.starts & (u64::MAX - 1) << part;
        (later.trailing_zeros() as usize).min(self.size)
    }

    /// The part before a part.
    #[inline]
    pub(super) fn before(&self, part: usize) -> Option<usize> {
        let earlier = self.starts & !(u64::MAX << part);
        earlier.checked_ilog2().map(|place| place as usize)
    }

    /// Where the union of a part with the next one would end.
    #[inline]
    pub(super) fn end_of_union(&self, part: usize) -> Option<usize> {
        let end = self.end_of(part);
        (end < self.size).then(|| self.end_of(end))
    }

    /// Note the rank of a part's union with the next one, or `NO_RANK`.
    #[inline]
    pub(super) fn set_union(&mut self, part: usize, rank: u32) {
        self.unions[part] = match rank {
            NO_RANK => NO_UNION,
            rank => rank << PLACE_BITS | u32::from(small(part)),
        };
    }

    /// Join the leftmost of the pairs with the lowest union: the part's place and its rank.
    #[expect(clippy::inline_always, reason = "compiled anew for each level")]
    #[inline(always)]
    pub(super) fn join_lowest(&mut self) -> Option<(usize, u32)> {
        let blocks = self
            .unions
            .chunks_exact(BLOCK)
            .take(self.size.div_ceil(BLOCK));
        let mut lowest = [NO_UNION; BLOCK];
        for block in blocks {
            for (lowest, &union) in lowest.iter_mut().zip(block) {
                *lowest = union.min(*lowest);
            }
        }
        let lowest = lowest.into_iter().fold(NO_UNION, u32::min);
        if lowest == NO_UNION {
            return None;
        }
        let part = lowest as usize & (LONGEST_BYTES - 1);
        let next = self.end_of(part);
        self.starts &= !(1 << next);
        self.unions[next] = NO_UNION;
        self.unions[part] = NO_UNION;
        Some((part, lowest >> PLACE_BITS))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a place in a short pre-token is below 64"
)]
#[inline]
fn small(place: usize) -> u8 {
    place as u8
}
