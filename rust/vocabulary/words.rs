//! The short tokens of a vocabulary: rank by word, in lines of one cache line each.
//!
//! A line holds four words of sixteen bytes; the ranks stand apart, so that counting, which only
//! asks whether a word is a token, touches half the memory. Lines that are full overflow into the
//! next one. Built once, never changed.

use super::index::NO_RANK;
use super::prefetch::prefetch;
use super::word::Word;

const WORDS_PER_LINE: usize = 4;

/// Four words; zero where there is none, which is the empty word, and no token is empty.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Line([u128; WORDS_PER_LINE]);

impl Line {
    /// The place of a word in the line.
    #[inline]
    pub(super) fn find(&self, word: Word) -> Option<usize> {
        self.0.iter().position(|&entry| entry == word.0)
    }

    #[inline]
    fn has_room(&self) -> bool {
        self.0[WORDS_PER_LINE - 1] == 0
    }
}

/// Says of most words that are no token that they are none: a bit for each hash, in a quarter of a
/// megabyte that stays in a core's own cache, where the lines do not.
#[derive(Debug)]
struct Filter(Vec<u64>);

impl Filter {
    const BLOCK_BITS: u32 = 15;

    fn new() -> Self {
        Self(vec![0; 1 << Self::BLOCK_BITS])
    }

    fn insert(&mut self, hash: u64) {
        self.0[Self::block(hash)] |= 1 << (hash % 64);
    }

    #[inline]
    fn may_have(&self, hash: u64) -> bool {
        self.0[Self::block(hash)] >> (hash % 64) & 1 != 0
    }

    #[inline]
    fn prefetch(&self, hash: u64) {
        prefetch(&self.0[Self::block(hash)]);
    }

    #[inline]
    fn block(hash: u64) -> usize {
        (hash >> 6) as usize & ((1 << Self::BLOCK_BITS) - 1)
    }
}

/// A word whose rank was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    word: Word,
    hash: u64,
    /// Whether the filter lets it pass.
    is_likely: bool,
}

impl Asked {
    /// Stands for no question.
    pub(crate) const NOTHING: Self = Self {
        word: Word::TOO_LONG,
        hash: 0,
        is_likely: false,
    };
}

/// Short tokens by word.
#[derive(Debug)]
pub(super) struct WordTable {
    filter: Filter,
    lines: Vec<Line>,
    ranks: Vec<u32>,
    shift: u32,
}

impl WordTable {
    /// Make an empty table for so many words: at most a half of the places will be taken.
    pub(super) fn with_capacity(words: usize) -> Self {
        let lines = (words.div_ceil(WORDS_PER_LINE) * 2)
            .next_power_of_two()
            .max(2);
        Self {
            filter: Filter::new(),
            lines: vec![Line::default(); lines],
            ranks: vec![0; lines * WORDS_PER_LINE],
            shift: u64::BITS - lines.trailing_zeros(),
        }
    }

    /// Add a word that is not empty; gives the rank of an equal one that is there already.
    pub(super) fn insert(&mut self, word: Word, rank: u32) -> Result<(), u32> {
        self.filter.insert(word.hash());
        let mut line = self.line_of(word.hash());
        loop {
            let entries = &mut self.lines[line].0;
            for (place, entry) in entries.iter_mut().enumerate() {
                let slot = line * WORDS_PER_LINE + place;
                if *entry == word.0 {
                    return Err(self.ranks[slot]);
                }
                if *entry == 0 {
                    *entry = word.0;
                    self.ranks[slot] = rank;
                    return Ok(());
                }
            }
            line = self.next(line);
        }
    }

    /// Tell whether a token is in its line or, if that is full, in a later one.
    #[inline]
    pub(super) fn contains(&self, line: usize, is_in: impl Fn(&Line) -> bool) -> bool {
        let mut line = line & (self.lines.len() - 1);
        loop {
            let entries = &self.lines[line];
            if is_in(entries) {
                return true;
            }
            if entries.has_room() {
                return false;
            }
            line = self.next(line);
        }
    }

    /// The rank of a word.
    #[inline]
    pub(super) fn rank(&self, word: Word) -> Option<u32> {
        let hash = word.hash();
        let rank = if self.filter.may_have(hash) {
            self.find(word, hash)
        } else {
            NO_RANK
        };
        (rank != NO_RANK).then_some(rank)
    }

    /// Begin to look for the rank of a word: the memory is asked for the first thing it depends on.
    #[inline]
    pub(super) fn ask(&self, word: Word) -> Asked {
        let hash = word.hash();
        self.filter.prefetch(hash);
        Asked {
            word,
            hash,
            is_likely: false,
        }
    }

    /// Go on with a question: the rank of the word, `NO_RANK` where it has none, or nothing yet and
    /// the memory is asked for more.
    #[inline]
    pub(super) fn answer(&self, asked: &mut Asked) -> Option<u32> {
        if asked.is_likely {
            return Some(self.find(asked.word, asked.hash));
        }
        if !self.filter.may_have(asked.hash) {
            return Some(NO_RANK);
        }
        asked.is_likely = true;
        let line = self.line_of(asked.hash);
        prefetch(&self.lines[line]);
        prefetch(&self.ranks[line * WORDS_PER_LINE]);
        None
    }

    #[inline]
    fn find(&self, word: Word, hash: u64) -> u32 {
        let mut line = self.line_of(hash);
        // So that the ranks need not wait for the line.
        prefetch(&self.ranks[line * WORDS_PER_LINE]);
        loop {
            let entries = &self.lines[line];
            if let Some(place) = entries.find(word) {
                return self.ranks[line * WORDS_PER_LINE + place];
            }
            if entries.has_room() {
                return NO_RANK;
            }
            line = self.next(line);
        }
    }

    /// Ask the memory for the place where a word will go.
    pub(super) fn prefetch_place(&self, word: Word) {
        let line = self.prefetch(word);
        prefetch(&self.ranks[line * WORDS_PER_LINE]);
    }

    /// The line of a word, which the memory is asked for.
    #[inline]
    pub(super) fn prefetch(&self, word: Word) -> usize {
        let line = self.line_of(word.hash());
        prefetch(&self.lines[line]);
        line
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the high bits of a hash choose a line, and lines are no more than a usize counts"
    )]
    #[inline]
    fn line_of(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize & (self.lines.len() - 1)
    }

    fn next(&self, line: usize) -> usize {
        (line + 1) & (self.lines.len() - 1)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use super::{Word, WordTable};

    fn word(text: &str) -> Word {
        Word::read(text.as_bytes(), 0, text.len()).unwrap()
    }

    #[test]
    fn a_crowded_table_finds_what_it_holds_and_nothing_else() {
        // Two lines for a hundred words would never end; half as many places as usual must do.
        let mut table = WordTable::with_capacity(52);
        let texts: Vec<String> = (0..100).map(|number| format!("word {number}")).collect();
        for (rank, text) in (0..).zip(&texts) {
            assert_eq!(table.insert(word(text), rank), Ok(()));
        }
        for (rank, text) in (0..).zip(&texts) {
            assert_eq!(table.rank(word(text)), Some(rank));
            assert_eq!(table.insert(word(text), 7), Err(rank));
        }
        assert_eq!(table.rank(word("word 100")), None);
        assert_eq!(table.rank(Word::TOO_LONG), None);
    }
}
