//! `SentencePiece`'s byte-pair models: Mistral's older vocabularies, Gemma's, any such `.model`.
//!
//! ```text
//! text ─► words ─► a piece, made whole? ─► 1 token         ─► ids
//!     no piece has         └─ no ─► learned? ─► its count      a character that is no piece
//!     the two characters            └─ no ─► short: scan       becomes its bytes
//!     beside a border                        long: tile
//! ```
//!
//! Such a model has no pre-tokenizer: spaces are escaped as U+2581, one may be put in front, and
//! the whole text is merged as one word. Here pieces hold plain spaces, and a text's own U+2581
//! becomes one, which is the same relation and copies nothing. Where no piece has two characters
//! side by side, no merge crosses the place between them, so the text is cut there (`borders`) and
//! every word merged alone: the same ids, in work that a limit can stop.
//!
//! Merging joins the two neighbours whose union is the piece with the best score, the leftmost of
//! equals, until no union is a piece. `merge` does so step by step, `tiling` finds the same for long
//! words in linear time. How a piece comes into being, if at all, is remembered (`splits`), and so
//! are the counts of short words, in a table of bounded size. User-defined texts are found first,
//! the longest at each place, and become their ids even in a user's text, as in the reference;
//! control texts such as `[INST]` stay text.
//!
//! Against merging from space to space with a heap, in one process, 3 MB each: prose 7 times the rate
//! (`mistral_v7` and `gemma4`: 192 and 162 MB/s), programs 9 and 8, Chinese 4.5 and 3.6, many scripts
//! 3; a megabyte of one character 3 instead of 250 ms and more, of random letters 62 instead of 450 ms
//! and 160 instead of 740.
//!
//! Source of the rules: `bpe_model.cc`, `normalizer.cc` and `sentencepiece_processor.cc` of
//! sentencepiece 0.2 (Apache-2.0, <https://github.com/google/sentencepiece>, read 2026-11-22).

mod borders;
mod encoding;
mod ids;
mod index;
mod merge;
pub mod packed;
pub mod proto;
mod splits;
mod starts;
#[cfg(test)]
mod tests;
mod tiling;
mod user_tokens;

use borders::Borders;
use ids::{Ids, Token};
pub(crate) use index::PieceIndex;
use splits::Splits;
use starts::Starts;

use crate::error::CoreError;
use crate::learned::WordCounts;
use crate::vocabulary::{Source, SpecialTokens, TokenTable};

/// `SentencePiece`'s sign for a space.
const ESCAPED_SPACE: char = '\u{2581}';

/// What a loader read, not yet checked.
#[derive(Debug)]
pub struct Parts {
    /// The name users write.
    pub name: String,
    /// How counts with this model are known, such as `exact`.
    pub exactness: String,
    /// The SPDX name of the data's licence.
    pub licence: String,
    /// Where the pieces came from.
    pub source: Source,
    /// The pieces that merging makes, with plain spaces.
    pub pieces: TokenTable,
    /// Which union goes first, per piece: the lowest number; equal scores have equal numbers.
    pub priorities: Vec<u32>,
    /// The id of each piece.
    pub piece_ids: Vec<u32>,
    /// The ids of the 256 bytes.
    pub byte_ids: Vec<u32>,
    /// Control texts and the unknown token, which no text becomes.
    pub special_tokens: SpecialTokens,
    /// Texts that become one id wherever they stand, with plain spaces.
    pub user_tokens: SpecialTokens,
    /// Tell whether a space is put before the text.
    pub has_space_prefix: bool,
    /// Which of the unions of equal priority goes first.
    pub tie: Tie,
}

/// Which of the unions of equal priority goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// The leftmost.
    Leftmost,
    /// The one with the longest left part, then the longest right part, then the leftmost: the
    /// order of the merges into which other tools turn such a model.
    LongestLeft,
}

/// A byte-pair model of `SentencePiece`, checked and indexed; what it gives never changes.
#[derive(Debug)]
pub struct PieceModel {
    parts: Parts,
    index: PieceIndex,
    ids: Ids,
    borders: Borders,
    starts: Starts,
    longest_token_bytes: usize,
    /// Whether words can be tiled: splits can be packed, and every character of a piece is one.
    can_tile: bool,
    /// How pieces are made, as far as anybody asked.
    splits: Splits,
    /// The counts of short words, as far as there is room.
    counts: WordCounts,
}

impl PieceModel {
    /// Check and index what a loader read.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidVocabulary`] if there is no piece for a space or no id for a byte, if a
    /// piece stands twice, or if the ids are not 0, 1, 2 and so on, each once.
    pub fn build(format: &'static str, parts: Parts) -> Result<Self, CoreError> {
        let refuse = |reason| CoreError::InvalidVocabulary { format, reason };
        let index = PieceIndex::build(&parts.pieces).map_err(refuse)?;
        if index.find(&parts.pieces, b" ").is_none() {
            return Err(refuse("there is no piece for a space".to_owned()));
        }
        let ids = Ids::build(&parts).map_err(refuse)?;
        let borders = Borders::build(&parts).map_err(refuse)?;
        let longest_user_token = parts.user_tokens.iter().map(|(_, text)| text.len()).max();
        let longest_token_bytes = index
            .longest_piece_bytes()
            .max(longest_user_token.unwrap_or(0));
        Ok(Self {
            can_tile: borders.has_all_characters() && Splits::can_hold(&parts.pieces),
            starts: Starts::build(&parts.pieces),
            parts,
            index,
            ids,
            borders,
            longest_token_bytes,
            splits: Splits::default(),
            counts: WordCounts::default(),
        })
    }

    /// What the model is made of.
    #[must_use]
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The highest id.
    #[must_use]
    pub fn last_id(&self) -> u32 {
        self.ids.last_id()
    }

    /// The place in the table of a piece.
    #[inline]
    fn find(&self, piece: &[u8]) -> Option<u32> {
        self.index.find(&self.parts.pieces, piece)
    }

    /// When a union is due, lowest first; `None` if it is no piece.
    fn order_of(&self, union: &[u8], left_bytes: usize) -> Option<u64> {
        Some(self.order(self.find(union)?, left_bytes, union.len()))
    }

    /// When a union that is a piece of so many bytes is due, lowest first.
    #[inline]
    fn order(&self, piece: u32, left_bytes: usize, bytes: usize) -> u64 {
        let tie = match self.parts.tie {
            Tie::Leftmost => 0,
            Tie::LongestLeft => !(short(left_bytes) << 16 | short(bytes - left_bytes)),
        };
        u64::from(at(&self.parts.priorities, piece)) << 32 | u64::from(tie)
    }

    /// The size of a piece.
    #[inline]
    fn bytes_of_piece(&self, piece: u32) -> usize {
        self.parts.pieces.get(piece).map_or(0, <[u8]>::len)
    }

    /// The id of a place in the table.
    fn id_of(&self, piece: u32) -> u32 {
        at(&self.parts.piece_ids, piece)
    }

    /// Decode token ids into the bytes they stand for.
    ///
    /// One space is left out where the first token of the text starts with the space that encoding
    /// put there. A control id gives its text, as with every vocabulary here; the reference leaves
    /// it out.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownTokenId`] names the first id that the model does not have.
    pub fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        let mut is_at_start = self.parts.has_space_prefix;
        for &id in ids {
            let token = self
                .ids
                .get(id)
                .ok_or_else(|| self.unknown_id(i64::from(id)))?;
            let text = self.bytes_of(token);
            let is_control = matches!(token, Token::Special(_));
            let is_piece = matches!(token, Token::Piece(_) | Token::User(_));
            let skipped = usize::from(is_at_start && is_piece && text.starts_with(b" "));
            bytes.extend_from_slice(&text[skipped..]);
            is_at_start &= is_control;
        }
        Ok(bytes)
    }

    /// Decode token ids into text; each byte that is in no UTF-8 character becomes U+FFFD.
    ///
    /// # Errors
    ///
    /// As [`PieceModel::decode_bytes`].
    pub fn decode(&self, ids: &[u32]) -> Result<String, CoreError> {
        let bytes = self.decode_bytes(ids)?;
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
        }
        Ok(text)
    }

    fn bytes_of(&self, token: Token) -> &[u8] {
        match token {
            Token::Piece(piece) => self.parts.pieces.get(piece).unwrap_or_default(),
            Token::Byte(byte) => std::slice::from_ref(&ids::BYTES[usize::from(byte)]),
            Token::Special(id) => text(&self.parts.special_tokens, id),
            Token::User(id) => text(&self.parts.user_tokens, id),
        }
    }

    /// The error for an id that this model does not have.
    #[must_use]
    pub fn unknown_id(&self, id: i64) -> CoreError {
        CoreError::UnknownTokenId {
            id,
            vocabulary: self.parts.name.clone(),
            last_id: self.last_id(),
        }
    }
}

/// A size in 16 bits; no piece is so long that it does not fit.
fn short(bytes: usize) -> u32 {
    u16::try_from(bytes).unwrap_or(u16::MAX).into()
}

/// The number of a piece, which `Ids::build` saw to be there.
fn at(numbers: &[u32], piece: u32) -> u32 {
    usize::try_from(piece)
        .ok()
        .and_then(|piece| numbers.get(piece))
        .copied()
        .unwrap_or(u32::MAX)
}

fn text(tokens: &SpecialTokens, id: u32) -> &[u8] {
    tokens.text_of(id).unwrap_or_default().as_bytes()
}
