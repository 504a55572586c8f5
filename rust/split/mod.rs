//! Pre-tokenizers written by hand: each cuts text exactly as its grammar's regex does.
//!
//! A grammar is one file and one row of [`GRAMMARS`]. Its function gets a text and the start of a
//! pre-token and gives the end; every grammar here covers all text, so the pre-tokens laid end to
//! end are the text again. The files share the moves of `scan`, which share the character
//! classes of `classes`.
//!
//! A text is cut in batches by a [`Splitter`]: bitmaps of 64 bytes at a time (`bitmaps`, made by
//! `portable`, `avx2` or `avx512`) tell by arithmetic (`window`) where the pre-tokens of a grammar
//! of the common form (`shape`) end; what they do not tell, the grammar's function does.
#![expect(
    clippy::inline_always,
    reason = "code for all levels is compiled for each with what that level has"
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod bitmaps;
mod cl100k;
mod classes;
mod deepseek;
mod gpt2;
mod han;
mod kimi;
mod level;
mod llama3;
mod o200k;
mod portable;
mod qwen;
mod scan;
mod shape;
mod splitter;
#[cfg(test)]
mod splitter_tests;
mod tekken;
#[cfg(test)]
mod tests;
mod unicode_classes;
#[cfg(target_arch = "x86_64")]
mod vectors;
#[cfg(target_arch = "x86_64")]
mod wide;
mod window;

use crate::error::CoreError;
use splitter::{Fill, fill_alone};

pub use splitter::Splitter;
pub use unicode_classes::UNICODE_VERSION;

/// One way to cut text into pre-tokens.
#[derive(Debug, Clone, Copy)]
pub struct Grammar {
    /// The name that vocabulary files use.
    pub name: &'static str,
    /// The regexes that the hand-written splitter equals, alternative by alternative: each stage
    /// isolates its matches in the pieces that the stage before left; most grammars have one.
    pub stages: &'static [&'static str],
    /// Gives where the pre-token that starts at a character boundary below the text's end ends.
    piece_end: fn(&str, usize) -> usize,
    /// Gives the ends of many pre-tokens, as `piece_end` would one by one.
    fill: Fill,
}

/// Every grammar, one row each.
pub static GRAMMARS: [Grammar; 8] = [
    Grammar {
        name: "o200k",
        stages: &[o200k::PATTERN],
        piece_end: o200k::piece_end,
        fill: |level, cursor, ends| level.fill::<o200k::O200k>(cursor, ends),
    },
    Grammar {
        name: "tekken",
        stages: &[tekken::PATTERN],
        piece_end: tekken::piece_end,
        fill: |level, cursor, ends| level.fill::<tekken::Tekken>(cursor, ends),
    },
    Grammar {
        name: "llama3",
        stages: &[llama3::PATTERN],
        piece_end: llama3::piece_end,
        fill: |level, cursor, ends| level.fill::<llama3::Llama3>(cursor, ends),
    },
    Grammar {
        name: "cl100k",
        stages: &[cl100k::PATTERN],
        piece_end: cl100k::piece_end,
        fill: |level, cursor, ends| level.fill::<cl100k::Cl100k>(cursor, ends),
    },
    Grammar {
        name: "qwen",
        stages: &[qwen::PATTERN],
        piece_end: qwen::piece_end,
        fill: |level, cursor, ends| level.fill::<qwen::Qwen>(cursor, ends),
    },
    Grammar {
        name: "deepseek",
        stages: &deepseek::STAGES,
        piece_end: deepseek::piece_end,
        fill: |level, cursor, ends| level.fill::<deepseek::DeepSeek>(cursor, ends),
    },
    Grammar {
        name: "kimi",
        stages: &[kimi::PATTERN],
        piece_end: kimi::piece_end,
        fill: |level, cursor, ends| level.fill::<kimi::Kimi>(cursor, ends),
    },
    Grammar {
        name: "gpt2",
        stages: &[gpt2::PATTERN],
        piece_end: gpt2::piece_end,
        fill: fill_alone,
    },
];

impl Grammar {
    /// The regexes of the stages, one a line.
    #[must_use]
    pub fn pattern(&self) -> String {
        self.stages.join("\n")
    }

    /// Find a grammar by its name.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownGrammar`] names the known ones.
    pub fn find(name: &str) -> Result<&'static Self, CoreError> {
        GRAMMARS
            .iter()
            .find(|grammar| grammar.name == name)
            .ok_or_else(|| CoreError::UnknownGrammar {
                name: name.to_owned(),
                known: GRAMMARS.map(|grammar| grammar.name).join(", "),
            })
    }

    /// Cut a text into its pre-tokens, lazily.
    #[must_use]
    pub fn pieces<'text>(&self, text: &'text str) -> Pieces<'text> {
        Pieces {
            text,
            position: 0,
            piece_end: self.piece_end,
        }
    }
}

/// The pre-tokens of a text, in order; none is empty, and together they are the text.
#[derive(Debug, Clone)]
pub struct Pieces<'text> {
    text: &'text str,
    position: usize,
    piece_end: fn(&str, usize) -> usize,
}

impl<'text> Iterator for Pieces<'text> {
    type Item = &'text str;

    fn next(&mut self) -> Option<&'text str> {
        let start = self.position;
        if start >= self.text.len() {
            return None;
        }
        self.position = (self.piece_end)(self.text, start);
        debug_assert!(
            self.position > start,
            "a grammar takes one character at least"
        );
        self.text.get(start..self.position)
    }
}
