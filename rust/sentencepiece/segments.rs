//! Cuts a text where no merge can cross: around user-defined texts, and before spaces.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::Parts;

/// A part of a text that is merged, or not, by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment<'text> {
    /// A user-defined text, by its id.
    User(u32),
    /// Characters to merge; never empty.
    Text(Cow<'text, str>),
}

/// Where a model's texts may be cut.
#[derive(Debug)]
pub(super) struct Cutter {
    /// User-defined texts with their ids: by first byte, then the longest first.
    user_tokens: Vec<(Vec<u8>, u32)>,
    /// The first bytes of user-defined texts.
    is_first_byte: [bool; 256],
    /// The bytes that some piece has before a space: no cut is made behind those.
    is_before_space: [bool; 256],
    has_space_prefix: bool,
}

impl Cutter {
    /// Find out where texts may be cut.
    ///
    /// # Errors
    ///
    /// The reason, if a user-defined text starts with a space that may be the one put before the
    /// text: nobody publishes such a model.
    pub(super) fn build(parts: &Parts) -> Result<Self, String> {
        let mut is_first_byte = [false; 256];
        let mut user_tokens = Vec::new();
        for (id, text) in parts.user_tokens.iter() {
            if parts.has_space_prefix && text.starts_with(' ') {
                return Err(format!(
                    "the user-defined text {text:?} starts with a space, as every text does"
                ));
            }
            if let Some(&byte) = text.as_bytes().first() {
                is_first_byte[usize::from(byte)] = true;
            }
            user_tokens.push((text.as_bytes().to_vec(), id));
        }
        user_tokens.sort_by_key(|(text, _)| (text.first().copied(), Reverse(text.len())));
        Ok(Self {
            user_tokens,
            is_first_byte,
            is_before_space: find_bytes_before_spaces(parts),
            has_space_prefix: parts.has_space_prefix,
        })
    }

    /// Cut a text.
    pub(super) fn segments<'text>(&'text self, text: &'text str) -> Segments<'text> {
        Segments {
            cutter: self,
            rest: text,
            is_prefix_due: self.has_space_prefix && !text.is_empty(),
        }
    }

    /// The user-defined text that bytes start with, the longest one: its size and id.
    fn user_token_at(&self, bytes: &[u8]) -> Option<(usize, u32)> {
        let &first = bytes.first()?;
        if !self.is_first_byte[usize::from(first)] {
            return None;
        }
        let from = self
            .user_tokens
            .partition_point(|(text, _)| text.first() < Some(&first));
        self.user_tokens[from..]
            .iter()
            .take_while(|(text, _)| text.first() == Some(&first))
            .find(|(text, _)| bytes.starts_with(text))
            .map(|(text, id)| (text.len(), *id))
    }

    /// Where the segment that a text starts with ends.
    fn segment_end(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        let mut before = b' ';
        for (position, &byte) in bytes.iter().enumerate() {
            if byte == b' ' && !self.is_before_space[usize::from(before)] {
                return position;
            }
            if self.is_first_byte[usize::from(byte)]
                && self.user_token_at(&bytes[position..]).is_some()
            {
                return position;
            }
            before = byte;
        }
        bytes.len()
    }
}

/// The bytes that some piece has before a space, a space itself always among them.
fn find_bytes_before_spaces(parts: &Parts) -> [bool; 256] {
    let mut is_before_space = [false; 256];
    is_before_space[usize::from(b' ')] = true;
    let pieces = (0..parts.pieces.len()).filter_map(|piece| parts.pieces.get(piece));
    for pair in pieces.flat_map(|piece| piece.windows(2)) {
        is_before_space[usize::from(pair[0])] |= pair[1] == b' ';
    }
    is_before_space
}

/// The segments of a text, in order.
pub(super) struct Segments<'text> {
    cutter: &'text Cutter,
    rest: &'text str,
    is_prefix_due: bool,
}

impl<'text> Iterator for Segments<'text> {
    type Item = Segment<'text>;

    fn next(&mut self) -> Option<Segment<'text>> {
        if !self.is_prefix_due
            && let Some((size, id)) = self.cutter.user_token_at(self.rest.as_bytes())
        {
            self.rest = &self.rest[size..];
            return Some(Segment::User(id));
        }
        let (segment, rest) = self.rest.split_at(self.cutter.segment_end(self.rest));
        self.rest = rest;
        if std::mem::take(&mut self.is_prefix_due) {
            return Some(Segment::Text(Cow::Owned(format!(" {segment}"))));
        }
        (!segment.is_empty()).then_some(Segment::Text(Cow::Borrowed(segment)))
    }
}
