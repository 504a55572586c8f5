//! Messages from Python, read one by one: Converse's dicts, Anthropic's, `OpenAI`'s, and our models.
//!
//! ```text
//! dict | bedrock_llm.Message ──HeldMessage::read──► strings held ──message()──► Message<'_>
//! ```
//!
//! A [`HeldMessage`] owns references to the Python strings, so that [`Message`] can borrow their
//! UTF-8; no text is copied but one with lone surrogates. A block is told by its keys alone: those
//! of Converse have one key, which is the kind; the others have `type`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use serde_json::Value;

use super::blocks::read_block;
use super::json::{parse_arguments, value_of};
use super::text::utf8;
use crate::error::CoreError;
use crate::message::{Block, Message, Role};

/// A block whose strings are alive as long as it.
pub(super) enum HeldBlock<'py> {
    Text(Bound<'py, PyString>),
    Reasoning {
        text: Bound<'py, PyString>,
        signature: Option<Bound<'py, PyString>>,
    },
    ToolUse {
        id: Bound<'py, PyString>,
        name: Bound<'py, PyString>,
        input: Value,
    },
    ToolResult {
        id: Bound<'py, PyString>,
        content: Vec<HeldBlock<'py>>,
        is_error: bool,
    },
    Json(Value),
    Media(&'static str),
    CachePoint,
    Other(Bound<'py, PyString>),
}

/// A message whose strings are alive as long as it.
pub(super) struct HeldMessage<'py> {
    role: Role,
    blocks: Vec<HeldBlock<'py>>,
}

impl<'py> HeldMessage<'py> {
    /// Read a message of any of the shapes.
    pub(super) fn read(message: &Bound<'py, PyAny>) -> PyResult<Self> {
        let Ok(dict) = message.cast::<PyDict>() else {
            return Self::read_other(message);
        };
        let role = read_role(dict)?;
        let mut blocks = Vec::with_capacity(1);
        if let Some(content) = dict.get_item(intern!(dict.py(), "content"))? {
            read_content(&content, &mut blocks)?;
        }
        if let Some(id) = dict.get_item(intern!(dict.py(), "tool_call_id"))? {
            blocks = vec![HeldBlock::ToolResult {
                id: string(&id)?,
                content: blocks,
                is_error: false,
            }];
        } else if role == Role::Assistant
            && let Some(calls) = dict.get_item(intern!(dict.py(), "tool_calls"))?
        {
            read_tool_calls(&calls, &mut blocks)?;
        }
        Ok(Self { role, blocks })
    }

    /// A message of blocks that are already read.
    pub(super) fn of(role: Role, blocks: Vec<HeldBlock<'py>>) -> Self {
        Self { role, blocks }
    }

    /// Borrow the message.
    pub(super) fn message(&self) -> PyResult<Message<'_>> {
        Ok(Message {
            role: self.role,
            blocks: borrow_all(&self.blocks)?,
        })
    }

    /// One of our models gives its Converse shape; any other mapping is copied.
    fn read_other(message: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::read(as_dict(message)?.as_any())
    }
}

/// The dict of a message that is none: of our models their Converse shape.
pub(super) fn as_dict<'py>(message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = message.py();
    if let Ok(dict) = message.cast::<PyDict>() {
        return Ok(dict.clone());
    }
    if message.hasattr(intern!(py, "to_converse"))? {
        let dict = message.call_method0(intern!(py, "to_converse"))?;
        return Ok(dict.cast_into::<PyDict>()?);
    }
    if message.hasattr(intern!(py, "keys"))? {
        let copy = py.get_type::<PyDict>().call1((message,))?;
        return Ok(copy.cast_into::<PyDict>()?);
    }
    let kind = message.get_type().name()?;
    Err(invalid(format!(
        "a message is a {kind}; give a mapping with role and content, or a bedrock_llm.Message"
    )))
}

/// The role of a message.
pub(super) fn read_role(message: &Bound<'_, PyDict>) -> PyResult<Role> {
    let Some(role) = message.get_item(intern!(message.py(), "role"))? else {
        let keys = message.keys().repr()?;
        return Err(invalid(format!(
            "a message has the keys {keys} and no role; give it one, such as \"user\""
        )));
    };
    let found = role
        .cast::<PyString>()
        .ok()
        .and_then(|role| role.to_str().ok().and_then(Role::find));
    match found {
        Some(role) => Ok(role),
        None => Err(invalid(format!(
            "a message has the role {}; known are user, assistant, system, tool and developer",
            role.repr()?
        ))),
    }
}

/// The blocks of a content, which is a string, blocks, or nothing at all.
pub(super) fn read_content<'py>(
    content: &Bound<'py, PyAny>,
    blocks: &mut Vec<HeldBlock<'py>>,
) -> PyResult<()> {
    if let Ok(text) = content.cast::<PyString>() {
        blocks.push(HeldBlock::Text(readable(text)?));
    } else if let Ok(list) = content.cast::<PyList>() {
        for block in list.iter() {
            read_block(&block, blocks)?;
        }
    } else if let Ok(tuple) = content.cast::<PyTuple>() {
        for block in tuple.iter() {
            read_block(&block, blocks)?;
        }
    } else if !content.is_none() {
        let kind = content.get_type().name()?;
        return Err(invalid(format!(
            "a message's content is a {kind}; give text or a list of blocks"
        )));
    }
    Ok(())
}

/// The calls of an assistant's message in `OpenAI`'s shape.
fn read_tool_calls<'py>(
    calls: &Bound<'py, PyAny>,
    blocks: &mut Vec<HeldBlock<'py>>,
) -> PyResult<()> {
    if calls.is_none() {
        return Ok(());
    }
    let py = calls.py();
    for call in calls.try_iter()? {
        let call = call?;
        let function = call.get_item(intern!(py, "function"))?;
        let arguments = function.get_item(intern!(py, "arguments"))?;
        blocks.push(HeldBlock::ToolUse {
            id: string(&call.get_item(intern!(py, "id"))?)?,
            name: string(&function.get_item(intern!(py, "name"))?)?,
            input: match arguments.cast::<PyString>() {
                Ok(text) => parse_arguments(&utf8(text)?),
                Err(_) => value_of(&arguments)?,
            },
        });
    }
    Ok(())
}

/// Take a string; a number or the like is refused.
pub(super) fn string<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    match value.cast::<PyString>() {
        Ok(text) => readable(text),
        Err(_) => Err(invalid(format!(
            "a message holds {} where text should be",
            value.repr()?
        ))),
    }
}

/// The string itself where it has UTF-8; else a copy without its lone surrogates.
fn readable<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    if text.to_str().is_ok() {
        return Ok(text.clone());
    }
    Ok(PyString::new(text.py(), &utf8(text)?))
}

fn borrow_all<'a>(blocks: &'a [HeldBlock<'_>]) -> PyResult<Vec<Block<'a>>> {
    blocks.iter().map(borrow).collect()
}

fn borrow<'a>(block: &'a HeldBlock<'_>) -> PyResult<Block<'a>> {
    Ok(match block {
        HeldBlock::Text(text) => Block::Text(text.to_str()?),
        HeldBlock::Reasoning { text, signature } => Block::Reasoning {
            text: text.to_str()?,
            signature: signature.as_ref().map(|each| each.to_str()).transpose()?,
        },
        HeldBlock::ToolUse { id, name, input } => Block::ToolUse {
            id: id.to_str()?,
            name: name.to_str()?,
            input: input.clone(),
        },
        HeldBlock::ToolResult {
            id,
            content,
            is_error,
        } => Block::ToolResult {
            id: id.to_str()?,
            content: borrow_all(content)?,
            is_error: *is_error,
        },
        HeldBlock::Json(value) => Block::Json(value.clone()),
        HeldBlock::Media(kind) => Block::Media { kind },
        HeldBlock::CachePoint => Block::CachePoint,
        HeldBlock::Other(kind) => Block::Other(kind.to_str()?),
    })
}

/// Say that a message cannot be read.
pub(super) fn invalid(message: String) -> PyErr {
    CoreError::InvalidMessage { message }.into()
}
