//! `bedrock_llm._core.TokenCounter`: every hot method, one direct call each.

use std::ffi::CStr;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyType};

use super::arrays::uint32_array;
use super::cut::CutText;
use super::direct::{Answer, Direct, install};
use super::ids::{checked, list};
use super::limit::{Limit, Threads};
use super::text::{characters, detached, utf8, with_text};
use super::texts::{Texts, refuse_nulls};
use super::vocabulary::Vocabulary;
use crate::batch::{Row, bytes, count_all, encode_all, threads_for};
use crate::boundaries::Boundary;
use crate::counter::Counter;
use crate::cut::{Keep, Rules};

/// Counts, encodes, decodes and cuts text; `bedrock_llm.Tokenizer` is a subclass.
#[pyclass(frozen, subclass, module = "bedrock_llm._core")]
pub(super) struct TokenCounter {
    counter: Counter,
    vocabulary: Py<Vocabulary>,
}

impl TokenCounter {
    pub(super) fn counter(&self) -> &Counter {
        &self.counter
    }

    fn encode_text(&self, text: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
        let engine = self.counter.ids()?;
        let ids = with_text(text, |text| {
            let mut ids = Vec::with_capacity(text.len() / 4 + 1);
            engine.encode(text, &mut ids).map(|()| ids)
        });
        Ok(ids??)
    }
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

    /// Give a subclass direct methods of its own, unless it has other ones.
    #[classmethod]
    fn __init_subclass__(class: &Bound<'_, PyType>) -> PyResult<()> {
        let inherited = class.getattr(intern!(class.py(), "count"))?;
        let own = class
            .py()
            .get_type::<Self>()
            .getattr(intern!(class.py(), "count"))?;
        if inherited.is(&own) {
            install::<Count>(class)?;
        }
        Ok(())
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
        let bounds = characters(text)?.utf8_bounds();
        match self.counter.fits_by_size(bounds, limit.tokens) {
            Some(fits) => Ok(fits),
            None => with_text(text, |text| self.counter.fits(text, limit.tokens)),
        }
    }

    /// Count the tokens of each text, as an array of uint32.
    #[pyo3(signature = (texts, /, *, threads = None, null_tokens = None))]
    fn count_batch<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
        null_tokens: Option<Limit>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let texts_held = Texts::collect(texts)?;
        let rows = texts_held.rows()?;
        if null_tokens.is_none() {
            refuse_nulls(&rows, "pass null_tokens=0 to count it as no text")?;
        }
        let null_tokens = null_tokens.map_or(0, |limit| limit.tokens);
        let counts = work_on(texts.py(), &rows, threads, |threads| {
            count_all(&self.counter, &rows, null_tokens, threads)
        });
        uint32_array(texts.py(), &counts)
    }

    /// Encode each text into token ids.
    #[pyo3(signature = (texts, /, *, threads = None))]
    fn encode_batch<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        threads: Option<Threads>,
    ) -> PyResult<Vec<Bound<'py, PyList>>> {
        let texts_held = Texts::collect(texts)?;
        let rows = texts_held.rows()?;
        refuse_nulls(&rows, "leave it out")?;
        let encoded = work_on(texts.py(), &rows, threads, |threads| {
            encode_all(&self.counter, &rows, threads)
        });
        encoded?.iter().map(|ids| list(texts.py(), ids)).collect()
    }

    /// Cut a text so that it counts at most `max_tokens`, marker included.
    #[pyo3(signature = (text, max_tokens, *, keep = "head", at = "token", marker = None))]
    fn cut(
        &self,
        text: &Bound<'_, PyString>,
        max_tokens: Limit,
        keep: &str,
        at: &str,
        marker: Option<&Bound<'_, PyString>>,
    ) -> PyResult<CutText> {
        let marker = marker.map(utf8).transpose()?.unwrap_or_default();
        let rules = Rules {
            max_tokens: max_tokens.tokens,
            keep: Keep::find(keep)?,
            at: Boundary::find(at)?,
            marker: &marker,
        };
        CutText::make(&self.counter, text, rules)
    }

    /// Encode a text into token ids, as an array of uint32.
    #[pyo3(signature = (text, /))]
    fn encode_array<'py>(&self, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        uint32_array(text.py(), &self.encode_text(text)?)
    }

    /// Encode a text into token ids.
    #[pyo3(signature = (text, /))]
    fn encode<'py>(&self, text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
        list(text.py(), &self.encode_text(text)?)
    }

    /// Find the id of the ordinary token with these bytes.
    #[pyo3(signature = (token, /))]
    fn find_token(&self, token: &[u8]) -> PyResult<Option<u32>> {
        Ok(self.counter.ids()?.find_token(token))
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

/// `TokenCounter.count`, called directly.
pub(super) enum Count {}

impl Direct for Count {
    type Class = TokenCounter;
    const NAME: &'static CStr = c"count";
    const DOC: &'static CStr = c"count($self, text, /)\n--\n\nCount the tokens of a text.";

    fn answer(class: &TokenCounter, text: &str) -> Answer {
        Answer::Number(class.counter.count(text))
    }

    fn answer_any(class: &TokenCounter, text: &Bound<'_, PyString>) -> PyResult<Answer> {
        class.count(text).map(Answer::Number)
    }
}

/// Do work on rows with so many threads, without the interpreter where there is much text.
fn work_on<T: Send>(
    py: Python<'_>,
    rows: &[Row<'_>],
    threads: Option<Threads>,
    work: impl FnOnce(usize) -> T + Send,
) -> T {
    let threads = threads_for(rows, threads.map(|threads| threads.count));
    detached(py, bytes(rows), || work(threads))
}
