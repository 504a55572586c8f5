//! Llama 3 to 4: headers of a role, two line breaks, the content, an end token.
//!
//! The rows without `-served` equal `ChatFormat.encode_dialog_prompt` of llama-models 0.3.0
//! (`PyPI`, 2026-11-22), which encodes header, line breaks, each text block and each call apart from
//! one another and trims nothing. What it has not, tools and dates, is written as the models' own
//! chat templates do (`tokenizer_config.json` of Llama 3.1, 3.3 and 4, the first two as
//! llama-cpp-python 0.3.36 carries them), with the date frozen at those templates' own.
//!
//! The `-served` rows are those chat templates themselves, which Bedrock's counts follow: texts are
//! trimmed (not in Llama 4), calls have no `type`, tools no wrapper (as five recordings have it).

use std::borrow::Cow;

use serde_json::Value;

use crate::error::CoreError;
use crate::message::{Block, Tool};
use crate::template::json::{ASCII, INDENTED, Layout, PLAIN};
use crate::template::page::{Owner, Page};
use crate::template::python_text::strip;
use crate::template::tool_documents::{function, wrapped};
use crate::template::{Conversation, Date, Part, Speaker, Template, TemplateRow};

/// Llama 3, which has no tools.
pub(super) const LLAMA_3: TemplateRow = TemplateRow {
    name: "llama3",
    controls: "llama3",
    source: "ChatFormat of llama-models 0.3.0, 2026-11-22",
    template: &PLAIN_3,
};
/// Llama 3 as Bedrock counts it.
pub(super) const LLAMA_3_SERVED: TemplateRow = TemplateRow {
    name: "llama3-served",
    source: "the chat template of Llama 3, which trims, and recordings, 2026-11-22",
    template: &Llama {
        is_trimmed: true,
        ..PLAIN_3
    },
    ..LLAMA_3
};
/// Llama 3.1 to 3.3.
pub(super) const LLAMA_31: TemplateRow = TemplateRow {
    name: "llama3.1",
    source: "ChatFormat of llama-models 0.3.0; dates and tools: the chat template, 2026-11-22",
    template: &DATED_31,
    ..LLAMA_3
};
/// Llama 3.1 to 3.3 as Bedrock counts them.
pub(super) const LLAMA_31_SERVED: TemplateRow = TemplateRow {
    name: "llama3.1-served",
    source: "the chat template of Llama 3.1 to 3.3 and recordings, 2026-11-22",
    template: &Llama {
        is_trimmed: true,
        call: &UNTYPED,
        declare: function,
        ..DATED_31
    },
    ..LLAMA_3
};
/// Llama 4.
pub(super) const LLAMA_4: TemplateRow = TemplateRow {
    name: "llama4",
    controls: "llama4",
    source: "ChatFormat of llama-models 0.3.0; tools: the chat template, 2026-11-22",
    template: &NEW_4,
};
/// Llama 4 as its chat template has it.
pub(super) const LLAMA_4_SERVED: TemplateRow = TemplateRow {
    name: "llama4-served",
    source: "the chat template of Llama 4, 2026-11-22",
    template: &Llama {
        end_of_step: "<|eot|>",
        call: &FENCED,
        declare: function,
        ..NEW_4
    },
    ..LLAMA_4
};

/// What the Llamas from 3 on differ in.
struct Llama {
    /// Around the role.
    header: (&'static str, &'static str),
    /// After a turn.
    end_of_turn: &'static str,
    /// After a turn that calls a tool, and after a result.
    end_of_step: &'static str,
    /// Whether the system turn tells dates; it is there without a system prompt then.
    is_dated: bool,
    /// Whether there is a form for declared tools.
    has_tools: bool,
    /// How a tool is declared.
    declare: fn(&Tool<'_>) -> Value,
    /// How a call is spelled.
    call: &'static CallForm,
    /// Whether white space around a text is dropped.
    is_trimmed: bool,
}

/// How a call is spelled: the name, the arguments, and what is around them.
struct CallForm {
    /// Before the text of a message that has calls.
    before_text: &'static str,
    /// After that text.
    after_text: &'static str,
    /// Before the name.
    before_name: &'static str,
    /// How name and arguments are written.
    layout: Layout,
}

const TYPED: CallForm = CallForm {
    before_text: "",
    after_text: "",
    before_name: "{\"type\": \"function\", \"name\": ",
    layout: ASCII,
};
const UNTYPED: CallForm = CallForm {
    before_name: "{\"name\": ",
    layout: PLAIN,
    ..TYPED
};
const FENCED: CallForm = CallForm {
    before_text: "<|python_start|>",
    after_text: "<|python_end|>",
    ..UNTYPED
};
const PLAIN_3: Llama = Llama {
    header: ("<|start_header_id|>", "<|end_header_id|>"),
    end_of_turn: "<|eot_id|>",
    end_of_step: "<|eot_id|>",
    is_dated: false,
    has_tools: false,
    declare: wrapped,
    call: &TYPED,
    is_trimmed: false,
};
const DATED_31: Llama = Llama {
    is_dated: true,
    has_tools: true,
    ..PLAIN_3
};
const NEW_4: Llama = Llama {
    header: ("<|header_start|>", "<|header_end|>"),
    end_of_turn: "<|eot|>",
    end_of_step: "<|eom|>",
    has_tools: true,
    ..PLAIN_3
};

const FROZEN_DATE: &str = "26 Jul 2024";
const TOOLS_LEAD: &str = "Given the following functions, please respond with a JSON for a function \
    call with its proper arguments that best answers the given prompt.\n\nRespond in the format \
    {\"name\": function name, \"parameters\": dictionary of argument name and its value}.Do not use \
    variables.\n\n";

impl Template for Llama {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let mut tools: &[Tool<'_>] = &conversation.tools;
        if !tools.is_empty() && !self.has_tools {
            page.refuse(
                "tools",
                "Llama 3 has no form for tools; take Llama 3.1 or later",
            )?;
            tools = &[];
        }
        page.control("<|begin_of_text|>");
        let mut parts = conversation.parts().peekable();
        let head = parts.next_if(|part| part.speaker == Speaker::System);
        self.write_head(head, conversation, page);
        for part in parts {
            let declared = if part.speaker == Speaker::User {
                std::mem::take(&mut tools)
            } else {
                &[]
            };
            self.write_part(part, declared, page);
        }
        if !conversation.is_open() {
            self.write_header(Speaker::Assistant, page);
        }
        if tools.is_empty() {
            return Ok(());
        }
        let message = "tools stand in the first user message, and there is none; add one";
        page.refuse("tools", message)
    }
}

impl Llama {
    fn write_head(
        &self,
        head: Option<Part<'_, '_>>,
        conversation: &Conversation<'_>,
        page: &mut Page,
    ) {
        if head.is_none() && !self.is_dated {
            return;
        }
        self.write_header(Speaker::System, page);
        page.seam();
        if self.has_tools && !conversation.tools.is_empty() {
            page.text("Environment: ipython\n");
        }
        if self.is_dated {
            let date = conversation.settings.date.map(Date::short);
            page.text("Cutting Knowledge Date: December 2023\nToday Date: ");
            page.text(date.as_deref().unwrap_or(FROZEN_DATE));
            page.text("\n\n");
        }
        if let Some(part) = head {
            self.write_texts(&part, page);
        }
        page.control(self.end_of_turn);
    }

    fn write_part(&self, part: Part<'_, '_>, declared: &[Tool<'_>], page: &mut Page) {
        self.write_header(part.speaker, page);
        page.seam();
        if !declared.is_empty() {
            self.write_tools(declared, page);
        }
        let has_calls = part.has_calls();
        if has_calls {
            control(self.call.before_text, page);
        }
        self.write_texts(&part, page);
        if has_calls {
            control(self.call.after_text, page);
            self.write_calls(&part, page);
        }
        if part.is_open {
            return;
        }
        let is_step = has_calls || part.speaker == Speaker::Tool;
        page.control(if is_step {
            self.end_of_step
        } else {
            self.end_of_turn
        });
    }

    fn write_tools(&self, tools: &[Tool<'_>], page: &mut Page) {
        page.text(TOOLS_LEAD);
        for tool in tools {
            page.content(&INDENTED.dump(&(self.declare)(tool)), Owner::Tools);
            page.text("\n\n");
        }
    }

    /// Write the texts of a part: as they are with a seam between, or trimmed as one.
    fn write_texts(&self, part: &Part<'_, '_>, page: &mut Page) {
        if let [Block::Text(text)] = part.blocks {
            // What most messages are, without a list.
            page.content(if self.is_trimmed { strip(text) } else { text }, part.owner);
            return;
        }
        let texts = texts_of(part.blocks, page);
        match texts.as_slice() {
            texts if self.is_trimmed => page.content(strip(&texts.concat()), part.owner),
            texts => {
                for (position, text) in texts.iter().enumerate() {
                    if position > 0 {
                        page.seam();
                    }
                    page.content(text, part.owner);
                }
            }
        }
    }

    fn write_calls(&self, part: &Part<'_, '_>, page: &mut Page) {
        let CallForm {
            before_name,
            layout,
            ..
        } = self.call;
        for block in part.blocks {
            if let Block::ToolUse { name, input, .. } = block {
                page.seam();
                page.content(before_name, part.owner);
                page.content(&layout.quote(name), part.owner);
                page.content(", \"parameters\": ", part.owner);
                page.content(&layout.dump(input), part.owner);
                page.content("}", part.owner);
            }
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

fn control(token: &str, page: &mut Page) {
    if !token.is_empty() {
        page.control(token);
    }
}

/// The texts of blocks and of the results among them; what is none is omitted.
fn texts_of<'a>(blocks: &[Block<'a>], page: &mut Page) -> Vec<Cow<'a, str>> {
    let mut texts = Vec::with_capacity(blocks.len());
    for block in blocks {
        match block {
            Block::Text(text) => texts.push(Cow::Borrowed(*text)),
            Block::Json(value) => texts.push(Cow::Owned(PLAIN.dump(value))),
            Block::ToolResult { content, .. } => texts.extend(texts_of(content, page)),
            Block::Reasoning { .. } => page.omit("reasoning"),
            Block::Media { kind } | Block::Other(kind) => page.omit(kind),
            Block::ToolUse { .. } | Block::CachePoint => {}
        }
    }
    texts
}
