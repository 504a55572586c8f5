//! `ChatML`: a role and a text between `<|im_start|>` and `<|im_end|>`, as is.
//!
//! Equals the template `chatml` of axolotl 0.21.0 (`PyPI`, 2026-11-22) on 10,000 generated
//! conversations. It has no form for tools and no place for reasoning.

use crate::error::CoreError;
use crate::template::turns::{Turn, refuse_tools, turns};
use crate::template::{Conversation, Page, Speaker, Template, TemplateRow};

/// Plain `ChatML`.
pub(super) const CHATML: TemplateRow = TemplateRow {
    name: "chatml",
    controls: "chatml",
    source: "chatml of axolotl 0.21.0, 2026-11-22",
    template: &ChatMl,
};

struct ChatMl;

impl Template for ChatMl {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        refuse_tools("ChatML", conversation, &turns, page)?;
        for turn in &turns {
            write_turn(turn, page);
        }
        if !conversation.is_open() {
            page.control("<|im_start|>");
            page.text("assistant\n");
        }
        Ok(())
    }
}

fn write_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    open_turn(turn.speaker, page);
    page.content(&turn.text, turn.owner);
    if !turn.is_open {
        page.control("<|im_end|>");
        page.text("\n");
    }
}

/// Write the start token, the role and a line break.
pub(super) fn open_turn(speaker: Speaker, page: &mut Page) {
    page.control("<|im_start|>");
    page.text(match speaker {
        Speaker::System => "system\n",
        Speaker::User => "user\n",
        Speaker::Assistant => "assistant\n",
        Speaker::Tool => "tool\n",
    });
}
