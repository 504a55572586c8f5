//! Reads `SentencePiece`'s own `.model` files, which are protocol buffers.
//!
//! Only what can be counted exactly is read: byte-pair models with byte fallback that change
//! nothing in a text but its spaces. All else is refused with the reason. Source of the numbers:
//! `sentencepiece_model.proto` of sentencepiece 0.2 (read 2026-11-22).

use super::{ESCAPED_SPACE, Parts, PieceModel, Tie};
use crate::container::{Reader, read_text};
use crate::error::CoreError;
use crate::vocabulary::{Source, SpecialTokens, TokenTable};

const FORMAT: &str = "SentencePiece";

/// Read the bytes of a `.model` file.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what is wrong with the bytes, or which property of the
/// model is not supported; else as [`PieceModel::build`].
pub fn parse(data: &[u8], name: &str) -> Result<PieceModel, CoreError> {
    let parts = read_model(data, name).map_err(|reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    })?;
    PieceModel::build(FORMAT, parts)
}

/// A piece as the file has it.
#[derive(Debug, Default)]
struct Row {
    id: u32,
    text: String,
    score: f32,
    kind: Option<u64>,
}

/// The kinds of pieces.
mod kind {
    pub(super) const NORMAL: u64 = 1;
    pub(super) const UNKNOWN: u64 = 2;
    pub(super) const CONTROL: u64 = 3;
    pub(super) const USER_DEFINED: u64 = 4;
    pub(super) const BYTE: u64 = 6;
}

fn read_model(data: &[u8], name: &str) -> Result<Parts, String> {
    let mut rows = Vec::new();
    let mut is_byte_pair = false;
    let mut has_space_prefix = true;
    let mut reader = Reader::new(data);
    while !reader.is_empty() {
        match read_field(&mut reader)? {
            (1, Value::Bytes(bytes)) => {
                let id = u32::try_from(rows.len()).map_err(|error| error.to_string())?;
                rows.push(read_row(id, bytes)?);
            }
            (2, Value::Bytes(bytes)) => is_byte_pair = check_trainer(bytes)?,
            (3, Value::Bytes(bytes)) => has_space_prefix = check_normalizer(bytes)?,
            (5, Value::Bytes(bytes)) => check_denormalizer(bytes)?,
            _ => {}
        }
    }
    if !is_byte_pair {
        return Err("it does not say that it is a byte-pair model".to_owned());
    }
    sort_rows(rows, name, has_space_prefix)
}

/// The value of a field; what is not asked for is left out.
enum Value<'data> {
    Number(u64),
    Bytes(&'data [u8]),
}

/// Take a field's number and value.
fn read_field<'data>(reader: &mut Reader<'data>) -> Result<(u64, Value<'data>), String> {
    let key = reader.variable_number()?;
    let value = match key & 7 {
        0 => Value::Number(reader.variable_number()?),
        1 => Value::Bytes(reader.take(8)?),
        2 => {
            let size = reader.variable_number()?;
            Value::Bytes(reader.take(usize::try_from(size).map_err(|error| error.to_string())?)?)
        }
        5 => Value::Bytes(reader.take(4)?),
        wire_type => return Err(format!("a field has the unknown wire type {wire_type}")),
    };
    Ok((key >> 3, value))
}

fn read_row(id: u32, bytes: &[u8]) -> Result<Row, String> {
    let mut row = Row {
        id,
        ..Row::default()
    };
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match read_field(&mut reader)? {
            (1, Value::Bytes(bytes)) => row.text = read_text(bytes)?,
            (2, Value::Bytes(bytes)) => {
                let bytes = bytes.try_into().map_err(|_| "a score has no four bytes")?;
                row.score = f32::from_le_bytes(bytes);
            }
            (3, Value::Number(kind)) => row.kind = Some(kind),
            _ => {}
        }
    }
    Ok(row)
}

/// Check how the model was trained; tell whether it is a byte-pair model.
fn check_trainer(bytes: &[u8]) -> Result<bool, String> {
    let (mut model_type, mut has_bytes, mut has_suffix) = (1, 0, 0);
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match read_field(&mut reader)? {
            (3, Value::Number(number)) => model_type = number,
            (24, Value::Number(number)) => has_suffix = number,
            (35, Value::Number(number)) => has_bytes = number,
            _ => {}
        }
    }
    if model_type != 2 {
        return Err(format!(
            "it is of type {model_type}, and 2, byte-pair, is supported"
        ));
    }
    if has_bytes == 0 {
        return Err("it has no byte fallback, which is not supported".to_owned());
    }
    if has_suffix != 0 {
        return Err("it treats whitespace as a suffix, which is not supported".to_owned());
    }
    Ok(true)
}

/// Check how text is changed before merging; tell whether a space is put before it.
fn check_normalizer(bytes: &[u8]) -> Result<bool, String> {
    let (mut has_prefix, mut removes_spaces, mut escapes_spaces) = (1, 1, 1);
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        match read_field(&mut reader)? {
            (2, Value::Bytes(rules)) if !rules.is_empty() => {
                return Err("it changes characters, which is not supported".to_owned());
            }
            (3, Value::Number(number)) => has_prefix = number,
            (4, Value::Number(number)) => removes_spaces = number,
            (5, Value::Number(number)) => escapes_spaces = number,
            _ => {}
        }
    }
    if removes_spaces != 0 {
        return Err("it removes extra spaces, which is not supported".to_owned());
    }
    if escapes_spaces == 0 {
        return Err("it does not escape spaces, which is not supported".to_owned());
    }
    Ok(has_prefix != 0)
}

fn check_denormalizer(bytes: &[u8]) -> Result<(), String> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        if let (2, Value::Bytes([_, ..])) = read_field(&mut reader)? {
            return Err("it changes characters of decoded text, which is not supported".to_owned());
        }
    }
    Ok(())
}

/// Sort the rows by what they are.
fn sort_rows(rows: Vec<Row>, name: &str, has_space_prefix: bool) -> Result<Parts, String> {
    let mut byte_ids = vec![u32::MAX; 256];
    let (mut pieces, mut special_tokens, mut user_tokens) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row.kind.unwrap_or(kind::NORMAL) {
            kind::NORMAL => pieces.push(row),
            kind::UNKNOWN | kind::CONTROL => special_tokens.push((row.id, row.text)),
            kind::USER_DEFINED => user_tokens.push((row.id, unescape(&row.text))),
            kind::BYTE => byte_ids[usize::from(read_byte(&row.text)?)] = row.id,
            kind => {
                let Row { id, text, .. } = row;
                return Err(format!(
                    "piece {id}, {text:?}, is of kind {kind}, not supported"
                ));
            }
        }
    }
    Ok(Parts {
        name: name.to_owned(),
        exactness: "exact".to_owned(),
        licence: String::new(),
        source: Source::default(),
        priorities: rank_scores(&pieces)?,
        piece_ids: pieces.iter().map(|row| row.id).collect(),
        pieces: table(&pieces)?,
        byte_ids,
        special_tokens: SpecialTokens::new(special_tokens)?,
        user_tokens: SpecialTokens::new(user_tokens)?,
        has_space_prefix,
        tie: Tie::Leftmost,
    })
}

/// Read the byte of a text such as `<0x1F>`.
fn read_byte(text: &str) -> Result<u8, String> {
    text.strip_prefix("<0x")
        .and_then(|rest| rest.strip_suffix('>'))
        .and_then(|digits| u8::from_str_radix(digits, 16).ok())
        .ok_or_else(|| format!("the byte piece {text:?} names no byte"))
}

/// Number the scores from the best one; equal scores have equal numbers.
fn rank_scores(pieces: &[Row]) -> Result<Vec<u32>, String> {
    if let Some(row) = pieces.iter().find(|row| row.score.is_nan()) {
        return Err(format!("the score of piece {} is no number", row.id));
    }
    let mut scores: Vec<f32> = pieces.iter().map(|row| row.score).collect();
    scores.sort_by(|one, other| other.total_cmp(one));
    scores.dedup();
    let number = |row: &Row| scores.partition_point(|&score| score > row.score);
    let numbers = pieces.iter().map(|row| u32::try_from(number(row)));
    numbers
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())
}

fn table(pieces: &[Row]) -> Result<TokenTable, String> {
    let mut offsets = vec![0];
    let mut bytes = Vec::new();
    for row in pieces {
        bytes.extend_from_slice(unescape(&row.text).as_bytes());
        offsets.push(u32::try_from(bytes.len()).map_err(|error| error.to_string())?);
    }
    TokenTable::new(offsets, bytes)
}

fn unescape(text: &str) -> String {
    text.replace(ESCAPED_SPACE, " ")
}
