//! `bedrock_llm._core.PieceTokenizer`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::ids::checked;
use super::source::describe;
use super::text::with_text;
use crate::error::CoreError;
use crate::sentencepiece::{PieceModel, packed, proto};

/// Counts, encodes and decodes text with one byte-pair model of `SentencePiece`.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct PieceTokenizer {
    core: PieceModel,
}

#[pymethods]
impl PieceTokenizer {
    /// Read one vocabulary of a packed file of pieces.
    #[staticmethod]
    #[pyo3(text_signature = "(path, name, /)")]
    fn open(path: PathBuf, name: &str) -> PyResult<Self> {
        Ok(Self {
            core: packed::open(path, name)?,
        })
    }

    /// Read one vocabulary of the bytes of a packed file of pieces.
    #[staticmethod]
    #[pyo3(text_signature = "(data, name, /)")]
    fn from_packed(data: &[u8], name: &str) -> PyResult<Self> {
        Ok(Self {
            core: packed::parse(data, name)?,
        })
    }

    /// Read the bytes of a `.model` file, which holds no name.
    #[staticmethod]
    #[pyo3(text_signature = "(data, name, /)")]
    fn from_model(data: &[u8], name: &str) -> PyResult<Self> {
        Ok(Self {
            core: proto::parse(data, name)?,
        })
    }

    /// The vocabulary's name.
    #[getter]
    fn name(&self) -> &str {
        &self.core.parts().name
    }

    /// How counts are known, such as "exact".
    #[getter]
    fn exactness(&self) -> &str {
        &self.core.parts().exactness
    }

    /// The number of ids, special tokens included.
    #[getter]
    fn vocabulary_size(&self) -> u64 {
        u64::from(self.core.last_id()) + 1
    }

    /// The special tokens, which text never becomes: id by text.
    #[getter]
    fn special_tokens(&self) -> BTreeMap<&str, u32> {
        let rows = self.core.parts().special_tokens.iter();
        rows.map(|(id, text)| (text, id)).collect()
    }

    /// The texts that become one id wherever they stand: id by text.
    #[getter]
    fn user_tokens(&self) -> BTreeMap<&str, u32> {
        let rows = self.core.parts().user_tokens.iter();
        rows.map(|(id, text)| (text, id)).collect()
    }

    /// Where the vocabulary came from: package, version, file, sha256 and licence.
    #[getter]
    fn source(&self) -> BTreeMap<&str, &str> {
        let parts = self.core.parts();
        describe(&parts.source, &parts.licence)
    }

    /// Count the tokens of a text.
    #[pyo3(text_signature = "(self, text, /)")]
    fn count(&self, text: &Bound<'_, PyString>) -> PyResult<u32> {
        with_text(text, |text| self.core.count(text))
    }

    /// Count the tokens of a text; None as soon as there are more than the limit.
    #[pyo3(text_signature = "(self, text, limit, /)")]
    fn count_up_to(&self, text: &Bound<'_, PyString>, limit: u32) -> PyResult<Option<u32>> {
        with_text(text, |text| self.core.count_up_to(text, limit))
    }

    /// Encode a text into token ids.
    #[pyo3(text_signature = "(self, text, /)")]
    fn encode(&self, text: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
        with_text(text, |text| self.core.encode(text))
    }

    /// Decode token ids into text; each byte that is in no character becomes U+FFFD.
    #[pyo3(text_signature = "(self, ids, /)")]
    fn decode(&self, ids: Vec<i64>) -> PyResult<String> {
        Ok(self.core.decode(&self.checked(ids)?)?)
    }

    /// Decode token ids into the bytes they stand for.
    #[pyo3(text_signature = "(self, ids, /)")]
    fn decode_bytes<'py>(&self, py: Python<'py>, ids: Vec<i64>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.core.decode_bytes(&self.checked(ids)?)?;
        Ok(PyBytes::new(py, &bytes))
    }
}

impl PieceTokenizer {
    fn checked(&self, ids: Vec<i64>) -> Result<Vec<u32>, CoreError> {
        let unknown = |id| self.core.unknown_id(id);
        checked(ids, unknown)
    }
}
