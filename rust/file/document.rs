//! Reads a `tokenizer.json`: our own engine where it is proven the same, else the crate's.
//!
//! The file is a pipeline: normalizer, pre-tokenizer, model, added tokens, post-processor, decoder.
//! Truncation and padding, which a file may hold, are the caller's business and left out; so is what
//! the post-processor puts around a text.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::byte_level;
use super::pipeline::PipelineTokenizer;
use crate::engine::Engine;
use crate::error::CoreError;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Parts, Source, SpecialTokens, Vocabulary};

pub(super) const FORMAT: &str = "tokenizer.json";

/// The parts of a `tokenizer.json`, which is known to be an object with a model.
#[derive(Debug)]
pub(super) struct Document {
    fields: Map<String, Value>,
    added_tokens: Vec<AddedToken>,
}

/// One of the texts that the file gives an id of its own.
#[derive(Debug)]
pub(super) struct AddedToken {
    pub(super) id: u32,
    pub(super) text: String,
    pub(super) is_special: bool,
}

/// Tell whether bytes are a JSON object that begins; the parser says what is wrong with the rest.
pub(super) fn is_document(data: &[u8]) -> bool {
    data.trim_ascii_start().starts_with(b"{")
}

/// Read the bytes of a `tokenizer.json`.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what was found.
pub fn parse(data: &[u8], name: &str, source: Source) -> Result<Arc<dyn Engine>, CoreError> {
    let document = Document::read(data).map_err(refuse)?;
    match build_ranks(&document, name, &source) {
        Ok(vocabulary) => Ok(Arc::new(Tokenizer::new(vocabulary))),
        Err(note) => {
            let tokenizer = PipelineTokenizer::build(document, name, source, note);
            Ok(Arc::new(tokenizer.map_err(refuse)?))
        }
    }
}

/// Make a vocabulary of ranks, or tell why it cannot be one.
fn build_ranks(document: &Document, name: &str, source: &Source) -> Result<Vocabulary, String> {
    let parts = Parts {
        name: name.to_owned(),
        source: source.clone(),
        ..byte_level::read_parts(document)?
    };
    Vocabulary::build(FORMAT, parts).map_err(|error| match error {
        CoreError::InvalidVocabulary { reason, .. } => reason,
        other => other.to_string(),
    })
}

fn refuse(reason: String) -> CoreError {
    CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    }
}

impl Document {
    fn read(data: &[u8]) -> Result<Self, String> {
        let document: Value = serde_json::from_slice(data).map_err(|error| error.to_string())?;
        let Value::Object(fields) = document else {
            return Err("it is no JSON object".to_owned());
        };
        if !fields.get("model").is_some_and(Value::is_object) {
            let found: Vec<&str> = fields.keys().take(9).map(String::as_str).collect();
            return Err(format!("it has no model; it has {}", found.join(", ")));
        }
        let rows = fields.get("added_tokens").and_then(Value::as_array);
        let added_tokens = rows.into_iter().flatten().map(AddedToken::read);
        Ok(Self {
            added_tokens: added_tokens.collect::<Result<_, _>>()?,
            fields,
        })
    }

    pub(super) fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    pub(super) fn model(&self) -> &Value {
        self.field("model")
    }

    pub(super) fn added_tokens(&self) -> &[AddedToken] {
        &self.added_tokens
    }

    /// The added tokens, which text never becomes here.
    pub(super) fn special_tokens(&self) -> Result<SpecialTokens, String> {
        let rows = self.added_tokens.iter();
        SpecialTokens::new(rows.map(|row| (row.id, row.text.clone())).collect())
    }

    /// The fields themselves.
    pub(super) fn into_fields(self) -> Map<String, Value> {
        self.fields
    }
}

impl AddedToken {
    fn read(row: &Value) -> Result<Self, String> {
        let id = row.get("id").and_then(Value::as_u64);
        let text = row.get("content").and_then(Value::as_str);
        let id = id.and_then(|id| u32::try_from(id).ok());
        let (Some(id), Some(text)) = (id, text) else {
            return Err(format!("an added token has no id or content: {row}"));
        };
        Ok(Self {
            id,
            text: text.to_owned(),
            is_special: row.get("special").and_then(Value::as_bool) == Some(true),
        })
    }
}
