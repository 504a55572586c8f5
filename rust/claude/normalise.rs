//! What the models do to text before anything else: NFC, then characters folded or removed.
//!
//! Removed: control characters but tab, newline and NUL, and the private use of the basic plane.
//! Folded: NUL and every space but the ideographic one become a space; Thai SARA AM in two
//! characters becomes one; the four curly quotes become straight where the vocabulary says so.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// UTF-8 that starts with a smaller byte is below U+0300, where NFC changes nothing.
const FIRST_BYTE_OF_MARKS: u8 = 0xcc;
const NIKHAHIT: char = '\u{e4d}';
const SARA_AA: char = '\u{e32}';
const SARA_AM: char = '\u{e33}';

/// What becomes of one character.
enum Folded {
    Kept,
    /// Removed before the vowel signs of Thai are joined.
    Removed,
    /// Removed after they are joined.
    RemovedLate,
    Becomes(char),
}

/// Normalise a text; most text is returned as it is.
pub(super) fn normalise(text: &str, folds_quotes: bool) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let composed = compose(text);
    if composed
        .chars()
        .any(|character| changes(character, folds_quotes))
    {
        return Cow::Owned(fold(&composed, folds_quotes));
    }
    composed
}

/// Tell whether a text is printable ASCII, tabs and newlines.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'))
}

fn compose(text: &str) -> Cow<'_, str> {
    let has_no_mark = text.bytes().all(|byte| byte < FIRST_BYTE_OF_MARKS);
    if has_no_mark || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

fn changes(character: char, folds_quotes: bool) -> bool {
    character == SARA_AA || !matches!(fold_one(character, folds_quotes), Folded::Kept)
}

fn fold(text: &str, folds_quotes: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut follows_nikhahit = false;
    for character in text.chars() {
        let fate = fold_one(character, folds_quotes);
        if matches!(fate, Folded::Removed) {
            continue;
        }
        if follows_nikhahit && character == SARA_AA {
            folded.pop();
            folded.push(SARA_AM);
        } else {
            match fate {
                Folded::Kept => folded.push(character),
                Folded::Becomes(other) => folded.push(other),
                Folded::Removed | Folded::RemovedLate => {}
            }
        }
        follows_nikhahit = character == NIKHAHIT;
    }
    folded
}

fn fold_one(character: char, folds_quotes: bool) -> Folded {
    match character {
        ' '..='~' | '\t' | '\n' => Folded::Kept,
        '\u{1}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => Folded::Removed,
        '\u{e000}'..='\u{f8ff}' => Folded::RemovedLate,
        '\0'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}' => Folded::Becomes(' '),
        '‘' | '’' if folds_quotes => Folded::Becomes('\''),
        '“' | '”' if folds_quotes => Folded::Becomes('"'),
        _ => Folded::Kept,
    }
}
