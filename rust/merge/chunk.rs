//! Counting a chunk of pre-tokens at a time.
//!
//! ```text
//! splitter ─► ends ─► words ─► tokens? ─► yes: 1 each
//!                                 └─ no ─► learned? ─► yes: its count
//!                                             └─ no ─► waits ─► merged with others, and learned
//! ```

use std::ops::Range;

use super::{Memory, Scratch, count_parts};
use crate::split::Splitter;
use crate::vocabulary::{CHUNK, LONGEST_WORD_BYTES, Vocabulary, Word};

/// The longest pre-token that is learned.
const LONGEST_LEARNED_BYTES: usize = 128;

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
#[inline]
pub fn count(
    vocabulary: &Vocabulary,
    memory: &Memory,
    (text, splitter): (&str, &mut Splitter<'_>),
    start: usize,
    scratch: &mut Scratch,
) -> Counted {
    let counted = count_known(vocabulary, memory, (text, splitter), start, scratch);
    let waiting = settle(vocabulary, memory, text, scratch);
    Counted {
        tokens: counted.tokens.saturating_add(waiting),
        ..counted
    }
}

/// The tokens of the pre-tokens that still wait to be merged, after the last call of
/// [`count_known`] for a text.
#[inline]
pub fn settle(vocabulary: &Vocabulary, memory: &Memory, text: &str, scratch: &mut Scratch) -> u32 {
    scratch.waiting.settle(vocabulary, memory, text.as_bytes())
}

/// As [`count`], but some pre-tokens may wait for those of the next calls or of [`settle`], which
/// give their tokens.
pub fn count_known(
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
        let (place, mut word) = scratch.chunk.missing(number);
        if word == Word::TOO_LONG {
            let range = scratch.range(start, place);
            if range.len() <= LONGEST_LEARNED_BYTES {
                word = memory.counts.stand_in(&text[range]);
                scratch.chunk.replace(place, word);
            }
        }
        memory.counts.prefetch(word);
    }
    let mut tokens = u32::try_from(found - missing).unwrap_or(u32::MAX);
    for number in 0..missing {
        let (place, word) = scratch.chunk.missing(number);
        let range = scratch.range(start, place);
        let found = match memory.counts.get(word) {
            Some(known) => known,
            None => count_unknown(vocabulary, memory, text, (word, range), scratch),
        };
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

#[cold]
fn count_unknown(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    (word, range): (Word, Range<usize>),
    scratch: &mut Scratch,
) -> u32 {
    if range.len() <= LONGEST_WORD_BYTES {
        return scratch.waiting.add(vocabulary, memory, text, (word, range));
    }
    let tokens = match vocabulary.rank(&text[range.clone()]) {
        Some(_) => 1,
        None => count_parts(vocabulary, memory, text, (range.start, range.end), scratch),
    };
    memory.counts.insert(word, tokens);
    tokens
}
