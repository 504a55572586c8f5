//! Reads the packed tables that `scripts/pack_vocabularies.py` makes.
//!
//! The layout of the payload is drawn at the top of `scripts/pack_claude.py`. Any bytes may come in:
//! every size is checked against the bytes that are there, and every piece against what the tiling
//! relies on.

use std::path::Path;

use super::trie::Trie;
use super::{BEGIN_OF_WORD, CAPITALS, END_OF_WORD, Frame, SHIFT, Table};
use crate::container::{Reader, open_file, unseal};
use crate::error::CoreError;
use crate::vocabulary::Source;

const FORMAT: &str = "Claude";
const MAGIC: [u8; 8] = *b"BLCLAUDE";
/// The longest piece accepted; the longest known has 128 bytes.
const LONGEST_PIECE: usize = 255;

/// Read a packed table file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or [`CoreError::UnusableFile`] around what [`parse`] says.
pub fn open(path: impl AsRef<Path>) -> Result<Table, CoreError> {
    open_file(path.as_ref(), parse)
}

/// Read a packed table.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what is wrong with the bytes.
pub fn parse(data: &[u8]) -> Result<Table, CoreError> {
    read_table(data).map_err(|reason| CoreError::InvalidVocabulary {
        format: FORMAT,
        reason,
    })
}

fn read_table(data: &[u8]) -> Result<Table, String> {
    let payload = unseal(data, MAGIC)?;
    let mut reader = Reader::new(&payload);
    let piece_count = reader.number()?;
    let piece_bytes = reader.size()?;
    let fewest_capitals = reader.size()?;
    let folds_quotes = reader.flag()?;
    let frame_count = reader.number()?;
    let pieces = read_pieces(reader.take(piece_bytes)?, piece_count)?;
    let frames = read_frames(&mut reader, frame_count)?;
    let [exactness, licence, package, version, file, sha256] = reader.texts()?;
    reader.expect_end("the table")?;
    Ok(Table {
        pieces: Trie::build(&pieces)?,
        fewest_capitals: (fewest_capitals > 0).then_some(fewest_capitals),
        folds_quotes,
        frames,
        exactness,
        licence,
        source: Source {
            package,
            version,
            file,
            sha256,
        },
    })
}

/// Read pieces that each say what they share with the one before.
fn read_pieces(packed: &[u8], count: u32) -> Result<Vec<Vec<u8>>, String> {
    let mut reader = Reader::new(packed);
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for number in 0..count {
        let [shared, rest] = [reader.byte()?, reader.byte()?].map(usize::from);
        let before = pieces.last().map(Vec::as_slice).unwrap_or_default();
        let start = before.get(..shared).ok_or_else(|| {
            let size = before.len();
            format!("piece {number} shares {shared} bytes with one of {size}")
        })?;
        let piece = [start, reader.take(rest)?].concat();
        if piece.as_slice() <= before {
            return Err(format!("piece {number} does not come after the one before"));
        }
        check_piece(&piece).map_err(|reason| format!("piece {number} {reason}"))?;
        pieces.push(piece);
    }
    reader.expect_end("the pieces")?;
    Ok(pieces)
}

/// Check that no piece goes across a place where the tiling or the segments begin anew.
fn check_piece(piece: &[u8]) -> Result<(), &'static str> {
    let is_mark = |byte: &u8| *byte >= END_OF_WORD;
    let after_case = match piece {
        [SHIFT | CAPITALS, rest @ ..] => rest,
        _ => piece,
    };
    let after_opening = after_case
        .strip_prefix(&[BEGIN_OF_WORD])
        .unwrap_or(after_case);
    let text = after_opening
        .strip_suffix(&[END_OF_WORD])
        .unwrap_or(after_opening);
    if piece.len() > LONGEST_PIECE {
        Err("is longer than 255 bytes")
    } else if text.iter().any(is_mark) {
        Err("has a mark within a word")
    } else if text.contains(&b'\n') && piece.iter().any(|&byte| byte != b'\n') {
        Err("joins a newline to something else")
    } else {
        Ok(())
    }
}

fn read_frames(reader: &mut Reader<'_>, count: u32) -> Result<Vec<Frame>, String> {
    let mut frames = Vec::new();
    for _ in 0..count {
        let (tokens, flags, name) = (reader.number()?, reader.number()?, reader.text()?);
        if flags > 3 {
            return Err(format!("the frame {name:?} has unknown flags {flags}"));
        }
        frames.push(Frame {
            name,
            tokens,
            is_led_by_mark: flags & 1 != 0,
            is_trimming: flags & 2 != 0,
        });
    }
    if frames.is_empty() {
        return Err("it has no frame".into());
    }
    Ok(frames)
}
