//! Merging by trying the longest piece first: linear in the size of a word.
//!
//! What merging leaves of a text is the one way to lay symbols end to end so that merging makes each
//! alone and every two neighbours stay apart when only they are merged. For a join across a border
//! would show in merging the two beside it alone, and without one each span goes the way it goes
//! alone. So: take the longest piece that stays apart from the one before, go on behind it, and where
//! none fits, go back and take a shorter one. The start of a text up to a place has one such way too,
//! so a place that led nowhere is noted and not tried again.

use super::PieceModel;
use super::merge::{Buffers, Symbol};
use super::splits::{Splits, Standing};

/// Stands for a character that is no piece.
const NO_PIECE: u32 = u32::MAX;

/// A piece, or a character that is none, that was taken.
#[derive(Debug, Clone, Copy)]
struct Taken {
    piece: u32,
    start: usize,
    end: usize,
}

/// What tiling reuses: the pieces taken so far and the places that led nowhere.
#[derive(Debug, Default)]
pub(super) struct Tiles {
    taken: Vec<Taken>,
    failed: Vec<u64>,
}

/// Lay the pieces of a word and hand them over; false, and nothing handed over, if there is no way,
/// which cannot be where every character that a piece has is one.
pub(super) fn tile(
    model: &PieceModel,
    text: &str,
    (laid, buffers): (&mut Tiles, &mut Buffers),
    mut emit: impl FnMut(Symbol<'_>),
) -> bool {
    let mut tiler = Tiler {
        model,
        splits: &model.splits,
        text,
        buffers,
    };
    if !tiler.lay(laid) {
        return false;
    }
    for token in &laid.taken {
        emit(match token.piece {
            NO_PIECE => Symbol::Bytes(&text.as_bytes()[token.start..token.end]),
            piece => Symbol::Piece(piece),
        });
    }
    true
}

struct Tiler<'a> {
    model: &'a PieceModel,
    splits: &'a Splits,
    text: &'a str,
    buffers: &'a mut Buffers,
}

impl Tiler<'_> {
    fn lay(&mut self, laid: &mut Tiles) -> bool {
        let Tiles { taken, failed } = laid;
        let size = self.text.len();
        taken.clear();
        failed.clear();
        failed.resize(size / 64 + 1, 0);
        let (mut at, mut most) = (0, size);
        while at < size {
            let last = taken.last().copied();
            if let Some(token) = self.longest_apart(last, at, most, failed) {
                taken.push(token);
                (at, most) = (token.end, size - token.end);
            } else {
                let Some(last) = taken.pop() else {
                    return false;
                };
                failed[at / 64] |= 1 << (at % 64);
                (at, most) = (last.start, last.end - last.start - 1);
            }
        }
        true
    }

    /// The longest piece at `at` of at most `most` bytes that stays apart from the last one and ends
    /// where nothing has failed.
    fn longest_apart(
        &mut self,
        last: Option<Taken>,
        at: usize,
        most: usize,
        failed: &[u64],
    ) -> Option<Taken> {
        let bytes = self.text.as_bytes();
        for size in self.model.starts.sizes(&bytes[at..], most) {
            let end = at + size;
            if has_failed(failed, end) {
                continue;
            }
            let Some(piece) = self.model.find(&bytes[at..end]) else {
                continue;
            };
            if self.is_made(piece) && self.is_apart(last, (piece, size), at) {
                return Some(Taken {
                    piece,
                    start: at,
                    end,
                });
            }
        }
        let character = self.lone_character(at, most);
        character.filter(|character| !has_failed(failed, character.end))
    }

    fn is_made(&mut self, piece: u32) -> bool {
        self.splits.get(self.model, piece, self.buffers).is_made()
    }

    fn is_apart(&mut self, last: Option<Taken>, right: Standing, at: usize) -> bool {
        let Some(last) = last.filter(|last| last.piece != NO_PIECE) else {
            return true;
        };
        let left = (last.piece, last.end - last.start);
        let place = (self.text, at);
        self.splits
            .are_apart(self.model, place, (left, right), self.buffers)
    }

    /// The character at `at`, if it is no piece; no piece has it, so nothing joins it.
    fn lone_character(&self, at: usize, most: usize) -> Option<Taken> {
        let size = self.text[at..].chars().next()?.len_utf8();
        let character = &self.text.as_bytes()[at..at + size];
        (size <= most && self.model.find(character).is_none()).then_some(Taken {
            piece: NO_PIECE,
            start: at,
            end: at + size,
        })
    }
}

#[inline]
fn has_failed(failed: &[u64], place: usize) -> bool {
    failed[place / 64] >> (place % 64) & 1 != 0
}
