//! `MiniMax` M2: roles as words after a start mark, calls as XML.
//!
//! Equals the templates of `MiniMax` M2 and M2.5 (xinference 4.1.0, `PyPI`, 2026-11-22) on 10,000
//! generated conversations each, text and ids. Reasoning is shown after the user's last turn only,
//! as they do. What differs:
//!
//! - the templates look for `</think>` in an assistant's text and take what is before it for
//!   reasoning; here content never becomes structure;
//! - they refuse a tool result without a call before it; here it is written.

use crate::error::CoreError;
use crate::template::glm::write_argument;
use crate::template::json::PLAIN;
use crate::template::tool_documents::function;
use crate::template::turns::{Call, Turn, last_user, turns};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// `MiniMax` M2.
pub(super) const MINIMAX_M2: TemplateRow = TemplateRow {
    name: "minimax-m2",
    controls: "minimax",
    source: "MiniMax M2's chat template in xinference 4.1.0, 2026-11-22",
    template: &MiniMax {
        identity: "You are a helpful assistant.",
    },
};
/// `MiniMax` M2.1; no copy of its template was found.
pub(super) const MINIMAX_M21: TemplateRow = TemplateRow {
    name: "minimax-m2.1",
    source: "MiniMax M2.5's chat template with this model's name, not compared, 2026-11-22",
    template: &MiniMax {
        identity: "You are a helpful assistant. Your name is MiniMax-M2.1 and is built by MiniMax.",
    },
    ..MINIMAX_M2
};
/// `MiniMax` M2.5.
pub(super) const MINIMAX_M25: TemplateRow = TemplateRow {
    name: "minimax-m2.5",
    source: "MiniMax M2.5's chat template in xinference 4.1.0, 2026-11-22",
    template: &MiniMax {
        identity: "You are a helpful assistant. Your name is MiniMax-M2.5 and is built by MiniMax.",
    },
    ..MINIMAX_M2
};

const CALLS: (&str, &str) = ("<minimax:tool_call>", "</minimax:tool_call>");

struct MiniMax {
    /// The system prompt of a conversation that has none.
    identity: &'static str,
}

impl Template for MiniMax {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        let (system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        self.write_system(system, conversation, page);
        let asked = last_user(rest);
        for (position, turn) in rest.iter().enumerate() {
            let is_running = asked.is_none_or(|asked| position > asked);
            let is_tool = |other: Option<&Turn<'_, '_>>| {
                other.is_some_and(|other| other.is_by(Speaker::Tool))
            };
            match turn.speaker {
                Speaker::System => page.omit("later system message"),
                Speaker::User => {
                    open_turn("user\n", page);
                    page.content(&turn.text, turn.owner);
                    end_turn(page);
                }
                Speaker::Assistant => write_assistant(turn, is_running, page),
                Speaker::Tool => {
                    let before = position.checked_sub(1).and_then(|before| rest.get(before));
                    if !is_tool(before) {
                        open_turn("tool", page);
                    }
                    page.text("\n<response>");
                    page.content(&turn.text, turn.owner);
                    page.text("</response>");
                    if !is_tool(rest.get(position + 1)) {
                        end_turn(page);
                    }
                }
            }
        }
        if !conversation.is_open() {
            open_turn("ai\n", page);
            page.control("<think>");
            page.text("\n");
        }
        Ok(())
    }
}

impl MiniMax {
    fn write_system(
        &self,
        system: Option<&Turn<'_, '_>>,
        conversation: &Conversation<'_>,
        page: &mut Page,
    ) {
        page.control("]~!b[");
        open_turn("system\n", page);
        match system.filter(|system| !system.text.is_empty()) {
            Some(system) => page.content(&system.text, system.owner),
            None => page.text(self.identity),
        }
        if !conversation.tools.is_empty() {
            write_tools(conversation, page);
        }
        end_turn(page);
    }
}

fn write_tools(conversation: &Conversation<'_>, page: &mut Page) {
    page.text(
        "\n\n# Tools\nYou may call one or more tools to assist with the user query.\nHere are the \
         tools available in JSONSchema format:\n\n<tools>\n",
    );
    for tool in &conversation.tools {
        page.text("<tool>");
        page.content(&PLAIN.dump(&function(tool)), Owner::Tools);
        page.text("</tool>\n");
    }
    page.text(
        "</tools>\n\nWhen making tool calls, use XML format to invoke tools and pass parameters:\n\n",
    );
    page.control(CALLS.0);
    page.text(
        "\n<invoke name=\"tool-name-1\">\n<parameter name=\"param-key-1\">param-value-1</parameter>\n\
         <parameter name=\"param-key-2\">param-value-2</parameter>\n...\n</invoke>\n",
    );
    page.control(CALLS.1);
}

fn write_assistant(turn: &Turn<'_, '_>, is_running: bool, page: &mut Page) {
    open_turn("ai\n", page);
    if !turn.reasoning.is_empty() {
        if is_running {
            page.control("<think>");
            page.text("\n");
            page.content(&turn.reasoning, turn.owner);
            page.text("\n");
            page.control("</think>");
            page.text("\n\n");
        } else {
            page.omit("reasoning");
        }
    }
    page.content(&turn.text, turn.owner);
    if !turn.calls.is_empty() {
        page.text("\n");
        page.control(CALLS.0);
        page.text("\n");
        for call in &turn.calls {
            write_call(call, turn.owner, page);
        }
        page.control(CALLS.1);
    }
    if !turn.is_open {
        end_turn(page);
    }
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.text("<invoke name=\"");
    page.content(call.name, owner);
    page.text("\">\n");
    for (key, value) in call.input.as_object().into_iter().flatten() {
        page.text("<parameter name=\"");
        page.content(key, owner);
        page.text("\">");
        write_argument(value, owner, page);
        page.text("</parameter>\n");
    }
    page.text("</invoke>\n");
}

fn open_turn(role: &str, page: &mut Page) {
    page.control("]~b]");
    page.text(role);
}

fn end_turn(page: &mut Page) {
    page.control("[e~[");
    page.text("\n");
}
