//! Command R and R+: a token per turn and speaker; with tools, preambles and Python signatures.
//!
//! Equals the default template of Command R, and with tools the tool template of Command R+ (both
//! in the source archive of llama-cpp-python 0.3.36, `PyPI`, 2026-11-22) on 10,000 generated
//! conversations each, text. Bedrock is sent Cohere's own fields, which its server renders; this is
//! what they become. What differs:
//!
//! - the tool template asks a list's schema for its method `items`, and so shows the type of every
//!   list as `List[Union[]]`; here it is the type of its items, as Cohere's own renderer has it;
//! - it cannot render an object without `additionalProperties`, or a parameter without a
//!   description; here they are `Dict[str, Any]` and no text;
//! - the default template refuses a conversation that does not alternate; here each message is a
//!   turn, and results are turns of the system, as with tools.

use serde_json::Value;

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::json::INDENTED;
use crate::template::python_text::strip;
use crate::template::turns::{Turn, turns};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Command R and R+.
pub(super) const COMMAND_R: TemplateRow = TemplateRow {
    name: "command-r",
    controls: "command_r",
    source: "Command R's chat templates in llama-cpp-python 0.3.36, 2026-11-22",
    template: &CommandR,
};

const TURN: (&str, &str) = ("<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>");
const PREAMBLE: &str = "# Safety Preamble\nThe instructions in this section override those in the \
    task description and style guide sections. Don't answer questions that are harmful or immoral.\
    \n\n# System Preamble\n## Basic Rules\nYou are a powerful conversational AI trained by Cohere to \
    help people. You are augmented by a number of tools, and your job is to use and consume the \
    output of these tools to best help the user. You will see a conversation history between \
    yourself and a user, ending with an utterance from the user. You will then see a specific \
    instruction instructing you what kind of response to generate. When you answer the user's \
    requests, you cite your sources in your answers, according to those instructions.\n\n\
    # User Preamble\n";
const DEFAULT_TASK: &str = "## Task and Context\nYou help people answer their questions and other \
    requests interactively. You will be asked a very wide array of requests on all kinds of topics. \
    You will be equipped with a wide range of search engines or similar tools to help you, which you \
    use to research your answer. You should focus on serving the user's needs as best you can, which \
    will be wide-ranging.\n\n## Style Guide\nUnless the user asks for a different style of answer, \
    you should answer in full sentences, using proper grammar and spelling.";
const ACTION: &str = "Write 'Action:' followed by a json-formatted list of actions that you want to \
    perform in order to produce a good response to the user's last input. You can use any of the \
    supplied tools any number of times, but you should aim to execute the minimum number of \
    necessary actions for the input. You should use the `directly-answer` tool if calling the other \
    tools is unnecessary. The list of actions you want to call should be formatted as a list of json \
    objects, for example:\n```json\n[\n    {\n        \"tool_name\": title of the tool in the \
    specification,\n        \"parameters\": a dict of parameters to input into the tool as they are \
    defined in the specs, or {} if it takes no parameters\n    }\n]```";

struct CommandR;

impl Template for CommandR {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        page.control("<BOS_TOKEN>");
        let turns = turns(conversation, page);
        let (system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        let has_tools = !conversation.tools.is_empty();
        if has_tools {
            write_preambles(system, &conversation.tools, page);
        } else if let Some(system) = system {
            open_turn(Speaker::System, page);
            page.content(&system.text, system.owner);
            page.control(TURN.1);
        }
        for turn in rest {
            write_turn(turn, page);
        }
        if conversation.is_open() {
            return Ok(());
        }
        if has_tools {
            open_turn(Speaker::System, page);
            page.text(ACTION);
            page.control(TURN.1);
        }
        open_turn(Speaker::Assistant, page);
        Ok(())
    }
}

fn open_turn(speaker: Speaker, page: &mut Page) {
    page.control(TURN.0);
    page.control(match speaker {
        Speaker::System | Speaker::Tool => "<|SYSTEM_TOKEN|>",
        Speaker::User => "<|USER_TOKEN|>",
        Speaker::Assistant => "<|CHATBOT_TOKEN|>",
    });
}

fn write_preambles(system: Option<&Turn<'_, '_>>, tools: &[Tool<'_>], page: &mut Page) {
    open_turn(Speaker::System, page);
    page.text(PREAMBLE);
    match system {
        Some(system) => page.content(&system.text, system.owner),
        None => page.text(DEFAULT_TASK),
    }
    page.text(
        "\n\n## Available Tools\nHere is a list of tools that you have available to you:\n\n",
    );
    for (position, tool) in tools.iter().enumerate() {
        if position > 0 {
            page.text("\n\n");
        }
        write_tool(tool, page);
    }
    page.control(TURN.1);
}

/// Write a tool as a Python function.
fn write_tool(tool: &Tool<'_>, page: &mut Page) {
    let no_fields = serde_json::Map::new();
    let fields = tool.schema.get("properties").and_then(Value::as_object);
    let fields = fields.unwrap_or(&no_fields);
    let required = tool.schema.get("required").and_then(Value::as_array);
    let is_required =
        |key: &str| required.is_some_and(|keys| keys.iter().any(|known| known == key));
    page.text("```python\ndef ");
    page.content(tool.name, Owner::Tools);
    page.text("(");
    for (position, (key, field)) in fields.iter().enumerate() {
        page.text(if position > 0 { ", " } else { "" });
        page.content(key, Owner::Tools);
        page.text(": ");
        write_type(field, is_required(key), page);
        page.text(if is_required(key) { "" } else { " = None" });
    }
    page.text(") -> List[Dict]:\n    \"\"\"");
    page.content(tool.description, Owner::Tools);
    page.text(if fields.is_empty() {
        ""
    } else {
        "\n\n    Args:\n        "
    });
    for (position, (key, field)) in fields.iter().enumerate() {
        page.text(if position > 0 { "\n        " } else { "" });
        page.content(key, Owner::Tools);
        page.text(" (");
        write_type(field, is_required(key), page);
        page.text("): ");
        let description = field.get("description").and_then(Value::as_str);
        page.content(description.unwrap_or_default(), Owner::Tools);
    }
    page.text("\n    \"\"\"\n    pass\n```");
}

fn write_type(field: &Value, is_required: bool, page: &mut Page) {
    if is_required {
        page.content(&python_type(field.get("type"), field), Owner::Tools);
    } else {
        page.text("Optional[");
        page.content(&python_type(field.get("type"), field), Owner::Tools);
        page.text("]");
    }
}

fn python_type(kind: Option<&Value>, field: &Value) -> String {
    let inside = |key: &str| {
        let inner = field.get(key).unwrap_or(&Value::Null);
        python_type(inner.get("type"), inner)
    };
    match kind {
        Some(Value::String(name)) => match name.as_str() {
            "string" => "str".to_owned(),
            "number" => "float".to_owned(),
            "integer" => "int".to_owned(),
            "boolean" => "bool".to_owned(),
            "array" => format!("List[{}]", inside("items")),
            "object" => format!("Dict[str, {}]", inside("additionalProperties")),
            _ => "Any".to_owned(),
        },
        Some(Value::Array(kinds)) => {
            let kinds: Vec<String> = kinds
                .iter()
                .map(|kind| python_type(Some(kind), field))
                .collect();
            format!("Union[{}]", kinds.join(","))
        }
        _ => "Any".to_owned(),
    }
}

fn write_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    open_turn(turn.speaker, page);
    if turn.is_by(Speaker::Tool) {
        page.text("<results>\n");
        page.content(strip(&turn.text), turn.owner);
        page.text("</results>");
        page.control(TURN.1);
        return;
    }
    page.content(strip(&turn.text), turn.owner);
    if turn.calls.is_empty() {
        if !turn.is_open {
            page.control(TURN.1);
        }
        return;
    }
    page.text("\nAction:\n```json\n[\n");
    for (position, call) in turn.calls.iter().enumerate() {
        page.text(if position > 0 { ",\n" } else { "" });
        page.text("    {\n        \"tool_name\": \"");
        page.content(call.name, turn.owner);
        page.text("\",\n        \"parameters\": ");
        page.content(
            &INDENTED.dump(call.input).replace('\n', "\n        "),
            turn.owner,
        );
        page.text("\n    }");
    }
    page.text("\n]```\n");
}
