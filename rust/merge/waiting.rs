//! Words that wait for others, to be merged side by side.

use std::mem::take;
use std::ops::Range;

use super::Memory;
use super::lanes::{self, LANES};
use crate::vocabulary::{Vocabulary, Word};

/// Words that nobody has counted yet, and where they stand in the text.
#[derive(Debug)]
pub(super) struct Waiting {
    words: [Word; LANES],
    ranges: [(usize, usize); LANES],
    count: usize,
}

impl Waiting {
    pub(super) const EMPTY: Self = Self {
        words: [Word::TOO_LONG; LANES],
        ranges: [(0, 0); LANES],
        count: 0,
    };

    /// Let a word wait; gives the tokens of all that wait if they are enough to be merged.
    pub(super) fn add(
        &mut self,
        vocabulary: &Vocabulary,
        memory: &Memory,
        text: &[u8],
        (word, range): (Word, Range<usize>),
    ) -> u32 {
        self.words[self.count] = word;
        self.ranges[self.count] = (range.start, range.end);
        self.count += 1;
        if self.count < LANES {
            return 0;
        }
        self.merge(vocabulary, memory, text)
    }

    /// The tokens of all that wait.
    #[inline]
    pub(super) fn settle(&mut self, vocabulary: &Vocabulary, memory: &Memory, text: &[u8]) -> u32 {
        if self.count == 0 {
            return 0;
        }
        self.merge(vocabulary, memory, text)
    }

    #[cold]
    fn merge(&mut self, vocabulary: &Vocabulary, memory: &Memory, text: &[u8]) -> u32 {
        let ranges = &self.ranges[..take(&mut self.count)];
        let counts = lanes::count(vocabulary, text, ranges);
        let counts = &counts[..ranges.len()];
        for (&word, &tokens) in self.words.iter().zip(counts) {
            memory.counts.insert(word, tokens);
        }
        counts.iter().sum()
    }
}
