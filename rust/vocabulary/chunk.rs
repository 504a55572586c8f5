//! Looking up a chunk of words at a time, so that memory answers many questions at once.
//!
//! ```text
//! ends ─► words, the line of each asked for ─► which words are no tokens
//! ```
//!
//! Which words are no tokens, one of ten, is noted without a branch: a wrong guess would wait for
//! the memory. Comparing a word with the four of a line is one instruction where the processor has
//! wide vectors; every level has the same result.

use super::word::Word;
use super::words::{Line, WordTable};
use crate::processor::Level;

/// Words that are looked up together.
pub(crate) const CHUNK: usize = 64;

/// A chunk of words and the places of those that are no tokens.
#[derive(Debug)]
pub(crate) struct Chunk {
    words: [Word; CHUNK],
    lines: [usize; CHUNK],
    missing: [u8; CHUNK],
    missing_count: usize,
}

impl Chunk {
    /// A chunk of no words.
    pub(crate) fn new() -> Self {
        Self {
            words: [Word::TOO_LONG; CHUNK],
            lines: [0; CHUNK],
            missing: [0; CHUNK],
            missing_count: 0,
        }
    }

    /// How many of the words are no tokens.
    #[inline]
    pub(crate) fn missing_count(&self) -> usize {
        self.missing_count
    }

    /// The place and the word of the n-th one that is no token; `Word::TOO_LONG` may be one.
    #[inline]
    pub(crate) fn missing(&self, number: usize) -> (usize, Word) {
        let place = usize::from(self.missing[number]);
        (place, self.words[place])
    }

    /// Let another word stand for one.
    #[inline]
    pub(crate) fn replace(&mut self, place: usize, word: Word) {
        self.words[place] = word;
    }
}

/// Compares a word with those of a line.
pub(super) trait Compare: Copy {
    /// Tell whether the word is in the line.
    fn is_in(self, word: &Word, line: &Line) -> bool;
}

impl Level {
    /// Look up the words that end at `ends`, `CHUNK` at most; the first starts at `start`.
    pub(super) fn look_up(
        self,
        table: &WordTable,
        text: &[u8],
        (start, ends): (usize, &[usize]),
        chunk: &mut Chunk,
    ) {
        match self {
            Self::Portable => look_up(Portable, table, text, (start, ends), chunk),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(level) => level.look_up(table, text, (start, ends), chunk),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(level) => level.look_up(table, text, (start, ends), chunk),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Portable;

impl Compare for Portable {
    #[inline]
    fn is_in(self, word: &Word, line: &Line) -> bool {
        line.find(*word).is_some()
    }
}

/// The places of a chunk.
const PLACES: [u8; CHUNK] = {
    let mut places = [0; CHUNK];
    let mut place = 1;
    while place < CHUNK {
        places[place] = places[place - 1] + 1;
        place += 1;
    }
    places
};

/// As [`Level::look_up`].
#[expect(clippy::inline_always, reason = "compiled anew for each level")]
#[inline(always)]
pub(super) fn look_up<C: Compare>(
    compare: C,
    table: &WordTable,
    text: &[u8],
    (start, ends): (usize, &[usize]),
    chunk: &mut Chunk,
) {
    // Indices instead of iterators over several arrays: a quarter of the instructions less.
    let count = ends.len().min(CHUNK);
    let mut from = start;
    for (place, &end) in ends.iter().enumerate().take(CHUNK) {
        let word = Word::read(text, from, end).unwrap_or(Word::TOO_LONG);
        chunk.words[place] = word;
        chunk.lines[place] = table.prefetch(word);
        from = end;
    }
    let mut missing = 0;
    for (place, &number) in PLACES.iter().enumerate().take(count) {
        chunk.missing[missing & (CHUNK - 1)] = number;
        let word = &chunk.words[place];
        let is_token = table.contains(chunk.lines[place], |line| compare.is_in(word, line));
        missing += usize::from(!is_token);
    }
    chunk.missing_count = missing;
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use proptest::prelude::*;

    use super::super::packed;
    use super::{CHUNK, Chunk, Level};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

        #[test]
        fn every_level_notes_the_words_that_are_no_tokens(
            words in proptest::collection::vec("[ a-zA-Z]{1,7}|the| of|[ -~]{1,20}|\\PC{1,6}", 1..=CHUNK),
        ) {
            static O200K: std::sync::LazyLock<crate::vocabulary::Vocabulary> =
                std::sync::LazyLock::new(|| {
                    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
                    packed::open(folder.join("python/bedrock_llm/vocabularies/o200k.vocabulary")).unwrap()
                });
            let text = words.concat();
            let ends: Vec<usize> = words.iter().scan(0, |end, word| { *end += word.len(); Some(*end) }).collect();
            for level in Level::every() {
                let mut chunk = Chunk::new();
                let table = O200K.index.words();
                level.look_up(table, text.as_bytes(), (0, &ends), &mut chunk);
                let missing: Vec<usize> = (0..chunk.missing_count()).map(|number| chunk.missing(number).0).collect();
                let is_missing = |word: &String| word.len() > 15 || O200K.rank(word.as_bytes()).is_none();
                let expected: Vec<usize> = (0..words.len()).filter(|&place| is_missing(&words[place])).collect();
                prop_assert_eq!(missing, expected, "{:?}", level);
            }
        }
    }
}
