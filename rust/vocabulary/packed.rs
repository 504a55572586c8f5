//! Reads the packed vocabulary files that `scripts/pack_vocabularies.py` makes.
//!
//! The layout is drawn at the top of that script. Any bytes may come in: every size is checked
//! against the bytes that are there before anything is taken or allocated.

use std::path::PathBuf;

use super::{Normalization, Parts, Source, SpecialTokens, TokenTable, Vocabulary};
use crate::error::CoreError;
use crate::split::Grammar;

const FORMAT: &str = "packed";
const MAGIC: &[u8] = b"BLVOCAB\0";
const VERSION: u32 = 1;
/// Where the bytes that the checksum covers begin.
const CHECKED_FROM: usize = 16;

/// Read a packed vocabulary file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`], or what [`parse`] says of its bytes.
pub fn open(path: PathBuf) -> Result<Vocabulary, CoreError> {
    match std::fs::read(&path) {
        Ok(data) => parse(&data),
        Err(source) => Err(CoreError::UnreadableFile { path, source }),
    }
}

/// Read a packed vocabulary.
///
/// # Errors
///
/// [`CoreError::InvalidVocabulary`] says what is wrong with the bytes;
/// [`CoreError::UnknownGrammar`] if this build has no such pre-tokenizer.
pub fn parse(data: &[u8]) -> Result<Vocabulary, CoreError> {
    let fields = read_fields(data).map_err(|reason| invalid(&reason))?;
    let [
        name,
        grammar,
        exactness,
        licence,
        package,
        version,
        file,
        sha256,
    ] = fields.texts;
    let parts = Parts {
        name,
        normalization: fields.normalization,
        grammar: Grammar::find(&grammar)?,
        exactness,
        licence,
        source: Source {
            package,
            version,
            file,
            sha256,
        },
        tokens: fields.tokens,
        first_id: fields.first_id,
        special_tokens: fields.special_tokens,
    };
    Vocabulary::build(FORMAT, parts)
}

fn invalid(reason: &str) -> CoreError {
    CoreError::InvalidVocabulary {
        format: FORMAT,
        reason: reason.to_owned(),
    }
}

struct Fields {
    normalization: Normalization,
    tokens: TokenTable,
    first_id: u32,
    special_tokens: SpecialTokens,
    texts: [String; 8],
}

fn read_fields(data: &[u8]) -> Result<Fields, String> {
    check_envelope(data)?;
    let mut reader = Reader {
        data,
        position: CHECKED_FROM,
    };
    let [
        tokens,
        first_id,
        token_bytes,
        specials,
        special_bytes,
        metadata_bytes,
        normalization,
        _,
    ] = reader.numbers()?;
    let normalization = Normalization::from_number(normalization)
        .ok_or_else(|| format!("it asks for the unknown normal form {normalization}"))?;
    let offsets = reader.words(u64::from(tokens) + 1)?;
    let token_bytes = reader.section(u64::from(token_bytes))?.to_vec();
    let special_rows = reader.words(u64::from(specials) * 2)?;
    let special_texts = reader.section(u64::from(special_bytes))?;
    let metadata = reader.rest(metadata_bytes)?;
    Ok(Fields {
        normalization,
        tokens: TokenTable::new(offsets, token_bytes)?,
        first_id,
        special_tokens: read_special_tokens(&special_rows, special_texts)?,
        texts: read_texts(metadata)?,
    })
}

/// Check the magic, the version and the checksum.
fn check_envelope(data: &[u8]) -> Result<(), String> {
    if !data.starts_with(MAGIC) {
        return Err(format!(
            "it does not start with {:?}",
            MAGIC.escape_ascii().to_string()
        ));
    }
    let mut reader = Reader {
        data,
        position: MAGIC.len(),
    };
    let [version, checksum] = reader.numbers()?;
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

fn read_special_tokens(rows: &[u32], texts: &[u8]) -> Result<SpecialTokens, String> {
    let mut start = 0;
    let mut special_tokens = Vec::with_capacity(rows.len() / 2);
    for row in rows.chunks_exact(2) {
        let end = usize::try_from(row[1]).map_err(|error| error.to_string())?;
        let text = texts
            .get(start..end)
            .ok_or_else(|| format!("special token {} ends at {end}, after {start}", row[0]))?;
        special_tokens.push((row[0], read_text(text)?));
        start = end;
    }
    SpecialTokens::new(special_tokens)
}

fn read_texts(metadata: &[u8]) -> Result<[String; 8], String> {
    let mut texts: [String; 8] = Default::default();
    let mut reader = Reader {
        data: metadata,
        position: 0,
    };
    for text in &mut texts {
        let size = reader.take(2)?.try_into().map(u16::from_le_bytes);
        let size = size.map_err(|_| "a text has no size".to_owned())?;
        *text = read_text(reader.take(usize::from(size))?)?;
    }
    if reader.position == metadata.len() {
        Ok(texts)
    } else {
        Err("bytes follow the texts".into())
    }
}

fn read_text(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| format!("a text is {error}"))
}

/// Takes bytes from the front, never more than there are.
struct Reader<'data> {
    data: &'data [u8],
    position: usize,
}

impl<'data> Reader<'data> {
    fn take(&mut self, size: usize) -> Result<&'data [u8], String> {
        let rest = self.data.get(self.position..).unwrap_or_default();
        let taken = rest.get(..size).ok_or_else(|| {
            let (position, left) = (self.position, rest.len());
            format!("{size} bytes should follow byte {position}, and {left} do")
        })?;
        self.position += size;
        Ok(taken)
    }

    /// Take a section and the zero bytes that pad it.
    fn section(&mut self, size: u64) -> Result<&'data [u8], String> {
        let size = usize::try_from(size).map_err(|error| error.to_string())?;
        let section = self.take(size)?;
        self.take(size.wrapping_neg() % 4)?;
        Ok(section)
    }

    fn words(&mut self, count: u64) -> Result<Vec<u32>, String> {
        let section = self.section(count.saturating_mul(4))?;
        Ok(section.chunks_exact(4).map(word).collect())
    }

    fn numbers<const N: usize>(&mut self) -> Result<[u32; N], String> {
        let bytes = self.take(N * 4)?;
        let mut numbers = [0; N];
        for (number, chunk) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
            *number = word(chunk);
        }
        Ok(numbers)
    }

    /// Take the last section: exactly `size` bytes must be left.
    fn rest(&mut self, size: u32) -> Result<&'data [u8], String> {
        let left = self.data.len() - self.position;
        if usize::try_from(size) != Ok(left) {
            return Err(format!(
                "the metadata should have {size} bytes, and {left} are left"
            ));
        }
        self.take(left)
    }
}

fn word(chunk: &[u8]) -> u32 {
    chunk
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u32::from(byte))
}
