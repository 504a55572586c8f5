//! Reads the characters of a Python string, whatever the string holds.
#![expect(unsafe_code, reason = "a string's characters are read in place")]

use std::borrow::Cow;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::types::string::PyStringData;

use crate::characters::Characters;

/// Work on text above this size lets other Python threads run.
pub(super) const DETACH_ABOVE_BYTES: usize = 32 * 1024;

/// Borrow a string's characters.
#[inline]
pub(super) fn characters<'text>(text: &'text Bound<'_, PyString>) -> PyResult<Characters<'text>> {
    // SAFETY: the string is alive for as long as it is borrowed, and strings do not change.
    let data = unsafe { text.data() }?;
    Ok(match data {
        PyStringData::Ucs1(units) if is_marked_ascii(text, units) || units.is_ascii() => {
            // SAFETY: ASCII is UTF-8.
            Characters::Ascii(unsafe { str::from_utf8_unchecked(units) })
        }
        PyStringData::Ucs1(units) => Characters::Latin1(units),
        PyStringData::Ucs2(units) => Characters::TwoBytes(units),
        PyStringData::Ucs4(units) => Characters::FourBytes(units),
    })
}

/// Tell whether a string's header says that it is ASCII: then it is the short one.
#[inline]
fn is_marked_ascii(text: &Bound<'_, PyString>, units: &[u8]) -> bool {
    let header_bytes = units.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    header_bytes == size_of::<ffi::PyASCIIObject>()
}

/// Borrow a string's UTF-8; lone surrogates, which have none, become U+FFFD, and surrogate pairs
/// the character they stand for (as the reference tokenizer reads such strings).
pub(super) fn utf8<'text>(text: &'text Bound<'_, PyString>) -> PyResult<Cow<'text, str>> {
    if let Ok(borrowed) = text.to_str() {
        return Ok(Cow::Borrowed(borrowed));
    }
    let repaired = characters(text)?.with_utf8(str::to_owned);
    Ok(Cow::Owned(repaired))
}

/// Do work on a text, without the interpreter where the text is long.
pub(super) fn with_text<T: Send>(
    text: &Bound<'_, PyString>,
    work: impl Fn(&str) -> T + Sync,
) -> PyResult<T> {
    let characters = characters(text)?;
    Ok(detached(text.py(), characters.memory_bytes(), || {
        characters.with_utf8(&work)
    }))
}

/// Do work, without the interpreter where there is much text.
pub(super) fn detached<T: Send>(
    py: Python<'_>,
    bytes: usize,
    work: impl FnOnce() -> T + Send,
) -> T {
    if bytes > DETACH_ABOVE_BYTES {
        py.detach(work)
    } else {
        work()
    }
}
