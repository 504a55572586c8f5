//! Gemma 3: turns of user and model, the system prompt at the head of the first.
//!
//! Equals the template of Gemma 3 (xinference 4.1.0, `PyPI`, 2026-11-22) on 10,000 generated
//! conversations, text and ids. What differs:
//!
//! - it has no form for tools: declarations and calls are refused, and a result is a turn of the
//!   user. The row `gemma3-tools` tells them as text in the way of Gemma's guide to function calling
//!   (<https://ai.google.dev/gemma/docs/capabilities/function-calling>, 2026-11-22); what Bedrock's
//!   server tells is not known, so a count with it is an estimate;
//! - it refuses a conversation that does not alternate; here each message is a turn.

use serde_json::Value;

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::json::PLAIN;
use crate::template::python_text::strip;
use crate::template::tool_documents::function;
use crate::template::turns::{Turn, refuse_tools, turns};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Gemma 3.
pub(super) const GEMMA_3: TemplateRow = TemplateRow {
    name: "gemma3",
    controls: "gemma",
    source: "Gemma 3's chat template in xinference 4.1.0, 2026-11-22",
    template: &Gemma { tells_tools: false },
};
/// Gemma 3 with tools told to it in the first turn.
pub(super) const GEMMA_3_TOOLS: TemplateRow = TemplateRow {
    name: "gemma3-tools",
    source: "https://ai.google.dev/gemma/docs/capabilities/function-calling, 2026-11-22",
    template: &Gemma { tells_tools: true },
    ..GEMMA_3
};

const TOOLS_LEAD: &str = "You have access to functions. If you decide to invoke any of the \
    function(s), you MUST put it in the format of\n{\"name\": function name, \"parameters\": \
    dictionary of argument name and its value}\n\nYou SHOULD NOT include any other text in the \
    response if you call a function\n";

struct Gemma {
    /// Whether tools and calls are told as text.
    tells_tools: bool,
}

impl Template for Gemma {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        if !self.tells_tools {
            refuse_tools("Gemma 3", conversation, &turns, page)?;
        }
        page.control("<bos>");
        let (mut system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        let mut tools = conversation.tools.as_slice();
        for turn in rest {
            open_turn(turn.speaker, page);
            if let Some(system) = system.take() {
                page.content(&system.text, system.owner);
                page.text("\n\n");
            }
            if self.tells_tools {
                write_tools(std::mem::take(&mut tools), page);
            }
            self.write_turn(turn, page);
        }
        if !conversation.is_open() {
            open_turn(Speaker::Assistant, page);
        }
        Ok(())
    }
}

fn open_turn(speaker: Speaker, page: &mut Page) {
    page.control("<start_of_turn>");
    page.text(match speaker {
        Speaker::Assistant => "model\n",
        Speaker::System | Speaker::User | Speaker::Tool => "user\n",
    });
}

fn write_tools(tools: &[Tool<'_>], page: &mut Page) {
    if tools.is_empty() {
        return;
    }
    page.text(TOOLS_LEAD);
    let declared = Value::Array(tools.iter().map(function).collect());
    page.content(&PLAIN.dump(&declared), Owner::Tools);
    page.text("\n\n");
}

impl Gemma {
    fn write_turn(&self, turn: &Turn<'_, '_>, page: &mut Page) {
        if !turn.reasoning.is_empty() {
            page.omit("reasoning");
        }
        page.content(strip(&turn.text), turn.owner);
        for call in turn.calls.iter().filter(|_| self.tells_tools) {
            page.text("{\"name\": ");
            page.content(&PLAIN.quote(call.name), turn.owner);
            page.text(", \"parameters\": ");
            page.content(&PLAIN.dump(call.input), turn.owner);
            page.text("}");
        }
        if !turn.is_open {
            page.control("<end_of_turn>");
            page.text("\n");
        }
    }
}
