//! Jamba 1.5: a mark before and between messages, a token per role.
//!
//! Equals the template of Jamba 1.5 (axolotl 0.21.0, `PyPI`, 2026-11-22) on 10,000 generated
//! conversations, text; its vocabulary is in no package, so ids are not compared. Documents, modes
//! and names of speakers are not written; reasoning has no place in it.

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::json::{Layout, PLAIN};
use crate::template::tool_documents::function;
use crate::template::turns::{Call, Turn, turns};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Jamba 1.5.
pub(super) const JAMBA: TemplateRow = TemplateRow {
    name: "jamba",
    controls: "jamba",
    source: "Jamba's chat template in axolotl 0.21.0, 2026-11-22",
    template: &Jamba,
};

const INDENTED_BY_TWO: Layout = Layout {
    indent: Some(2),
    ..PLAIN
};

struct Jamba;

impl Template for Jamba {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        page.control("<|startoftext|>");
        let turns = turns(conversation, page);
        let (system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        write_system(system, &conversation.tools, page);
        for turn in rest {
            page.control("<|eom|>");
            write_turn(turn, page);
        }
        if !conversation.is_open() {
            page.control("<|eom|>");
            open_turn(Speaker::Assistant, page);
        }
        Ok(())
    }
}

fn open_turn(speaker: Speaker, page: &mut Page) {
    page.control("<|bom|>");
    page.control(match speaker {
        Speaker::System => "<|system|>",
        Speaker::User => "<|user|>",
        Speaker::Assistant => "<|assistant|>",
        Speaker::Tool => "<|tool|>",
    });
}

fn write_system(system: Option<&Turn<'_, '_>>, tools: &[Tool<'_>], page: &mut Page) {
    open_turn(Speaker::System, page);
    page.text(" ");
    if let Some(system) = system {
        page.content(&system.text, system.owner);
        if !tools.is_empty() && !system.text.is_empty() {
            page.text("\n\n");
        }
    }
    if tools.is_empty() {
        return;
    }
    page.control("<tool_definitions>");
    page.text("\n# Tools\n\n## Functions");
    for tool in tools {
        page.text("\n\n");
        page.content(&INDENTED_BY_TWO.dump(&function(tool)), Owner::Tools);
    }
    page.text("\n");
    page.control("</tool_definitions>");
}

fn write_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    open_turn(turn.speaker, page);
    page.text(" ");
    page.content(&turn.text, turn.owner);
    if turn.calls.is_empty() {
        return;
    }
    page.control("<tool_calls>");
    page.text("[\n");
    for (position, call) in turn.calls.iter().enumerate() {
        if position > 0 {
            page.text(",\n");
        }
        write_call(call, turn.owner, page);
    }
    page.text("\n]");
    page.control("</tool_calls>");
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.text("    {\"name\": \"");
    page.content(call.name, owner);
    page.text("\", \"arguments\": ");
    page.content(&PLAIN.dump(call.input), owner);
    page.text("}");
}
