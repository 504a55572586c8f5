//! What each id stands for.

use super::Parts;

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A place in the table of pieces.
    Piece(u32),
    Byte(u8),
    /// A control text or the unknown token, by its id.
    Special(u32),
    /// A user-defined text, by its id.
    User(u32),
}

/// Every byte, so that one can be borrowed.
pub(super) static BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        byte += 1;
        bytes[byte as usize] = byte;
    }
    bytes
};

/// Tokens by id; there is one for every id.
#[derive(Debug)]
pub(super) struct Ids {
    tokens: Vec<Token>,
}

impl Ids {
    /// Gather the ids of all kinds of tokens.
    ///
    /// # Errors
    ///
    /// The reason, if a piece or byte has no id, or the ids are not 0, 1, 2 and so on, each once.
    pub(super) fn build(parts: &Parts) -> Result<Self, String> {
        let pieces = parts.pieces.len();
        for (what, ids, expected) in [
            ("priorities", parts.priorities.len(), pieces),
            ("piece ids", parts.piece_ids.len(), pieces),
            ("byte ids", parts.byte_ids.len(), 256),
        ] {
            if u32::try_from(ids) != Ok(expected) {
                return Err(format!("there are {ids} {what}, not {expected}"));
            }
        }
        let mut rows = gather(parts);
        rows.sort_by_key(|row| row.0);
        for (expected, row) in (0_u32..).zip(&rows) {
            if row.0 != expected {
                let id = row.0.min(expected);
                return Err(format!("the id {id} is missing or stands twice"));
            }
        }
        let tokens = rows.into_iter().map(|row| row.1).collect();
        Ok(Self { tokens })
    }

    /// What an id stands for.
    pub(super) fn get(&self, id: u32) -> Option<Token> {
        self.tokens.get(usize::try_from(id).ok()?).copied()
    }

    /// The highest id.
    pub(super) fn last_id(&self) -> u32 {
        // There are at least 256 tokens, and every one has an id of 32 bits.
        u32::try_from(self.tokens.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }
}

fn gather(parts: &Parts) -> Vec<(u32, Token)> {
    let pieces = parts.piece_ids.iter().zip(0_u32..);
    let bytes = parts.byte_ids.iter().zip(0_u8..=u8::MAX);
    let special_tokens = parts.special_tokens.iter();
    let user_tokens = parts.user_tokens.iter();
    pieces
        .map(|(&id, piece)| (id, Token::Piece(piece)))
        .chain(bytes.map(|(&id, byte)| (id, Token::Byte(byte))))
        .chain(special_tokens.map(|(id, _)| (id, Token::Special(id))))
        .chain(user_tokens.map(|(id, _)| (id, Token::User(id))))
        .collect()
}
