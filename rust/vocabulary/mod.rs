//! Token tables: what the tokens are, which rank each has, where each came from.
//!
//! [`packed`] reads the files that the wheel ships, [`tiktoken`] reads rank files that belong to
//! others. Both hand [`Parts`] to [`Vocabulary::build`], which checks what the rest of the core
//! relies on: every single byte is a token, no token stands twice, no id stands twice.

mod normalization;
pub mod packed;
mod special;
mod table;
#[cfg(test)]
mod tests;
pub mod tiktoken;

pub use normalization::Normalization;
pub use special::SpecialTokens;
pub use table::TokenTable;

use crate::error::CoreError;
use crate::split::Grammar;
use table::RankIndex;

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
        let index = RankIndex::build(&parts.tokens).map_err(refuse)?;
        let mut byte_ranks = [0; 256];
        for (byte, slot) in (0..=u8::MAX).zip(&mut byte_ranks) {
            *slot = index
                .find(&parts.tokens, &[byte])
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
        self.index.find(&self.parts.tokens, token)
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
