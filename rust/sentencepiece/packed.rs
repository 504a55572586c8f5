//! Reads the `.pieces` files that the wheel ships, which `scripts/pack_sentencepiece.py` makes.
//!
//! The layout is drawn at the top of that script: one table of pieces, and behind it the
//! vocabularies that share it, each with its own ids, special tokens and source. Any bytes may
//! come in: every size is checked against the bytes that are there before anything is taken.

use std::path::PathBuf;

use super::read::Reader;
use super::{Parts, PieceModel, Tie};
use crate::error::CoreError;
use crate::vocabulary::{Source, SpecialTokens, TokenTable};

const FORMAT: &str = "pieces";
const MAGIC: &[u8] = b"BLPIECE\0";
const VERSION: u32 = 1;

/// Read one vocabulary of a `.pieces` file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or what [`parse`] says of its bytes.
pub fn open(path: PathBuf, name: &str) -> Result<PieceModel, CoreError> {
    match std::fs::read(&path) {
        Ok(data) => parse(&data, name),
        Err(source) => Err(CoreError::UnreadableFile { path, source }),
    }
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
    let mut reader = check_envelope(data)?;
    let (pieces, vocabularies) = (reader.size()?, reader.number()?);
    let table = read_table(&mut reader, pieces)?;
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

/// Read the sizes of the pieces, a byte each, and the pieces.
fn read_table(reader: &mut Reader<'_>, pieces: usize) -> Result<TokenTable, String> {
    let mut end = 0_u32;
    let mut offsets = vec![end];
    for &size in reader.take(pieces)? {
        end = end.saturating_add(u32::from(size));
        offsets.push(end);
    }
    let size = usize::try_from(end).map_err(|error| error.to_string())?;
    TokenTable::new(offsets, reader.take(size)?.to_vec())
}

/// Check the magic, the version and the checksum.
fn check_envelope(data: &[u8]) -> Result<Reader<'_>, String> {
    let mut reader = Reader::new(data);
    if !data.starts_with(MAGIC) {
        let magic = MAGIC.escape_ascii();
        return Err(format!("it does not start with \"{magic}\""));
    }
    reader.take(MAGIC.len())?;
    let (version, checksum) = (reader.number()?, reader.number()?);
    if version != VERSION {
        return Err(format!(
            "it has format version {version}, and this build reads {VERSION}"
        ));
    }
    let found = crc32fast::hash(reader.rest());
    if found != checksum {
        return Err(format!(
            "its checksum is {found:08x}, not {checksum:08x} as it says: it is damaged"
        ));
    }
    Ok(reader)
}

/// Read what a vocabulary has for itself, behind its name.
fn read_vocabulary(
    mut reader: Reader<'_>,
    name: String,
    pieces: TokenTable,
    priorities: Vec<u32>,
) -> Result<Parts, String> {
    let [exactness, licence, package, version, file, sha256] = read_texts(&mut reader)?;
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
        special_tokens: read_special_tokens(&mut reader)?,
        user_tokens: read_special_tokens(&mut reader)?,
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

fn read_texts(reader: &mut Reader<'_>) -> Result<[String; 6], String> {
    let mut texts: [String; 6] = Default::default();
    for text in &mut texts {
        *text = reader.text()?;
    }
    Ok(texts)
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

fn read_special_tokens(reader: &mut Reader<'_>) -> Result<SpecialTokens, String> {
    let mut rows = Vec::new();
    for _ in 0..reader.number()? {
        rows.push((reader.number()?, reader.text()?));
    }
    SpecialTokens::new(rows)
}
