//! A conversation from Python, its strings held while a template reads them.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::messages::{HeldBlock, HeldMessage, read_content, read_role};
use super::tools::HeldTool;
use crate::message::{Block, Message, Role, Tool};
use crate::template::{Conversation, Said, Settings};

/// A conversation whose strings are alive as long as it.
pub(super) struct HeldTalk<'py> {
    system: HeldMessage<'py>,
    messages: HeldMessages<'py>,
    tools: Vec<HeldTool<'py>>,
}

/// A role and a text, as most messages are.
type PlainMessage<'py> = (Role, Bound<'py, PyString>);

/// Messages whose strings are alive as long as they.
enum HeldMessages<'py> {
    /// Without a list of blocks for each.
    Plain(Vec<PlainMessage<'py>>),
    Mixed(Vec<HeldMessage<'py>>),
}

impl<'py> HeldTalk<'py> {
    /// Read a conversation.
    pub(super) fn read(
        messages: &Bound<'py, PyAny>,
        system: Option<&Bound<'py, PyAny>>,
        tools: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let mut blocks: Vec<HeldBlock<'py>> = Vec::new();
        if let Some(system) = system {
            read_content(system, &mut blocks)?;
        }
        let tools = tools.map(HeldTool::read_all).transpose()?;
        Ok(Self {
            system: HeldMessage::of(Role::System, blocks),
            messages: HeldMessages::read(messages)?,
            tools: tools.unwrap_or_default(),
        })
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        match &self.messages {
            HeldMessages::Plain(messages) => messages.len(),
            HeldMessages::Mixed(messages) => messages.len(),
        }
    }

    /// Work on the conversation.
    pub(super) fn with<T>(
        &self,
        settings: Settings,
        work: impl FnOnce(&Conversation<'_>) -> PyResult<T>,
    ) -> PyResult<T> {
        let system = self.system.message()?.blocks;
        let tools: PyResult<Vec<Tool<'_>>> = self.tools.iter().map(HeldTool::tool).collect();
        let conversation = Conversation {
            system: &system,
            messages: Vec::new(),
            tools: tools?,
            settings,
        };
        match &self.messages {
            HeldMessages::Plain(held) => {
                let mut blocks = Vec::with_capacity(held.len());
                for (_, text) in held {
                    blocks.push(Block::Text(text.to_str()?));
                }
                let each = held.iter().zip(blocks.chunks(1));
                let messages = each.map(|((role, _), blocks)| Said {
                    role: *role,
                    blocks,
                });
                work(&Conversation {
                    messages: messages.collect(),
                    ..conversation
                })
            }
            HeldMessages::Mixed(held) => {
                let mut messages: Vec<Message<'_>> = Vec::with_capacity(held.len());
                for message in held {
                    messages.push(message.message()?);
                }
                work(&Conversation {
                    messages: Conversation::of(&messages).messages,
                    ..conversation
                })
            }
        }
    }
}

impl<'py> HeldMessages<'py> {
    fn read(messages: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(list) = messages.cast::<PyList>() {
            if let Some(plain) = read_plain(list)? {
                return Ok(Self::Plain(plain));
            }
            return read_each(list.iter().map(Ok), list.len());
        }
        if let Ok(tuple) = messages.cast::<PyTuple>() {
            return read_each(tuple.iter().map(Ok), tuple.len());
        }
        read_each(messages.try_iter()?, 0)
    }
}

fn read_each<'py>(
    messages: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    expected: usize,
) -> PyResult<HeldMessages<'py>> {
    let mut held = Vec::with_capacity(expected);
    for message in messages {
        held.push(HeldMessage::read(&message?)?);
    }
    Ok(HeldMessages::Mixed(held))
}

/// Read messages that are a role and a text each; None where one is anything else.
fn read_plain<'py>(messages: &Bound<'py, PyList>) -> PyResult<Option<Vec<PlainMessage<'py>>>> {
    let content_key = intern!(messages.py(), "content");
    let mut plain = Vec::with_capacity(messages.len());
    for message in messages.iter() {
        let Ok(dict) = message.cast_exact::<PyDict>() else {
            return Ok(None);
        };
        let content = match dict.len() {
            2 => dict.get_item(content_key)?,
            _ => None,
        };
        let Some(Ok(text)) = content.map(Bound::cast_into::<PyString>) else {
            return Ok(None);
        };
        if text.to_str().is_err() {
            return Ok(None);
        }
        plain.push((read_role(dict)?, text));
    }
    Ok(Some(plain))
}
