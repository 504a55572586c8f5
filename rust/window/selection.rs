//! What is kept: runs of messages, whole or reduced.

use std::collections::BTreeMap;
use std::ops::Range;

/// How a message is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is.
    Whole,
    /// With its tool results cleared, shortened or replaced, as the strategy's row says.
    Reduced,
}

/// A run of messages that are kept in one form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The messages.
    pub messages: Range<usize>,
    /// How they are kept.
    pub form: Form,
}

impl Piece {
    /// A run of messages as they are.
    #[must_use]
    pub fn whole(messages: Range<usize>) -> Self {
        Self {
            messages,
            form: Form::Whole,
        }
    }

    /// A run of messages, reduced.
    #[must_use]
    pub fn reduced(messages: Range<usize>) -> Self {
        Self {
            messages,
            form: Form::Reduced,
        }
    }
}

/// Pieces by where they start; a later one takes the place of an earlier one with its bounds.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pieces: BTreeMap<usize, Piece>,
}

impl Selection {
    /// Put a piece in; gives the form in which its messages were there already.
    pub(super) fn insert(&mut self, piece: Piece) -> Option<Form> {
        let old = self.pieces.insert(piece.messages.start, piece);
        old.map(|old| old.form)
    }

    /// The form in which a piece that starts here is there.
    pub(super) fn form_at(&self, start: usize) -> Option<Form> {
        self.pieces.get(&start).map(|piece| piece.form)
    }

    /// The pieces in the messages' order, neighbours of one form joined.
    pub(super) fn joined(&self) -> Vec<Piece> {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in self.pieces.values() {
            match joined.last_mut() {
                Some(last)
                    if last.form == piece.form && last.messages.end == piece.messages.start =>
                {
                    last.messages.end = piece.messages.end;
                }
                _ => joined.push(piece.clone()),
            }
        }
        joined
    }
}
