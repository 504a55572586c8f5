//! What counting has found: the tokens of words that are no token themselves, and of texts.
//!
//! A word costs a hundred times more to merge than to look up, text repeats its words and programs
//! their texts. A table is bounded, belongs to one vocabulary and is shared by all threads without a
//! lock: a line holds four words, a new word takes the place of an older one, and what is forgotten
//! is counted again. A word is two numbers that are written one after the other, so a reader may see
//! the first of one word and the second of another. The first is therefore written under a mask made
//! of the second and a secret drawn at start: numbers that do not belong together fail to compare,
//! but for one chance in 2^64, which no text can steer without the secret.
#![expect(unsafe_code, reason = "empty lines are taken from the system as zeros")]

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::vocabulary::{Word, prefetch};

const ENTRIES: usize = 4;

/// Counts of pre-tokens: 4 MB at most, of one to fifteen tokens beside a word's bytes.
pub(crate) type WordCounts = LearnedCounts<{ 1 << 16 }, 4, 56>;
/// Counts of texts: a quarter of a megabyte at most, beside 104 bits of what stands for a text.
pub(crate) type TextCounts = LearnedCounts<{ 1 << 12 }, 24, 40>;

#[derive(Debug)]
#[repr(align(64))]
struct Line([[AtomicU64; 2]; ENTRIES]);

/// Counts by word, in `LINES` lines whose memory is taken as it is used; a count has `BITS` bits from
/// bit `SHIFT` of the second number on, where words have none of their own.
#[derive(Debug, Default)]
pub(crate) struct LearnedCounts<const LINES: usize, const BITS: u32, const SHIFT: u32> {
    table: OnceLock<Table>,
}

impl<const LINES: usize, const BITS: u32, const SHIFT: u32> LearnedCounts<LINES, BITS, SHIFT> {
    const MOST_TOKENS: u64 = (1 << BITS) - 1;
    const COUNT_MASK: u64 = Self::MOST_TOKENS << SHIFT;

    /// Ask the memory for a word's line.
    #[inline]
    pub(crate) fn prefetch(&self, word: Word) {
        if let Some(table) = self.table.get() {
            prefetch(&table.lines[Self::line_of(word)]);
        }
    }

    /// The tokens of a word, if they are known.
    #[inline]
    pub(crate) fn get(&self, word: Word) -> Option<u32> {
        let table = self.table.get()?;
        let line = &table.lines[Self::line_of(word)];
        let counts = line
            .0
            .each_ref()
            .map(|entry| Self::count_if(table, entry, word));
        let count = counts[0] | counts[1] | counts[2] | counts[3];
        (count != 0).then_some(count)
    }

    /// A word that stands for bytes that are too many for one, sixteen at least.
    #[inline]
    pub(crate) fn stand_in(&self, bytes: &[u8]) -> Word {
        let table = self.table.get_or_init(|| Table::new(LINES));
        Word::stand_in(bytes, table.seeds)
    }

    /// Remember the tokens of a word, if they are one at least and no more than there are bits for.
    pub(crate) fn insert(&self, word: Word, tokens: u32) {
        let count = u64::from(tokens);
        if count > Self::MOST_TOKENS || word == Word::TOO_LONG {
            return;
        }
        let table = self.table.get_or_init(|| Table::new(LINES));
        let line = &table.lines[Self::line_of(word)];
        let room = line
            .0
            .iter()
            .position(|[_, second]| second.load(Relaxed) == 0);
        let [first, second] = &line.0[room.unwrap_or_else(|| place_of(word))];
        let high = word.high() & !Self::COUNT_MASK | count << SHIFT;
        second.store(high, Relaxed);
        first.store(word.low() ^ table.mask(high), Relaxed);
    }

    /// The tokens of a word if an entry is the word's, else 0.
    #[inline]
    fn count_if(table: &Table, [first, second]: &[AtomicU64; 2], word: Word) -> u32 {
        let second = second.load(Relaxed);
        let difference = first.load(Relaxed) ^ table.mask(second) ^ word.low();
        let is_word = difference | ((second ^ word.high()) & !Self::COUNT_MASK) == 0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a count has 24 bits at most"
        )]
        let count = ((second & Self::COUNT_MASK) >> SHIFT) as u32;
        count * u32::from(is_word)
    }

    #[inline]
    fn line_of(word: Word) -> usize {
        (word.hash() >> 32) as usize & (LINES - 1)
    }
}

#[derive(Debug)]
struct Table {
    lines: Box<[Line]>,
    secret: u64,
    /// More secrets, for what stands for many bytes.
    seeds: [u64; 4],
}

impl Table {
    fn new(lines: usize) -> Self {
        Self {
            // SAFETY: zeros are an empty line. Nothing is written, so only what is used takes memory.
            lines: unsafe { Box::<[Line]>::new_zeroed_slice(lines).assume_init() },
            secret: RandomState::new().hash_one(0) | 1,
            seeds: [0, 1, 2, 3].map(|number| RandomState::new().hash_one(number)),
        }
    }

    #[inline]
    fn mask(&self, second: u64) -> u64 {
        let product = u128::from(second ^ self.secret).wrapping_mul(u128::from(self.secret));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the halves are folded into one"
        )]
        let halves = (product as u64, (product >> 64) as u64);
        halves.0 ^ halves.1
    }
}

fn place_of(word: Word) -> usize {
    (word.hash() >> 10) as usize & (ENTRIES - 1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::thread;

    use super::{TextCounts, WordCounts};
    use crate::vocabulary::Word;

    const LINES: usize = 1 << 16;

    fn word(number: usize) -> (Word, u32) {
        let text = format!("word {number}");
        let tokens = u32::try_from(number % 15 + 1).unwrap();
        (Word::read(text.as_bytes(), 0, text.len()).unwrap(), tokens)
    }

    #[test]
    fn what_is_known_is_right_whoever_else_learns() {
        let learned = WordCounts::default();
        let learn_all = |first: usize| {
            let mut known = 0;
            for number in (first..first + LINES).chain(first..first + LINES) {
                let (word, tokens) = word(number);
                match learned.get(word) {
                    Some(found) => assert_eq!(found, tokens, "{number}"),
                    None => learned.insert(word, tokens),
                }
                known += usize::from(learned.get(word) == Some(tokens));
            }
            known
        };
        let known: Vec<usize> = thread::scope(|scope| {
            let learn_all = &learn_all;
            let threads = [0, 5, LINES].map(|first| scope.spawn(move || learn_all(first)));
            threads.map(|thread| thread.join().unwrap()).to_vec()
        });
        assert!(known.iter().all(|&known| known > LINES), "{known:?}");
    }

    #[test]
    fn a_text_keeps_a_count_of_24_bits_and_no_more() {
        let texts = TextCounts::default();
        for (text, tokens) in [
            ("a text of some length", 1),
            ("another text of some length", (1 << 24) - 1),
        ] {
            let word = texts.stand_in(text.as_bytes());
            assert_eq!(texts.get(word), None);
            texts.insert(word, 1 << 24);
            assert_eq!(texts.get(word), None);
            texts.insert(word, tokens);
            assert_eq!(texts.get(word), Some(tokens));
        }
    }
}
