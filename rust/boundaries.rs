//! Where a text may be cut: the places next to a wanted one, by kind, one row each.
//!
//! Characters as readers see them, words and sentences are those of Unicode's Standard Annex 29,
//! found by the crate `unicode-segmentation`. It reads forwards, so words and sentences are looked
//! for in a window around the place, which grows until it shows one; places close to where a
//! window begins in the middle of the text are not believed. The work thus depends on the
//! distance to the place that is found, not on the text.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

use crate::error::CoreError;

/// A kind of place where a text may be cut.
#[derive(Debug)]
pub struct Boundary {
    /// The name users write.
    pub name: &'static str,
    /// The kind to fall back to where there is no place of this kind.
    finer: Option<&'static Boundary>,
    /// The last place at or before a character's; `None` if there is none in the text.
    before: fn(&str, usize) -> Option<usize>,
    /// The first place at or behind a character's; `None` if there is none in the text.
    after: fn(&str, usize) -> Option<usize>,
}

/// Between any two characters.
static TOKEN: Boundary = Boundary {
    name: "token",
    finer: None,
    before: |_, place| Some(place),
    after: |_, place| Some(place),
};

/// Between two characters as readers see them: never before a combining mark, never inside an
/// emoji of several parts, a flag, a syllable of Hangul or a line end.
static CHARACTER: Boundary = Boundary {
    name: "character",
    finer: None,
    before: |text, place| Some(character(text, place, Direction::Back)),
    after: |text, place| Some(character(text, place, Direction::Forth)),
};

/// Between words; white space at the cut goes.
static WORD: Boundary = Boundary {
    name: "word",
    finer: Some(&CHARACTER),
    before: |text, place| last_before(text, place, word_ends).map(|end| trim_end(text, end)),
    after: |text, place| first_after(text, place, word_ends).map(|start| trim_start(text, start)),
};

/// Between sentences; white space at the cut goes.
static SENTENCE: Boundary = Boundary {
    name: "sentence",
    finer: Some(&WORD),
    before: |text, place| last_before(text, place, sentence_ends).map(|end| trim_end(text, end)),
    after: |text, place| {
        first_after(text, place, sentence_ends).map(|start| trim_start(text, start))
    },
};

/// Behind a line feed.
static LINE: Boundary = Boundary {
    name: "line",
    finer: Some(&SENTENCE),
    before: |text, place| text[..place].rfind('\n').map(|feed| feed + 1),
    after: |text, place| {
        let is_start = place == 0 || text[..place].ends_with('\n');
        let next = || text[place..].find('\n').map(|feed| place + feed + 1);
        if is_start { Some(place) } else { next() }
    },
};

static BOUNDARIES: [&Boundary; 5] = [&TOKEN, &CHARACTER, &WORD, &SENTENCE, &LINE];

impl Boundary {
    /// Find a kind by name.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] names the known kinds.
    pub fn find(name: &str) -> Result<&'static Self, CoreError> {
        let found = BOUNDARIES.into_iter().find(|row| row.name == name);
        found.ok_or_else(|| {
            let known = BOUNDARIES.map(|row| row.name).join(", ");
            let message = format!("at={name:?} is no kind of place to cut at; known are {known}");
            CoreError::InvalidParameter { message }
        })
    }

    /// Tell whether every place between two characters is of this kind.
    #[must_use]
    pub fn is_anywhere(&self) -> bool {
        self.name == TOKEN.name
    }

    /// The last place at or before a character's, with the kind that it is of.
    #[must_use]
    pub fn before(&'static self, text: &str, place: usize) -> (usize, &'static Self) {
        let found = (self.before)(text, place).filter(|&found| found > 0);
        found.map_or_else(
            || {
                let nothing = (0, self);
                self.finer
                    .map_or(nothing, |finer| finer.before(text, place))
            },
            |found| (found, self),
        )
    }

    /// The first place at or behind a character's, with the kind that it is of.
    #[must_use]
    pub fn after(&'static self, text: &str, place: usize) -> (usize, &'static Self) {
        let found = (self.after)(text, place).filter(|&found| found < text.len());
        found.map_or_else(
            || {
                let nothing = (text.len(), self);
                self.finer.map_or(nothing, |finer| finer.after(text, place))
            },
            |found| (found, self),
        )
    }

    /// The finer of two kinds.
    #[must_use]
    pub fn finer_of(&'static self, other: &'static Self) -> &'static Self {
        let rank = |kind: &Self| BOUNDARIES.iter().position(|row| row.name == kind.name);
        if rank(self) < rank(other) {
            self
        } else {
            other
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Back,
    Forth,
}

fn character(text: &str, place: usize, direction: Direction) -> usize {
    let mut cursor = GraphemeCursor::new(place, text.len(), true);
    // With all of the text in one chunk the cursor has no error to give.
    if cursor.is_boundary(text, 0).unwrap_or(true) {
        return place;
    }
    match direction {
        Direction::Back => cursor.prev_boundary(text, 0).ok().flatten().unwrap_or(0),
        Direction::Forth => cursor
            .next_boundary(text, 0)
            .ok()
            .flatten()
            .unwrap_or(text.len()),
    }
}

fn trim_end(text: &str, place: usize) -> usize {
    text[..place].trim_end().len()
}

fn trim_start(text: &str, place: usize) -> usize {
    text.len() - text[place..].trim_start().len()
}

/// Gives every end of a segment in a text.
type Ends = fn(&str) -> Vec<usize>;

fn word_ends(text: &str) -> Vec<usize> {
    let words = text.split_word_bound_indices();
    words.map(|(start, word)| start + word.len()).collect()
}

fn sentence_ends(text: &str) -> Vec<usize> {
    let sentences = text.split_sentence_bound_indices();
    sentences
        .map(|(start, sentence)| start + sentence.len())
        .collect()
}

/// What a segment's end depends on lies within this many bytes of it.
const CONTEXT_BYTES: usize = 128;
/// The first window reaches this far.
const WINDOW_BYTES: usize = 512;

fn last_before(text: &str, place: usize, ends: Ends) -> Option<usize> {
    let end = text.ceil_char_boundary(text.len().min(place + CONTEXT_BYTES));
    let mut reach = WINDOW_BYTES;
    loop {
        let start = text.floor_char_boundary(place.saturating_sub(reach));
        let first = if start == 0 { 0 } else { start + CONTEXT_BYTES };
        let found = ends(&text[start..end]);
        let found = found.iter().rev().map(|end| start + end);
        let mut found = found.filter(|&end| end <= place && end > first);
        if let Some(last) = found.next() {
            return Some(last);
        }
        if start == 0 {
            return None;
        }
        reach = reach.saturating_mul(4);
    }
}

fn first_after(text: &str, place: usize, ends: Ends) -> Option<usize> {
    if place == 0 {
        return Some(0);
    }
    let start = text.floor_char_boundary(place.saturating_sub(WINDOW_BYTES));
    let mut reach = WINDOW_BYTES;
    loop {
        let end = text.ceil_char_boundary(text.len().min(place.saturating_add(reach)));
        let last = if end == text.len() {
            end
        } else {
            end - CONTEXT_BYTES
        };
        let found = ends(&text[start..end]);
        let found = found.iter().map(|end| start + end);
        let mut found = found.filter(|&end| end >= place && end < last);
        if let Some(first) = found.next() {
            return Some(first);
        }
        if end == text.len() {
            return None;
        }
        reach = reach.saturating_mul(4);
    }
}
