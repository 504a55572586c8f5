//! Token tables: what the tokens are, which rank each has, where each came from.
//!
//! [`packed`] reads the files that the wheel ships, [`tiktoken`] and [`tekken`] read files that
//! belong to others. All hand [`Parts`] to [`Vocabulary::build`], which checks what the rest of the core
//! relies on: every single byte is a token, no token stands twice, no id stands twice.

mod chunk;
mod growing;
mod index;
mod normalization;
pub mod packed;
mod prefetch;
mod prefixes;
mod special;
mod table;
pub mod tekken;
#[cfg(test)]
mod tests;
pub mod tiktoken;
mod word;
mod words;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use growing::Growing;
pub use normalization::Normalization;
pub use special::SpecialTokens;
pub use table::TokenTable;

use crate::error::CoreError;
use crate::split::Grammar;
pub(crate) use chunk::{CHUNK, Chunk};
pub(crate) use index::NO_RANK;
use index::RankIndex;
pub(crate) use prefetch::prefetch;
pub(crate) use word::{LONGEST_WORD_BYTES, Word};
pub(crate) use words::Asked;

/// Merging packs two ranks and a size into 64 bits; the largest known vocabulary has 262 144.
const MOST_TOKENS: u32 = 1 << 24;

/// Where a vocabulary came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The registry and the package.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The file inside the package.
    pub file: String,
    /// The file's sha256, in hex.
    pub sha256: String,
}

/// What a loader read, not yet checked.
#[derive(Debug)]
pub struct Parts {
    /// The name users write.
    pub name: String,
    /// What a text goes through before the pre-tokenizer.
    pub normalization: Normalization,
    /// The pre-tokenizer.
    pub grammar: &'static Grammar,
    /// How counts with this vocabulary are known, such as `exact`.
    pub exactness: String,
    /// The SPDX name of the data's licence.
    pub licence: String,
    /// Where the tokens came from.
    pub source: Source,
    /// The tokens in rank order.
    pub tokens: TokenTable,
    /// The id of rank 0.
    pub first_id: u32,
    /// The special tokens.
    pub special_tokens: SpecialTokens,
    /// Whether merging the bytes of each token by rank gives that token; `None` if nobody looked.
    pub is_proper: Option<bool>,
}

/// A byte-level vocabulary in rank order, checked and indexed; never changes.
#[derive(Debug)]
pub struct Vocabulary {
    parts: Parts,
    index: RankIndex,
    byte_ranks: [u32; 256],
    last_id: u32,
}

impl Vocabulary {
    /// Check and index what a loader read.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidVocabulary`] if a single byte is no token, a token stands twice, or
    /// ids overlap or do not fit 32 bits.
    pub fn build(format: &'static str, parts: Parts) -> Result<Self, CoreError> {
        let refuse = |reason| CoreError::InvalidVocabulary { format, reason };
        if parts.tokens.len() > MOST_TOKENS {
            let count = parts.tokens.len();
            return Err(refuse(format!(
                "{count} tokens are more than {MOST_TOKENS}"
            )));
        }
        let index = RankIndex::build(&parts.tokens).map_err(refuse)?;
        let mut byte_ranks = [0; 256];
        for (byte, slot) in (0..=u8::MAX).zip(&mut byte_ranks) {
            *slot = Word::read(&[byte], 0, 1)
                .and_then(|word| index.rank_of_word(word))
                .ok_or_else(|| refuse(format!("the byte 0x{byte:02x} is no token")))?;
        }
        let last_id = last_id(&parts).map_err(refuse)?;
        Ok(Self {
            parts,
            index,
            byte_ranks,
            last_id,
        })
    }

    /// What the vocabulary is made of.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The highest id, special tokens included.
    #[must_use]
    pub fn last_id(&self) -> u32 {
        self.last_id
    }

    /// The size of the longest token in bytes.
    #[must_use]
    pub fn longest_token_bytes(&self) -> usize {
        self.index.longest_token_bytes()
    }

    /// The rank of a token.
    #[must_use]
    pub fn rank(&self, token: &[u8]) -> Option<u32> {
        self.rank_between(token, 0, token.len())
    }

    /// The rank of the token from `start` to `end` of a text.
    #[inline]
    pub(crate) fn rank_between(&self, text: &[u8], start: usize, end: usize) -> Option<u32> {
        match Word::read(text, start, end) {
            Some(word) => self.index.rank_of_word(word),
            None => self
                .index
                .rank_of_long(&self.parts.tokens, text.get(start..end)?),
        }
    }

    /// Begin to look for the rank of what stands from `start` to `end` of a text; what is no word has
    /// its answer at once.
    #[inline]
    pub(crate) fn ask(&self, text: &[u8], start: usize, end: usize) -> Result<u32, Asked> {
        match Word::read(text, start, end) {
            Some(word) => Err(self.index.ask(word)),
            None => Ok(self.rank_between(text, start, end).unwrap_or(NO_RANK)),
        }
    }

    /// Go on with a question when the memory has had some time: the rank, `NO_RANK`, or nothing yet.
    #[inline]
    pub(crate) fn answer(&self, asked: &mut Asked) -> Option<u32> {
        self.index.answer(asked)
    }

    /// Look up the words that end at `ends`; the first starts at `start`.
    #[inline]
    pub(crate) fn look_up(&self, text: &[u8], range: (usize, &[usize]), chunk: &mut Chunk) {
        self.index.look_up(text, range, chunk);
    }

    /// The longest token of at most `most` bytes that stands at `start` of a text: rank and size.
    pub(crate) fn longest_at(
        &self,
        text: &[u8],
        start: usize,
        most: usize,
    ) -> Option<(u32, usize)> {
        let candidates = self.index.prefixes().sizes(text.get(start..)?, most);
        let found = candidates.into_iter().find_map(|size| {
            let rank = self.rank_between(text, start, start + size)?;
            Some((rank, size))
        });
        found
            .or_else(|| Some((self.byte_rank(*text.get(start)?), 1)))
            .filter(|_| most > 0)
    }

    /// The rank of the token of two bytes, or `NO_RANK`.
    #[inline]
    pub(crate) fn rank_of_pair(&self, first: u8, second: u8) -> u32 {
        self.index.rank_of_pair(first, second)
    }

    /// The same vocabulary with another word on whether it is proper.
    #[cfg(test)]
    pub(crate) fn with_is_proper(mut self, is_proper: Option<bool>) -> Self {
        self.parts.is_proper = is_proper;
        self
    }

    /// The size of a rank's token.
    #[inline]
    pub(crate) fn bytes_of_rank(&self, rank: u32) -> usize {
        self.parts.tokens.get(rank).map_or(0, <[u8]>::len)
    }

    /// The rank of a single byte.
    #[must_use]
    pub fn byte_rank(&self, byte: u8) -> u32 {
        self.byte_ranks[usize::from(byte)]
    }

    /// The id of a rank of this vocabulary.
    #[must_use]
    pub fn id_of_rank(&self, rank: u32) -> u32 {
        self.parts.first_id.saturating_add(rank) // cannot saturate: `build` checked the last one
    }

    /// The bytes of an id: a token's, or a special token's text.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownTokenId`] if the vocabulary has no such id.
    pub fn bytes_of_id(&self, id: u32) -> Result<&[u8], CoreError> {
        id.checked_sub(self.parts.first_id)
            .and_then(|rank| self.parts.tokens.get(rank))
            .or_else(|| self.parts.special_tokens.text_of(id).map(str::as_bytes))
            .ok_or_else(|| self.unknown_id(i64::from(id)))
    }

    /// The error for an id that this vocabulary does not have.
    #[must_use]
    pub fn unknown_id(&self, id: i64) -> CoreError {
        CoreError::UnknownTokenId {
            id,
            vocabulary: self.parts.name.clone(),
            last_id: self.last_id,
        }
    }
}

/// Check that the ids of ranks and special tokens neither overlap nor overflow.
fn last_id(parts: &Parts) -> Result<u32, String> {
    let (first_id, tokens) = (parts.first_id, parts.tokens.len());
    let end = first_id
        .checked_add(tokens)
        .ok_or_else(|| format!("{tokens} tokens from id {first_id} do not fit 32-bit ids"))?;
    let mut last_id = end.saturating_sub(1);
    for (id, text) in parts.special_tokens.iter() {
        if (first_id..end).contains(&id) {
            return Err(format!(
                "the special token {text:?} has id {id}, which a rank has too"
            ));
        }
        last_id = last_id.max(id);
    }
    Ok(last_id)
}
