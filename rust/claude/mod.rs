//! Claude 3 and later: how many tokens a text has, without its ids.
//!
//! ```text
//! text ─► segments ─► normalise ─► runs ─► stream ─► tiling ─► count
//!         cut where    NFC, folded   one kind  words    fewest
//!         nothing      and removed   of char-  and case pieces
//!         crosses      characters    acters    marked
//! ```
//!
//! Anthropic publishes neither the vocabulary nor the rules. ctok 1.3.0 (`PyPI`, MIT, read
//! 2026-11-22) measured both with the public counting endpoint: text becomes a *marked stream*, in
//! which marks stand for the ends of words, for capitals and for the single space between two
//! words, and the count is the fewest pieces of a measured table that tile the stream. A character
//! in no piece falls to its bytes. So a count here is *reconstructed*: measured, unofficial, and
//! right on every document it was compared with. The token boundaries are not known, the ids are
//! not public; neither is offered.
//!
//! Every step is linear in the text and keeps a bounded window of the stream. A count is of the
//! text alone; [`Frame`] holds what a request with one message adds to it.

mod case;
mod kinds;
mod normalise;
pub mod packed;
mod runs;
mod segments;
mod stream;
#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests;
mod tiling;
mod tokenizer;
mod trie;
mod unicode_kinds;

pub use tokenizer::ClaudeTokenizer;

use crate::vocabulary::Source;
use trie::Trie;

/// Ends a word; each mark is a byte that UTF-8 never has.
const END_OF_WORD: u8 = 0xf8;
/// Begins a word, and stands for the space before it.
const BEGIN_OF_WORD: u8 = 0xf9;
/// Says that the first letter of the word was a capital.
const SHIFT: u8 = 0xfa;
/// Says that all letters of the word were capitals.
const CAPITALS: u8 = 0xfb;

/// What a request with one message adds to the text of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The name users write.
    pub name: String,
    /// The tokens that the request has without its text.
    pub tokens: u32,
    /// Whether the frame ends in the mark that begins a word, which absorbs one leading space.
    pub is_led_by_mark: bool,
    /// Whether ASCII white space at the end of the text costs nothing.
    pub is_trimming: bool,
}

/// What a vocabulary does to text before it is tiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rules {
    /// The fewest letters of a word in capitals that one mark stands for; `None`: no mark does.
    fewest_capitals: Option<usize>,
    /// Whether the four curly quotes count as straight ones.
    folds_quotes: bool,
    /// As [`Frame::is_led_by_mark`].
    is_led_by_mark: bool,
}

/// A measured table of pieces and the frames of the models that use it.
#[derive(Debug)]
pub struct Table {
    pieces: Trie,
    fewest_capitals: Option<usize>,
    folds_quotes: bool,
    /// The frames of the models that share the pieces; never empty.
    frames: Vec<Frame>,
    /// How counts are known.
    exactness: String,
    /// The SPDX name of the data's licence.
    licence: String,
    /// Where the pieces came from.
    source: Source,
}
