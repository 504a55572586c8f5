//! tiktoken's rank files: known by their hash, or with what the caller says of them.

use std::sync::Arc;

use super::Given;
use super::known::{KNOWN_FILES, KnownFile};
use super::proof::TokenRanks;
use crate::engine::Engine;
use crate::error::CoreError;
use crate::split::Grammar;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Normalization, Parts, Source, SpecialTokens, TokenTable, tiktoken};

const FORMAT: &str = "tiktoken";

/// Tell whether the first line that is not blank is a token and its rank.
pub(super) fn is_rank_file(data: &[u8]) -> bool {
    let start = data.get(..1 << 16).unwrap_or(data).trim_ascii_start();
    let line = start.split(|&byte| byte == b'\n').next();
    line.is_some_and(|line| tiktoken::parse_line(line).is_some())
}

pub(super) fn read(given: Given<'_>) -> Result<Arc<dyn Engine>, CoreError> {
    let known = KNOWN_FILES
        .iter()
        .find(|row| row.sha256 == given.source.sha256 && given.facts.grammar.is_none());
    let facts = given.facts;
    let mut parts = match known {
        Some(row) => known_parts(row, given.data, given.source)?,
        None => given_parts(given)?,
    };
    if let Some(rows) = &facts.special_tokens {
        parts.special_tokens = SpecialTokens::new(rows.clone()).map_err(refuse)?;
    }
    if let Some(name) = &facts.name {
        parts.name.clone_from(name);
    }
    Ok(Arc::new(Tokenizer::new(tiktoken::build(parts)?)))
}

/// Read a file as the known one with a name, even if its hash is another one.
pub(super) fn read_as(
    name: &str,
    data: &[u8],
    source: Source,
) -> Result<Arc<dyn Engine>, CoreError> {
    let row = KNOWN_FILES.iter().find(|row| row.name == name);
    let row = row.ok_or_else(|| {
        let known = known_names();
        refuse(format!(
            "no known rank file is named {name:?}; known are {known}"
        ))
    })?;
    let parts = known_parts(row, data, source)?;
    Ok(Arc::new(Tokenizer::new(tiktoken::build(parts)?)))
}

/// What a known file leaves open; counts are only probable where the file is another one.
fn known_parts(row: &KnownFile, data: &[u8], source: Source) -> Result<Parts, CoreError> {
    let tokens = tiktoken::parse_tokens(data)?;
    let is_verified = source.sha256 == row.sha256;
    let is_proper = if is_verified {
        Some(row.is_proper)
    } else {
        is_proper(&tokens)
    };
    Ok(Parts {
        name: row.name.to_owned(),
        normalization: row.normalization,
        grammar: Grammar::find(row.grammar)?,
        exactness: if is_verified { "exact" } else { "probable" }.to_owned(),
        licence: String::new(),
        source,
        tokens,
        first_id: 0,
        special_tokens: SpecialTokens::new((row.special_tokens)()).map_err(refuse)?,
        is_proper,
    })
}

/// What the caller says of a file; its special tokens are put in later.
fn given_parts(given: Given<'_>) -> Result<Parts, CoreError> {
    let tokens = tiktoken::parse_tokens(given.data)?;
    let (Some(grammar), Some(_)) = (&given.facts.grammar, &given.facts.special_tokens) else {
        return Err(refuse(unknown(&given)));
    };
    let is_proper = is_proper(&tokens);
    Ok(Parts {
        name: given.name,
        normalization: Normalization::None,
        grammar: Grammar::find(grammar)?,
        exactness: "exact".to_owned(),
        licence: String::new(),
        source: given.source,
        tokens,
        first_id: 0,
        special_tokens: SpecialTokens::default(),
        is_proper,
    })
}

fn refuse(reason: String) -> CoreError {
    CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    }
}

fn unknown(given: &Given<'_>) -> String {
    format!(
        "a rank file holds neither its grammar nor its special tokens, and its sha256 {} is not \
         that of {}; give grammar= and special_tokens=",
        given.source.sha256,
        known_names()
    )
}

fn known_names() -> String {
    let known: Vec<&str> = KNOWN_FILES.iter().map(|row| row.name).collect();
    known.join(", ")
}

/// As [`TokenRanks::is_proper`]; `None` too where a token stands twice, which is refused later.
fn is_proper(tokens: &TokenTable) -> Option<bool> {
    TokenRanks::new(tokens).ok()?.is_proper()
}
