//! Outlines of messages from Python, and the text of those that are nothing but text.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::messages::{as_dict, invalid, read_role};
use crate::message::Role;
use crate::window::Outline;

/// A role and the texts of a message.
pub(super) type PlainText<'py> = (Role, Vec<Bound<'py, PyString>>);

type Mark = fn(&mut Outline);

/// Marks of a block that outlines tell of, by the names of the three shapes.
const MARKS: &[(&str, Mark)] = &[
    ("toolUse", |outline| outline.has_calls = true),
    ("tool_use", |outline| outline.has_calls = true),
    ("toolResult", |outline| outline.has_results = true),
    ("tool_result", |outline| outline.has_results = true),
    ("cachePoint", |outline| outline.has_cache_point = true),
    ("cache_control", |outline| outline.has_cache_point = true),
];

/// Say what a message is.
pub(super) fn outline_of(message: &Bound<'_, PyAny>) -> PyResult<Outline> {
    let py = message.py();
    let Ok(dict) = message.cast::<PyDict>() else {
        return outline_of_other(message);
    };
    let mut outline = blank(read_role(dict)?);
    if let Some(content) = dict.get_item(intern!(py, "content"))?
        && !content.is_instance_of::<PyString>()
    {
        each_block(&content, |block| mark_dict(&block, &mut outline))?;
    }
    outline.has_results |= dict.contains(intern!(py, "tool_call_id"))?;
    if let Some(calls) = dict.get_item(intern!(py, "tool_calls"))? {
        outline.has_calls |= calls.is_truthy()?;
    }
    Ok(outline)
}

/// The text of a message of the user or the assistant that is nothing else; `None` of any other.
pub(super) fn plain_text<'py>(message: &Bound<'py, PyAny>) -> PyResult<Option<PlainText<'py>>> {
    let Some((role, content)) = plain_content(message)? else {
        return Ok(None);
    };
    if let Ok(text) = content.cast::<PyString>() {
        return Ok(Some((role, vec![text.clone()])));
    }
    let mut texts = Vec::with_capacity(1);
    let mut is_plain = true;
    each_block(&content, |block| {
        match text_of_block(&block)? {
            Some(text) => texts.push(text),
            None => is_plain = false,
        }
        Ok(())
    })?;
    Ok((is_plain && !texts.is_empty()).then_some((role, texts)))
}

/// The role and content of a message that has no more; `None` of any other.
fn plain_content<'py>(message: &Bound<'py, PyAny>) -> PyResult<Option<(Role, Bound<'py, PyAny>)>> {
    let py = message.py();
    let (role, content) = if let Ok(dict) = message.cast::<PyDict>() {
        let content = dict.get_item(intern!(py, "content"))?;
        (read_role(dict)?, content.filter(|_| dict.len() == 2))
    } else if message.hasattr(intern!(py, "to_converse"))? {
        (
            role_of(message)?,
            Some(message.getattr(intern!(py, "content"))?),
        )
    } else {
        return Ok(None);
    };
    Ok(content
        .filter(|_| role != Role::System)
        .map(|content| (role, content)))
}

fn blank(role: Role) -> Outline {
    Outline {
        role,
        has_calls: false,
        has_results: false,
        has_cache_point: false,
    }
}

fn outline_of_other(message: &Bound<'_, PyAny>) -> PyResult<Outline> {
    let py = message.py();
    if !message.hasattr(intern!(py, "to_converse"))? {
        return outline_of(as_dict(message)?.as_any());
    }
    let mut outline = blank(role_of(message)?);
    each_block(&message.getattr(intern!(py, "content"))?, |block| {
        let key = block.getattr(intern!(py, "wire_key"))?;
        mark(&key, &mut outline)
    })?;
    Ok(outline)
}

fn role_of(message: &Bound<'_, PyAny>) -> PyResult<Role> {
    let role = message.getattr(intern!(message.py(), "role"))?;
    let found = role.cast::<PyString>().ok();
    let found = found.and_then(|role| role.to_str().ok().and_then(Role::find));
    match found {
        Some(role) => Ok(role),
        None => Err(invalid(format!(
            "a message has the role {}; known are user, assistant, system, tool and developer",
            role.repr()?
        ))),
    }
}

fn each_block<'py>(
    content: &Bound<'py, PyAny>,
    mut visit: impl FnMut(Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    if let Ok(list) = content.cast::<PyList>() {
        return list.iter().try_for_each(visit);
    }
    if let Ok(tuple) = content.cast::<PyTuple>() {
        return tuple.iter().try_for_each(visit);
    }
    if content.is_none() {
        return Ok(());
    }
    let Ok(blocks) = content.try_iter() else {
        let kind = content.get_type().name()?;
        return Err(invalid(format!(
            "a message's content is a {kind}; give text or a list of blocks"
        )));
    };
    for block in blocks {
        visit(block?)?;
    }
    Ok(())
}

fn mark_dict(block: &Bound<'_, PyAny>, outline: &mut Outline) -> PyResult<()> {
    let Ok(dict) = block.cast::<PyDict>() else {
        return Ok(());
    };
    for key in dict.keys() {
        mark(&key, outline)?;
    }
    match dict.get_item(intern!(block.py(), "type"))? {
        Some(kind) => mark(&kind, outline),
        None => Ok(()),
    }
}

fn mark(kind: &Bound<'_, PyAny>, outline: &mut Outline) -> PyResult<()> {
    let Ok(kind) = kind.cast::<PyString>() else {
        return Ok(());
    };
    let name = kind.to_str()?;
    if let Some(row) = MARKS.iter().find(|row| row.0 == name) {
        row.1(outline);
    }
    Ok(())
}

/// The text of a block that is nothing else.
fn text_of_block<'py>(block: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = block.py();
    if let Ok(text) = block.cast::<PyString>() {
        return Ok(Some(text.clone()));
    }
    let Ok(dict) = block.cast::<PyDict>() else {
        return model_text(block);
    };
    let Some(text) = dict.get_item(intern!(py, "text"))? else {
        return Ok(None);
    };
    let is_text = match dict.get_item(intern!(py, "type"))? {
        Some(kind) => dict.len() == 2 && kind.eq(intern!(py, "text"))?,
        None => dict.len() == 1,
    };
    Ok(text.cast_into::<PyString>().ok().filter(|_| is_text))
}

fn model_text<'py>(block: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyString>>> {
    let py = block.py();
    let kind = block.get_type().name()?;
    if kind.to_str()? != "TextBlock" {
        return Ok(None);
    }
    let text = block.getattr(intern!(py, "text"))?;
    Ok(text.cast_into::<PyString>().ok())
}
