//! The moves that grammars are made of. A position is always a character boundary.

use super::classes::{Class, class_of};

/// A way to see the class of the character at a position and where it ends; `None` where a grammar
/// takes the text to end.
pub(super) trait Look: Fn(&str, usize) -> Option<(Class, usize)> + Copy {}

impl<F: Fn(&str, usize) -> Option<(Class, usize)> + Copy> Look for F {}

/// The class of the character at a position and where it ends; `None` at the end of the text.
#[inline]
pub(super) fn class_at(text: &str, position: usize) -> Option<(Class, usize)> {
    let &byte = text.as_bytes().get(position)?;
    if byte.is_ascii() {
        return Some((class_of(char::from(byte)), position + 1));
    }
    let character = text.get(position..)?.chars().next()?;
    Some((class_of(character), position + character.len_utf8()))
}

/// Skip the characters whose class passes the test.
pub(super) fn skip_while(text: &str, position: usize, is_in: impl Fn(Class) -> bool) -> usize {
    skip_seen_while(text, position, class_at, is_in)
}

/// Skip the characters that `look` sees and whose class passes the test.
pub(super) fn skip_seen_while(
    text: &str,
    mut position: usize,
    look: impl Look,
    is_in: impl Fn(Class) -> bool,
) -> usize {
    while let Some((class, end)) = look(text, position) {
        if !is_in(class) {
            break;
        }
        position = end;
    }
    position
}

/// Match a word that tells upper from lower case, with one character that may stand before it:
///
/// ```text
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+
/// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*
/// ```
///
/// The regex tries each alternative with the leading character, then without it. What `look` does
/// not see ends a word.
pub(super) fn cased_word(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let (class, after_prefix) = look(text, start)?;
    if !class.is_prefix() {
        return lower_ended(text, start, look).or_else(|| upper_run(text, start, look));
    }
    lower_ended(text, after_prefix, look)
        .or_else(|| lower_ended(text, start, look))
        .or_else(|| upper_run(text, after_prefix, look))
}

/// Match the first alternative's letters: up to and with a run of lower case, else up to the last
/// letter without case (where the regex's first part gives back what its second part needs).
fn lower_ended(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let (mut position, mut last_uncased) = (start, None);
    while let Some((class, end)) = look(text, position) {
        match class {
            Class::Upper => {}
            Class::Uncased | Class::Mark => last_uncased = Some(end),
            Class::Lower => return Some(skip_seen_while(text, end, look, Class::is_lowerish)),
            _ => break,
        }
        position = end;
    }
    last_uncased
}

/// Match the second alternative's letters where the first failed: upper case only, one at least.
fn upper_run(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let end = skip_seen_while(text, start, look, |class| class == Class::Upper);
    (end > start).then_some(end)
}

/// Match `[^\r\n\p{L}\p{N}]?\p{L}+`.
pub(super) fn plain_word(text: &str, start: usize) -> Option<usize> {
    let (class, after_first) = class_at(text, start)?;
    let letters = if class.is_prefix() {
        after_first
    } else {
        start
    };
    let end = skip_while(text, letters, Class::is_letter);
    (end > letters).then_some(end)
}

/// Match `(?i:'s|'t|'re|'ve|'m|'ll|'d)`. Without regard to case `s` is also U+017F, the long s.
pub(super) fn contraction(text: &str, start: usize) -> Option<usize> {
    let rest = text.as_bytes().get(start..)?;
    let length = match rest {
        [b'\'', 0xC5, 0xBF, ..] => 3,
        [b'\'', letter, ..] if b"stmdSTMD".contains(letter) => 2,
        [b'\'', first, second, ..] if is_long_contraction(*first, *second) => 3,
        _ => return None,
    };
    Some(start + length)
}

fn is_long_contraction(first: u8, second: u8) -> bool {
    let pair = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
    matches!(&pair, b"re" | b"ve" | b"ll")
}

/// Match `\p{N}{1,most}`.
pub(super) fn numbers(text: &str, start: usize, most: usize) -> Option<usize> {
    let mut position = start;
    for _ in 0..most {
        match class_at(text, position) {
            Some((Class::Number, end)) => position = end,
            _ => break,
        }
    }
    (position > start).then_some(position)
}

/// Match ` ?[^\s\p{L}\p{N}]+` and then any of the `tail` characters.
pub(super) fn symbols(text: &str, start: usize, tail: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = start + usize::from(bytes.get(start) == Some(&b' '));
    let end = skip_while(text, first, Class::is_symbol);
    if end == first {
        return None;
    }
    let tails = bytes
        .get(end..)?
        .iter()
        .take_while(|&byte| tail.contains(byte))
        .count();
    Some(end + tails)
}

/// Match `\s*[\r\n]+|\s+(?!\S)|\s+` where a whitespace character stands.
///
/// A run ends after its last line break; without one it leaves its last character to the word
/// behind it, unless the text ends or it is the only one.
pub(super) fn whitespace(text: &str, start: usize) -> usize {
    seen_whitespace(text, start, class_at)
}

/// As [`whitespace`], where the text ends with what `look` sees.
pub(super) fn seen_whitespace(text: &str, start: usize, look: impl Look) -> usize {
    let (line_end, end) = space_run(text, start, look);
    line_end.unwrap_or(end)
}

/// Match `\s+(?!\S)|\s+` where a whitespace character stands.
pub(super) fn whitespace_without_lines(text: &str, start: usize) -> usize {
    space_run(text, start, class_at).1
}

/// Where the last line break of a run of whitespace ends, and where the run ends without regard to
/// line breaks.
fn space_run(text: &str, start: usize, look: impl Look) -> (Option<usize>, usize) {
    let (mut position, mut last, mut line_end) = (start, start, None);
    while let Some((class, end)) = look(text, position) {
        if !class.is_space() {
            return (line_end, if last == start { position } else { last });
        }
        if class == Class::Newline {
            line_end = Some(end);
        }
        (last, position) = (position, end);
    }
    (line_end, position)
}
