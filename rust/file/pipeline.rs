//! Counts with the crate `tokenizers` itself, for any `tokenizer.json` that it can read.
//!
//! The crate finds added tokens in a user's text, and here text is only ever text. So it gets the
//! file without them, without truncation, padding and post-processor. A special token may stand in
//! the model's own vocabulary too, where some models would find it by its text: there it gets a name
//! that nobody can know, drawn anew in each process.
//!
//! The crate's regex engine gives up on a text after a million steps back, and the crate then keeps
//! the rest of the text whole without a word. So each regex first runs on the text alone; where it
//! gives up, [`PipelineTokenizer::encode`](Engine::encode) fails, and the count is `u32::MAX`, so
//! that nothing fits.

use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};

use pipeline_regex::Regex;
use serde_json::{Map, Value};
use tokenizers::{Decoder, Model, NormalizedString, Normalizer, Tokenizer};

use super::document::Document;
use crate::engine::{Engine, Facts};
use crate::error::CoreError;
use crate::vocabulary::{Source, SpecialTokens};

/// A tokenizer of the crate `tokenizers`, for which all text is text.
#[derive(Debug)]
pub struct PipelineTokenizer {
    name: String,
    source: Source,
    special_tokens: SpecialTokens,
    tokenizer: Tokenizer,
    regexes: Vec<Regex>,
    last_id: u32,
    note: String,
}

impl PipelineTokenizer {
    /// Let the crate read a document; `note` says why our own engine does not.
    ///
    /// # Errors
    ///
    /// What the crate says is wrong, or what cannot be counted exactly.
    pub(super) fn build(
        document: Document,
        name: &str,
        source: Source,
        note: String,
    ) -> Result<Self, String> {
        let special_tokens = document.special_tokens()?;
        let specials = document.added_tokens().iter().filter(|row| row.is_special);
        let specials: Vec<String> = specials.map(|row| row.text.clone()).collect();
        let mut fields = document.into_fields();
        let regexes = ["normalizer", "pre_tokenizer"]
            .iter()
            .filter_map(|name| fields.get(*name))
            .flat_map(find_regexes)
            .map(|regex| Regex::new(regex).map_err(|error| format!("{regex:?}: {error}")))
            .collect::<Result<_, _>>()?;
        if let Some(model) = fields.get_mut("model") {
            check_model(model)?;
            hide(model, &specials)?;
        }
        let tokenizer = load(fields)?;
        let last_special = special_tokens.iter().map(|row| row.0).max();
        let last_token = tokenizer.get_vocab(false).into_values().max();
        Ok(Self {
            name: name.to_owned(),
            source,
            special_tokens,
            regexes,
            last_id: last_token.max(last_special).unwrap_or(0),
            tokenizer,
            note,
        })
    }

    fn try_encode(&self, text: &str) -> Result<Vec<u32>, CoreError> {
        let refuse = |reason| CoreError::Unencodable {
            vocabulary: self.name.clone(),
            reason,
        };
        self.check_regexes(text).map_err(refuse)?;
        let encode = || self.tokenizer.encode_fast(text, false);
        match catch_unwind(AssertUnwindSafe(encode)) {
            Ok(Ok(encoding)) => Ok(encoding.get_ids().to_vec()),
            Ok(Err(error)) => Err(refuse(error.to_string())),
            Err(_) => Err(refuse("the crate tokenizers panicked".to_owned())),
        }
    }

    /// Check that no regex gives up on a text, as it is and as it is after normalization.
    fn check_regexes(&self, text: &str) -> Result<(), String> {
        if self.regexes.is_empty() {
            return Ok(());
        }
        let mut normalized = NormalizedString::from(text);
        if let Some(normalizer) = self.tokenizer.get_normalizer() {
            let done = normalizer.normalize(&mut normalized);
            done.map_err(|error| error.to_string())?;
        }
        for regex in &self.regexes {
            for haystack in [text, normalized.get()] {
                let error = regex.find_iter(haystack).find_map(Result::err);
                error.map_or(Ok(()), |error| Err(format!("{regex}: {error}")))?;
            }
        }
        Ok(())
    }

    /// The text of an id, as the crate's decoders want it.
    fn token(&self, id: u32) -> Result<String, CoreError> {
        let special = self.special_tokens.text_of(id).map(str::to_owned);
        let token = special.or_else(|| self.tokenizer.get_model().id_to_token(id));
        token.ok_or_else(|| self.unknown_id(i64::from(id)))
    }
}

impl Engine for PipelineTokenizer {
    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.name,
            kind: "tokenizers",
            exactness: "exact",
            grammar: None,
            last_id: Some(self.last_id),
            special_tokens: Some(&self.special_tokens),
            user_tokens: None,
            frame_tokens: None,
            source: &self.source,
            licence: "",
        }
    }

    fn note(&self) -> Option<&str> {
        Some(&self.note)
    }

    fn count(&self, text: &str) -> u32 {
        let ids = self.try_encode(text).map(|ids| u32::try_from(ids.len()));
        ids.unwrap_or(Ok(u32::MAX)).unwrap_or(u32::MAX)
    }

    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        Some(self.count(text)).filter(|&tokens| tokens <= limit && tokens < u32::MAX)
    }

    fn encode(&self, text: &str, ids: &mut Vec<u32>) -> Result<(), CoreError> {
        ids.append(&mut self.try_encode(text)?);
        Ok(())
    }

    fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        Ok(self.decode(ids)?.into_bytes())
    }

    fn decode(&self, ids: &[u32]) -> Result<String, CoreError> {
        let tokens = ids.iter().map(|&id| self.token(id));
        let tokens = tokens.collect::<Result<Vec<String>, _>>()?;
        let Some(decoder) = self.tokenizer.get_decoder() else {
            return Ok(tokens.join(" "));
        };
        decoder
            .decode(tokens)
            .map_err(|error| CoreError::Unencodable {
                vocabulary: self.name.clone(),
                reason: error.to_string(),
            })
    }

    fn unknown_id(&self, id: i64) -> CoreError {
        CoreError::UnknownTokenId {
            id,
            vocabulary: self.name.clone(),
            last_id: self.last_id,
        }
    }
}

/// Every regex in a part of the file.
fn find_regexes(part: &Value) -> Vec<&str> {
    match part {
        Value::Object(fields) => match fields.get("Regex").and_then(Value::as_str) {
            Some(regex) => vec![regex],
            None => fields.values().flat_map(find_regexes).collect(),
        },
        Value::Array(items) => items.iter().flat_map(find_regexes).collect(),
        _ => Vec::new(),
    }
}

/// Refuse a model that gives different tokens each time, or fails on characters it does not know.
fn check_model(model: &Value) -> Result<(), String> {
    let dropout = model.get("dropout").and_then(Value::as_f64);
    if dropout.is_some_and(|share| share > 0.0) {
        return Err(
            "its model drops merges at random (dropout), so it has no one count".to_owned(),
        );
    }
    if let Some(unknown) = model.get("unk_token").and_then(Value::as_str) {
        let vocabulary = model.get("vocab").and_then(Value::as_object);
        if vocabulary.is_some_and(|vocabulary| !vocabulary.contains_key(unknown)) {
            return Err(format!(
                "its unknown token {unknown:?} is not in its vocabulary"
            ));
        }
    }
    Ok(())
}

/// Give the special tokens in a model's vocabulary names that no text can have.
///
/// # Errors
///
/// The reason, if merges make a special token of text.
fn hide(model: &mut Value, specials: &[String]) -> Result<(), String> {
    let secret = format!("{:016x}{:016x}", draw(), draw());
    let hidden = |text: &str| format!("{secret}{text}");
    if let Some(merges) = model.get("merges").and_then(Value::as_array) {
        let made = merges.iter().map(result_of_merge);
        let made: std::collections::HashSet<String> = made.collect();
        if let Some(text) = specials.iter().find(|text| made.contains(*text)) {
            return Err(format!(
                "its merges make the special token {text:?} of text"
            ));
        }
    }
    for text in specials {
        match model.get_mut("vocab") {
            Some(Value::Object(vocabulary)) => {
                if let Some(id) = vocabulary.remove(text) {
                    vocabulary.insert(hidden(text), id);
                }
            }
            Some(Value::Array(pieces)) => {
                for piece in pieces.iter_mut().filter_map(|piece| piece.get_mut(0)) {
                    if piece.as_str() == Some(text) {
                        *piece = Value::String(hidden(text));
                    }
                }
            }
            _ => {}
        }
        if let Some(unknown) = model.get_mut("unk_token")
            && unknown.as_str() == Some(text)
        {
            *unknown = Value::String(hidden(text));
        }
    }
    Ok(())
}

fn draw() -> u64 {
    RandomState::new().hash_one(0_u8)
}

fn result_of_merge(merge: &Value) -> String {
    match merge {
        Value::String(text) => text.replacen(' ', "", 1),
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// Let the crate read what is left of the file.
fn load(mut fields: Map<String, Value>) -> Result<Tokenizer, String> {
    fields.insert("added_tokens".to_owned(), Value::Array(Vec::new()));
    for name in ["truncation", "padding", "post_processor"] {
        fields.insert(name.to_owned(), Value::Null);
    }
    let document = Value::Object(fields);
    match catch_unwind(|| serde_json::from_value::<Tokenizer>(document)) {
        Ok(Ok(tokenizer)) => Ok(tokenizer),
        Ok(Err(error)) => Err(format!("the crate tokenizers refuses it: {error}")),
        Err(_) => Err("the crate tokenizers panicked on it".to_owned()),
    }
}
