//! Meta's Llama 3 grammar.
//!
//! It is the first published cl100k; today's cl100k differs where text ends in whitespace that
//! holds a line break (`\s++$` takes it whole), so it is a row of its own.

use super::scan::{contraction, numbers, plain_word, symbols, whitespace};
use super::shape::{Contraction, Shape};

/// As in `llama_models/llama3/tokenizer.py` of llama-models 0.3.0 (read 2026-11-22).
pub(super) const PATTERN: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    r"|[^\r\n\p{L}\p{N}]?\p{L}+",
    r"|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
);

/// What sets this grammar apart.
pub(super) struct Llama3;

impl Shape for Llama3 {
    const CASED: bool = false;
    const DIGITS: u32 = 3;
    const SLASH: bool = false;
    const CONTRACTION: Contraction = Contraction::Apart;
    const WHOLE_END: bool = false;
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    contraction(text, start)
        .or_else(|| plain_word(text, start))
        .or_else(|| numbers(text, start, 3))
        .or_else(|| symbols(text, start, b"\r\n"))
        .unwrap_or_else(|| whitespace(text, start))
}
