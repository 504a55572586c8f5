//! One block of a message from Python, told by its keys.
//!
//! Converse names the kind by the one key; Anthropic's and `OpenAI`'s shapes by `type`. A block with
//! `cache_control` (Anthropic's) is followed by a cache point.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::json::value_of;
use super::messages::{HeldBlock, as_dict, read_content, string};

type Blocks<'py> = Vec<HeldBlock<'py>>;
type Reader = for<'py> fn(&Bound<'py, PyAny>, &mut Blocks<'py>) -> PyResult<()>;

/// How Converse's kinds are read, from what stands under their key.
const CONVERSE: &[(&str, Reader)] = &[
    ("text", read_text),
    ("toolUse", |inside, blocks| {
        read_call(inside, "toolUseId", blocks)
    }),
    ("toolResult", |inside, blocks| {
        read_result(inside, "toolUseId", blocks)
    }),
    ("cachePoint", |_, blocks| {
        push(blocks, HeldBlock::CachePoint)
    }),
    ("reasoningContent", read_reasoning),
    ("json", |inside, blocks| {
        push(blocks, HeldBlock::Json(value_of(inside)?))
    }),
    ("image", |_, blocks| push(blocks, HeldBlock::Media("image"))),
    ("document", |_, blocks| {
        push(blocks, HeldBlock::Media("document"))
    }),
    ("video", |_, blocks| push(blocks, HeldBlock::Media("video"))),
    ("audio", |_, blocks| push(blocks, HeldBlock::Media("audio"))),
    ("guardContent", read_guarded),
    ("citationsContent", read_pieces),
    ("searchResult", read_pieces),
];

/// How the kinds of the other two shapes are read, from the whole block.
const TYPED: &[(&str, Reader)] = &[
    ("text", |block, blocks| read_key(block, "text", blocks)),
    ("tool_use", |block, blocks| read_call(block, "id", blocks)),
    ("tool_result", |block, blocks| {
        read_result(block, "tool_use_id", blocks)
    }),
    ("thinking", read_thinking),
    ("image", |_, blocks| push(blocks, HeldBlock::Media("image"))),
    ("image_url", |_, blocks| {
        push(blocks, HeldBlock::Media("image"))
    }),
    ("document", |_, blocks| {
        push(blocks, HeldBlock::Media("document"))
    }),
    ("file", |_, blocks| {
        push(blocks, HeldBlock::Media("document"))
    }),
    ("input_audio", |_, blocks| {
        push(blocks, HeldBlock::Media("audio"))
    }),
    ("refusal", |block, blocks| {
        read_key(block, "refusal", blocks)
    }),
];

/// Read a block of any of the shapes.
pub(super) fn read_block<'py>(block: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    if let Ok(text) = block.cast::<PyString>() {
        return push(blocks, HeldBlock::Text(string(text.as_any())?));
    }
    let dict = as_dict(block)?;
    if let Some(kind) = dict.get_item(intern!(dict.py(), "type"))? {
        return read_typed(&dict, &kind, blocks);
    }
    for (key, inside) in dict.iter() {
        read_as(CONVERSE, &key, &inside, blocks)?;
    }
    Ok(())
}

fn read_typed<'py>(
    block: &Bound<'py, PyDict>,
    kind: &Bound<'py, PyAny>,
    blocks: &mut Blocks<'py>,
) -> PyResult<()> {
    read_as(TYPED, kind, block.as_any(), blocks)?;
    let cache_control = block.get_item(intern!(block.py(), "cache_control"))?;
    match cache_control {
        Some(control) if !control.is_none() => push(blocks, HeldBlock::CachePoint),
        _ => Ok(()),
    }
}

fn read_as<'py>(
    rows: &[(&str, Reader)],
    kind: &Bound<'py, PyAny>,
    inside: &Bound<'py, PyAny>,
    blocks: &mut Blocks<'py>,
) -> PyResult<()> {
    let kind = string(kind)?;
    let name = kind.to_str()?;
    match rows.iter().find(|row| row.0 == name) {
        Some(row) => row.1(inside, blocks),
        None => push(blocks, HeldBlock::Other(kind.clone())),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the rows of the tables above are all fallible"
)]
fn push<'py>(blocks: &mut Blocks<'py>, block: HeldBlock<'py>) -> PyResult<()> {
    blocks.push(block);
    Ok(())
}

fn read_text<'py>(text: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    push(blocks, HeldBlock::Text(string(text)?))
}

fn read_key<'py>(block: &Bound<'py, PyAny>, key: &str, blocks: &mut Blocks<'py>) -> PyResult<()> {
    read_text(&block.get_item(key)?, blocks)
}

fn read_call<'py>(
    inside: &Bound<'py, PyAny>,
    id_key: &str,
    blocks: &mut Blocks<'py>,
) -> PyResult<()> {
    let block = HeldBlock::ToolUse {
        id: string(&inside.get_item(id_key)?)?,
        name: string(&inside.get_item(intern!(inside.py(), "name"))?)?,
        input: value_of(&inside.get_item(intern!(inside.py(), "input"))?)?,
    };
    push(blocks, block)
}

fn read_result<'py>(
    inside: &Bound<'py, PyAny>,
    id_key: &str,
    blocks: &mut Blocks<'py>,
) -> PyResult<()> {
    let dict = as_dict(inside)?;
    let mut content = Vec::new();
    if let Some(given) = dict.get_item(intern!(dict.py(), "content"))? {
        read_content(&given, &mut content)?;
    }
    let status = dict.get_item(intern!(dict.py(), "status"))?;
    let flag = dict.get_item(intern!(dict.py(), "is_error"))?;
    let block = HeldBlock::ToolResult {
        id: string(&inside.get_item(id_key)?)?,
        content,
        is_error: status.is_some_and(|status| status.eq("error").unwrap_or(false))
            || flag.is_some_and(|flag| flag.is_truthy().unwrap_or(false)),
    };
    push(blocks, block)
}

fn read_reasoning<'py>(inside: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    let dict = as_dict(inside)?;
    let Some(clear) = dict.get_item(intern!(dict.py(), "reasoningText"))? else {
        let kind = PyString::intern(inside.py(), "redactedContent");
        return push(blocks, HeldBlock::Other(kind));
    };
    read_signed(&clear, "text", blocks)
}

fn read_thinking<'py>(block: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    read_signed(block, "thinking", blocks)
}

fn read_signed<'py>(
    inside: &Bound<'py, PyAny>,
    text_key: &str,
    blocks: &mut Blocks<'py>,
) -> PyResult<()> {
    let dict = as_dict(inside)?;
    let signature = dict.get_item(intern!(dict.py(), "signature"))?;
    let block = HeldBlock::Reasoning {
        text: string(&inside.get_item(text_key)?)?,
        signature: signature.map(|each| string(&each)).transpose()?,
    };
    push(blocks, block)
}

fn read_guarded<'py>(inside: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    let dict = as_dict(inside)?;
    match dict.get_item(intern!(dict.py(), "text"))? {
        Some(text) => read_key(&text, "text", blocks),
        None => push(blocks, HeldBlock::Media("image")),
    }
}

/// Cited text and search results: pieces of text in their `content`.
fn read_pieces<'py>(inside: &Bound<'py, PyAny>, blocks: &mut Blocks<'py>) -> PyResult<()> {
    let dict = as_dict(inside)?;
    if let Some(content) = dict.get_item(intern!(dict.py(), "content"))? {
        read_content(&content, blocks)?;
    }
    Ok(())
}
