//! `DeepSeek` V3.2: calls and results as XML in its own markup.
//!
//! Equals the template of V3.2 (source archive of llama-cpp-python 0.3.36, `PyPI`, 2026-11-22) on
//! 10,000 generated conversations, text and ids. What differs:
//!
//! - a reply that does not think is opened with `</think>`, as `DeepSeek`'s own encoder and three
//!   recorded counts have it; the template of llama.cpp opens it with `<think></think>`;
//! - the template takes all results after a call for its own by their number; here they are those
//!   that follow, however many.

use serde_json::Value;

use crate::error::CoreError;
use crate::template::deepseek::{ASSISTANT, DEEPSEEK_R1, END, write_start, write_user};
use crate::template::json::PLAIN;
use crate::template::tool_documents::function;
use crate::template::turns::{Call, Turn, last_user, turns, write_marked};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// `DeepSeek` V3.2.
pub(super) const DEEPSEEK_V32: TemplateRow = TemplateRow {
    name: "deepseek-v3.2",
    source: "DeepSeek V3.2's chat template in llama-cpp-python 0.3.36, 2026-11-22",
    template: &V32,
    ..DEEPSEEK_R1
};

const MARK: &str = "｜DSML｜";
const CONTROLS: [&str; 3] = [MARK, "<think>", "</think>"];

const TOOLS_LEAD: &str = "## Tools\n\nYou have access to a set of tools you can use to answer the \
    user's question.\nYou can invoke functions by writing a \"<｜DSML｜function_calls>\" block like \
    the following as part of your reply to the user:\n<｜DSML｜function_calls>\n<｜DSML｜invoke \
    name=\"$FUNCTION_NAME\">\n<｜DSML｜parameter name=\"$PARAMETER_NAME\" string=\"true|false\">\
    $PARAMETER_VALUE</｜DSML｜parameter>\n...\n</｜DSML｜invoke>\n<｜DSML｜invoke \
    name=\"$FUNCTION_NAME2\">\n...\n</｜DSML｜invoke>\n</｜DSML｜function_calls>\n\nString and scalar \
    parameters should be specified as is without any escaping or quotes, while lists and objects \
    should use JSON format. The \"string\" attribute should be set to \"true\" for string type \
    parameters and \"false\" for other types (numbers, booleans, arrays, objects).\n\nIf the \
    thinking_mode is enabled, then after function results you should strongly consider outputting a \
    thinking block. Here is an example:\n\n<｜DSML｜function_calls>\n...\n</｜DSML｜function_calls>\n\n\
    <function_results>\n...\n</function_results>\n\n<think>...thinking about results</think>\n\nHere \
    are the functions available in JSONSchema format:\n<functions>\n";

struct V32;

impl Template for V32 {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        let has_system = write_start(&turns, page);
        if !conversation.tools.is_empty() {
            write_tools(conversation, has_system, page);
        }
        let thinks = conversation.settings.thinking == Some(true);
        let asked = last_user(&turns);
        let mut last = None;
        for (position, turn) in turns.iter().enumerate() {
            match turn.speaker {
                Speaker::System => continue,
                Speaker::User => write_user(turn, page),
                Speaker::Assistant => {
                    let is_running = asked.is_none_or(|asked| position > asked);
                    open_turn(last, page);
                    if last == Some(Speaker::User) || last == Some(Speaker::Tool) {
                        write_thoughts(turn, thinks && is_running, page);
                    }
                    write_said(turn, page);
                }
                Speaker::Tool => {
                    let next = turns.get(position + 1);
                    let is_last = next.is_none_or(|next| !next.is_by(Speaker::Tool));
                    write_result(turn, last != Some(Speaker::Tool), is_last, page);
                }
            }
            last = Some(turn.speaker);
        }
        if last == Some(Speaker::User) || last == Some(Speaker::Tool) {
            open_turn(last, page);
            page.control(if thinks { "<think>" } else { "</think>" });
        }
        Ok(())
    }
}

fn write_tools(conversation: &Conversation<'_>, has_system: bool, page: &mut Page) {
    if has_system {
        page.text("\n\n");
    }
    write_marked(TOOLS_LEAD, &CONTROLS, page);
    for tool in &conversation.tools {
        page.content(&PLAIN.dump(&function(tool)), Owner::Tools);
        page.text("\n");
    }
    page.text("</functions>\n");
}

fn open_turn(last: Option<Speaker>, page: &mut Page) {
    match last {
        Some(Speaker::User) => page.control(ASSISTANT),
        Some(Speaker::Tool) => page.text("\n\n"),
        _ => {}
    }
}

fn write_thoughts(turn: &Turn<'_, '_>, shows: bool, page: &mut Page) {
    if shows {
        page.control("<think>");
        page.content(&turn.reasoning, turn.owner);
    } else if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    page.control("</think>");
}

fn write_said(turn: &Turn<'_, '_>, page: &mut Page) {
    page.content(&turn.text, turn.owner);
    if !turn.calls.is_empty() {
        page.text("\n\n");
        write_mark("<", "function_calls>\n", page);
        for call in &turn.calls {
            write_call(call, turn.owner, page);
        }
        write_mark("</", "function_calls>", page);
    }
    if !turn.is_open {
        page.control(END);
    }
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    write_mark("<", "invoke name=\"", page);
    page.content(call.name, owner);
    page.text("\">\n");
    for (key, value) in call.input.as_object().into_iter().flatten() {
        write_mark("<", "parameter name=\"", page);
        page.content(key, owner);
        if let Value::String(text) = value {
            page.text("\" string=\"true\">");
            page.content(text, owner);
        } else {
            page.text("\" string=\"false\">");
            page.content(&PLAIN.dump(value), owner);
        }
        write_mark("</", "parameter>\n", page);
    }
    write_mark("</", "invoke>\n", page);
}

fn write_mark(before: &str, after: &str, page: &mut Page) {
    page.text(before);
    page.control(MARK);
    page.text(after);
}

fn write_result(turn: &Turn<'_, '_>, is_first: bool, is_last: bool, page: &mut Page) {
    if is_first {
        page.text("\n\n<function_results>");
    }
    page.text("\n<result>");
    page.content(&turn.text, turn.owner);
    page.text("</result>");
    if is_last {
        page.text("\n</function_results>");
    }
}
