//! Writes the turns of one generation of Mistral's.

use std::borrow::Cow;

use super::forms::{Calls, Results, write_calls, write_result};
use super::turns::{Turn, latest_calls, result_order};
use super::{Brackets, Mistral, SystemPlace, ToolsPlace};
use crate::error::CoreError;
use crate::message::Block;
use crate::template::json::PLAIN;
use crate::template::page::{Owner, Page};
use crate::template::tool_documents::listed;
use crate::template::{Conversation, Part, Speaker};

/// What stands at the same place for all turns.
pub(super) struct Writer<'c, 'a> {
    pub(super) form: &'c Mistral,
    pub(super) conversation: &'c Conversation<'a>,
    pub(super) first_user: Option<usize>,
    pub(super) last_user: Option<usize>,
}

impl Writer<'_, '_> {
    pub(super) fn check_tools(&self, page: &mut Page) -> Result<(), CoreError> {
        if self.conversation.tools.is_empty() {
            return Ok(());
        }
        match (self.form.tools, self.first_user) {
            (ToolsPlace::Nowhere, _) => {
                page.refuse("tools", "Mistral's first format has no form for tools")
            }
            (_, None) => {
                let message = "tools stand before a user message, and there is none; add one";
                page.refuse("tools", message)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn write_system(&self, turn: &Turn<'_, '_>, page: &mut Page) {
        for part in &turn.parts {
            page.control("[SYSTEM_PROMPT]");
            self.start(page);
            self.write_texts(std::slice::from_ref(part), false, page);
            page.control("[/SYSTEM_PROMPT]");
        }
    }

    pub(super) fn write_user(&self, turn: &Turn<'_, '_>, position: usize, page: &mut Page) {
        let (is_first, is_last) = (
            self.first_user == Some(position),
            self.last_user == Some(position),
        );
        let has_tools = match self.form.tools {
            ToolsPlace::Nowhere => false,
            ToolsPlace::FirstUser => is_first,
            ToolsPlace::LastUser => is_last,
        };
        if has_tools && !self.conversation.tools.is_empty() {
            page.control("[AVAILABLE_TOOLS]");
            self.start(page);
            page.content(&listed(&self.conversation.tools, PLAIN), Owner::Tools);
            page.control("[/AVAILABLE_TOOLS]");
        }
        let has_system = match self.form.system {
            SystemPlace::FirstUser => is_first,
            SystemPlace::LastUser => is_last,
            SystemPlace::Turn => false,
        };
        self.open(page);
        if has_system {
            self.write_system_inside(page);
        }
        self.write_texts(&turn.parts, false, page);
        self.close(page);
    }

    fn open(&self, page: &mut Page) {
        if self.form.brackets == Brackets::Control {
            page.control("[INST]");
            self.start(page);
        } else {
            page.seam();
            page.text("[INST] ");
        }
    }

    fn close(&self, page: &mut Page) {
        if self.form.brackets == Brackets::Control {
            page.control("[/INST]");
        } else {
            page.text(" [/INST]");
        }
    }

    fn write_system_inside(&self, page: &mut Page) {
        let is_system = |part: &Part<'_, '_>| part.speaker == Speaker::System;
        let mut is_any = false;
        for part in self.conversation.parts().filter(is_system) {
            if part.texts().all(str::is_empty) {
                continue;
            }
            if is_any {
                page.text("\n\n");
            }
            is_any = true;
            self.write_texts(&[part], false, page);
        }
        if is_any {
            page.text("\n\n");
        }
    }

    pub(super) fn write_reply(
        &self,
        turn: &Turn<'_, '_>,
        position: usize,
        page: &mut Page,
    ) -> Result<(), CoreError> {
        let has_calls = turn.parts.iter().any(Part::has_calls);
        if has_calls && self.form.calls == Calls::None {
            page.refuse("tool calls", "Mistral's first format has no form for calls")?;
        }
        if has_calls && !self.form.has_history && Some(position) < self.last_user {
            return Ok(());
        }
        self.start(page);
        if self.form.has_thoughts && turn.has_thoughts() {
            write_thoughtful(turn, page);
        } else {
            self.write_texts(&turn.parts, self.form.is_reply_trimmed, page);
        }
        if has_calls {
            let starts = || self.form.has_implied_spaces;
            write_calls(self.form.calls, &turn.parts, starts(), page);
        }
        if !turn.is_open() {
            page.control("</s>");
        }
        Ok(())
    }

    pub(super) fn write_results(
        &self,
        turns: &[Turn<'_, '_>],
        position: usize,
        page: &mut Page,
    ) -> Result<(), CoreError> {
        let Some(turn) = turns.get(position) else {
            return Ok(());
        };
        if self.form.results == Results::None {
            return page.refuse(
                "tool results",
                "Mistral's first format has no form for results",
            );
        }
        if !self.form.has_history && Some(position) < self.last_user {
            return Ok(());
        }
        let mut parts: Vec<&Part<'_, '_>> = turn.parts.iter().collect();
        if self.form.is_result_sorted {
            let calls = latest_calls(turns.get(..position).unwrap_or_default());
            parts.sort_by_key(result_order(&calls, &turn.parts));
        }
        for part in parts {
            if let [Block::ToolResult { id, content, .. }] = part.blocks {
                let text = joined_texts(content, page);
                let name = self.conversation.name_of_call(id);
                page.control("[TOOL_RESULTS]");
                self.start(page);
                let spaces = self.form.has_implied_spaces;
                write_result(
                    self.form.results,
                    (id, name, &text, part.owner),
                    spaces,
                    page,
                );
                page.control("[/TOOL_RESULTS]");
            }
        }
        Ok(())
    }

    /// Write the texts of parts, joined by two line breaks.
    fn write_texts(&self, parts: &[Part<'_, '_>], is_trimmed: bool, page: &mut Page) {
        omit_others(parts, self.form.has_thoughts, page);
        let texts = parts
            .iter()
            .flat_map(|part| part.texts().map(|text| (part.owner, text)));
        let mut texts = texts.filter(|(_, text)| !text.is_empty()).peekable();
        while let Some((owner, text)) = texts.next() {
            let is_last = texts.peek().is_none();
            let text = if is_last && is_trimmed {
                text.trim_end_matches(' ')
            } else {
                text
            };
            page.content(text, owner);
            if !is_last {
                page.text("\n\n");
            }
        }
    }

    /// Start on a text that the vendor encodes by itself.
    fn start(&self, page: &mut Page) {
        page.seam();
        if self.form.has_implied_spaces {
            page.implied_space();
        }
    }
}

/// Write texts and thoughts, each by itself; texts beside each other are joined.
fn write_thoughtful(turn: &Turn<'_, '_>, page: &mut Page) {
    let mut joint = "";
    for part in &turn.parts {
        for block in part.blocks {
            match block {
                Block::Text(text) if !text.is_empty() => {
                    page.text(std::mem::replace(&mut joint, "\n\n"));
                    page.content(text, part.owner);
                }
                Block::Reasoning { text, .. } => {
                    joint = "";
                    page.control("[THINK]");
                    page.content(text, part.owner);
                    page.control("[/THINK]");
                }
                Block::Media { kind } | Block::Other(kind) => page.omit(kind),
                _ => {}
            }
        }
    }
}

fn omit_others(parts: &[Part<'_, '_>], has_thoughts: bool, page: &mut Page) {
    for block in parts.iter().flat_map(|part| part.blocks) {
        match block {
            Block::Reasoning { .. } if !has_thoughts => page.omit("reasoning"),
            Block::Media { kind } | Block::Other(kind) => page.omit(kind),
            _ => {}
        }
    }
}

fn joined_texts<'a>(content: &[Block<'a>], page: &mut Page) -> Cow<'a, str> {
    let mut texts: Vec<Cow<'a, str>> = Vec::with_capacity(content.len());
    for block in content {
        match block {
            Block::Text(text) if !text.is_empty() => texts.push(Cow::Borrowed(text)),
            Block::Json(value) => texts.push(Cow::Owned(PLAIN.dump(value))),
            Block::Media { kind } | Block::Other(kind) => page.omit(kind),
            _ => {}
        }
    }
    match texts.len() {
        0 => Cow::Borrowed(""),
        1 => texts.swap_remove(0),
        _ => Cow::Owned(texts.join("\n\n")),
    }
}
