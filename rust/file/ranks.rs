//! tiktoken's rank files: known by their hash, or with what the caller says of them.

use std::sync::Arc;

use super::Given;
use super::known::KNOWN_FILES;
use super::proof::TokenRanks;
use crate::engine::Engine;
use crate::error::CoreError;
use crate::split::Grammar;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Normalization, Parts, SpecialTokens, TokenTable, tiktoken};

const FORMAT: &str = "tiktoken";

/// Tell whether the first line that is not blank is a token and its rank.
pub(super) fn is_rank_file(data: &[u8]) -> bool {
    let start = data.get(..1 << 16).unwrap_or(data).trim_ascii_start();
    let line = start.split(|&byte| byte == b'\n').next();
    line.is_some_and(|line| tiktoken::parse_line(line).is_some())
}

pub(super) fn read(given: Given<'_>) -> Result<Arc<dyn Engine>, CoreError> {
    let tokens = tiktoken::parse_tokens(given.data)?;
    let known = KNOWN_FILES
        .iter()
        .find(|row| row.sha256 == given.source.sha256 && given.facts.grammar.is_none());
    let rows = given.facts.special_tokens.clone();
    let (grammar, is_proper) = match (known, &given.facts.grammar) {
        (Some(row), _) => (row.grammar, Some(row.is_proper)),
        (None, Some(grammar)) => (grammar.as_str(), is_proper(&tokens)),
        (None, None) => return Err(refuse(unknown(&given))),
    };
    let rows = rows.or_else(|| known.map(|row| (row.special_tokens)()));
    let rows = rows.ok_or_else(|| refuse(unknown(&given)))?;
    let name = match (known, &given.facts.name) {
        (Some(row), None) => row.name.to_owned(),
        _ => given.name,
    };
    let vocabulary = tiktoken::build(Parts {
        name,
        normalization: known.map_or(Normalization::None, |row| row.normalization),
        grammar: Grammar::find(grammar)?,
        exactness: "exact".to_owned(),
        licence: String::new(),
        source: given.source,
        tokens,
        first_id: 0,
        special_tokens: SpecialTokens::new(rows).map_err(refuse)?,
        is_proper,
    })?;
    Ok(Arc::new(Tokenizer::new(vocabulary)))
}

fn refuse(reason: String) -> CoreError {
    CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    }
}

fn unknown(given: &Given<'_>) -> String {
    let known: Vec<&str> = KNOWN_FILES.iter().map(|row| row.name).collect();
    format!(
        "a rank file holds neither its grammar nor its special tokens, and its sha256 {} is not \
         that of {}; give grammar= and special_tokens=",
        given.source.sha256,
        known.join(", ")
    )
}

/// As [`TokenRanks::is_proper`]; `None` too where a token stands twice, which is refused later.
fn is_proper(tokens: &TokenTable) -> Option<bool> {
    TokenRanks::new(tokens).ok()?.is_proper()
}
