//! Qwen3 Coder: `ChatML` whose tools, calls and results are XML.
//!
//! Equals the template of Qwen3 Coder (xinference 4.1.0, `PyPI`, 2026-11-22) on 10,000 generated
//! conversations, text and ids. It shows lists, truth values and nothing as Python writes them
//! (`['a']`, `True`, `None`), and so does this; objects are JSON. It has no place for reasoning. What
//! differs: code points that no Unicode version knows yet are not escaped inside a list's texts.

use serde_json::{Map, Value};

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::chatml::open_turn;
use crate::template::json::PLAIN;
use crate::template::python_text::{str_of, strip};
use crate::template::qwen::end_turn;
use crate::template::turns::{Call, Turn, turns, write_marked};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Qwen3 Coder.
pub(super) const QWEN_3_CODER: TemplateRow = TemplateRow {
    name: "qwen3-coder",
    controls: "qwen3",
    source: "Qwen3 Coder's chat template in xinference 4.1.0, 2026-11-22",
    template: &Coder,
};

const IDENTITY: &str =
    "You are Qwen, a helpful AI assistant that can interact with a computer to solve tasks.";
const TOOLS_TAIL: &str = "\n</tools>\n\nIf you choose to call a function ONLY reply in the following \
    format with NO suffix:\n\n<tool_call>\n<function=example_function_name>\n\
    <parameter=example_parameter_1>\nvalue_1\n</parameter>\n<parameter=example_parameter_2>\nThis is \
    the value for the second parameter\nthat can span\nmultiple lines\n</parameter>\n</function>\n\
    </tool_call>\n\n<IMPORTANT>\nReminder:\n- Function calls MUST follow the specified format: an \
    inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags\n\
    - Required parameters MUST be specified\n- You may provide optional reasoning for your function \
    call in natural language BEFORE the function call, but NOT after\n- If there is no function call \
    available, answer the question like normal with your current knowledge and do not tell the user \
    about function calls\n</IMPORTANT>";
const CALL: (&str, &str) = ("<tool_call>", "</tool_call>");
const RESULT: (&str, &str) = ("<tool_response>", "</tool_response>");

struct Coder;

impl Template for Coder {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        let (system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        write_system(system, &conversation.tools, page);
        for (position, turn) in rest.iter().enumerate() {
            let is_tool = |other: Option<&Turn<'_, '_>>| {
                other.is_some_and(|other| other.is_by(Speaker::Tool))
            };
            let before = position.checked_sub(1).and_then(|before| rest.get(before));
            match turn.speaker {
                Speaker::Tool => {
                    let is_last = !is_tool(rest.get(position + 1));
                    write_result(turn, before.is_some() && !is_tool(before), is_last, page);
                }
                _ => write_said(turn, page),
            }
        }
        if !conversation.is_open() {
            open_turn(Speaker::Assistant, page);
        }
        Ok(())
    }
}

fn write_system(system: Option<&Turn<'_, '_>>, tools: &[Tool<'_>], page: &mut Page) {
    if system.is_none() && tools.is_empty() {
        return;
    }
    open_turn(Speaker::System, page);
    match system {
        Some(system) => page.content(&system.text, system.owner),
        None => page.text(IDENTITY),
    }
    if !tools.is_empty() {
        page.text("\n\nYou have access to the following functions:\n\n<tools>");
        for tool in tools {
            write_tool(tool, page);
        }
        write_marked(TOOLS_TAIL, &[CALL.0, CALL.1], page);
    }
    end_turn(page);
}

fn write_tool(tool: &Tool<'_>, page: &mut Page) {
    page.text("\n<function>");
    write_field("name", tool.name, page);
    write_field("description", strip(tool.description), page);
    page.text("\n<parameters>");
    let properties = tool.schema.get("properties").and_then(Value::as_object);
    for (name, field) in properties.into_iter().flatten() {
        page.text("\n<parameter>");
        write_field("name", name, page);
        if let Some(kind) = field.get("type") {
            write_field("type", &str_of(kind), page);
        }
        if let Some(description) = field.get("description") {
            write_field("description", strip(&str_of(description)), page);
        }
        write_others(field.as_object(), &["name", "type", "description"], page);
        page.text("\n</parameter>");
    }
    write_others(tool.schema.as_object(), &["type", "properties"], page);
    page.text("\n</parameters>\n</function>");
}

fn write_field(name: &str, value: &str, page: &mut Page) {
    page.content(&format!("\n<{name}>{value}</{name}>"), Owner::Tools);
}

/// Write the fields of a schema that have no place of their own.
fn write_others(fields: Option<&Map<String, Value>>, known: &[&str], page: &mut Page) {
    let fields = fields.into_iter().flatten();
    for (key, value) in fields.filter(|(key, _)| !known.contains(&key.as_str())) {
        write_field(key, &shown(value), page);
    }
}

fn shown(value: &Value) -> String {
    if value.is_object() {
        PLAIN.dump(value)
    } else {
        str_of(value)
    }
}

fn write_said(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    if turn.calls.is_empty() {
        open_turn(turn.speaker, page);
        page.content(&turn.text, turn.owner);
    } else {
        page.control("<|im_start|>");
        page.text("assistant");
        let text = strip(&turn.text);
        if !text.is_empty() {
            page.text("\n");
            page.content(text, turn.owner);
            page.text("\n");
        }
        for call in &turn.calls {
            write_call(call, turn.owner, page);
        }
    }
    if !turn.is_open {
        end_turn(page);
    }
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.text("\n");
    page.control(CALL.0);
    page.text("\n<function=");
    page.content(call.name, owner);
    page.text(">\n");
    for (key, value) in call.input.as_object().into_iter().flatten() {
        page.text("<parameter=");
        page.content(key, owner);
        page.text(">\n");
        page.content(&shown(value), owner);
        page.text("\n</parameter>\n");
    }
    page.text("</function>\n");
    page.control(CALL.1);
}

fn write_result(turn: &Turn<'_, '_>, is_first: bool, is_last: bool, page: &mut Page) {
    if is_first {
        page.control("<|im_start|>");
        page.text("user\n");
    }
    page.control(RESULT.0);
    page.text("\n");
    page.content(&turn.text, turn.owner);
    page.text("\n");
    page.control(RESULT.1);
    page.text("\n");
    if is_last {
        end_turn(page);
    }
}
