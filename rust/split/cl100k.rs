//! `OpenAI`'s cl100k grammar as it is published today.
//!
//! It differs from Llama 3's, the first published one, where text ends in whitespace that holds a
//! line break: `\s++$` takes all of it.

use super::classes::Class;
use super::llama3;
use super::scan::skip_while;
use super::shape::{Contraction, Shape};

/// As published in tiktoken's `openai_public.py` (0.14.0, read 2026-11-22).
pub(super) const PATTERN: &str = concat!(
    r"'(?i:[sdmt]|ll|ve|re)",
    r"|[^\r\n\p{L}\p{N}]?+\p{L}++",
    r"|\p{N}{1,3}+",
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+",
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
);

/// What sets this grammar apart.
pub(super) struct Cl100k;

impl Shape for Cl100k {
    const CASED: bool = false;
    const DIGITS: u32 = 3;
    const SLASH: bool = false;
    const CONTRACTION: Contraction = Contraction::Apart;
    const WHOLE_END: bool = true;
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    let end = skip_while(text, start, Class::is_space);
    if end == text.len() {
        return end;
    }
    llama3::piece_end(text, start)
}
