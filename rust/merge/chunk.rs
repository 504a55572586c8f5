//! Counting a chunk of pre-tokens at a time.
//!
//! ```text
//! ends ─► words ─► tokens? ─► yes: 1 each
//!                     └─ no ─► learned? ─► merged and learned
//! ```

use super::{Memory, Scratch, count_long, learn};
use crate::vocabulary::{Chunk, Vocabulary, Word};

/// Count the tokens of the pre-tokens that end at `ends`, `CHUNK` at most; the first starts at
/// `start`.
pub fn count(
    vocabulary: &Vocabulary,
    memory: &Memory,
    text: &[u8],
    (start, ends): (usize, &[usize]),
    scratch: &mut Scratch,
) -> u32 {
    let mut chunk = Chunk::new();
    vocabulary.look_up(text, (start, ends), &mut chunk);
    let missing = chunk.missing();
    let mut tokens = u32::try_from(ends.len() - missing.len()).unwrap_or(u32::MAX);
    for (place, word) in missing {
        let from = place.checked_sub(1).map_or(start, |before| ends[before]);
        let range = (from, ends[place]);
        let found = match word {
            Word::TOO_LONG => count_long(vocabulary, memory, text, range, scratch),
            word => memory
                .counts
                .get(word)
                .unwrap_or_else(|| learn(vocabulary, memory, text, word, range, scratch)),
        };
        tokens = tokens.saturating_add(found);
    }
    tokens
}
