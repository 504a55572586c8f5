//! Opens a vocabulary file that the user has, whatever kind it is; never the network.
//!
//! ```text
//! path ─► bytes ─► recognise ─┬─► rank file ──────────► byte-level ranks
//!                             ├─► tekken.json ────────► byte-level ranks
//!                             ├─► .model ─────────────► pieces
//!                             └─► tokenizer.json ─┬──► byte-level ranks, where proven the same
//!                                                 └──► the crate `tokenizers` itself
//! ```
//!
//! A file's kind is told by its content. What cannot be counted exactly is refused: the error names
//! the file and what was found in it. Text is only ever text here too: the spelling of an added or
//! special token never becomes its id.

mod byte_level;
mod document;
mod known;
mod pipeline;
mod proof;
mod ranks;
mod special_lists;
#[cfg(test)]
mod tests;

pub use document::parse as parse_tokenizer_json;
pub use known::{KNOWN_FILES, KnownFile};
pub use pipeline::PipelineTokenizer;

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::container::open_file;
use crate::engine::Engine;
use crate::error::CoreError;
use crate::sentencepiece::proto;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Source, tekken};

/// What a caller says about a file.
#[derive(Debug, Clone, Default)]
pub struct FileFacts {
    /// The name users write; by default the known one or the file's name without its ending.
    pub name: Option<String>,
    /// The pre-tokenizer of a rank file that is not a known one.
    pub grammar: Option<String>,
    /// The special tokens of a rank file that is not a known one: id and text.
    pub special_tokens: Option<Vec<(u32, String)>>,
}

/// A file's bytes with what is known about them.
#[derive(Debug)]
struct Given<'data> {
    data: &'data [u8],
    name: String,
    source: Source,
    facts: &'data FileFacts,
}

/// Open a vocabulary file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or [`CoreError::UnusableFile`] around what is wrong: what kind
/// the file is and what was found, or which fact the caller must add.
pub fn open(path: &Path, facts: &FileFacts) -> Result<Arc<dyn Engine>, CoreError> {
    open_file(path, |data| parse(data, path, facts))
}

/// Open the rank file that [`KNOWN_FILES`] has under a name.
///
/// A file with another hash is read in the same way, and its counts are called `probable`.
///
/// # Errors
///
/// As [`open`]; no known file has the name.
pub fn open_known(path: impl AsRef<Path>, name: &str) -> Result<Arc<dyn Engine>, CoreError> {
    let path = path.as_ref();
    open_file(path, |data| {
        ranks::read_as(name, data, source_of(data, path))
    })
}

fn source_of(data: &[u8], path: &Path) -> Source {
    Source {
        file: path.display().to_string(),
        sha256: hex(&Sha256::digest(data)),
        ..Source::default()
    }
}

fn parse(data: &[u8], path: &Path, facts: &FileFacts) -> Result<Arc<dyn Engine>, CoreError> {
    let stem = path.file_stem().unwrap_or(path.as_os_str());
    let stem = stem.to_string_lossy().into_owned();
    let given = Given {
        data,
        name: facts.name.clone().unwrap_or(stem),
        source: source_of(data, path),
        facts,
    };
    (recognise(data)?.read)(given)
}

/// A kind of file: how to recognise it and how to read it.
struct Kind {
    is_kind: fn(&[u8]) -> bool,
    read: fn(Given<'_>) -> Result<Arc<dyn Engine>, CoreError>,
}

/// Every kind, the first that recognises the bytes.
const KINDS: [Kind; 4] = [
    Kind {
        is_kind: ranks::is_rank_file,
        read: ranks::read,
    },
    Kind {
        is_kind: tekken::is_tekken,
        read: read_tekken,
    },
    Kind {
        is_kind: document::is_document,
        read: read_document,
    },
    Kind {
        is_kind: proto::is_model,
        read: read_model,
    },
];

fn recognise(data: &[u8]) -> Result<&'static Kind, CoreError> {
    let kind = KINDS.iter().find(|kind| (kind.is_kind)(data));
    kind.ok_or_else(|| {
        let start = data.get(..24).unwrap_or(data).escape_ascii();
        CoreError::UnknownKind {
            start: start.to_string(),
            bytes: data.len(),
        }
    })
}

fn read_tekken(given: Given<'_>) -> Result<Arc<dyn Engine>, CoreError> {
    given.refuse_facts("tekken.json")?;
    let vocabulary = tekken::parse(given.data, given.name, given.source)?;
    Ok(Arc::new(Tokenizer::new(vocabulary)))
}

fn read_model(given: Given<'_>) -> Result<Arc<dyn Engine>, CoreError> {
    given.refuse_facts("SentencePiece")?;
    let model = proto::parse_with_source(given.data, &given.name, given.source)?;
    Ok(Arc::new(model))
}

fn read_document(given: Given<'_>) -> Result<Arc<dyn Engine>, CoreError> {
    given.refuse_facts("tokenizer.json")?;
    document::parse(given.data, &given.name, given.source)
}

impl Given<'_> {
    /// Refuse what only a rank file leaves open.
    fn refuse_facts(&self, format: &'static str) -> Result<(), CoreError> {
        if self.facts.grammar.is_none() && self.facts.special_tokens.is_none() {
            return Ok(());
        }
        Err(CoreError::InvalidVocabulary {
            format,
            reason: "it says itself what its grammar and special tokens are; leave them out"
                .to_owned(),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}
