//! Which sizes tokens have that begin with certain bytes, so that the longest token at a place is
//! found in a few look-ups.

use rustc_hash::FxHashMap;

const PAIRS: usize = 1 << 16;
const QUAD_BITS: u32 = 17;
/// The size from which on sizes stand in a list.
const LONG_BYTES: usize = 31;

/// Sizes of tokens by their first two and their first four bytes.
#[derive(Debug)]
pub(super) struct Prefixes {
    /// A bit for each size from 2 to 4, by the first two bytes.
    pairs: Vec<u8>,
    /// A bit for each size from 5 to 30 and one for all above, by a hash of the first four bytes:
    /// others with the same hash may add sizes that are not there.
    quads: Vec<u32>,
    /// The sizes above 30, the largest first, by the first four bytes.
    long: FxHashMap<u32, Vec<usize>>,
}

impl Prefixes {
    pub(super) fn new() -> Self {
        Self {
            pairs: vec![0; PAIRS],
            quads: vec![0; 1 << QUAD_BITS],
            long: FxHashMap::default(),
        }
    }

    pub(super) fn insert(&mut self, token: &[u8]) {
        match (token.len(), token.first_chunk::<4>()) {
            (5.., Some(quad)) => self.insert_long(*quad, token.len()),
            (size @ 2..=4, _) => self.pairs[pair(token)] |= 1 << size,
            _ => {}
        }
    }

    fn insert_long(&mut self, quad: [u8; 4], size: usize) {
        self.quads[slot(quad)] |= 1 << size.min(LONG_BYTES);
        if size >= LONG_BYTES {
            let sizes = self.long.entry(u32::from_le_bytes(quad)).or_default();
            let place = sizes.partition_point(|&other| other > size);
            if sizes.get(place) != Some(&size) {
                sizes.insert(place, size);
            }
        }
    }

    /// The sizes, from 2 to `most`, that a token at the start of some bytes may have, the largest
    /// first.
    #[inline]
    pub(super) fn sizes(&self, bytes: &[u8], most: usize) -> Sizes<'_> {
        let most = most.min(bytes.len());
        if most < 2 {
            return Sizes { long: &[], bits: 0 };
        }
        let mut bits = u32::from(self.pairs[pair(bytes)]);
        let mut long: &[usize] = &[];
        if let Some(&quad) = bytes.first_chunk::<4>() {
            bits |= self.quads[slot(quad)];
            if bits >> LONG_BYTES != 0 && most >= LONG_BYTES {
                let sizes = self.long.get(&u32::from_le_bytes(quad));
                long = sizes.map_or(&[], Vec::as_slice);
                long = &long[long.partition_point(|&size| size > most)..];
            }
        }
        let most = most.min(LONG_BYTES - 1);
        Sizes {
            long,
            bits: bits & ((2_u32 << most) - 1),
        }
    }
}

/// Sizes, the largest first.
#[derive(Debug)]
pub(super) struct Sizes<'a> {
    long: &'a [usize],
    bits: u32,
}

impl Iterator for Sizes<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if let [first, rest @ ..] = self.long {
            self.long = rest;
            return Some(*first);
        }
        let size = self.bits.checked_ilog2()?;
        self.bits ^= 1 << size;
        Some(size as usize)
    }
}

#[inline]
fn pair(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

#[inline]
fn slot(quad: [u8; 4]) -> usize {
    (u32::from_le_bytes(quad).wrapping_mul(0x9e37_79b1) >> (u32::BITS - QUAD_BITS)) as usize
}
