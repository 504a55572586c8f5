//! Counting a chunk of pre-tokens at a time.
//!
//! ```text
//! splitter ─► ends ─► words ─► tokens? ─► yes: 1 each
//!                                 └─ no ─► learned? ─► merged and learned
//! ```

use super::{Memory, Scratch, count_long, learn};
use crate::split::Splitter;
use crate::vocabulary::{CHUNK, Vocabulary, Word};

/// Some pre-tokens in a row.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Where the last one ends.
    pub end: usize,
    /// The tokens of all.
    pub tokens: u32,
    /// Whether the text ends here.
    pub is_last: bool,
}

/// Count the tokens of the next pre-tokens of a text, the first of which starts at `start`.
pub fn count(
    vocabulary: &Vocabulary,
    memory: &Memory,
    (text, splitter): (&str, &mut Splitter<'_>),
    start: usize,
    scratch: &mut Scratch,
) -> Counted {
    let found = splitter.next_ends(&mut scratch.ends.0);
    let text = text.as_bytes();
    let ends = scratch.ends.0.get(..found).unwrap_or_default();
    vocabulary.look_up(text, (start, ends), &mut scratch.chunk);
    let missing = scratch.chunk.missing_count();
    for number in 0..missing {
        memory.counts.prefetch(scratch.chunk.missing(number).1);
    }
    let mut tokens = u32::try_from(found - missing).unwrap_or(u32::MAX);
    for number in 0..missing {
        let (place, word) = scratch.chunk.missing(number);
        let before = place.checked_sub(1);
        let range = (
            before.map_or(start, |before| scratch.ends.0[before]),
            scratch.ends.0[place],
        );
        let found = count_missing(vocabulary, memory, text, (word, range), scratch);
        tokens = tokens.saturating_add(found);
    }
    Counted {
        end: found
            .checked_sub(1)
            .map_or(start, |last| scratch.ends.0[last]),
        tokens,
        is_last: found < CHUNK,
    }
}

fn count_missing(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    (word, range): (Word, (usize, usize)),
    scratch: &mut Scratch,
) -> u32 {
    if word == Word::TOO_LONG {
        return count_long(vocabulary, memory, text, range, scratch);
    }
    let known = memory.counts.get(word);
    known.unwrap_or_else(|| learn(vocabulary, memory, text, word, range, scratch))
}
