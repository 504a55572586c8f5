//! Turns: a conversation as the chat templates of Hugging Face loop over it.
//!
//! ```text
//! Conversation ─► parts ─► turns: one text, one reasoning, calls; each tool result by itself
//! ```
//!
//! Those templates see a message as one text with fields beside it, and a tool result as a message
//! of its own. Texts of one message follow each other without a break, as the templates join them.
//! A user's message that brings results and nothing else is its results alone.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::CoreError;
use crate::message::Block;
use crate::template::json::PLAIN;
use crate::template::page::{Owner, Page};
use crate::template::{Conversation, Part, Speaker};

/// A call of a tool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'c, 'a> {
    /// The call's id.
    pub id: &'a str,
    /// The tool's name.
    pub name: &'a str,
    /// The arguments.
    pub input: &'c Value,
}

/// One message of a chat template's loop.
#[derive(Debug)]
pub(super) struct Turn<'c, 'a> {
    /// Who speaks.
    pub speaker: Speaker,
    /// Whose contents they are.
    pub owner: Owner,
    /// The texts, joined.
    pub text: Cow<'a, str>,
    /// What the model thought before it spoke; empty where nothing is known of it.
    pub reasoning: Cow<'a, str>,
    /// The calls of tools.
    pub calls: Vec<Call<'c, 'a>>,
    /// The call that a result answers.
    pub answers: &'a str,
    /// Whether the reply goes on here.
    pub is_open: bool,
}

impl Turn<'_, '_> {
    /// Whether the speaker is this one.
    pub(super) fn is_by(&self, speaker: Speaker) -> bool {
        self.speaker == speaker
    }
}

/// The turns of a conversation; blocks without a place in a turn are named as omitted.
pub(super) fn turns<'c, 'a>(
    conversation: &'c Conversation<'a>,
    page: &mut Page,
) -> Vec<Turn<'c, 'a>> {
    let mut found: Vec<Turn<'c, 'a>> = Vec::with_capacity(conversation.messages.len() + 2);
    for part in conversation.parts() {
        let turn = turn_of(part, page);
        let is_with_last = found.last().is_some_and(|last| last.owner == turn.owner);
        if turn.is_by(Speaker::Tool) && is_with_last {
            drop_blank_user(&mut found);
        }
        if !(is_with_last && is_blank_user(&turn)) {
            found.push(turn);
        }
    }
    found
}

fn is_blank_user(turn: &Turn<'_, '_>) -> bool {
    turn.is_by(Speaker::User) && turn.text.is_empty()
}

fn drop_blank_user(found: &mut Vec<Turn<'_, '_>>) {
    if found.last().is_some_and(is_blank_user) {
        found.pop();
    }
}

fn turn_of<'c, 'a>(part: Part<'c, 'a>, page: &mut Page) -> Turn<'c, 'a> {
    let mut turn = Turn {
        speaker: part.speaker,
        owner: part.owner,
        text: Cow::Borrowed(""),
        reasoning: Cow::Borrowed(""),
        calls: Vec::new(),
        answers: "",
        is_open: part.is_open,
    };
    for block in part.blocks {
        turn.add(block, page);
    }
    turn
}

impl<'c, 'a> Turn<'c, 'a> {
    fn add(&mut self, block: &'c Block<'a>, page: &mut Page) {
        match block {
            Block::Text(text) => join(&mut self.text, text),
            Block::Reasoning { text, .. } => join(&mut self.reasoning, text),
            Block::ToolUse { id, name, input } => self.calls.push(Call { id, name, input }),
            Block::ToolResult { id, content, .. } => {
                self.answers = id;
                for inside in content {
                    self.add(inside, page);
                }
            }
            Block::Json(value) => self.text.to_mut().push_str(&PLAIN.dump(value)),
            Block::Media { kind } | Block::Other(kind) => page.omit(kind),
            Block::CachePoint => {}
        }
    }
}

fn join<'a>(text: &mut Cow<'a, str>, more: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(more);
    } else {
        text.to_mut().push_str(more);
    }
}

/// Write text of the template in which control tokens stand.
pub(super) fn write_marked(text: &str, controls: &[&str], page: &mut Page) {
    let mut rest = text;
    while let Some((start, token)) = first_of(rest, controls) {
        let (before, after) = rest.split_at(start);
        page.text(before);
        page.control(token);
        rest = after.get(token.len()..).unwrap_or_default();
    }
    page.text(rest);
}

fn first_of<'t>(text: &str, controls: &[&'t str]) -> Option<(usize, &'t str)> {
    let spelled = controls.iter().filter(|token| !token.is_empty());
    let places = spelled.filter_map(|token| Some((text.find(token)?, *token)));
    places.min_by_key(|(start, token)| (*start, std::cmp::Reverse(token.len())))
}

/// Refuse declared tools and calls for a template that has no form for them.
///
/// # Errors
///
/// As [`Page::refuse`].
pub(super) fn refuse_tools(
    model: &str,
    conversation: &Conversation<'_>,
    turns: &[Turn<'_, '_>],
    page: &mut Page,
) -> Result<(), CoreError> {
    let way_out = "leave them out, or say them in a text";
    if !conversation.tools.is_empty() {
        let message = format!("the template of {model} has no form for tools; {way_out}");
        page.refuse("tools", &message)?;
    }
    if turns.iter().any(|turn| !turn.calls.is_empty()) {
        let message = format!("the template of {model} has no form for calls of tools; {way_out}");
        page.refuse("tool calls", &message)?;
    }
    Ok(())
}

/// The texts of every system turn, for templates that put them all in front.
pub(super) fn take_system<'a>(turns: &[Turn<'_, 'a>]) -> Vec<(Owner, Cow<'a, str>)> {
    turns
        .iter()
        .filter(|turn| turn.is_by(Speaker::System))
        .map(|turn| (turn.owner, turn.text.clone()))
        .collect()
}

/// Where the last turn of the user is.
pub(super) fn last_user(turns: &[Turn<'_, '_>]) -> Option<usize> {
    turns.iter().rposition(|turn| turn.is_by(Speaker::User))
}
