//! Cuts normalised text into runs: as long as can be, of characters that are treated alike.
//!
//! Each run knows whether it takes a mark where a space stands before or behind it. Symbols and
//! numbers outside of ASCII do; letters outside of words and ASCII digits do not.

use super::kinds::{Kind, kind_of, kind_of_ascii};

/// What a run is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Letters and the marks on them.
    Word,
    /// Combining marks that no letter stands before; they open a word.
    Marks,
    /// Punctuation.
    Symbols,
    /// ASCII and Arabic digits.
    Digits,
    /// Letters outside of words.
    IsolatedLetters,
    /// Symbols that do not join punctuation.
    IsolatedSymbols,
    /// Other digits and numbers.
    IsolatedNumbers,
    /// White space.
    Space,
}

/// A part of the text whose characters are treated alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'text> {
    pub(super) group: Group,
    pub(super) text: &'text str,
    /// Whether a space before it is marked on it; of no meaning for words and marks.
    pub(super) takes_opening: bool,
    /// Whether a space behind it is marked on it; for a word, whether its last letter is a symbol.
    pub(super) takes_closing: bool,
}

impl Run<'_> {
    /// Tell whether this is the beginning of a word.
    pub(super) fn opens_word(&self) -> bool {
        matches!(self.group, Group::Word | Group::Marks)
    }
}

/// The runs of a normalised text.
pub(super) struct Runs<'text> {
    rest: &'text str,
}

impl<'text> Runs<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { rest: text }
    }
}

impl<'text> Iterator for Runs<'text> {
    type Item = Run<'text>;

    fn next(&mut self) -> Option<Run<'text>> {
        let (first, mut size) = next_kind(self.rest.as_bytes(), self.rest, 0)?;
        let group = group_of(first);
        let (mut last, mut is_uniform) = (first, true);
        let letters = match group {
            Group::Word => ascii_letters(&self.rest.as_bytes()[size..]), // most words have no other
            _ => 0,
        };
        if letters > 0 {
            (last, size) = (Kind::Letter, size + letters);
        }
        while let Some((kind, end)) = next_kind(self.rest.as_bytes(), self.rest, size) {
            if !continues(group, kind) {
                break;
            }
            is_uniform &= kind == first;
            (last, size) = (kind, end);
        }
        let (text, rest) = self.rest.split_at(size);
        self.rest = rest;
        let (takes_opening, takes_closing) = find_borders(group, first, last, is_uniform);
        Some(Run {
            group,
            text,
            takes_opening,
            takes_closing,
        })
    }
}

/// The kind of the character at a position, and where it ends.
fn next_kind(bytes: &[u8], text: &str, position: usize) -> Option<(Kind, usize)> {
    let byte = *bytes.get(position)?;
    if byte.is_ascii() {
        return Some((kind_of_ascii(byte), position + 1));
    }
    let character = text[position..].chars().next()?;
    Some((kind_of(character), position + character.len_utf8()))
}

/// The number of ASCII letters that bytes begin with.
fn ascii_letters(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|byte| !byte.is_ascii_alphabetic());
    end.unwrap_or(bytes.len())
}

/// The group that a run belongs to by its first character.
fn group_of(first: Kind) -> Group {
    match first {
        Kind::Letter | Kind::CircledLetter => Group::Word,
        Kind::Mark => Group::Marks,
        Kind::Symbol => Group::Symbols,
        Kind::AsciiDigit | Kind::ArabicDigit => Group::Digits,
        Kind::Space => Group::Space,
        Kind::IsolatedSymbol => Group::IsolatedSymbols,
        Kind::IsolatedDecimal | Kind::IsolatedNumber => Group::IsolatedNumbers,
        Kind::IsolatedLetter | Kind::Selector => Group::IsolatedLetters,
    }
}

/// Tell whether a character continues a run; a selector rides any isolated one.
fn continues(group: Group, next: Kind) -> bool {
    match group {
        Group::Word => matches!(next, Kind::Letter | Kind::CircledLetter | Kind::Mark),
        Group::IsolatedLetters | Group::IsolatedSymbols | Group::IsolatedNumbers => {
            next == Kind::Selector || group_of(next) == group
        }
        _ => group_of(next) == group,
    }
}

/// Whether a run takes a mark for a space before it, and for one behind it.
fn find_borders(group: Group, first: Kind, last: Kind, is_uniform: bool) -> (bool, bool) {
    match group {
        Group::Symbols | Group::IsolatedSymbols => (true, true),
        Group::Digits => (first == Kind::ArabicDigit, last == Kind::ArabicDigit),
        Group::IsolatedNumbers => (is_uniform, is_uniform || last == Kind::Selector),
        Group::IsolatedLetters => (first == Kind::Selector, last == Kind::Selector),
        Group::Word => (false, last == Kind::CircledLetter),
        Group::Marks | Group::Space => (false, false),
    }
}
