//! Reads a vocabulary file from the disk, if it is not absurdly large.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::Path;

use crate::error::CoreError;

/// The largest vocabulary file accepted; the largest known, a `tokenizer.json`, has 35 MB.
pub(crate) const LARGEST_FILE_BYTES: u64 = 256 << 20;

/// Read a whole file.
///
/// # Errors
///
/// [`CoreError::UnreadableFile`] if the system cannot read it or it is larger than
/// [`LARGEST_FILE_BYTES`].
pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, CoreError> {
    read_up_to(path, LARGEST_FILE_BYTES).map_err(|source| CoreError::UnreadableFile {
        path: path.to_owned(),
        source,
    })
}

/// Read a whole file and parse it; what is wrong with its bytes is said with the file's name.
///
/// # Errors
///
/// As [`read_file`]; else [`CoreError::UnusableFile`] around what `parse` says.
pub(crate) fn open_file<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, CoreError>,
) -> Result<T, CoreError> {
    parse(&read_file(path)?).map_err(|source| CoreError::UnusableFile {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Read at most so many bytes, whatever size the system says that the file has.
fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(limit);
    let mut data = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    file.take(limit.saturating_add(1)).read_to_end(&mut data)?;
    if u64::try_from(data.len()).is_ok_and(|read| read <= limit) {
        return Ok(data);
    }
    let message = format!("it has more than the {limit} bytes that are accepted");
    Err(Error::new(ErrorKind::FileTooLarge, message))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::path::Path;

    use super::{read_file, read_up_to};

    #[test]
    fn a_file_is_read_up_to_a_limit() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let data = read_file(&path).unwrap();
        let size = u64::try_from(data.len()).unwrap();
        assert_eq!(read_up_to(&path, size).unwrap(), data);
        let message = read_up_to(&path, size - 1).unwrap_err().to_string();
        assert!(message.contains("bytes that are accepted"), "{message}");
    }
}
