//! GPT-2's grammar, which Claude 2 uses.

use super::classes::Class;
use super::scan::{skip_while, whitespace_without_lines};

/// As in the crate tokenizers 0.23, `pre_tokenizers/byte_level.rs` (read 2026-11-22), which the
/// `ByteLevel` of Claude 2's `tokenizer.json` stands for.
pub(super) const PATTERN: &str = concat!(
    r"'s|'t|'re|'ve|'m|'ll|'d",
    r"| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+",
    r"|\s+(?!\S)|\s+",
);

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    lower_contraction(text, start)
        .or_else(|| spaced_run(text, start, Class::is_letter))
        .or_else(|| spaced_run(text, start, |class| class == Class::Number))
        .or_else(|| spaced_run(text, start, Class::is_symbol))
        .unwrap_or_else(|| whitespace_without_lines(text, start))
}

/// Match `'s|'t|'re|'ve|'m|'ll|'d`, in lower case only.
fn lower_contraction(text: &str, start: usize) -> Option<usize> {
    match text.as_bytes().get(start..)? {
        [b'\'', b's' | b't' | b'm' | b'd', ..] => Some(start + 2),
        [b'\'', b'r' | b'v', b'e', ..] | [b'\'', b'l', b'l', ..] => Some(start + 3),
        _ => None,
    }
}

/// Match one space that may be absent and then a run of one class.
fn spaced_run(text: &str, start: usize, is_in: impl Fn(Class) -> bool) -> Option<usize> {
    let first = start + usize::from(text.as_bytes().get(start) == Some(&b' '));
    let end = skip_while(text, first, is_in);
    (end > first).then_some(end)
}
