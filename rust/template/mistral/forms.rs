//! How calls and results are spelled.

use serde_json::Value;

use crate::message::Block;
use crate::template::Part;
use crate::template::json::PLAIN;
use crate::template::page::{Owner, Page};

/// How calls are spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Calls {
    /// Not at all.
    None,
    /// One JSON list of names and arguments.
    Listed,
    /// One JSON list of names, arguments and ids.
    ListedWithIds,
    /// Each as a name, an id and arguments, with control tokens between.
    SpelledWithIds,
    /// Each as a name and arguments.
    Spelled,
}

/// How a result is spelled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Results {
    /// Not at all.
    None,
    /// A JSON list of an object with the tool's name.
    Named,
    /// A JSON object with the call's id.
    WithId,
    /// The call's id, then the text.
    AfterId,
    /// The text alone.
    Bare,
}

/// Write the calls of parts.
pub(super) fn write_calls(form: Calls, parts: &[Part<'_, '_>], has_spaces: bool, page: &mut Page) {
    let calls = parts.iter().flat_map(|part| {
        let owned = |block| match block {
            &Block::ToolUse {
                id,
                name,
                ref input,
            } => Some((part.owner, id, name, input)),
            _ => None,
        };
        part.blocks.iter().filter_map(owned)
    });
    if matches!(form, Calls::Listed | Calls::ListedWithIds) {
        page.control("[TOOL_CALLS]");
        start(has_spaces, page);
        write_list(form == Calls::ListedWithIds, calls, page);
        return;
    }
    if form == Calls::None {
        return;
    }
    for (owner, id, name, input) in calls {
        page.control("[TOOL_CALLS]");
        start(has_spaces, page);
        page.content(name, owner);
        if form == Calls::SpelledWithIds && is_id(id) {
            page.control("[CALL_ID]");
            page.content(id, owner);
        }
        page.control("[ARGS]");
        page.content(&arguments(input), owner);
    }
}

fn write_list<'a, 'c>(
    has_ids: bool,
    calls: impl Iterator<Item = (Owner, &'a str, &'a str, &'c Value)>,
    page: &mut Page,
) {
    let mut last = None;
    for (owner, id, name, input) in calls {
        let lead = if last.is_some() { ", " } else { "[" };
        let (name, input) = (PLAIN.quote(name), arguments(input));
        let mut call = format!("{lead}{{\"name\": {name}, \"arguments\": {input}");
        if has_ids && is_id(id) {
            call.push_str(", \"id\": ");
            call.push_str(&PLAIN.quote(id));
        }
        call.push('}');
        page.content(&call, owner);
        last = Some(owner);
    }
    if let Some(owner) = last {
        page.content("]", owner);
    }
}

/// Write one result: the call's id, the tool's name, the text, whose it is.
pub(super) fn write_result(
    form: Results,
    (id, name, text, owner): (&str, &str, &str, Owner),
    has_spaces: bool,
    page: &mut Page,
) {
    match form {
        Results::None => {}
        Results::Named => {
            let (name, content) = (PLAIN.quote(name), as_json(text));
            let result = format!("[{{\"name\": {name}, \"content\": {content}}}]");
            page.content(&result, owner);
        }
        Results::WithId => {
            let (id, content) = (PLAIN.quote(id), as_json(text));
            let result = format!("{{\"content\": {content}, \"call_id\": {id}}}");
            page.content(&result, owner);
        }
        Results::AfterId => {
            page.content(id, owner);
            page.control("[TOOL_CONTENT]");
            start(has_spaces, page);
            page.content(text, owner);
        }
        Results::Bare => page.content(text, owner),
    }
}

fn start(has_spaces: bool, page: &mut Page) {
    if has_spaces {
        page.implied_space();
    }
}

/// The vendor's own name for no id.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id != "null"
}

fn arguments(input: &Value) -> String {
    match input {
        Value::String(text) if text.is_empty() => "{}".to_owned(),
        _ => PLAIN.dump(input),
    }
}

/// A text as the JSON document it is, else as a JSON string; nothing is an empty object.
fn as_json(text: &str) -> String {
    if text.is_empty() {
        return "{}".to_owned();
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) => PLAIN.dump(&value),
        Err(_) => PLAIN.quote(text),
    }
}
