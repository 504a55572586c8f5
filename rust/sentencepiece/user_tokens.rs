//! Finds the texts that become one id wherever they stand.

use std::cmp::Reverse;

use super::Parts;

/// User-defined texts by where they start.
#[derive(Debug)]
pub(super) struct UserTokens {
    /// The texts with their ids: by first byte, then the longest first.
    rows: Vec<(Vec<u8>, u32)>,
    is_first_byte: [bool; 256],
}

impl UserTokens {
    /// Sort a model's user-defined texts.
    ///
    /// # Errors
    ///
    /// The reason, if one starts with a space that may be the one put before the text: nobody
    /// publishes such a model.
    pub(super) fn build(parts: &Parts) -> Result<Self, String> {
        let mut is_first_byte = [false; 256];
        let mut rows = Vec::new();
        for (id, text) in parts.user_tokens.iter() {
            if parts.has_space_prefix && text.starts_with(' ') {
                return Err(format!(
                    "the user-defined text {text:?} starts with a space, as every text does"
                ));
            }
            if let Some(&byte) = text.as_bytes().first() {
                is_first_byte[usize::from(byte)] = true;
            }
            rows.push((text.as_bytes().to_vec(), id));
        }
        rows.sort_by_key(|(text, _)| (text.first().copied(), Reverse(text.len())));
        Ok(Self {
            rows,
            is_first_byte,
        })
    }

    /// Tell whether some user-defined text starts with a byte.
    #[inline]
    pub(super) fn may_start_with(&self, byte: u8) -> bool {
        self.is_first_byte[usize::from(byte)]
    }

    /// The user-defined text that bytes start with, the longest one: its size and id.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<(usize, u32)> {
        let &first = bytes.first()?;
        if !self.may_start_with(first) {
            return None;
        }
        let from = self
            .rows
            .partition_point(|(text, _)| text.first() < Some(&first));
        self.rows[from..]
            .iter()
            .take_while(|(text, _)| text.first() == Some(&first))
            .find(|(text, _)| bytes.starts_with(text))
            .map(|(text, id)| (text.len(), *id))
    }
}
