//! Cutting a text in batches: the ends of many pre-tokens per call.

use super::Grammar;

/// Cuts a text into pre-tokens, lazily: a call looks at the text of the pre-tokens it gives and
/// little beyond.
#[derive(Debug, Clone)]
pub struct Splitter<'text> {
    text: &'text str,
    /// Where the next pre-token starts.
    position: usize,
    piece_end: fn(&str, usize) -> usize,
}

impl Splitter<'_> {
    /// Give the ends of the next pre-tokens.
    ///
    /// Fills `ends` with byte offsets in the whole text, in order, and returns how many; 0 only at
    /// the end of the text or where `ends` is empty.
    pub fn next_ends(&mut self, ends: &mut [usize]) -> usize {
        let mut count = 0;
        for end in ends {
            if self.position >= self.text.len() {
                break;
            }
            self.position = (self.piece_end)(self.text, self.position);
            *end = self.position;
            count += 1;
        }
        count
    }
}

impl Grammar {
    /// Cut a text into its pre-tokens, many per call.
    #[must_use]
    pub fn splitter<'text>(&self, text: &'text str) -> Splitter<'text> {
        self.splitter_at(text, 0)
    }

    /// As [`Grammar::splitter`], beginning where a pre-token is known to start.
    ///
    /// A `start` at the text's end or beyond gives none.
    #[must_use]
    pub fn splitter_at<'text>(&self, text: &'text str, start: usize) -> Splitter<'text> {
        debug_assert!(text.get(start..).is_some(), "a start is a boundary");
        Splitter {
            text,
            position: start,
            piece_end: self.piece_end,
        }
    }
}
