//! How pieces come into being, and which stay apart: found when first asked for, then remembered.
//!
//! Merging the characters of a piece alone gives the piece or does not. If it does, the two symbols
//! joined last are its *split*. Wherever a symbol stands in a text while that is merged, its span went
//! through the very states that merging it alone goes through, for no merge crossed its ends. So a
//! symbol is made in one way only, and a piece that merging alone does not give is never made.
//!
//! Two neighbours stay apart if merging both together leaves them as they are. Where every union on
//! the way to either goes behind the unions it is made of (the piece is *orderly*), that is asked
//! backwards in time: undoing the later of the two last joins, again and again, shows all pairs that
//! ever met at the border. They stay apart if no such pair was a piece that was due before the join
//! that ended their meeting; of equals the left goes first. Where it is not so, as with runs of
//! spaces of equal scores, the two are merged.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::PieceModel;
use super::merge::{Alone, Buffers, merge_alone};
use crate::vocabulary::TokenTable;

/// Splits are packed for at most so many pieces of at most so many bytes.
const MOST_PIECES: u32 = 1 << PIECE_BITS;
const MOST_BYTES: usize = 1 << 10;
const PIECE_BITS: u32 = 24;
const PIECE_MASK: u64 = (1 << PIECE_BITS) - 1;
const SIZE_SHIFT: u32 = 2 * PIECE_BITS;

const IS_KNOWN: u64 = 1 << 63;
const IS_MADE: u64 = 1 << 62;
const IS_ORDERLY: u64 = 1 << 61;

/// Pairs whose answers are remembered.
const PAIR_SLOTS_BITS: u32 = 16;
const IS_APART: u64 = 1;
const IS_SEEN: u64 = 2;

/// How a piece is made, packed: its two halves and the bytes of the left one, 0 for a character.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split(u64);

impl Split {
    fn new((left, right, left_bytes): (u32, u32, usize), is_orderly: bool) -> Self {
        let halves = u64::from(left) | u64::from(right) << PIECE_BITS;
        let size = (left_bytes as u64) << SIZE_SHIFT;
        Self(halves | size | IS_KNOWN | IS_MADE | if is_orderly { IS_ORDERLY } else { 0 })
    }

    /// Tell whether merging gives the piece.
    #[inline]
    pub(super) fn is_made(self) -> bool {
        self.0 & IS_MADE != 0
    }

    #[inline]
    fn is_orderly(self) -> bool {
        self.0 & IS_ORDERLY != 0
    }

    #[inline]
    fn left(self) -> u32 {
        (self.0 & PIECE_MASK) as u32
    }

    #[inline]
    fn right(self) -> u32 {
        (self.0 >> PIECE_BITS & PIECE_MASK) as u32
    }

    /// The bytes of the left half; 0 for a character.
    #[inline]
    fn left_bytes(self) -> usize {
        (self.0 >> SIZE_SHIFT) as usize & (2 * MOST_BYTES - 1)
    }
}

/// Splits by piece, and which pairs of pieces stay apart; filled by any thread, always with the same
/// values.
#[derive(Debug, Default)]
pub(super) struct Splits {
    splits: OnceLock<Box<[AtomicU64]>>,
    pairs: OnceLock<Box<[AtomicU64]>>,
}

/// A piece that stands in a text: its place in the table and its size.
pub(super) type Standing = (u32, usize);

impl Splits {
    /// Tell whether splits of all pieces can be packed.
    pub(super) fn can_hold(pieces: &TokenTable) -> bool {
        let mut pieces_in_order = pieces.iter();
        pieces.len() < MOST_PIECES && pieces_in_order.all(|(_, piece)| piece.len() <= MOST_BYTES)
    }

    /// How a piece is made.
    #[inline]
    pub(super) fn get(&self, model: &PieceModel, piece: u32, buffers: &mut Buffers) -> Split {
        let table = self
            .splits
            .get_or_init(|| zeros(model.parts.pieces.len() as usize));
        let cell = &table[piece as usize];
        match cell.load(Relaxed) {
            0 => {
                let split = self.find(model, piece, buffers);
                cell.store(split.0, Relaxed);
                split
            }
            packed => Split(packed),
        }
    }

    /// Merge a piece alone.
    #[cold]
    fn find(&self, model: &PieceModel, piece: u32, buffers: &mut Buffers) -> Split {
        let bytes = model.parts.pieces.get(piece).unwrap_or_default();
        let never = Split(IS_KNOWN);
        let Ok(text) = std::str::from_utf8(bytes) else {
            return never;
        };
        if text.chars().nth(1).is_none() {
            return Split::new((0, 0, 0), true);
        }
        let Alone::One(left_bytes) = merge_alone(model, text, buffers) else {
            return never;
        };
        let (left, right) = bytes.split_at(left_bytes);
        let (Some(left), Some(right)) = (model.find(left), model.find(right)) else {
            return never;
        };
        let order = model.order(piece, left_bytes, bytes.len());
        let is_orderly = [left, right].into_iter().all(|half| {
            let split = self.get(model, half, buffers);
            split.is_orderly() && Self::order_of(model, half, split).is_none_or(|half| half < order)
        });
        Split::new((left, right, left_bytes), is_orderly)
    }

    /// When the union that made a piece was due; `None` for a character.
    #[inline]
    fn order_of(model: &PieceModel, piece: u32, split: Split) -> Option<u64> {
        let left_bytes = split.left_bytes();
        (left_bytes > 0).then(|| model.order(piece, left_bytes, model.bytes_of_piece(piece)))
    }

    /// Tell whether two pieces that merging gives stay apart; the right one starts at `at`.
    #[inline]
    pub(super) fn are_apart(
        &self,
        model: &PieceModel,
        (text, at): (&str, usize),
        (left, right): (Standing, Standing),
        buffers: &mut Buffers,
    ) -> bool {
        let pairs = self.pairs.get_or_init(|| zeros(1 << PAIR_SLOTS_BITS));
        let key = u64::from(left.0) << PIECE_BITS | u64::from(right.0);
        let cell = &pairs[pair_slot(key)];
        let known = cell.load(Relaxed);
        if known >> 2 == key && known & IS_SEEN != 0 {
            return known & IS_APART != 0;
        }
        let splits = [left, right].map(|half| self.get(model, half.0, buffers));
        let is_apart = if splits[0].is_orderly() && splits[1].is_orderly() {
            self.never_met(model, (text.as_bytes(), at), (left, right), buffers)
        } else {
            let both = &text[at - left.1..at + right.1];
            merge_alone(model, both, buffers) == Alone::Two(left.1)
        };
        cell.store(key << 2 | IS_SEEN | u64::from(is_apart), Relaxed);
        is_apart
    }

    /// Go back in time and look for a pair at the border that was due.
    fn never_met(
        &self,
        model: &PieceModel,
        (text, at): (&[u8], usize),
        (mut left, mut right): (Standing, Standing),
        buffers: &mut Buffers,
    ) -> bool {
        let mut limit = u64::MAX;
        loop {
            let union = &text[at - left.1..at + right.1];
            if model
                .order_of(union, left.1)
                .is_some_and(|order| order < limit)
            {
                return false;
            }
            let splits = [left, right].map(|half| self.get(model, half.0, buffers));
            let left_order = Self::order_of(model, left.0, splits[0]);
            let right_order = Self::order_of(model, right.0, splits[1]);
            if left_order > right_order {
                limit = left_order.unwrap_or_default();
                left = (splits[0].right(), left.1 - splits[0].left_bytes());
            } else if let Some(order) = right_order {
                limit = order + 1;
                right = (splits[1].left(), splits[1].left_bytes());
            } else {
                return true;
            }
        }
    }
}

fn zeros(count: usize) -> Box<[AtomicU64]> {
    (0..count).map(|_| AtomicU64::new(0)).collect()
}

#[inline]
fn pair_slot(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - PAIR_SLOTS_BITS)) as usize
}
