//! Counting and encoding a text, word by word.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::borders::Run;
use super::merge::{Buffers, Symbol, merge};
use super::tiling::{Tiles, tile};
use super::{ESCAPED_SPACE, PieceModel};
use crate::vocabulary::Word;

/// Longer words are tiled.
const SCANNED_BYTES: usize = 8;

/// What counting and encoding reuse from one word to the next.
#[derive(Debug, Default)]
struct Scratch {
    buffers: Buffers,
    tiles: Tiles,
}

impl PieceModel {
    /// Count the tokens of a text; saturates at `u32::MAX`.
    #[must_use]
    pub fn count(&self, text: &str) -> u32 {
        self.count_up_to(text, u32::MAX).unwrap_or(u32::MAX)
    }

    /// Count the tokens of a text up to a limit: `None` as soon as there are more.
    ///
    /// The work is bounded by the limit, not by the text.
    #[must_use]
    pub fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        // However the text is escaped.
        if self.cannot_fit(text.len() / ESCAPED_SPACE.len_utf8(), limit) {
            return None;
        }
        let mut scratch = Scratch::default();
        let mut tokens = 0_u32;
        let end = self.borders.cut(&unescape(text), |run| {
            let more = match run {
                Run::User(_) => Some(1),
                Run::Words(text, start, ends) => {
                    self.count_words(text, (start, ends), limit - tokens, &mut scratch)
                }
            };
            tokens = tokens.saturating_add(more.unwrap_or(u32::MAX));
            if tokens > limit || more.is_none() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        end.is_continue().then_some(tokens)
    }

    /// Count words up to a limit, which counting may pass by a run: `None` if there are more.
    fn count_words(
        &self,
        text: &str,
        (mut start, ends): (usize, &[usize]),
        limit: u32,
        scratch: &mut Scratch,
    ) -> Option<u32> {
        let mut tokens = 0_u32;
        for &end in ends {
            let more = match Word::read(text.as_bytes(), start, end) {
                Some(word) => match self.counts.get(word) {
                    Some(known) => known,
                    None => self.learn(word, &text[start..end], scratch),
                },
                None if self.cannot_fit(end - start, limit) => return None,
                None => self.count_symbols(&text[start..end], scratch),
            };
            tokens = tokens.saturating_add(more);
            start = end;
        }
        Some(tokens)
    }

    #[cold]
    fn learn(&self, word: Word, text: &str, scratch: &mut Scratch) -> u32 {
        let tokens = self.count_symbols(text, scratch);
        self.counts.insert(word, tokens);
        tokens
    }

    fn count_symbols(&self, text: &str, scratch: &mut Scratch) -> u32 {
        let mut tokens = 0_u32;
        self.merge_word(text, scratch, |symbol| {
            let more = match symbol {
                Symbol::Piece(_) => 1,
                Symbol::Bytes(bytes) => u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            };
            tokens = tokens.saturating_add(more);
        });
        tokens
    }

    /// Tell whether so many bytes are more than `limit` of the longest token.
    fn cannot_fit(&self, bytes: usize, limit: u32) -> bool {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        bytes > limit.saturating_mul(self.longest_token_bytes)
    }

    /// Encode a text into token ids.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut scratch = Scratch::default();
        let mut ids = Vec::with_capacity(text.len() / 3 + 1);
        // It never has enough.
        let _ = self.borders.cut(&unescape(text), |run| {
            match run {
                Run::User(id) => ids.push(id),
                Run::Words(text, mut start, ends) => {
                    for &end in ends {
                        self.encode_word(&text[start..end], &mut scratch, &mut ids);
                        start = end;
                    }
                }
            }
            ControlFlow::Continue(())
        });
        ids
    }

    fn encode_word(&self, word: &str, scratch: &mut Scratch, ids: &mut Vec<u32>) {
        self.merge_word(word, scratch, |symbol| match symbol {
            Symbol::Piece(piece) => ids.push(self.id_of(piece)),
            Symbol::Bytes(bytes) => {
                let byte_ids = bytes
                    .iter()
                    .map(|&byte| self.parts.byte_ids[usize::from(byte)]);
                ids.extend(byte_ids);
            }
        });
    }

    /// Merge one word and hand over its symbols in order.
    fn merge_word(&self, word: &str, scratch: &mut Scratch, mut emit: impl FnMut(Symbol<'_>)) {
        let Scratch { buffers, tiles } = scratch;
        if self.can_tile {
            if let Some(piece) = self.find(word.as_bytes())
                && self.splits.get(self, piece, buffers).is_made()
            {
                emit(Symbol::Piece(piece));
                return;
            }
            if word.len() > SCANNED_BYTES && tile(self, word, (tiles, buffers), &mut emit) {
                return;
            }
        }
        merge(self, word, buffers, emit);
    }
}

/// Turn the sign for a space into a space: both are one symbol to the model.
fn unescape(text: &str) -> Cow<'_, str> {
    if text.contains(ESCAPED_SPACE) {
        Cow::Owned(text.replace(ESCAPED_SPACE, " "))
    } else {
        Cow::Borrowed(text)
    }
}
