//! Which sizes pieces have that begin with certain bytes, so that the longest piece at a place is
//! found in a few look-ups.

use crate::vocabulary::TokenTable;

const PAIRS: usize = 1 << 16;
const QUAD_BITS: u32 = 16;
/// The size from which on all sizes share a bit.
const LONG_BYTES: usize = 63;

/// Sizes of pieces by their first two and their first four bytes.
#[derive(Debug)]
pub(super) struct Starts {
    /// A bit for each size from 2 to 3, by the first two bytes.
    pairs: Box<[u8]>,
    /// A bit for each size from 4 on, by a hash of the first four bytes: others with the same hash
    /// may add sizes that are not there.
    quads: Box<[u64]>,
    longest: usize,
}

impl Starts {
    /// Gather the sizes of all pieces.
    pub(super) fn build(pieces: &TokenTable) -> Self {
        let mut starts = Self {
            pairs: vec![0; PAIRS].into(),
            quads: vec![0; 1 << QUAD_BITS].into(),
            longest: 0,
        };
        for (_, piece) in pieces.iter() {
            starts.longest = starts.longest.max(piece.len());
            match (piece.first_chunk::<4>(), piece) {
                (Some(&quad), _) => starts.quads[slot(quad)] |= 1 << piece.len().min(LONG_BYTES),
                (None, &[first, second, ..]) => {
                    starts.pairs[pair(first, second)] |= 1 << piece.len();
                }
                _ => {}
            }
        }
        starts
    }

    /// The sizes, up to `most`, that a piece at the start of bytes may have, the largest first.
    #[inline]
    pub(super) fn sizes(&self, bytes: &[u8], most: usize) -> Sizes {
        let most = most.min(bytes.len());
        let mut bits = u64::from(most > 0) << 1;
        if let [first, second, ..] = *bytes {
            bits |= u64::from(self.pairs[pair(first, second)]);
        }
        if let Some(&quad) = bytes.first_chunk::<4>() {
            bits |= self.quads[slot(quad)];
        }
        let is_long = most >= LONG_BYTES && bits >> LONG_BYTES != 0;
        let mask = (1 << (most + 1).min(LONG_BYTES)) - 1;
        Sizes {
            long: if is_long { most.min(self.longest) } else { 0 },
            bits: bits & mask,
        }
    }
}

/// Sizes, the largest first.
#[derive(Debug)]
pub(super) struct Sizes {
    /// Every size from this one down to `LONG_BYTES` comes first.
    long: usize,
    bits: u64,
}

impl Iterator for Sizes {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.long >= LONG_BYTES {
            self.long -= 1;
            return Some(self.long + 1);
        }
        let size = self.bits.checked_ilog2()?;
        self.bits ^= 1 << size;
        Some(size as usize)
    }
}

#[inline]
fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

#[inline]
fn slot(quad: [u8; 4]) -> usize {
    (u32::from_le_bytes(quad).wrapping_mul(0x9e37_79b1) >> (u32::BITS - QUAD_BITS)) as usize
}
