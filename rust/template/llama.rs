//! Llama 3: headers of a role, two line breaks, the content, an end token.
//!
//! Equals `ChatFormat.encode_dialog_prompt` of llama-models 0.3.0 (`PyPI`, 2026-11-22), which
//! encodes header, line breaks and each text block apart from one another and trims nothing.

use crate::error::CoreError;
use crate::message::Block;
use crate::template::json::{ASCII, PLAIN};
use crate::template::page::{Owner, Page};
use crate::template::{Conversation, Part, Speaker, Template, TemplateRow};

/// Llama 3 without dates and tools.
pub(super) const LLAMA_3: TemplateRow = TemplateRow {
    name: "llama3",
    controls: "llama3",
    source: "ChatFormat of llama-models 0.3.0, 2026-11-22",
    template: &Llama {
        header: ("<|start_header_id|>", "<|end_header_id|>"),
        end_of_turn: "<|eot_id|>",
    },
};

/// What the Llamas from 3 on differ in.
struct Llama {
    /// Around the role.
    header: (&'static str, &'static str),
    /// After a turn.
    end_of_turn: &'static str,
}

impl Template for Llama {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        page.control("<|begin_of_text|>");
        for part in conversation.parts() {
            self.write_part(part, page);
        }
        if !conversation.is_open() {
            self.write_header(Speaker::Assistant, page);
        }
        Ok(())
    }
}

impl Llama {
    fn write_part(&self, part: Part<'_, '_>, page: &mut Page) {
        self.write_header(part.speaker, page);
        for block in part.blocks {
            page.seam();
            write_block(block, part.owner, page);
        }
        if !part.is_open {
            page.control(self.end_of_turn);
        }
    }

    fn write_header(&self, speaker: Speaker, page: &mut Page) {
        page.control(self.header.0);
        page.text(match speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
            Speaker::Tool => "ipython",
        });
        page.control(self.header.1);
        page.text("\n\n");
    }
}

fn write_block(block: &Block<'_>, owner: Owner, page: &mut Page) {
    match block {
        Block::Text(text) => page.content(text, owner),
        Block::ToolUse { name, input, .. } => {
            page.content("{\"type\": \"function\", \"name\": ", owner);
            page.content(&ASCII.quote(name), owner);
            page.content(", \"parameters\": ", owner);
            page.content(&ASCII.dump(input), owner);
            page.content("}", owner);
        }
        Block::ToolResult { content, .. } => {
            for block in content {
                write_block(block, owner, page);
            }
        }
        Block::Json(value) => page.content(&PLAIN.dump(value), owner),
        Block::Reasoning { .. } => page.omit("reasoning"),
        Block::Media { kind } | Block::Other(kind) => page.omit(kind),
        Block::CachePoint => {}
    }
}
