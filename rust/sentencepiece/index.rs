//! The way from a piece's bytes to its place in the table.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::vocabulary::TokenTable;

/// Places by bytes: open addressing over a table half full at most.
///
/// Most bytes that are asked for are no piece. A bit for each hash says so of most of them, in a
/// quarter of a megabyte that stays in a core's own cache, where the slots do not.
#[derive(Debug)]
pub(crate) struct PieceIndex {
    filter: Box<[u64]>,
    slots: Vec<Slot>,
    longest_piece_bytes: usize,
}

/// A piece's place, and bits of its hash that tell most other pieces apart without a look at them.
#[derive(Debug, Clone, Copy)]
struct Slot {
    tag: u32,
    place: u32,
}

const FILTER_BITS: u32 = 15;

/// A slot that holds no place; a table has fewer pieces than this.
const EMPTY: Slot = Slot {
    tag: 0,
    place: u32::MAX,
};

impl PieceIndex {
    /// Index a table.
    ///
    /// # Errors
    ///
    /// The reason, if a piece stands twice.
    pub(crate) fn build(pieces: &TokenTable) -> Result<Self, String> {
        let slots = usize::try_from(pieces.len())
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
            .max(2);
        let mut index = Self {
            filter: vec![0; 1 << FILTER_BITS].into(),
            slots: vec![EMPTY; slots.next_power_of_two()],
            longest_piece_bytes: 0,
        };
        for place in 0..pieces.len() {
            let piece = pieces.get(place).unwrap_or_default();
            let hash = hash(piece);
            let slot = index.probe(pieces, piece, hash);
            let found = index.slots[slot].place;
            if found != EMPTY.place {
                return Err(format!("pieces {found} and {place} are the same"));
            }
            let tag = tag(hash);
            index.slots[slot] = Slot { tag, place };
            index.filter[block(hash)] |= bit(hash);
            index.longest_piece_bytes = index.longest_piece_bytes.max(piece.len());
        }
        Ok(index)
    }

    /// The size of the longest piece in bytes.
    pub(crate) fn longest_piece_bytes(&self) -> usize {
        self.longest_piece_bytes
    }

    /// The place of a piece.
    #[inline]
    pub(crate) fn find(&self, pieces: &TokenTable, piece: &[u8]) -> Option<u32> {
        if piece.len() > self.longest_piece_bytes {
            return None;
        }
        let hash = hash(piece);
        if self.filter[block(hash)] & bit(hash) == 0 {
            return None;
        }
        let place = self.slots[self.probe(pieces, piece, hash)].place;
        (place != EMPTY.place).then_some(place)
    }

    /// The slot that holds a piece's place, or the empty one where it would go.
    fn probe(&self, pieces: &TokenTable, piece: &[u8], hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = first_slot(hash) & mask;
        loop {
            let slot = self.slots[place];
            let is_same = slot.tag == tag(hash) && pieces.get(slot.place) == Some(piece);
            if is_same || slot.place == EMPTY.place {
                return place;
            }
            place = (place + 1) & mask;
        }
    }
}

fn hash(piece: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(piece);
    hasher.finish()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits of the hash choose the slot"
)]
fn first_slot(hash: u64) -> usize {
    hash as usize
}

fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

fn block(hash: u64) -> usize {
    // Fifteen bits: the cast loses nothing.
    (hash >> 17) as usize & ((1 << FILTER_BITS) - 1)
}

fn bit(hash: u64) -> u64 {
    1 << (hash >> 58)
}
