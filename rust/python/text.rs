//! Borrows UTF-8 from a Python string, whatever the string holds.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyString;

/// Work on text above this size lets other Python threads run.
const DETACH_ABOVE_BYTES: usize = 32 * 1024;

/// Borrow a string's UTF-8; lone surrogates, which have none, become U+FFFD, and surrogate pairs
/// the character they stand for (as the reference tokenizer reads such strings).
pub(super) fn utf8<'text>(text: &'text Bound<'_, PyString>) -> PyResult<Cow<'text, str>> {
    if let Ok(borrowed) = text.to_str() {
        return Ok(Cow::Borrowed(borrowed));
    }
    let utf16 = text.call_method1("encode", ("utf-16", "surrogatepass"))?;
    let repaired = utf16.call_method1("decode", ("utf-16", "replace"))?;
    Ok(Cow::Owned(repaired.extract()?))
}

/// Do work on a text, without the interpreter where the text is long.
pub(super) fn with_text<T: Send>(
    text: &Bound<'_, PyString>,
    work: impl Fn(&str) -> T + Sync,
) -> PyResult<T> {
    let text_utf8 = utf8(text)?;
    let borrowed: &str = &text_utf8;
    Ok(detached(text.py(), borrowed.len(), || work(borrowed)))
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
