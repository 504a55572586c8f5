//! One face over all kinds of vocabulary: byte-level ranks, pieces, Claude's tiles, and mixtures.
//!
//! ```text
//! Tokenizer ──────┐
//! PieceModel ─────┼─► dyn Engine ─► Counter (scale) ─► cut, batch, budget, Python
//! ClaudeTokenizer ┤
//! MixedEngine ────┘ (counts with several counters)
//! ```
//!
//! An [`Engine`] counts, and tells its [`Facts`]. What it can do better than the defaults it
//! overrides: a limit on tokens from a number of bytes, the longest start and end of a text within
//! a limit. Everything above knows engines only.

use std::fmt::Debug;

use crate::claude::ClaudeTokenizer;
use crate::error::CoreError;
use crate::reach::{Side, longest};
use crate::sentencepiece::PieceModel;
use crate::split::Grammar;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Normalization, Source, SpecialTokens};

/// How much of a text a limit holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// The size of the kept start or end.
    pub bytes: usize,
    /// What the kept part counts by itself.
    pub tokens: u32,
}

/// What a vocabulary is; `None` where its kind has no such thing.
#[derive(Debug)]
pub struct Facts<'engine> {
    /// The name users write.
    pub name: &'engine str,
    /// What kind of vocabulary it is.
    pub kind: &'static str,
    /// How counts are known, such as `exact`.
    pub exactness: &'engine str,
    /// The pre-tokenizer.
    pub grammar: Option<&'static Grammar>,
    /// The highest id.
    pub last_id: Option<u32>,
    /// The texts of control tokens, which no text becomes.
    pub special_tokens: Option<&'engine SpecialTokens>,
    /// Texts that become one id wherever they stand.
    pub user_tokens: Option<&'engine SpecialTokens>,
    /// The tokens that a request with one message has without its text.
    pub frame_tokens: Option<u32>,
    /// Where the tokens came from.
    pub source: &'engine Source,
    /// The SPDX name of the data's licence.
    pub licence: &'engine str,
}

/// Counts, encodes and decodes text with one vocabulary; never changes, so threads may share it.
pub trait Engine: Send + Sync + Debug {
    /// Tell what the vocabulary is.
    fn facts(&self) -> Facts<'_>;

    /// What a user should know of how it counts, in words; `None` where there is nothing.
    fn note(&self) -> Option<&str> {
        None
    }

    /// Count the tokens of a text; saturates at `u32::MAX`.
    fn count(&self, text: &str) -> u32;

    /// Count the tokens of a text up to a limit: `None` as soon as there are more.
    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32>;

    /// Append the ids of a text.
    ///
    /// # Errors
    ///
    /// [`CoreError::IdsNotPublic`] if nobody knows the ids.
    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), CoreError>;

    /// Decode ids into the bytes they stand for.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownTokenId`] names the first id that there is not;
    /// [`CoreError::IdsNotPublic`] if nobody knows the ids.
    fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError>;

    /// Decode ids into text; bytes that are no UTF-8 become U+FFFD as the reference has it.
    ///
    /// # Errors
    ///
    /// As [`Engine::decode_bytes`].
    fn decode(&self, ids: &[u32]) -> Result<String, CoreError> {
        let bytes = self.decode_bytes(ids)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The id of the ordinary token with these bytes.
    fn find_token(&self, bytes: &[u8]) -> Option<u32> {
        let _ = bytes;
        None
    }

    /// The error for an id that there is not.
    fn unknown_id(&self, id: i64) -> CoreError;

    /// The most tokens that a text of so many bytes can have; `None` where no bound is known.
    fn most_tokens(&self, bytes: usize) -> Option<usize> {
        let _ = bytes;
        None
    }

    /// The fewest tokens that a text of so many bytes can have.
    fn least_tokens(&self, bytes: usize) -> usize {
        let _ = bytes;
        0
    }

    /// Find a longest start of a text, ending at a character, that counts at most `limit`.
    ///
    /// It is all of the text if that fits. The work depends on the limit, not on the text, but for
    /// one pre-token. How near it comes to the longest there is, see [`crate::reach`].
    fn cut_start(&self, text: &str, limit: u32) -> Cut {
        longest(text, limit, Side::Start, |part, limit| {
            self.count_up_to(part, limit)
        })
    }

    /// Find a longest end of a text, beginning at a character, that counts at most `limit`.
    ///
    /// As [`Engine::cut_start`], from the other side.
    fn cut_end(&self, text: &str, limit: u32) -> Cut {
        longest(text, limit, Side::End, |part, limit| {
            self.count_up_to(part, limit)
        })
    }
}

impl Engine for Tokenizer {
    fn facts(&self) -> Facts<'_> {
        let parts = self.vocabulary().parts();
        Facts {
            name: &parts.name,
            kind: "byte-level",
            exactness: &parts.exactness,
            grammar: Some(parts.grammar),
            last_id: Some(self.vocabulary().last_id()),
            special_tokens: Some(&parts.special_tokens),
            user_tokens: None,
            frame_tokens: None,
            source: &parts.source,
            licence: &parts.licence,
        }
    }

    fn count(&self, text: &str) -> u32 {
        self.count(text)
    }

    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        self.count_up_to(text, limit)
    }

    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), CoreError> {
        ids.append(&mut self.encode(text));
        Ok(())
    }

    fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        self.decode_bytes(ids)
    }

    fn find_token(&self, bytes: &[u8]) -> Option<u32> {
        let rank = self.vocabulary().rank(bytes)?;
        Some(self.vocabulary().id_of_rank(rank))
    }

    fn unknown_id(&self, id: i64) -> CoreError {
        self.vocabulary().unknown_id(id)
    }

    fn cut_start(&self, text: &str, limit: u32) -> Cut {
        self.cut_start(text, limit).unwrap_or_else(|| {
            longest(text, limit, Side::Start, |part, limit| {
                self.count_up_to(part, limit)
            })
        })
    }

    fn most_tokens(&self, bytes: usize) -> Option<usize> {
        let is_as_it_is = self.vocabulary().parts().normalization == Normalization::None;
        is_as_it_is.then_some(bytes) // a token has a byte or more; a normal form may add bytes
    }

    fn least_tokens(&self, bytes: usize) -> usize {
        self.least_tokens(bytes)
    }
}

impl Engine for PieceModel {
    fn facts(&self) -> Facts<'_> {
        let parts = self.parts();
        Facts {
            name: &parts.name,
            kind: "sentencepiece",
            exactness: &parts.exactness,
            grammar: None,
            last_id: Some(self.last_id()),
            special_tokens: Some(&parts.special_tokens),
            user_tokens: Some(&parts.user_tokens),
            frame_tokens: None,
            source: &parts.source,
            licence: &parts.licence,
        }
    }

    fn count(&self, text: &str) -> u32 {
        self.count(text)
    }

    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        self.count_up_to(text, limit)
    }

    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), CoreError> {
        ids.append(&mut self.encode(text));
        Ok(())
    }

    fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        self.decode_bytes(ids)
    }

    fn decode(&self, ids: &[u32]) -> Result<String, CoreError> {
        self.decode(ids)
    }

    fn unknown_id(&self, id: i64) -> CoreError {
        self.unknown_id(id)
    }

    fn most_tokens(&self, bytes: usize) -> Option<usize> {
        Some(bytes.saturating_add(1)) // a token has a byte or more; one space may be put in front
    }
}

impl Engine for ClaudeTokenizer {
    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.frame().name,
            kind: "claude",
            exactness: self.exactness(),
            grammar: None,
            last_id: None,
            special_tokens: None,
            user_tokens: None,
            frame_tokens: Some(self.frame().tokens),
            source: self.source(),
            licence: self.licence(),
        }
    }

    fn count(&self, text: &str) -> u32 {
        self.count(text)
    }

    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        self.count_up_to(text, limit)
    }

    fn encode(&self, _text: &str, _ids: &mut Vec<u32>) -> Result<(), CoreError> {
        Err(self.no_ids())
    }

    fn decode_bytes(&self, _ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        Err(self.no_ids())
    }

    fn unknown_id(&self, _id: i64) -> CoreError {
        self.no_ids()
    }
}
