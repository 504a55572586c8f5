//! What merging has found: the number of tokens of words that are no token themselves.
//!
//! A word costs a hundred times more to merge than to look up, and text repeats its words. The
//! table is bounded, belongs to one vocabulary and is shared by all threads without a lock: a line
//! holds four words, a new word takes the place of an older one, and what is forgotten is merged
//! again. A word is two numbers that are written one after the other, so a reader may see the
//! first of one word and the second of another. The first is therefore written under a mask made
//! of the second and a secret drawn at start: numbers that do not belong together fail to compare,
//! but for one chance in 2^64, which no text can steer without the secret.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::vocabulary::{Word, prefetch};

const LINES: usize = 1 << 16;
const ENTRIES: usize = 4;
/// The most tokens that four bits hold.
const MOST_TOKENS: u32 = 15;
/// The longest pre-token that is remembered.
const LONGEST_BYTES: usize = 128;
const COUNT_SHIFT: u32 = 56;
const COUNT_MASK: u64 = 0xf << COUNT_SHIFT;

#[derive(Debug, Default)]
#[repr(align(64))]
struct Line([[AtomicU64; 2]; ENTRIES]);

/// Counts of words; half a megabyte once it is used.
#[derive(Debug, Default)]
pub(crate) struct LearnedCounts {
    table: OnceLock<Table>,
}

#[derive(Debug)]
struct Table {
    lines: Box<[Line]>,
    secret: u64,
    /// Two more secrets, for what stands for long pre-tokens.
    seeds: [u64; 2],
}

impl LearnedCounts {
    /// Ask the memory for a word's line.
    #[inline]
    pub(crate) fn prefetch(&self, word: Word) {
        if let Some(table) = self.table.get() {
            prefetch(&table.lines[line_of(word)]);
        }
    }

    /// The tokens of a word, if they are known.
    #[inline]
    pub(crate) fn get(&self, word: Word) -> Option<u32> {
        let table = self.table.get()?;
        let line = &table.lines[line_of(word)];
        let counts = line.0.each_ref().map(|entry| table.count_if(entry, word));
        let count = counts[0] | counts[1] | counts[2] | counts[3];
        (count != 0).then_some(count)
    }

    /// A word that stands for a pre-token that is too long for one; `Word::TOO_LONG` for what is not
    /// remembered.
    #[inline]
    pub(crate) fn stand_in(&self, token: &[u8]) -> Word {
        if token.len() > LONGEST_BYTES {
            return Word::TOO_LONG;
        }
        let table = self.table.get_or_init(Table::new);
        Word::stand_in(token, table.seeds)
    }

    /// Remember the tokens of a word if they are from one to fifteen.
    pub(crate) fn insert(&self, word: Word, tokens: u32) {
        if tokens > MOST_TOKENS || word == Word::TOO_LONG {
            return;
        }
        let table = self.table.get_or_init(Table::new);
        let line = &table.lines[line_of(word)];
        let room = line
            .0
            .iter()
            .position(|[_, second]| second.load(Relaxed) == 0);
        let [first, second] = &line.0[room.unwrap_or_else(|| place_of(word))];
        let high = word.high() | u64::from(tokens & 0xf) << COUNT_SHIFT;
        second.store(high, Relaxed);
        first.store(word.low() ^ table.mask(high), Relaxed);
    }
}

impl Table {
    fn new() -> Self {
        Self {
            lines: (0..LINES).map(|_| Line::default()).collect(),
            secret: RandomState::new().hash_one(0) | 1,
            seeds: [0, 1].map(|number| RandomState::new().hash_one(number)),
        }
    }

    /// The tokens of a word if an entry is the word's, else 0.
    #[inline]
    fn count_if(&self, [first, second]: &[AtomicU64; 2], word: Word) -> u32 {
        let second = second.load(Relaxed);
        let difference = first.load(Relaxed) ^ self.mask(second) ^ word.low();
        let is_word = difference | (second & !COUNT_MASK ^ word.high()) == 0;
        count_of(second) * u32::from(is_word)
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

fn count_of(second: u64) -> u32 {
    // Four bits: the cast loses nothing.
    u32::from(second.to_le_bytes()[7] & 0xf)
}
fn line_of(word: Word) -> usize {
    (word.hash() >> 32) as usize & (LINES - 1)
}
fn place_of(word: Word) -> usize {
    (word.hash() >> 10) as usize & (ENTRIES - 1)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::thread;

    use super::{LINES, LearnedCounts};
    use crate::vocabulary::Word;

    fn word(number: usize) -> (Word, u32) {
        let text = format!("word {number}");
        let tokens = u32::try_from(number % 15 + 1).unwrap();
        (Word::read(text.as_bytes(), 0, text.len()).unwrap(), tokens)
    }

    #[test]
    fn what_is_known_is_right_whoever_else_learns() {
        let learned = LearnedCounts::default();
        let learn_all = |first: usize| {
            let mut known = 0;
            for number in (first..first + 8 * LINES).chain(first..first + 8 * LINES) {
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
}
