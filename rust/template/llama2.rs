//! Llama 2: `[INST]` around the user, `<<SYS>>` around the system prompt, one sequence per exchange.
//!
//! As `Llama.chat_completion` of Meta's repository encodes it
//! (<https://github.com/meta-llama/llama/blob/main/llama/generation.py>, 2026-11-22): contents are
//! stripped, each finished exchange is one text between `<s>` and `</s>`. The brackets are ordinary
//! text, no control tokens.

use std::borrow::Cow;

use crate::error::CoreError;
use crate::message::Block;
use crate::template::page::Page;
use crate::template::python_text::{is_space, strip};
use crate::template::{Conversation, Part, Speaker, Template, TemplateRow};

/// Llama 2 chat.
pub(super) const LLAMA_2: TemplateRow = TemplateRow {
    name: "llama2",
    controls: "llama2",
    source: "generation.py of github.com/meta-llama/llama, 2026-11-22",
    template: &Llama2,
};

struct Llama2;

const ORDER: &str = "Llama 2 takes an optional system prompt, then user and assistant in turn; merge \
    messages of one role that follow each other";

impl Template for Llama2 {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        if !conversation.tools.is_empty() {
            page.refuse("tools", "Llama 2 has no form for tools")?;
        }
        let mut parts = conversation.parts().peekable();
        let system = parts.next_if(|part| part.speaker == Speaker::System);
        let mut expected = Speaker::User;
        let mut is_first = true;
        for part in parts {
            if part.speaker != expected || part.has_calls() {
                page.refuse("order of roles", ORDER)?;
            }
            if part.speaker == Speaker::Assistant {
                write_reply(&part, page);
            } else {
                let head = system.filter(|_| is_first);
                write_question(head.as_ref(), &part, page);
                is_first = false;
            }
            expected = match part.speaker {
                Speaker::Assistant => Speaker::User,
                _ => Speaker::Assistant,
            };
        }
        Ok(())
    }
}

fn write_question(system: Option<&Part<'_, '_>>, part: &Part<'_, '_>, page: &mut Page) {
    page.control("<s>");
    page.text("[INST] ");
    let text = joined(part, page);
    match system {
        Some(head) => {
            page.text("<<SYS>>\n");
            let prompt = joined(head, page);
            page.content(&prompt, head.owner);
            page.text("\n<</SYS>>\n\n");
            page.content(text.trim_end_matches(is_space), part.owner);
        }
        None => page.content(strip(&text), part.owner),
    }
    page.text(" [/INST]");
}

fn write_reply(part: &Part<'_, '_>, page: &mut Page) {
    let text = joined(part, page);
    page.text(" ");
    page.content(strip(&text), part.owner);
    if !part.is_open {
        page.text(" ");
        page.control("</s>");
    }
}

fn joined<'a>(part: &Part<'_, 'a>, page: &mut Page) -> Cow<'a, str> {
    for block in part.blocks {
        match block {
            Block::Media { kind } | Block::Other(kind) => page.omit(kind),
            Block::Reasoning { .. } => page.omit("reasoning"),
            Block::ToolResult { .. } => page.omit("tool result"),
            _ => {}
        }
    }
    let mut texts = part.texts();
    match (texts.next(), texts.next()) {
        (first, None) => Cow::Borrowed(first.unwrap_or_default()),
        _ => Cow::Owned(part.texts().collect()),
    }
}
