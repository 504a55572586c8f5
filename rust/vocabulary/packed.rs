//! Reads the packed vocabulary files that `scripts/pack_vocabularies.py` makes.
//!
//! The layout of the payload is drawn at the top of `scripts/pack_ranks.py`. Any bytes may come in:
//! every size is checked against the bytes that are there before anything is taken or allocated.

use std::path::Path;

use super::{Normalization, Parts, Source, SpecialTokens, TokenTable, Vocabulary};
use crate::container::{Reader, open_file, unseal};
use crate::error::CoreError;
use crate::split::Grammar;

const FORMAT: &str = "packed";
const MAGIC: [u8; 8] = *b"BLVOCAB\0";

/// Read a packed vocabulary file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or [`CoreError::UnusableFile`] around what [`parse`] says.
pub fn open(path: impl AsRef<Path>) -> Result<Vocabulary, CoreError> {
    open_file(path.as_ref(), parse)
}

/// Read a packed vocabulary.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what is wrong with the bytes, or that this build has no
/// such pre-tokenizer.
pub fn parse(data: &[u8]) -> Result<Vocabulary, CoreError> {
    let invalid = |reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    };
    Vocabulary::build(FORMAT, read_parts(data).map_err(invalid)?)
}

fn read_parts(data: &[u8]) -> Result<Parts, String> {
    let payload = unseal(data, MAGIC)?;
    let mut reader = Reader::new(&payload);
    let (count, first_id, normalization) = (reader.size()?, reader.number()?, reader.number()?);
    let normalization = Normalization::from_number(normalization)
        .ok_or_else(|| format!("it asks for the unknown normal form {normalization}"))?;
    let is_proper = reader.flag()?;
    let (offsets, bytes) = reader.tokens(count)?;
    let tokens = TokenTable::new(offsets, bytes)?;
    let special_tokens = SpecialTokens::new(reader.rows()?)?;
    let [name, grammar, exactness, licence] = reader.texts()?;
    let [package, version, file, sha256] = reader.texts()?;
    reader.expect_end("the texts")?;
    Ok(Parts {
        name,
        normalization,
        grammar: Grammar::find(&grammar).map_err(|error| error.to_string())?,
        exactness,
        licence,
        source: Source {
            package,
            version,
            file,
            sha256,
        },
        tokens,
        first_id,
        special_tokens,
        is_proper: Some(is_proper),
    })
}
