//! Mistral's tekken grammar: o200k without contractions, digit by digit.

use super::scan::{cased_word, class_at, numbers, symbols, whitespace};
use super::shape::{Contraction, Shape};

/// As in `tekken_240911.json` of mistral-common 1.13.1 (read 2026-11-22).
pub(super) const PATTERN: &str = concat!(
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*",
    r"|\p{N}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
);

/// What sets this grammar apart.
pub(super) struct Tekken;

impl Shape for Tekken {
    const CASED: bool = true;
    const DIGITS: u32 = 1;
    const SLASH: bool = true;
    const CONTRACTION: Contraction = Contraction::None;
    const WHOLE_END: bool = false;
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    cased_word(text, start, class_at)
        .or_else(|| numbers(text, start, 1))
        .or_else(|| symbols(text, start, b"\r\n/"))
        .unwrap_or_else(|| whitespace(text, start))
}
