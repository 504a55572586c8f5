//! `bedrock_llm._core.render_prompt` and the page it gives.

use std::cell::Cell;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::counter::TokenCounter;
use super::ids::list;
use super::talk::HeldTalk;
use super::text::detached;
use crate::template::{
    ControlMode, Date, Joints, Kind, Owner, Settings, Sheet, Span, TEMPLATES, count, encode, find,
    measure, render_defended, runs,
};

/// More memory than this is given back after a prompt.
const MOST_ROOM_BYTES: usize = 4 << 20;

/// A rendered prompt.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct PromptPage {
    text: Py<PyString>,
    spans: Vec<Span>,
    omitted: Vec<String>,
    messages: usize,
    neutralized: u32,
}

#[pymethods]
impl PromptPage {
    /// The prompt.
    #[getter]
    fn text(&self) -> &Py<PyString> {
        &self.text
    }

    /// The places of content that held a control token.
    #[getter]
    fn neutralized(&self) -> u32 {
        self.neutralized
    }

    /// The kinds of blocks that the conversation has and the prompt has not.
    #[getter]
    fn omitted(&self) -> Vec<String> {
        self.omitted.clone()
    }

    /// The spans as `(end, kind, owner, after_seam)`, ends in characters.
    #[getter]
    fn spans<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let spans = PyList::empty(py);
        let mut end = 0;
        for (span, piece) in self.sheet(py)?.pieces() {
            end += piece.chars().count();
            let (kind, owner) = named(py, span.kind)?;
            spans.append((end, kind, owner, span.after_seam))?;
        }
        Ok(spans)
    }

    /// Encode with a vocabulary; `is_joined` as a tokenizer of the finished text does.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn encode<'py>(
        &self,
        tokenizer: &Bound<'py, TokenCounter>,
        is_joined: bool,
    ) -> PyResult<Bound<'py, PyList>> {
        let (py, sheet) = (tokenizer.py(), self.sheet(tokenizer.py())?);
        let engine = tokenizer.get().counter().ids()?;
        let ids = detached(py, sheet.text.len(), || {
            encode(sheet, engine, joints(is_joined))
        })?;
        list(py, &ids)
    }

    /// Count with a vocabulary; `is_joined` as for `encode`.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn count(&self, tokenizer: &Bound<'_, TokenCounter>, is_joined: bool) -> PyResult<u32> {
        let (py, sheet) = (tokenizer.py(), self.sheet(tokenizer.py())?);
        let counter = tokenizer.get().counter();
        let joints = joints(is_joined);
        Ok(detached(py, sheet.text.len(), || {
            count(sheet, counter, joints)
        }))
    }

    /// The number of control tokens, and the texts that are counted, each as a whole.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn runs<'py>(
        &self,
        tokenizer: &Bound<'py, TokenCounter>,
        is_joined: bool,
    ) -> PyResult<(u32, Bound<'py, PyList>)> {
        let (py, sheet) = (tokenizer.py(), self.sheet(tokenizer.py())?);
        let engine = tokenizer.get().counter().engine();
        let (controls, texts) = runs(sheet, engine, joints(is_joined));
        Ok((controls, PyList::new(py, texts)?))
    }

    /// Count by owner: `(system, tools, messages, framing)`.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn measure(
        &self,
        tokenizer: &Bound<'_, TokenCounter>,
        is_joined: bool,
    ) -> PyResult<(u32, u32, Vec<u32>, i64)> {
        let (py, sheet) = (tokenizer.py(), self.sheet(tokenizer.py())?);
        let counter = tokenizer.get().counter();
        let shares = detached(py, sheet.text.len(), || {
            measure(sheet, counter, joints(is_joined), self.messages)
        });
        Ok((shares.system, shares.tools, shares.messages, shares.framing))
    }
}

impl PromptPage {
    fn sheet<'p>(&'p self, py: Python<'p>) -> PyResult<Sheet<'p>> {
        Ok(Sheet {
            text: self.text.bind(py).to_str()?,
            spans: &self.spans,
        })
    }
}

fn joints(is_joined: bool) -> Joints {
    if is_joined {
        Joints::Joined
    } else {
        Joints::Parted
    }
}

fn named(py: Python<'_>, kind: Kind) -> PyResult<(&'static str, Py<PyAny>)> {
    let owner = match kind {
        Kind::Control => return Ok(("control", py.None())),
        Kind::Template | Kind::Implied => return Ok(("template", py.None())),
        Kind::Content(owner) => owner,
    };
    let owner = match owner {
        Owner::System => "system".into_pyobject(py)?.into_any().unbind(),
        Owner::Tools => "tools".into_pyobject(py)?.into_any().unbind(),
        Owner::Message(position) => position.into_pyobject(py)?.into_any().unbind(),
    };
    Ok(("content", owner))
}

/// The templates, as `(name, source)`.
#[pyfunction]
pub(super) fn list_templates() -> Vec<(&'static str, &'static str)> {
    TEMPLATES.iter().map(|row| (row.name, row.source)).collect()
}

/// Render messages with a template.
#[pyfunction]
#[pyo3(signature = (
    template, messages, system = None, tools = None, date = None, thinking = None,
    control_tokens = "escape", is_lenient = false, /
))]
#[expect(
    clippy::too_many_arguments,
    reason = "each is a keyword of `format_prompt`"
)]
pub(super) fn render_prompt<'py>(
    template: &str,
    messages: &Bound<'py, PyAny>,
    system: Option<&Bound<'py, PyAny>>,
    tools: Option<&Bound<'py, PyAny>>,
    date: Option<(u16, u8, u8)>,
    thinking: Option<bool>,
    control_tokens: &str,
    is_lenient: bool,
) -> PyResult<PromptPage> {
    let py = messages.py();
    let row = find(template)?;
    let mode = ControlMode::from_name(control_tokens)?;
    let settings = Settings {
        date: date.map(|(year, month, day)| Date { year, month, day }),
        thinking,
        is_lenient,
    };
    let talk = HeldTalk::read(messages, system, tools)?;
    let (page, neutralized) = talk.with(settings, |conversation| {
        Ok(render_defended(row, conversation, mode, ROOM.take())?)
    })?;
    let (written, spans, omitted) = page.into_parts();
    let text = PyString::new(py, &written).unbind();
    keep_room(written);
    Ok(PromptPage {
        text,
        spans,
        omitted,
        neutralized,
        messages: talk.len(),
    })
}

thread_local! {
    /// The memory that prompts are written in, one prompt after another.
    static ROOM: Cell<String> = const { Cell::new(String::new()) };
}

/// Keep the memory of a prompt for the next, unless it is large.
fn keep_room(text: String) {
    if text.capacity() <= MOST_ROOM_BYTES {
        ROOM.set(text);
    }
}
