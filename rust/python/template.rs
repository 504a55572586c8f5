//! `bedrock_llm._core.render_prompt` and the page it gives.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use super::counter::TokenCounter;
use super::ids::list;
use super::messages::{HeldBlock, HeldMessage, read_content};
use super::text::detached;
use super::tools::HeldTool;
use crate::message::{Message, Role};
use crate::template::{
    ControlMode, Conversation, Date, Joints, Kind, Owner, Page, Settings, TEMPLATES, count, encode,
    find, measure, render_defended, runs,
};

/// A rendered prompt.
#[pyclass(frozen, module = "bedrock_llm._core")]
pub(super) struct PromptPage {
    page: Page,
    text: Py<PyString>,
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
        self.page.omitted().to_vec()
    }

    /// The spans as `(end, kind, owner, after_seam)`, ends in characters.
    #[getter]
    fn spans<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let spans = PyList::empty(py);
        let mut end = 0;
        for (span, piece) in self.page.pieces() {
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
        let engine = tokenizer.get().counter().ids()?;
        let ids = self.work(tokenizer.py(), || {
            encode(&self.page, engine, joints(is_joined))
        })?;
        list(tokenizer.py(), &ids)
    }

    /// Count with a vocabulary; `is_joined` as for `encode`.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn count(&self, tokenizer: &Bound<'_, TokenCounter>, is_joined: bool) -> u32 {
        let counter = tokenizer.get().counter();
        self.work(tokenizer.py(), || {
            count(&self.page, counter, joints(is_joined))
        })
    }

    /// The number of control tokens, and the texts that are counted, each as a whole.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn runs(&self, tokenizer: &Bound<'_, TokenCounter>, is_joined: bool) -> (u32, Vec<&str>) {
        let engine = tokenizer.get().counter().engine();
        runs(&self.page, engine, joints(is_joined))
    }

    /// Count by owner: `(system, tools, messages, framing)`.
    #[pyo3(signature = (tokenizer, /, *, is_joined = false))]
    fn measure(
        &self,
        tokenizer: &Bound<'_, TokenCounter>,
        is_joined: bool,
    ) -> (u32, u32, Vec<u32>, i64) {
        let counter = tokenizer.get().counter();
        let shares = self.work(tokenizer.py(), || {
            measure(&self.page, counter, joints(is_joined), self.messages)
        });
        (shares.system, shares.tools, shares.messages, shares.framing)
    }
}

impl PromptPage {
    fn work<T: Send>(&self, py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
        detached(py, self.page.as_str().len(), work)
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
    template, messages, /, *, system = None, tools = None, date = None, thinking = None,
    control_tokens = "escape", is_lenient = false
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
    let held = Held::read(messages, system, tools)?;
    let conversation = Conversation {
        settings: Settings {
            date: date.map(|(year, month, day)| Date { year, month, day }),
            thinking,
            is_lenient,
        },
        ..held.conversation()?
    };
    let mode = ControlMode::from_name(control_tokens)?;
    let (page, neutralized) = render_defended(row, &conversation, mode)?;
    Ok(PromptPage {
        neutralized,
        text: PyString::new(py, page.as_str()).unbind(),
        page,
        messages: held.messages.len(),
    })
}

/// A conversation whose strings are alive as long as it.
struct Held<'py> {
    system: HeldMessage<'py>,
    messages: Vec<HeldMessage<'py>>,
    tools: Vec<HeldTool<'py>>,
}

impl<'py> Held<'py> {
    fn read(
        messages: &Bound<'py, PyAny>,
        system: Option<&Bound<'py, PyAny>>,
        tools: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let mut blocks: Vec<HeldBlock<'py>> = Vec::new();
        if let Some(system) = system {
            read_content(system, &mut blocks)?;
        }
        Ok(Self {
            system: HeldMessage::of(Role::System, blocks),
            messages: read_messages(messages)?,
            tools: tools
                .map(HeldTool::read_all)
                .transpose()?
                .unwrap_or_default(),
        })
    }

    fn conversation(&self) -> PyResult<Conversation<'_>> {
        let messages: PyResult<Vec<Message<'_>>> =
            self.messages.iter().map(HeldMessage::message).collect();
        let tools: PyResult<Vec<_>> = self.tools.iter().map(HeldTool::tool).collect();
        Ok(Conversation {
            system: self.system.message()?.blocks,
            messages: messages?,
            tools: tools?,
            settings: Settings::default(),
        })
    }
}

fn read_messages<'py>(messages: &Bound<'py, PyAny>) -> PyResult<Vec<HeldMessage<'py>>> {
    if let Ok(list) = messages.cast::<PyList>() {
        return list
            .iter()
            .map(|message| HeldMessage::read(&message))
            .collect();
    }
    if let Ok(tuple) = messages.cast::<PyTuple>() {
        return tuple
            .iter()
            .map(|message| HeldMessage::read(&message))
            .collect();
    }
    let each = messages.try_iter()?;
    each.map(|message| HeldMessage::read(&message?)).collect()
}
