//! Reads the `.pieces` files that the wheel ships, which `scripts/pack_vocabularies.py` makes.
//!
//! The payload's layout is drawn at the top of `scripts/pack_pieces.py`: one table of pieces, and behind it the
//! vocabularies that share it, each with its own ids, special tokens and source. Any bytes may
//! come in: every size is checked against the bytes that are there before anything is taken.

use std::path::Path;

use super::{Parts, PieceModel, Tie};
use crate::container::{Reader, open_file, unseal};
use crate::error::CoreError;
use crate::vocabulary::{Source, SpecialTokens, TokenTable};

const FORMAT: &str = "pieces";
const MAGIC: [u8; 8] = *b"BLPIECE\0";

/// Read one vocabulary of a `.pieces` file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or [`CoreError::UnusableFile`] around what [`parse`] says.
pub fn open(path: impl AsRef<Path>, name: &str) -> Result<PieceModel, CoreError> {
    open_file(path.as_ref(), |data| parse(data, name))
}

/// Read one vocabulary of the bytes of a `.pieces` file.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what is wrong with the bytes, or which names there are;
/// else as [`PieceModel::build`].
pub fn parse(data: &[u8], name: &str) -> Result<PieceModel, CoreError> {
    let parts = read_parts(data, name).map_err(|reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    })?;
    PieceModel::build(FORMAT, parts)
}

fn read_parts(data: &[u8], name: &str) -> Result<Parts, String> {
    let payload = unseal(data, MAGIC)?;
    let mut reader = Reader::new(&payload);
    let (pieces, vocabularies) = (reader.size()?, reader.number()?);
    let (offsets, bytes) = reader.tokens(pieces)?;
    let table = TokenTable::new(offsets, bytes)?;
    let priorities = read_runs(&mut reader, pieces)?;
    let mut names = Vec::new();
    for _ in 0..vocabularies {
        let size = reader.size()?;
        let mut section = Reader::new(reader.take(size)?);
        let found = section.text()?;
        if found == name {
            return read_vocabulary(section, found, table, priorities);
        }
        names.push(found);
    }
    let known = names.join(", ");
    Err(format!("it has no vocabulary {name:?}; it has {known}"))
}

/// Read what a vocabulary has for itself, behind its name.
fn read_vocabulary(
    mut reader: Reader<'_>,
    name: String,
    pieces: TokenTable,
    priorities: Vec<u32>,
) -> Result<Parts, String> {
    let [exactness, licence, package, version, file, sha256] = reader.texts()?;
    let flags = reader.number()?;
    Ok(Parts {
        name,
        exactness,
        licence,
        source: Source {
            package,
            version,
            file,
            sha256,
        },
        piece_ids: read_runs(&mut reader, priorities.len())?,
        byte_ids: read_runs(&mut reader, 256)?,
        special_tokens: SpecialTokens::new(reader.rows()?)?,
        user_tokens: SpecialTokens::new(reader.rows()?)?,
        pieces,
        priorities,
        has_space_prefix: flags & 1 != 0,
        tie: if flags & 2 == 0 {
            Tie::Leftmost
        } else {
            Tie::LongestLeft
        },
    })
}

/// Read numbers that are written as runs: how many, the first one, and the step to the next.
fn read_runs(reader: &mut Reader<'_>, expected: usize) -> Result<Vec<u32>, String> {
    let mut numbers = Vec::new();
    for _ in 0..reader.number()? {
        let (count, mut number, step) = (reader.size()?, reader.number()?, reader.number()?);
        if count > expected - numbers.len() {
            return Err(format!(
                "there are more than the {expected} numbers expected"
            ));
        }
        for _ in 0..count {
            numbers.push(number);
            number = number.wrapping_add(step);
        }
    }
    Ok(numbers)
}
