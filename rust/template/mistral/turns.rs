//! Turns: parts of one speaker that follow each other.

use crate::message::Block;
use crate::template::page::Owner;
use crate::template::{Conversation, Part, Speaker};

/// Parts of one speaker.
pub(super) struct Turn<'c, 'a> {
    /// Who speaks.
    pub(super) speaker: Speaker,
    /// What is said.
    pub(super) parts: Vec<Part<'c, 'a>>,
}

impl Turn<'_, '_> {
    /// Whether the reply goes on here.
    pub(super) fn is_open(&self) -> bool {
        self.parts.last().is_some_and(|part| part.is_open)
    }

    /// Whether the model thought aloud.
    pub(super) fn has_thoughts(&self) -> bool {
        let mut blocks = self.parts.iter().flat_map(|part| part.blocks);
        blocks.any(|block| matches!(block, Block::Reasoning { .. }))
    }
}

/// The turns of a conversation.
///
/// Where the system prompt has no turn of its own, it parts turns and is none; then the first turn
/// is the user's, if with nothing in it.
pub(super) fn turns<'c, 'a>(
    conversation: &'c Conversation<'a>,
    has_system: bool,
) -> Vec<Turn<'c, 'a>> {
    let mut turns: Vec<Turn<'c, 'a>> = Vec::with_capacity(conversation.messages.len() + 2);
    for part in conversation.parts() {
        match turns.last_mut() {
            Some(turn) if turn.speaker == part.speaker => turn.parts.push(part),
            _ => turns.push(Turn {
                speaker: part.speaker,
                parts: vec![part],
            }),
        }
    }
    if has_system {
        return turns;
    }
    turns.retain(|turn| turn.speaker != Speaker::System);
    if turns
        .first()
        .is_none_or(|turn| turn.speaker != Speaker::User)
    {
        let empty = Part {
            speaker: Speaker::User,
            owner: Owner::System,
            blocks: &[],
            is_open: false,
        };
        let turn = Turn {
            speaker: Speaker::User,
            parts: vec![empty],
        };
        turns.insert(0, turn);
    }
    turns
}

/// The ids of the calls since the last results, in their order.
pub(super) fn latest_calls<'a>(turns: &[Turn<'_, 'a>]) -> Vec<&'a str> {
    let since = turns
        .iter()
        .rposition(|turn| turn.speaker == Speaker::Tool)
        .map_or(0, |position| position + 1);
    let parts = turns.iter().skip(since).flat_map(|turn| &turn.parts);
    parts
        .flat_map(|part| part.blocks)
        .filter_map(|block| match block {
            Block::ToolUse { id, .. } => Some(*id),
            _ => None,
        })
        .collect()
}

/// The place of a result: that of its call, then its own.
pub(super) fn result_order<'o, 'c, 'a>(
    calls: &'o [&'a str],
    results: &'o [Part<'c, 'a>],
) -> impl Fn(&&Part<'c, 'a>) -> (usize, usize) + 'o {
    move |part| {
        let id = id_of(part);
        let call = calls.iter().rposition(|call| *call == id);
        let result = results.iter().rposition(|each| id_of(each) == id);
        (call.unwrap_or(usize::MAX), result.unwrap_or(usize::MAX))
    }
}

fn id_of<'a>(part: &Part<'_, 'a>) -> &'a str {
    match part.blocks {
        [Block::ToolResult { id, .. }] => id,
        _ => "",
    }
}
