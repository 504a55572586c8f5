//! Gemma 3: turns of user and model, the system prompt at the head of the first.
//!
//! Equals the template of Gemma 3 (xinference 4.1.0, PyPI, 2026-11-22) on 10,000 generated
//! conversations, text and ids. What differs:
//!
//! - it knows no tools: declarations and calls are named as omitted, and a result is a turn of the
//!   user, which is how Gemma's guide to function calling gives results to the model
//!   (<https://ai.google.dev/gemma/docs/capabilities/function-calling>, 2026-11-22);
//! - it refuses a conversation that does not alternate; here each message is a turn.

use crate::error::CoreError;
use crate::template::python_text::strip;
use crate::template::turns::{Turn, turns};
use crate::template::{Conversation, Page, Speaker, Template, TemplateRow};

/// Gemma 3.
pub(super) const GEMMA_3: TemplateRow = TemplateRow {
    name: "gemma3",
    controls: "gemma",
    source: "Gemma 3's chat template in xinference 4.1.0, 2026-11-22",
    template: &Gemma,
};

struct Gemma;

impl Template for Gemma {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        if !conversation.tools.is_empty() {
            page.omit("tools");
        }
        page.control("<bos>");
        let turns = turns(conversation, page);
        let (mut system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        for turn in rest {
            open_turn(turn.speaker, page);
            if let Some(system) = system.take() {
                page.content(&system.text, system.owner);
                page.text("\n\n");
            }
            write_turn(turn, page);
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

fn write_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    if !turn.calls.is_empty() {
        page.omit("tool calls");
    }
    page.content(strip(&turn.text), turn.owner);
    if !turn.is_open {
        page.control("<end_of_turn>");
        page.text("\n");
    }
}
