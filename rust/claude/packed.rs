//! Reads the packed tables that `scripts/pack_claude.py` makes.
//!
//! The layout is drawn at the top of that script. Any bytes may come in: every size is checked
//! against the bytes that are there, and every piece against what the tiling relies on.

use std::path::PathBuf;

use super::trie::Trie;
use super::{BEGIN_OF_WORD, CAPITALS, END_OF_WORD, Frame, SHIFT, Table};
use crate::error::CoreError;
use crate::vocabulary::Source;

const FORMAT: &str = "Claude";
const MAGIC: &[u8] = b"BLCLAUDE";
const VERSION: u32 = 1;
/// Where the bytes that the checksum covers begin.
const CHECKED_FROM: usize = 16;
/// The longest piece accepted; the longest known has 128 bytes.
const LONGEST_PIECE: usize = 255;

/// Read a packed table file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or what [`parse`] says of its bytes.
pub fn open(path: PathBuf) -> Result<Table, CoreError> {
    match std::fs::read(&path) {
        Ok(data) => parse(&data),
        Err(source) => Err(CoreError::UnreadableFile { path, source }),
    }
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
    let mut reader = Reader { rest: data };
    check_envelope(data, &mut reader)?;
    let piece_count = reader.number()?;
    let piece_bytes = reader.size()?;
    let fewest_capitals = reader.size()?;
    let folds_quotes = reader.flag()?;
    let frame_count = reader.number()?;
    let metadata_bytes = reader.size()?;
    reader.take(8)?;
    let pieces = read_pieces(reader.take(piece_bytes)?, piece_count)?;
    let frames = read_frames(&mut reader, frame_count)?;
    let [exactness, licence, package, version, file, sha256] =
        read_metadata(&mut reader, metadata_bytes)?;
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

/// Check the magic, the version and the checksum.
fn check_envelope(data: &[u8], reader: &mut Reader<'_>) -> Result<(), String> {
    if reader.take(MAGIC.len())? != MAGIC {
        let magic = MAGIC.escape_ascii();
        return Err(format!("it does not start with \"{magic}\""));
    }
    let (version, checksum) = (reader.number()?, reader.number()?);
    if version != VERSION {
        return Err(format!(
            "it has format version {version}, and this build reads {VERSION}"
        ));
    }
    let found = crc32fast::hash(data.get(CHECKED_FROM..).unwrap_or_default());
    if found == checksum {
        return Ok(());
    }
    Err(format!(
        "its checksum is {found:08x}, not {checksum:08x} as it says: it is damaged"
    ))
}

/// Read pieces that each say what they share with the one before.
fn read_pieces(packed: &[u8], count: u32) -> Result<Vec<Vec<u8>>, String> {
    let mut reader = Reader { rest: packed };
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

fn read_metadata(reader: &mut Reader<'_>, size: usize) -> Result<[String; 6], String> {
    let mut texts: [String; 6] = Default::default();
    let mut metadata = Reader {
        rest: reader.take(size)?,
    };
    for text in &mut texts {
        *text = metadata.text()?;
    }
    metadata.expect_end("the metadata")?;
    reader.expect_end("the table")?;
    Ok(texts)
}

/// Takes bytes from the front, never more than there are.
struct Reader<'data> {
    rest: &'data [u8],
}

impl<'data> Reader<'data> {
    fn take(&mut self, size: usize) -> Result<&'data [u8], String> {
        let left = self.rest.len();
        let (taken, rest) = self
            .rest
            .split_at_checked(size)
            .ok_or_else(|| format!("{size} bytes should follow where {left} do"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    fn number(&mut self) -> Result<u32, String> {
        let bytes = self.take(4)?.iter().rev();
        Ok(bytes.fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    fn size(&mut self) -> Result<usize, String> {
        usize::try_from(self.number()?).map_err(|error| error.to_string())
    }

    fn flag(&mut self) -> Result<bool, String> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("a yes or no is {other}")),
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let [low, high] = [self.byte()?, self.byte()?];
        let bytes = self.take(usize::from(u16::from_le_bytes([low, high])))?;
        let text = std::str::from_utf8(bytes).map_err(|error| format!("a text is {error}"))?;
        Ok(text.to_owned())
    }

    fn expect_end(&self, name: &str) -> Result<(), String> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(format!("{left} bytes follow {name}")),
        }
    }
}
