//! `bedrock_llm._core.CutText`: what `cut` gives.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyString};

use super::text::with_text;
use crate::counter::Counter;
use crate::cut::{Fitted, Keep, Rules, cut};
use crate::error::CoreError;

/// A text that fits, and whether it was cut for that.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct CutText {
    text: Py<PyString>,
    tokens: u32,
    is_cut: bool,
    at: &'static str,
}

#[pymethods]
impl CutText {
    /// The text that fits, marker included.
    #[getter]
    fn text(&self) -> &Py<PyString> {
        &self.text
    }

    /// What the text counts.
    #[getter]
    fn tokens(&self) -> u32 {
        self.tokens
    }

    /// Whether anything was left out.
    #[getter]
    fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The kind of place it was cut at.
    #[getter]
    fn at(&self) -> &'static str {
        self.at
    }

    fn __str__(&self) -> &Py<PyString> {
        &self.text
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let text = self.text.bind(py).repr()?;
        let is_cut = if self.is_cut { "True" } else { "False" };
        let (tokens, at) = (self.tokens, self.at);
        Ok(format!(
            "CutText(text={text}, tokens={tokens}, is_cut={is_cut}, at={at:?})"
        ))
    }
}

/// A part of this many characters per token holds what a limit can keep of nearly every text.
const CHARACTERS_PER_TOKEN: usize = 16;
/// Below this size a text is read whole.
const SHORT_CHARACTERS: usize = 4096;

impl CutText {
    /// Cut a text; where it is long and no ASCII, without making UTF-8 of all of it if possible.
    pub(super) fn make(
        counter: &Counter,
        text: &Bound<'_, PyString>,
        rules: Rules<'_>,
    ) -> PyResult<Self> {
        if let Some(excerpt) = Excerpt::of(text, rules)? {
            let fitted = cut_borrowed(counter, &excerpt.text, rules)?;
            if excerpt.is_enough_for(&fitted) {
                return Ok(Self::new(text, fitted));
            }
        }
        Ok(Self::new(text, cut_borrowed(counter, text, rules)?))
    }

    fn new(text: &Bound<'_, PyString>, fitted: Fitted) -> Self {
        let is_cut = fitted.text.is_some();
        let kept = fitted
            .text
            .map(|text_kept| PyString::new(text.py(), &text_kept));
        Self {
            text: kept.unwrap_or_else(|| text.clone()).unbind(),
            tokens: fitted.tokens,
            is_cut,
            at: fitted.at,
        }
    }
}

fn cut_borrowed(
    counter: &Counter,
    text: &Bound<'_, PyString>,
    rules: Rules<'_>,
) -> PyResult<Fitted> {
    let fitted: Result<Fitted, CoreError> = with_text(text, |text| cut(counter, text, rules))?;
    Ok(fitted?)
}

/// The sides of a text that are kept, each far longer than what fits.
struct Excerpt<'py> {
    text: Bound<'py, PyString>,
    characters_per_side: usize,
}

impl<'py> Excerpt<'py> {
    /// Take the sides of a long text; `None` where the text itself costs nothing to read.
    fn of(text: &Bound<'py, PyString>, rules: Rules<'_>) -> PyResult<Option<Self>> {
        let (py, characters) = (text.py(), text.len()?);
        let max_tokens = usize::try_from(rules.max_tokens).unwrap_or(usize::MAX);
        let wanted = max_tokens
            .saturating_mul(CHARACTERS_PER_TOKEN)
            .max(SHORT_CHARACTERS);
        if characters / 4 < wanted || text.call_method0(intern!(py, "isascii"))?.is_truthy()? {
            return Ok(None);
        }
        let (wanted, end) = (isize::try_from(wanted)?, isize::try_from(characters)?);
        let side = |from: isize, to: isize| text.get_item(PySlice::new(py, from, to, 1));
        let text = match rules.keep {
            Keep::Head => side(0, wanted)?,
            Keep::Tail => side(end - wanted, end)?,
            Keep::Ends => side(0, wanted)?.add(side(end - wanted, end)?)?,
        };
        Ok(Some(Self {
            text: text.cast_into()?,
            characters_per_side: wanted.unsigned_abs(),
        }))
    }

    /// Tell whether more of the text would not change what was kept: what fits is at most half
    /// of each side, even where every byte is a character.
    fn is_enough_for(&self, fitted: &Fitted) -> bool {
        let half = self.characters_per_side / 2;
        fitted.text.is_some() && fitted.head_bytes <= half && fitted.tail_bytes <= half
    }
}
