//! Reads tiktoken's rank files: one token per line, base64, a space, its rank.
//!
//! `OpenAI`, Meta, Alibaba and Moonshot publish vocabularies this way. The file names neither its
//! grammar nor its special tokens, so the caller gives them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{TokenTable, Vocabulary};
use crate::error::CoreError;

const FORMAT: &str = "tiktoken";

pub use super::Parts as RankFileParts;

/// Read a rank file's tokens.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] names the first line that is no token and rank, or the rank
/// that is missing or stands twice: ranks must be 0, 1, 2 and so on, in any order.
pub fn parse_tokens(data: &[u8]) -> Result<TokenTable, CoreError> {
    read_tokens(data).map_err(|reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    })
}

/// Check and index a rank file's tokens with what the caller knows of them.
///
/// # Errors
///
/// As [`Vocabulary::build`].
pub fn build(parts: RankFileParts) -> Result<Vocabulary, CoreError> {
    Vocabulary::build(FORMAT, parts)
}

fn read_tokens(data: &[u8]) -> Result<TokenTable, String> {
    let mut tokens = Vec::new();
    for (number, line) in data.split(|&byte| byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            let token = parse_line(line).ok_or_else(|| describe(number, line))?;
            tokens.push(token);
        }
    }
    tokens.sort_by_key(|token| token.0);
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for (expected, (rank, token)) in (0_u32..).zip(tokens) {
        if rank != expected {
            return Err(format!(
                "rank {} is missing or stands twice",
                rank.min(expected)
            ));
        }
        bytes.extend_from_slice(&token);
        offsets.push(u32::try_from(bytes.len()).map_err(|error| error.to_string())?);
    }
    TokenTable::new(offsets, bytes)
}

/// Read one line; `None` if it is no token and rank.
pub(crate) fn parse_line(line: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut fields = line.trim_ascii().splitn(2, |&byte| byte == b' ');
    let token = STANDARD.decode(fields.next()?).ok()?;
    let rank = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    Some((rank, token))
}

fn describe(number: usize, line: &[u8]) -> String {
    let shown = line.get(..40).unwrap_or(line).escape_ascii();
    format!(
        "line {} is no base64 token and rank: \"{shown}\"",
        number + 1
    )
}
