//! `bedrock_llm._core.TokenCounter`: every hot method, one direct call each.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::ids::checked;
use super::limit::Limit;
use super::text::with_text;
use super::vocabulary::Vocabulary;
use crate::counter::Counter;

/// Counts, encodes, decodes and cuts text; `bedrock_llm.Tokenizer` is a subclass.
#[pyclass(frozen, subclass, module = "bedrock_llm._core")]
pub(super) struct TokenCounter {
    counter: Counter,
    vocabulary: Py<Vocabulary>,
}

#[pymethods]
impl TokenCounter {
    #[new]
    #[pyo3(signature = (vocabulary, /, *, scale_permille = 1000, refusal = None))]
    fn new(
        vocabulary: Bound<'_, Vocabulary>,
        scale_permille: u32,
        refusal: Option<String>,
    ) -> PyResult<Self> {
        Ok(Self {
            counter: Counter::new(vocabulary.get().engine(), scale_permille, refusal)?,
            vocabulary: vocabulary.unbind(),
        })
    }

    /// The vocabulary it counts with.
    #[getter]
    fn vocabulary(&self) -> &Py<Vocabulary> {
        &self.vocabulary
    }

    /// Tokens counted per 1 000 tokens of the vocabulary.
    #[getter]
    fn scale_permille(&self) -> u32 {
        self.counter.scale_permille()
    }

    /// Count the tokens of a text.
    #[pyo3(signature = (text, /))]
    fn count(&self, text: &Bound<'_, PyString>) -> PyResult<u32> {
        with_text(text, |text| self.counter.count(text))
    }

    /// Count the tokens of a text; None as soon as there are more than the limit.
    #[pyo3(signature = (text, limit))]
    fn count_up_to(&self, text: &Bound<'_, PyString>, limit: Limit) -> PyResult<Option<u32>> {
        with_text(text, |text| self.counter.count_up_to(text, limit.tokens))
    }

    /// Tell whether a text counts at most the limit.
    #[pyo3(signature = (text, limit))]
    fn fits(&self, text: &Bound<'_, PyString>, limit: Limit) -> PyResult<bool> {
        with_text(text, |text| self.counter.fits(text, limit.tokens))
    }

    /// Encode a text into token ids.
    #[pyo3(signature = (text, /))]
    fn encode(&self, text: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
        let engine = self.counter.ids()?;
        let ids = with_text(text, |text| {
            let mut ids = Vec::with_capacity(text.len() / 4 + 1);
            engine.encode(text, &mut ids).map(|()| ids)
        });
        Ok(ids??)
    }

    /// Decode token ids into text; bytes that are no UTF-8 become U+FFFD.
    #[pyo3(signature = (ids, /))]
    fn decode(&self, ids: Vec<i64>) -> PyResult<String> {
        let engine = self.counter.ids()?;
        Ok(engine.decode(&checked(ids, |id| engine.unknown_id(id))?)?)
    }

    /// Decode token ids into the bytes they stand for.
    #[pyo3(signature = (ids, /))]
    fn decode_bytes<'py>(&self, py: Python<'py>, ids: Vec<i64>) -> PyResult<Bound<'py, PyBytes>> {
        let engine = self.counter.ids()?;
        let bytes = engine.decode_bytes(&checked(ids, |id| engine.unknown_id(id))?)?;
        Ok(PyBytes::new(py, &bytes))
    }
}
