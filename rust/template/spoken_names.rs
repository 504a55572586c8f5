//! Claude 2 and Titan Text: prompts in plain text, each turn after its speaker's name.
//!
//! There is no renderer to compare with; the formats are the vendors' own pages of 2026-11-22:
//! `\n\nHuman:` and `\n\nAssistant:` of Anthropic's text completions
//! (<https://docs.anthropic.com/en/api/complete>, and the constants of `anthropic` 0.38.0 on `PyPI`),
//! the system prompt before the first; `User:` and `Bot:` of Titan Text
//! (<https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>), the
//! system prompt on a line of its own before them. Neither has a form for tools: declarations and
//! calls are refused, results are turns of the user. The names are no special tokens, so only the
//! defence of content keeps a text from speaking for another.

use crate::error::CoreError;
use crate::template::turns::{Turn, refuse_tools, turns};
use crate::template::{Conversation, Page, Speaker, Template, TemplateRow};

/// Claude 2 and Claude Instant.
pub(super) const CLAUDE_2: TemplateRow = TemplateRow {
    name: "claude2",
    controls: "claude2",
    source: "https://docs.anthropic.com/en/api/complete, 2026-11-22",
    template: &Names {
        model: "Claude 2",
        user: "\n\nHuman: ",
        assistant: "\n\nAssistant: ",
        reply: "\n\nAssistant:",
        is_led_by_break: true,
    },
};
/// Titan Text.
pub(super) const TITAN: TemplateRow = TemplateRow {
    name: "titan",
    controls: "titan",
    source: "https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html, \
             2026-11-22",
    template: &Names {
        model: "Titan Text",
        user: "\nUser: ",
        assistant: "\nBot: ",
        reply: "\nBot:",
        is_led_by_break: false,
    },
};

struct Names {
    /// The model's name.
    model: &'static str,
    /// Before a user's text.
    user: &'static str,
    /// Before the model's text.
    assistant: &'static str,
    /// Before the reply.
    reply: &'static str,
    /// Whether the first turn keeps the line breaks before its name.
    is_led_by_break: bool,
}

impl Template for Names {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        refuse_tools(self.model, conversation, &turns, page)?;
        let mut is_first = true;
        for turn in &turns {
            if turn.is_by(Speaker::System) {
                page.content(&turn.text, turn.owner);
                is_first = false;
                continue;
            }
            let lead = match turn.speaker {
                Speaker::Assistant => self.assistant,
                _ => self.user,
            };
            let has_break = self.is_led_by_break || !is_first;
            page.text(if has_break { lead } else { lead.trim_start() });
            write_turn(turn, page);
            is_first = false;
        }
        if !conversation.is_open() {
            page.text(self.reply);
        }
        Ok(())
    }
}

fn write_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
    page.content(&turn.text, turn.owner);
}
