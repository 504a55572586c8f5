//! Moonshot's grammar, that of Kimi K2 and K3: runs of Han stand alone, the rest is near o200k.

use super::bitmaps::Bitmaps;
use super::classes::Class;
use super::han::is_han;
use super::scan::{cased_word, class_at, contraction, numbers, symbols, whitespace};
use super::shape::{Contraction, Shape};

/// As in `src/encoding.rs` of the crate tiktoken 4.1.2 (read 2026-11-22), which cites Moonshot's
/// `tokenization_kimi.py`; it leaves out `\s+(?!\S)|`, which Moonshot has, and does it by hand.
pub(super) const PATTERN: &str = concat!(
    r"[\p{Han}]+",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
);

/// What sets this grammar apart.
pub(super) struct Kimi;

impl Shape for Kimi {
    const CASED: bool = true;
    const DIGITS: u32 = 3;
    const SLASH: bool = false;
    const CONTRACTION: Contraction = Contraction::Attached;
    const WHOLE_END: bool = false;

    /// Characters beyond ASCII may be Han, but for those of these classes.
    #[inline(always)]
    fn undecided(map: &Bitmaps) -> u64 {
        map.wide & !(map.upper | map.lower | map.space | map.newline)
    }
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    han_run(text, start)
        .or_else(|| word(text, start))
        .or_else(|| numbers(text, start, 3))
        .or_else(|| symbols(text, start, b"\r\n"))
        .unwrap_or_else(|| whitespace(text, start))
}

/// Match `[\p{Han}]+`.
fn han_run(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let length = rest.find(|character| !is_han(character));
    let end = length.map_or(text.len(), |length| start + length);
    (end > start).then_some(end)
}

/// Match the two alternatives of words, with the contraction that may follow.
fn word(text: &str, start: usize) -> Option<usize> {
    let end = cased_word(text, start, class_outside_han)?;
    Some(contraction(text, end).unwrap_or(end))
}

/// As `class_at`, but Han ends the text: it is in no part of a word.
fn class_outside_han(text: &str, position: usize) -> Option<(Class, usize)> {
    let character = text.get(position..)?.chars().next()?;
    if is_han(character) {
        return None;
    }
    class_at(text, position)
}
