//! `OpenAI`'s o200k grammar; Llama 4 uses the same.

use super::scan::{cased_word, class_at, contraction, numbers, symbols, whitespace};
use super::shape::{Contraction, Shape};

/// As published in tiktoken's `openai_public.py` (0.14.0, read 2026-11-22).
pub(super) const PATTERN: &str = concat!(
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
);

/// What sets this grammar apart.
pub(super) struct O200k;

impl Shape for O200k {
    const CASED: bool = true;
    const DIGITS: u32 = 3;
    const SLASH: bool = true;
    const CONTRACTION: Contraction = Contraction::Attached;
    const WHOLE_END: bool = false;
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    cased_word(text, start, class_at)
        .map(|end| contraction(text, end).unwrap_or(end))
        .or_else(|| numbers(text, start, 3))
        .or_else(|| symbols(text, start, b"\r\n/"))
        .unwrap_or_else(|| whitespace(text, start))
}
