//! Case marks: a word in capitals, or one with a capital first, becomes a mark and small letters.
//!
//! A mark stands for a whole word only. A word with capitals elsewhere keeps them, and so does a
//! word in capitals that is shorter than the vocabulary's least, has a letter without case, or has
//! one of the letters that the models were measured not to lower: `ẞ` anywhere, `İ` as the first.

use super::{CAPITALS, SHIFT};

/// A capital to Unicode that the models do not lower.
const THETA_SYMBOL: char = 'ϴ';
/// Never lowered; keeps its word from a mark.
const SHARP_S: char = 'ẞ';
/// Never lowered; keeps its word from a mark only where it comes first.
const DOTTED_I: char = 'İ';

/// What the capitals of a word become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// Nothing: the word stays as it is written.
    Literal,
    /// [`SHIFT`] and small letters.
    Shift,
    /// [`CAPITALS`] and small letters.
    Capitals,
}

impl Case {
    /// The mark that stands before the word.
    pub(super) fn mark(self) -> Option<u8> {
        match self {
            Self::Literal => None,
            Self::Shift => Some(SHIFT),
            Self::Capitals => Some(CAPITALS),
        }
    }
}

/// Decide what the capitals of a word become.
pub(super) fn find_case(word: &str, fewest_capitals: Option<usize>) -> Case {
    let tally = if word.is_ascii() {
        Tally::of_ascii(word)
    } else {
        Tally::of(word)
    };
    tally.decide(fewest_capitals)
}

/// Append a word in small letters.
pub(super) fn push_lowered(word: &str, stream: &mut Vec<u8>) {
    if word.is_ascii() {
        let start = stream.len();
        stream.extend_from_slice(word.as_bytes());
        stream[start..].make_ascii_lowercase();
        return;
    }
    let mut utf8 = [0; 4];
    for character in word.chars() {
        let small = lower(character);
        stream.extend_from_slice(small.encode_utf8(&mut utf8).as_bytes());
    }
}

/// What decides about a word's case.
#[derive(Debug, Default)]
struct Tally {
    characters: usize,
    capitals: usize,
    /// Small letters, and letters and marks without case.
    uncapitals: usize,
    /// Capitals in the first place that a mark may stand for: one or none.
    first_capitals: usize,
    /// [`DOTTED_I`], which is a capital, yet not one that keeps a word from [`SHIFT`].
    dotted: usize,
    /// [`SHARP_S`].
    sharp: usize,
}

impl Tally {
    fn of(word: &str) -> Self {
        let mut tally = Self::default();
        for character in word.chars() {
            let is_capital = is_capital(character);
            let is_dotted = character == DOTTED_I;
            let is_first = tally.characters == 0;
            tally.first_capitals += usize::from(is_first && is_capital && !is_dotted);
            tally.characters += 1;
            tally.capitals += usize::from(is_capital);
            tally.uncapitals += usize::from(!is_capital && !is_number_letter(character));
            tally.dotted += usize::from(is_dotted);
            tally.sharp += usize::from(character == SHARP_S);
        }
        tally
    }

    fn of_ascii(word: &str) -> Self {
        let capitals = word.bytes().filter(u8::is_ascii_uppercase).count();
        let is_first = word.starts_with(|first: char| first.is_ascii_uppercase());
        Self {
            characters: word.len(),
            capitals,
            uncapitals: word.len() - capitals,
            first_capitals: usize::from(is_first),
            dotted: 0,
            sharp: 0,
        }
    }

    fn decide(&self, fewest_capitals: Option<usize>) -> Case {
        let is_long = fewest_capitals.is_some_and(|fewest| self.characters >= fewest);
        let is_in_capitals = self.capitals > 0 && self.uncapitals == 0 && self.dotted == 0;
        if self.sharp > 0 {
            Case::Literal
        } else if is_long && is_in_capitals {
            Case::Capitals
        } else if self.first_capitals == 1 && self.capitals - self.dotted == 1 {
            Case::Shift
        } else {
            Case::Literal
        }
    }
}

/// Tell whether a character has a small letter, which is another character.
fn is_capital(character: char) -> bool {
    character == DOTTED_I || (character.is_uppercase() && lower(character) != character)
}

/// Tell whether a character of a word has no bearing on its being one of capitals.
fn is_number_letter(character: char) -> bool {
    !character.is_lowercase() && super::kinds::is_number_letter(character)
}

fn lower(character: char) -> char {
    if character == THETA_SYMBOL || character == DOTTED_I {
        return character;
    }
    character.to_lowercase().next().unwrap_or(character)
}
