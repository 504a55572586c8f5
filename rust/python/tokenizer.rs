//! `bedrock_llm._core.Tokenizer`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::ids::checked;
use super::source::describe;
use super::text::with_text;
use crate::error::CoreError;
use crate::split::Grammar;
use crate::tokenizer::Tokenizer as CoreTokenizer;
use crate::vocabulary::{Normalization, Parts, Source, SpecialTokens, packed, tiktoken};

/// Counts, encodes and decodes text with one vocabulary.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct Tokenizer {
    core: CoreTokenizer,
}

#[pymethods]
impl Tokenizer {
    /// Read a packed vocabulary file.
    #[staticmethod]
    #[pyo3(text_signature = "(path, /)")]
    fn open(path: PathBuf) -> PyResult<Self> {
        Ok(Self {
            core: CoreTokenizer::new(packed::open(path)?),
        })
    }

    /// Read a packed vocabulary.
    #[staticmethod]
    #[pyo3(text_signature = "(data, /)")]
    fn from_packed(data: &[u8]) -> PyResult<Self> {
        Ok(Self {
            core: CoreTokenizer::new(packed::parse(data)?),
        })
    }

    /// Read a tiktoken rank file, which names neither its grammar nor its special tokens.
    #[staticmethod]
    #[pyo3(signature = (data, /, *, name, grammar, exactness, special_tokens))]
    fn from_ranks(
        data: &[u8],
        name: String,
        grammar: &str,
        exactness: String,
        special_tokens: BTreeMap<String, u32>,
    ) -> PyResult<Self> {
        let rows = special_tokens
            .into_iter()
            .map(|(text, id)| (id, text))
            .collect();
        let invalid = |reason| CoreError::InvalidVocabulary {
            format: "tiktoken",
            reason,
        };
        let parts = Parts {
            name,
            normalization: Normalization::None,
            grammar: Grammar::find(grammar)?,
            exactness,
            licence: String::new(),
            source: Source::default(),
            tokens: tiktoken::parse_tokens(data)?,
            first_id: 0,
            special_tokens: SpecialTokens::new(rows).map_err(invalid)?,
            is_proper: None,
        };
        Ok(Self {
            core: CoreTokenizer::new(tiktoken::build(parts)?),
        })
    }

    /// The vocabulary's name.
    #[getter]
    fn name(&self) -> &str {
        &self.core.vocabulary().parts().name
    }

    /// The pre-tokenizer's name.
    #[getter]
    fn grammar(&self) -> &str {
        self.core.vocabulary().parts().grammar.name
    }

    /// The regexes that the pre-tokenizer equals, one stage a line.
    #[getter]
    fn pattern(&self) -> String {
        self.core.vocabulary().parts().grammar.pattern()
    }

    /// How counts are known, such as "exact".
    #[getter]
    fn exactness(&self) -> &str {
        &self.core.vocabulary().parts().exactness
    }

    /// The number of ids, special tokens included.
    #[getter]
    fn vocabulary_size(&self) -> u64 {
        u64::from(self.core.vocabulary().last_id()) + 1
    }

    /// The special tokens: id by text.
    #[getter]
    fn special_tokens(&self) -> BTreeMap<&str, u32> {
        self.core
            .vocabulary()
            .parts()
            .special_tokens
            .iter()
            .map(|(id, text)| (text, id))
            .collect()
    }

    /// Where the vocabulary came from: package, version, file, sha256 and licence.
    #[getter]
    fn source(&self) -> BTreeMap<&str, &str> {
        let parts = self.core.vocabulary().parts();
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

    /// Decode token ids into text; bytes that are no UTF-8 become U+FFFD.
    #[pyo3(text_signature = "(self, ids, /)")]
    fn decode(&self, ids: Vec<i64>) -> PyResult<String> {
        Ok(self.core.decode(&self.checked(ids)?)?)
    }

    /// Decode token ids into the bytes they stand for.
    #[pyo3(text_signature = "(self, ids, /)")]
    fn decode_bytes<'py>(&self, py: Python<'py>, ids: Vec<i64>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(
            py,
            &self.core.decode_bytes(&self.checked(ids)?)?,
        ))
    }
}

impl Tokenizer {
    fn checked(&self, ids: Vec<i64>) -> Result<Vec<u32>, CoreError> {
        let unknown = |id| self.core.vocabulary().unknown_id(id);
        checked(ids, unknown)
    }
}
