//! Mistral's seven generations: `[INST]` around the user, `</s>` after the model.
//!
//! Equals `MistralTokenizer.encode_chat_completion` of mistral-common 1.13.1 (`PyPI`, 2026-11-22).
//! Messages of one role that follow each other are one turn, their texts and those of one message
//! joined by two line breaks, empty ones left out. The system prompt is in the first user turn (v1),
//! in the last (v2, v3), or a turn of its own. `SentencePiece` puts a space before every text that it
//! starts on; it stands in the text where the vendor's documentation has it.
//!
//! Where the vendor's encoder refuses, this one is wider: ids of calls in any form, text beside calls
//! in v2 and v3 (written as v7 does), several results in v2, an empty turn of the model (its end
//! alone).

mod forms;
mod turns;
mod writer;

use crate::error::CoreError;
use crate::template::page::Page;
use crate::template::{Conversation, Speaker, Template, TemplateRow};
use forms::{Calls, Results};
use turns::{Turn, turns};
use writer::Writer;

const SOURCE: &str = "mistral-common 1.13.1, 2026-11-22";

const fn row(
    name: &'static str,
    controls: &'static str,
    template: &'static Mistral,
) -> TemplateRow {
    TemplateRow {
        name,
        controls,
        source: SOURCE,
        template,
    }
}

/// Mistral 7B and Mixtral: the brackets are ordinary text.
pub(super) const V1: TemplateRow = row("mistral-v1", "mistral_v1", &FIRST);
/// Mistral Small and Large 2402.
pub(super) const V2: TemplateRow = row("mistral-v2", "mistral", &SECOND);
/// Mistral Large 2407.
pub(super) const V3: TemplateRow = row("mistral-v3", "mistral", &THIRD);
/// Pixtral Large.
pub(super) const V7: TemplateRow = row("mistral-v7", "mistral", &SEVENTH);
/// Tekken with calls spelled out: Mistral Small 3.2, Magistral and Devstral of mid 2025.
pub(super) const V11: TemplateRow = row("mistral-v11", "tekken", &ELEVENTH);
/// Tekken from Magistral 1.2 on: no ids of calls, tools first, thoughts in the history.
pub(super) const V13: TemplateRow = row("mistral-v13", "tekken", &THIRTEENTH);

/// Where the system prompt stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SystemPlace {
    FirstUser,
    LastUser,
    Turn,
}

/// Before which user turn tools are declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ToolsPlace {
    Nowhere,
    FirstUser,
    LastUser,
}

/// What the generations differ in.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of a generation"
)]
struct Mistral {
    /// Around a user's text: control tokens, or ordinary text in v1.
    brackets: Brackets,
    system: SystemPlace,
    tools: ToolsPlace,
    calls: Calls,
    results: Results,
    /// Whether calls and results before the last user turn are shown.
    has_history: bool,
    /// Whether the tokenizer puts a space before every text.
    has_implied_spaces: bool,
    /// Whether spaces after a reply are dropped.
    is_reply_trimmed: bool,
    /// Whether results stand in the order of their calls.
    is_result_sorted: bool,
    /// Whether thoughts are shown.
    has_thoughts: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brackets {
    Text,
    Control,
}

const FIRST: Mistral = Mistral {
    brackets: Brackets::Text,
    system: SystemPlace::FirstUser,
    tools: ToolsPlace::Nowhere,
    calls: Calls::None,
    results: Results::None,
    has_history: true,
    has_implied_spaces: true,
    is_reply_trimmed: false,
    is_result_sorted: false,
    has_thoughts: false,
};
const SECOND: Mistral = Mistral {
    brackets: Brackets::Control,
    system: SystemPlace::LastUser,
    tools: ToolsPlace::LastUser,
    calls: Calls::Listed,
    results: Results::Named,
    has_history: false,
    is_reply_trimmed: true,
    ..FIRST
};
const THIRD: Mistral = Mistral {
    calls: Calls::ListedWithIds,
    results: Results::WithId,
    has_history: true,
    ..SECOND
};
const SEVENTH: Mistral = Mistral {
    system: SystemPlace::Turn,
    results: Results::AfterId,
    ..THIRD
};
const ELEVENTH: Mistral = Mistral {
    calls: Calls::SpelledWithIds,
    has_implied_spaces: false,
    is_result_sorted: true,
    ..SEVENTH
};
const THIRTEENTH: Mistral = Mistral {
    tools: ToolsPlace::FirstUser,
    calls: Calls::Spelled,
    results: Results::Bare,
    has_thoughts: true,
    ..ELEVENTH
};

impl Template for Mistral {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, self.system == SystemPlace::Turn);
        let is_user = |turn: &Turn<'_, '_>| turn.speaker == Speaker::User;
        let writer = Writer {
            form: self,
            conversation,
            first_user: turns.iter().position(is_user),
            last_user: turns.iter().rposition(is_user),
        };
        writer.check_tools(page)?;
        page.control("<s>");
        for (position, turn) in turns.iter().enumerate() {
            match turn.speaker {
                Speaker::System => writer.write_system(turn, page),
                Speaker::User => writer.write_user(turn, position, page),
                Speaker::Assistant => writer.write_reply(turn, position, page)?,
                Speaker::Tool => writer.write_results(&turns, position, page)?,
            }
        }
        Ok(())
    }
}
