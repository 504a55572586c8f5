//! `bedrock_llm._core.ClaudeTokenizer`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyString};

use super::source::describe;
use super::text::with_text;
use crate::claude::{ClaudeTokenizer as CoreTokenizer, packed};

/// Counts text for the Claude models of one frame; there are no ids.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct ClaudeTokenizer {
    core: CoreTokenizer,
}

#[pymethods]
impl ClaudeTokenizer {
    /// Read a packed table file and take one of its frames.
    #[staticmethod]
    #[pyo3(text_signature = "(path, frame, /)")]
    fn open(path: PathBuf, frame: &str) -> PyResult<Self> {
        Ok(Self {
            core: CoreTokenizer::new(packed::open(path)?, frame)?,
        })
    }

    /// Read a packed table and take one of its frames.
    #[staticmethod]
    #[pyo3(text_signature = "(data, frame, /)")]
    fn from_packed(data: &[u8], frame: &str) -> PyResult<Self> {
        Ok(Self {
            core: CoreTokenizer::new(packed::parse(data)?, frame)?,
        })
    }

    /// The frame's name.
    #[getter]
    fn name(&self) -> &str {
        &self.core.frame().name
    }

    /// How counts are known, such as "reconstructed".
    #[getter]
    fn exactness(&self) -> &str {
        self.core.exactness()
    }

    /// The tokens that a request with one message has without its text.
    #[getter]
    fn frame_tokens(&self) -> u32 {
        self.core.frame().tokens
    }

    /// Where the table came from: package, version, file, sha256 and licence.
    #[getter]
    fn source(&self) -> BTreeMap<&str, &str> {
        describe(self.core.source(), self.core.licence())
    }

    /// Count the tokens of a text, without its frame.
    #[pyo3(text_signature = "(self, text, /)")]
    fn count(&self, text: &Bound<'_, PyString>) -> PyResult<u32> {
        with_text(text, |text| self.core.count(text))
    }

    /// Count the tokens of a text; None as soon as there are more than the limit.
    #[pyo3(text_signature = "(self, text, limit, /)")]
    fn count_up_to(&self, text: &Bound<'_, PyString>, limit: u32) -> PyResult<Option<u32>> {
        with_text(text, |text| self.core.count_up_to(text, limit))
    }

    /// Refuse to encode: the ids are not public.
    #[pyo3(text_signature = "(self, text, /)")]
    fn encode(&self, text: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
        let _ = text;
        Err(self.core.no_ids().into())
    }

    /// Refuse to decode: the ids are not public.
    #[pyo3(text_signature = "(self, ids, /)")]
    fn decode(&self, ids: &Bound<'_, PyAny>) -> PyResult<String> {
        let _ = ids;
        Err(self.core.no_ids().into())
    }
}
