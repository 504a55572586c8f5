//! Reads Mistral's `tekken.json`: ranks, the pattern, and the special tokens in front of the ranks.
//!
//! Source of the rules: `Tekkenizer` of mistral-common 1.13.1 (`PyPI`, read 2026-11-22). The file's
//! default size says how many ranks are kept; files up to v7 name no special tokens and have the
//! twenty of v3; what is missing up to their number is `<SPECIAL_n>`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Normalization, Parts, Source, SpecialTokens, TokenTable, Vocabulary};
use crate::error::CoreError;
use crate::split::{GRAMMARS, Grammar};

const FORMAT: &str = "tekken.json";
/// The most special tokens accepted; known files have 1 000.
const MOST_SPECIAL_TOKENS: u32 = 1 << 16;

/// The special tokens of files that name none, by rank.
const OLD_SPECIAL_TOKENS: &str = "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] \
    [/AVAILABLE_TOOLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] [IMG] <pad> [IMG_BREAK] \
    [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]";
/// The versions whose files may name none.
const OLD_VERSIONS: [&str; 4] = ["v1", "v2", "v3", "v7"];

#[derive(Deserialize)]
struct Document {
    config: Config,
    vocab: Vec<Entry>,
    special_tokens: Option<Vec<SpecialEntry>>,
}

#[derive(Deserialize)]
struct Config {
    pattern: String,
    default_vocab_size: u32,
    default_num_special_tokens: u32,
    version: String,
}

#[derive(Deserialize)]
struct Entry {
    rank: u32,
    token_bytes: String,
}

#[derive(Deserialize)]
struct SpecialEntry {
    rank: u32,
    token_str: String,
}

/// Tell whether bytes look like a `tekken.json`.
pub(crate) fn is_tekken(data: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Start {
        #[serde(rename = "config")]
        _config: serde::de::IgnoredAny,
        #[serde(rename = "vocab")]
        _vocab: serde::de::IgnoredAny,
    }
    data.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<Start>(data).is_ok()
}

/// Read the bytes of a `tekken.json`.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what was found; a pattern that no grammar here equals is
/// refused.
pub fn parse(data: &[u8], name: String, source: Source) -> Result<Vocabulary, CoreError> {
    let invalid = |reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    };
    let document: Document =
        serde_json::from_slice(data).map_err(|error| invalid(error.to_string()))?;
    let parts = Parts {
        name,
        source,
        ..read_parts(document).map_err(invalid)?
    };
    Vocabulary::build(FORMAT, parts)
}

fn read_parts(document: Document) -> Result<Parts, String> {
    let config = &document.config;
    let specials = config.default_num_special_tokens;
    let kept = config
        .default_vocab_size
        .checked_sub(specials)
        .ok_or_else(|| format!("{specials} special tokens are more than all its tokens"))?;
    Ok(Parts {
        name: String::new(),
        normalization: Normalization::None,
        grammar: find_grammar(&config.pattern)?,
        exactness: "exact".to_owned(),
        licence: String::new(),
        source: Source::default(),
        special_tokens: read_special_tokens(document.special_tokens, config)?,
        tokens: read_tokens(document.vocab, kept)?,
        first_id: specials,
        is_proper: None,
    })
}

/// Find the grammar of one stage that equals a pattern.
fn find_grammar(pattern: &str) -> Result<&'static Grammar, String> {
    let mut grammars = GRAMMARS.iter();
    let found = grammars.find(|grammar| grammar.stages == [pattern]);
    found.ok_or_else(|| format!("no grammar here equals its pattern {pattern:?}"))
}

fn read_tokens(entries: Vec<Entry>, kept: u32) -> Result<TokenTable, String> {
    let mut entries: Vec<Entry> = entries.into_iter().filter(|row| row.rank < kept).collect();
    entries.sort_by_key(|row| row.rank);
    let (mut offsets, mut bytes) = (vec![0], Vec::new());
    for (rank, entry) in (0..kept).zip(&entries) {
        if entry.rank != rank {
            let rank = rank.min(entry.rank);
            return Err(format!("rank {rank} is missing or stands twice"));
        }
        STANDARD
            .decode_vec(&entry.token_bytes, &mut bytes)
            .map_err(|error| format!("the token of rank {rank} is no base64: {error}"))?;
        offsets.push(u32::try_from(bytes.len()).map_err(|error| error.to_string())?);
    }
    if u32::try_from(entries.len()) != Ok(kept) {
        let found = entries.len();
        return Err(format!(
            "it should have {kept} ranks, and {found} are there"
        ));
    }
    TokenTable::new(offsets, bytes)
}

fn read_special_tokens(
    entries: Option<Vec<SpecialEntry>>,
    config: &Config,
) -> Result<SpecialTokens, String> {
    let count = config.default_num_special_tokens;
    if count > MOST_SPECIAL_TOKENS {
        return Err(format!(
            "it has {count} special tokens; at most {MOST_SPECIAL_TOKENS} are accepted"
        ));
    }
    let mut rows: Vec<(u32, String)> = match entries {
        Some(entries) => entries
            .into_iter()
            .map(|row| (row.rank, row.token_str))
            .collect(),
        None if OLD_VERSIONS.contains(&config.version.as_str()) => (0..)
            .zip(
                OLD_SPECIAL_TOKENS
                    .split_ascii_whitespace()
                    .map(str::to_owned),
            )
            .collect(),
        None => {
            let version = &config.version;
            return Err(format!(
                "it is of version {version} and names no special tokens"
            ));
        }
    };
    let named = u32::try_from(rows.len()).map_err(|error| error.to_string())?;
    if let Some((id, text)) = rows.iter().find(|row| row.0 >= count) {
        return Err(format!(
            "the special token {text:?} has id {id}, and there are {count}"
        ));
    }
    rows.extend((named..count).map(|id| (id, format!("<SPECIAL_{id}>"))));
    SpecialTokens::new(rows)
}
