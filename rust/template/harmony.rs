//! Harmony, the format of gpt-oss: messages with channels, tools as TypeScript.
//!
//! Equals openai-harmony 0.0.8 (`PyPI`, 2026-11-22), the vendor's own renderer, on 10,000 generated
//! conversations, text and ids. The system message is the vendor's (identity, knowledge, date,
//! effort, channels); a caller's system prompt is the developer's message. Decided here, since the
//! renderer leaves it to its caller:
//!
//! - reasoning is shown with calls that no final message follows, and dropped after one, as
//!   <https://cookbook.openai.com/articles/openai-harmony> asks (2026-11-22);
//! - text beside a call is a message in the channel `commentary`, before the call;
//! - arguments are JSON without spaces, as in that page's examples and in two recorded counts;
//! - the day is that page's example unless one is given; the effort is the default, `medium`.
//!
//! Bedrock's server differs in what `gpt-oss-served` says: 21 recorded counts with a system prompt
//! have no line `# Instructions`, and one with text beside a call has no such text.
//!
//! `OpenAI`'s chat template (source archive of llama-cpp-python 0.3.36) differs from its renderer,
//! and so from this: it ends instructions with two line breaks whether or not tools follow, writes
//! arguments with spaces and results as JSON texts, allows one call per message, takes text beside
//! a call for reasoning, nests no types and writes empty parameters as `()`.

use crate::error::CoreError;
use crate::message::Tool;
use crate::template::json::COMPACT;
use crate::template::turns::{Call, Turn, turns};
use crate::template::typescript::type_of;
use crate::template::{Conversation, Date, Owner, Page, Speaker, Template, TemplateRow};

/// gpt-oss.
pub(super) const GPT_OSS: TemplateRow = TemplateRow {
    name: "gpt-oss",
    controls: "harmony",
    source: "openai-harmony 0.0.8, 2026-11-22",
    template: &Harmony {
        instructions: "# Instructions\n\n",
        shows_preambles: true,
    },
};
/// gpt-oss as Bedrock's server renders it.
pub(super) const GPT_OSS_SERVED: TemplateRow = TemplateRow {
    name: "gpt-oss-served",
    source: "openai-harmony 0.0.8 and recorded counts, 2026-11-22",
    template: &Harmony {
        instructions: "",
        shows_preambles: false,
    },
    ..GPT_OSS
};

const DAY: Date = Date {
    year: 2025,
    month: 6,
    day: 28,
};

struct Harmony {
    /// Before the developer's instructions.
    instructions: &'static str,
    /// Whether text beside a call is shown.
    shows_preambles: bool,
}

impl Template for Harmony {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        write_system(conversation, page);
        let turns = turns(conversation, page);
        let (system, rest) = match turns.split_first() {
            Some((first, rest)) if first.is_by(Speaker::System) => (Some(first), rest),
            _ => (None, turns.as_slice()),
        };
        let system = system.filter(|system| !system.text.is_empty());
        if system.is_some() || !conversation.tools.is_empty() {
            self.write_developer(system, &conversation.tools, page);
        }
        let is_final =
            |turn: &Turn<'_, '_>| turn.is_by(Speaker::Assistant) && turn.calls.is_empty();
        let settled = rest.iter().rposition(is_final);
        for (position, turn) in rest.iter().enumerate() {
            match turn.speaker {
                Speaker::System => self.write_developer(Some(turn), &[], page),
                Speaker::User => write_message("user", None, (&turn.text, turn.owner), page),
                Speaker::Assistant => {
                    let is_running = settled.is_none_or(|settled| position > settled);
                    self.write_assistant(turn, is_running, page);
                }
                Speaker::Tool => write_result(turn, conversation.name_of_call(turn.answers), page),
            }
        }
        if !conversation.is_open() {
            page.control("<|start|>");
            page.text("assistant");
        }
        Ok(())
    }
}

fn write_system(conversation: &Conversation<'_>, page: &mut Page) {
    let day = conversation.settings.date.unwrap_or(DAY);
    page.control("<|start|>");
    page.text("system");
    page.control("<|message|>");
    page.text(
        "You are ChatGPT, a large language model trained by OpenAI.\nKnowledge cutoff: 2024-06\n\
         Current date: ",
    );
    page.text(&day.iso());
    page.text(
        "\n\nReasoning: medium\n\n# Valid channels: analysis, commentary, final. Channel must be \
         included for every message.",
    );
    if !conversation.tools.is_empty() {
        page.text("\nCalls to these tools must go to the commentary channel: 'functions'.");
    }
    page.control("<|end|>");
}

impl Harmony {
    fn write_developer(&self, system: Option<&Turn<'_, '_>>, tools: &[Tool<'_>], page: &mut Page) {
        page.control("<|start|>");
        page.text("developer");
        page.control("<|message|>");
        if let Some(system) = system {
            page.text(self.instructions);
            page.content(&system.text, system.owner);
            if !tools.is_empty() {
                page.text("\n\n");
            }
        }
        if !tools.is_empty() {
            write_tools(tools, page);
        }
        page.control("<|end|>");
    }

    fn write_assistant(&self, turn: &Turn<'_, '_>, is_running: bool, page: &mut Page) {
        if !turn.reasoning.is_empty() {
            if is_running && !turn.calls.is_empty() {
                let thoughts = (turn.reasoning.as_ref(), turn.owner);
                write_message("assistant", Some("analysis"), thoughts, page);
            } else {
                page.omit("reasoning");
            }
        }
        if turn.calls.is_empty() {
            write_open("assistant", Some("final"), page);
            page.content(&turn.text, turn.owner);
            if !turn.is_open {
                page.control("<|end|>");
            }
            return;
        }
        if self.shows_preambles && !turn.text.is_empty() {
            let text = (turn.text.as_ref(), turn.owner);
            write_message("assistant", Some("commentary"), text, page);
        } else if !turn.text.is_empty() {
            page.omit("text beside a call");
        }
        for call in &turn.calls {
            write_call(call, turn.owner, page);
        }
    }
}

fn write_tools(tools: &[Tool<'_>], page: &mut Page) {
    page.text("# Tools\n\n## functions\n\nnamespace functions {\n\n");
    for tool in tools {
        for line in tool.description.lines() {
            page.text("// ");
            page.content(line, Owner::Tools);
            page.text("\n");
        }
        page.text("type ");
        page.content(tool.name, Owner::Tools);
        page.text(" = (_: ");
        page.content(&type_of(&tool.schema, ""), Owner::Tools);
        page.text(") => any;\n\n");
    }
    page.text("} // namespace functions");
}

fn write_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.control("<|start|>");
    page.text("assistant to=functions.");
    page.content(call.name, owner);
    page.control("<|channel|>");
    page.text("commentary json");
    page.control("<|message|>");
    page.content(&COMPACT.dump(call.input), owner);
    page.control("<|call|>");
}

fn write_result(turn: &Turn<'_, '_>, name: &str, page: &mut Page) {
    page.control("<|start|>");
    page.text("functions.");
    page.content(name, turn.owner);
    page.text(" to=assistant");
    page.control("<|channel|>");
    page.text("commentary");
    page.control("<|message|>");
    page.content(&turn.text, turn.owner);
    page.control("<|end|>");
}

fn write_open(role: &str, channel: Option<&str>, page: &mut Page) {
    page.control("<|start|>");
    page.text(role);
    if let Some(channel) = channel {
        page.control("<|channel|>");
        page.text(channel);
    }
    page.control("<|message|>");
}

fn write_message(role: &str, channel: Option<&str>, (text, owner): (&str, Owner), page: &mut Page) {
    write_open(role, channel, page);
    page.content(text, owner);
    page.control("<|end|>");
}
