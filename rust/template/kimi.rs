//! Kimi K2, K2 Thinking and K2.5: a token per role, calls with ids, results as system messages.
//!
//! Equals the templates of Kimi K2 and K2 Thinking (source archive of llama-cpp-python 0.3.36) and
//! K2.5 (xinference 4.1.0; both `PyPI`, 2026-11-22) on 10,000 generated conversations each, text and
//! ids. Reasoning is shown after the last assistant's turn without calls only, as they do. What
//! differs:
//!
//! - the copy of K2 Thinking's template says that it looks for the last turn without calls, but has
//!   lost the `break` that K2.5's has, and finds the first; it is compared with the `break`;
//! - the first two append to a list, which the sandbox of transformers refuses; they are rendered
//!   with jinja2's other sandbox;
//! - K2.5 gets its tools as TypeScript from the vendor's own code; without that code its template
//!   writes JSON, as here.

use crate::error::CoreError;
use crate::template::json::{COMPACT, Layout, PLAIN};
use crate::template::tool_documents::wrapped;
use crate::template::turns::{Call, Turn, turns};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// Kimi K2.
pub(super) const KIMI_K2: TemplateRow = TemplateRow {
    name: "kimi-k2",
    controls: "kimi",
    source: "Kimi K2's chat template in llama-cpp-python 0.3.36, 2026-11-22",
    template: &Kimi {
        default_system: Some("\n"),
        thinks: Thinks::Never,
        tools: PLAIN,
        has_own_ids: true,
    },
};
/// Kimi K2 Thinking.
pub(super) const KIMI_K2_THINKING: TemplateRow = TemplateRow {
    name: "kimi-k2-thinking",
    source: "Kimi K2 Thinking's chat template in llama-cpp-python 0.3.36, 2026-11-22",
    template: &Kimi {
        default_system: Some(""),
        thinks: Thinks::Unasked,
        tools: PLAIN,
        has_own_ids: true,
    },
    ..KIMI_K2
};
/// Kimi K2.5.
pub(super) const KIMI_K25: TemplateRow = TemplateRow {
    name: "kimi-k2.5",
    source: "Kimi K2.5's chat template in xinference 4.1.0, 2026-11-22",
    template: &Kimi {
        default_system: None,
        thinks: Thinks::Switched,
        tools: COMPACT,
        has_own_ids: false,
    },
    ..KIMI_K2
};

/// How a model thinks.
#[derive(PartialEq, Eq)]
enum Thinks {
    /// It has no place for reasoning.
    Never,
    /// The reply's opening does not say.
    Unasked,
    /// The reply's opening says.
    Switched,
}

/// What the versions differ in.
struct Kimi {
    /// What follows the system prompt of a conversation that has none.
    default_system: Option<&'static str>,
    /// How it thinks.
    thinks: Thinks,
    /// How tools are written.
    tools: Layout,
    /// Whether calls are numbered, whatever their ids.
    has_own_ids: bool,
}

impl Template for Kimi {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        if !conversation.tools.is_empty() {
            self.write_tools(conversation, page);
        }
        let turns = turns(conversation, page);
        self.write_default(&turns, page);
        let is_closed =
            |turn: &Turn<'_, '_>| turn.is_by(Speaker::Assistant) && turn.calls.is_empty();
        let settled = turns.iter().rposition(is_closed);
        let is_silent =
            self.thinks == Thinks::Switched && conversation.settings.thinking == Some(false);
        let mut calls = Numbers::default();
        for (position, turn) in turns.iter().enumerate() {
            open_turn(turn.speaker, page);
            match turn.speaker {
                Speaker::Assistant => {
                    let shows = settled.is_none_or(|settled| position > settled) && !is_silent;
                    self.write_thoughts(turn, shows, page);
                    page.content(&turn.text, turn.owner);
                    self.write_calls(turn, &mut calls, page);
                }
                Speaker::Tool => {
                    page.text("## Return of ");
                    self.write_answered(turn, &mut calls, page);
                    page.text("\n");
                    page.content(&turn.text, turn.owner);
                }
                Speaker::System | Speaker::User => page.content(&turn.text, turn.owner),
            }
            if !turn.is_open {
                page.control("<|im_end|>");
            }
        }
        if !conversation.is_open() {
            open_turn(Speaker::Assistant, page);
            if self.thinks == Thinks::Switched {
                page.control("<think>");
                if is_silent {
                    page.control("</think>");
                }
            }
        }
        Ok(())
    }
}

impl Kimi {
    fn write_tools(&self, conversation: &Conversation<'_>, page: &mut Page) {
        page.control("<|im_system|>");
        page.text("tool_declare");
        page.control("<|im_middle|>");
        page.text("[");
        for (position, tool) in conversation.tools.iter().enumerate() {
            if position > 0 {
                page.text(self.tools.comma);
            }
            page.content(&self.tools.dump(&wrapped(tool)), Owner::Tools);
        }
        page.text("]");
        page.control("<|im_end|>");
    }

    fn write_default(&self, turns: &[Turn<'_, '_>], page: &mut Page) {
        let has_system = turns
            .first()
            .is_some_and(|turn| turn.is_by(Speaker::System));
        if let (Some(after), false) = (self.default_system, has_system) {
            open_turn(Speaker::System, page);
            page.text("You are Kimi, an AI assistant created by Moonshot AI.");
            page.control("<|im_end|>");
            page.text(after);
        }
    }

    fn write_thoughts(&self, turn: &Turn<'_, '_>, shows: bool, page: &mut Page) {
        if !turn.reasoning.is_empty() && (self.thinks == Thinks::Never || !shows) {
            page.omit("reasoning");
        }
        if self.thinks != Thinks::Never {
            page.control("<think>");
            if shows {
                page.content(&turn.reasoning, turn.owner);
            }
            page.control("</think>");
        }
    }

    fn write_calls(&self, turn: &Turn<'_, '_>, calls: &mut Numbers, page: &mut Page) {
        if turn.calls.is_empty() {
            return;
        }
        page.control("<|tool_calls_section_begin|>");
        for call in &turn.calls {
            page.control("<|tool_call_begin|>");
            if self.has_own_ids {
                let id = calls.number(call);
                page.content(&id, turn.owner);
            } else {
                page.content(call.id, turn.owner);
            }
            page.control("<|tool_call_argument_begin|>");
            page.content(&PLAIN.dump(call.input), turn.owner);
            page.control("<|tool_call_end|>");
        }
        page.control("<|tool_calls_section_end|>");
    }

    fn write_answered(&self, turn: &Turn<'_, '_>, calls: &mut Numbers, page: &mut Page) {
        if self.has_own_ids {
            let id = calls.answered();
            page.content(&id, turn.owner);
        } else {
            page.content(turn.answers, turn.owner);
        }
    }
}

/// The ids that K2 gives calls: results answer them in their order.
#[derive(Default)]
struct Numbers {
    given: usize,
    waiting: std::collections::VecDeque<String>,
}

impl Numbers {
    fn number(&mut self, call: &Call<'_, '_>) -> String {
        let id = format!("functions.{}:{}", call.name, self.given);
        self.given += 1;
        self.waiting.push_back(id.clone());
        id
    }

    fn answered(&mut self) -> String {
        let next = self.waiting.pop_front();
        next.unwrap_or_else(|| format!("functions.unknown:{}", self.given))
    }
}

fn open_turn(speaker: Speaker, page: &mut Page) {
    let (token, role) = match speaker {
        Speaker::System => ("<|im_system|>", "system"),
        Speaker::User => ("<|im_user|>", "user"),
        Speaker::Assistant => ("<|im_assistant|>", "assistant"),
        Speaker::Tool => ("<|im_system|>", "tool"),
    };
    page.control(token);
    page.text(role);
    page.control("<|im_middle|>");
}
