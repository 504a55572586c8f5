//! From the bytes of a token to its rank: pairs of bytes, words of up to fifteen bytes, the rest.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::chunk::Chunk;
use super::prefixes::Prefixes;
use super::table::TokenTable;
use super::word::{LONGEST_WORD_BYTES, Word};
use super::words::{Asked, WordTable};
use crate::processor::Level;

/// The rank of what is no token.
pub(crate) const NO_RANK: u32 = u32::MAX;
const BYTE_PAIRS: usize = 1 << 16;
/// How many ranks before its turn the memory is asked for a token's place.
const ASKED_AHEAD: u32 = 16;

/// Ranks by token bytes.
#[derive(Debug)]
pub(super) struct RankIndex {
    /// The rank of each pair of bytes, which merging asks for first.
    pairs: Vec<u32>,
    words: WordTable,
    long: LongTable,
    prefixes: Prefixes,
    longest_token_bytes: usize,
    level: Level,
}

impl RankIndex {
    /// Index a table.
    ///
    /// # Errors
    ///
    /// The reason, if a token stands twice.
    pub(super) fn build(tokens: &TokenTable) -> Result<Self, String> {
        let is_word = |token: &[u8]| token.len() <= LONGEST_WORD_BYTES;
        let words = tokens.iter().filter(|(_, token)| is_word(token)).count();
        let count = tokens.iter().count();
        let mut index = Self {
            pairs: vec![NO_RANK; BYTE_PAIRS],
            words: WordTable::with_capacity(words),
            long: LongTable::with_capacity(count - words),
            prefixes: Prefixes::new(),
            longest_token_bytes: 0,
            level: Level::best(),
        };
        for (rank, token) in tokens.iter() {
            if let Some(word) = tokens.word(rank.saturating_add(ASKED_AHEAD)) {
                index.words.prefetch_place(word);
            }
            index
                .insert(tokens, rank, token)
                .map_err(|equal| format!("ranks {equal} and {rank} are the same token"))?;
        }
        Ok(index)
    }

    fn insert(&mut self, tokens: &TokenTable, rank: u32, token: &[u8]) -> Result<(), u32> {
        self.longest_token_bytes = self.longest_token_bytes.max(token.len());
        self.prefixes.insert(token);
        if let [first, second] = *token {
            self.pairs[pair(first, second)] = rank;
        }
        match tokens.word(rank) {
            Some(word) => self.words.insert(word, rank),
            None => self.long.insert(tokens, rank, token),
        }
    }

    /// The sizes that tokens at the start of some bytes may have.
    #[inline]
    pub(super) fn prefixes(&self) -> &Prefixes {
        &self.prefixes
    }

    /// The size of the longest token in bytes.
    pub(super) fn longest_token_bytes(&self) -> usize {
        self.longest_token_bytes
    }

    /// The rank of two bytes, or `NO_RANK`.
    #[inline]
    pub(super) fn rank_of_pair(&self, first: u8, second: u8) -> u32 {
        self.pairs[pair(first, second)]
    }

    #[cfg(test)]
    pub(super) fn words(&self) -> &WordTable {
        &self.words
    }

    /// Look up the words that end at `ends`; the first starts at `start`.
    pub(super) fn look_up(&self, text: &[u8], range: (usize, &[usize]), chunk: &mut Chunk) {
        self.level.look_up(&self.words, text, range, chunk);
    }

    /// The rank of a word.
    #[inline]
    pub(super) fn rank_of_word(&self, word: Word) -> Option<u32> {
        self.words.rank(word)
    }

    /// Begin to look for the rank of a word.
    #[inline]
    pub(super) fn ask(&self, word: Word) -> Asked {
        self.words.ask(word)
    }

    /// Go on with a question: the rank, `NO_RANK`, or nothing yet.
    #[inline]
    pub(super) fn answer(&self, asked: &mut Asked) -> Option<u32> {
        self.words.answer(asked)
    }

    /// The rank of a token of more bytes than a word has.
    pub(super) fn rank_of_long(&self, tokens: &TokenTable, token: &[u8]) -> Option<u32> {
        if token.len() > self.longest_token_bytes {
            return None;
        }
        self.long.find(tokens, token)
    }
}

#[inline]
fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// Tokens longer than a word: open addressing, half full at most.
#[derive(Debug)]
struct LongTable {
    slots: Vec<u32>,
}

impl LongTable {
    fn with_capacity(tokens: usize) -> Self {
        Self {
            slots: vec![NO_RANK; (tokens * 2).max(2).next_power_of_two()],
        }
    }

    fn insert(&mut self, tokens: &TokenTable, rank: u32, token: &[u8]) -> Result<(), u32> {
        let slot = self.probe(tokens, token);
        if self.slots[slot] != NO_RANK {
            return Err(self.slots[slot]);
        }
        self.slots[slot] = rank;
        Ok(())
    }

    fn find(&self, tokens: &TokenTable, token: &[u8]) -> Option<u32> {
        let rank = self.slots[self.probe(tokens, token)];
        (rank != NO_RANK).then_some(rank)
    }

    /// The slot that holds a token's rank, or the empty one where it would go.
    fn probe(&self, tokens: &TokenTable, token: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(token) & mask;
        while self.slots[slot] != NO_RANK && tokens.get(self.slots[slot]) != Some(token) {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low bits of the hash choose the slot"
)]
fn hash(token: &[u8]) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(token);
    hasher.finish() as usize
}
