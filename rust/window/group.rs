//! Groups: what is never parted.
//!
//! ```text
//! user │ assistant │ assistant with calls, results, results │ user user │ ...
//! ```
//!
//! Consecutive messages of one side are one turn. Results that follow an assistant's turn belong to
//! it; what the user says after them, in a message of its own, is a turn of its own. A system note
//! between turns stays with what follows it.

use std::ops::Range;

use super::history::{History, Outline};
use crate::error::CoreError;
use crate::message::Role;

/// What a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// A turn of the user.
    User,
    /// A turn of the assistant that calls no tool.
    Assistant,
    /// A turn of the assistant with calls, and all results that follow it.
    Tools,
}

impl GroupKind {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tools => "tools",
        }
    }
}

/// Messages that are kept or dropped together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The messages.
    pub messages: Range<usize>,
    /// What they are.
    pub kind: GroupKind,
}

/// Find the group that ends before a message; `None` at the start.
///
/// # Errors
///
/// A message cannot be read.
pub fn previous_group(history: &mut dyn History, end: usize) -> Result<Option<Group>, CoreError> {
    let first = history.first();
    if end <= first {
        return Ok(None);
    }
    let newest = history.outline(end - 1)?;
    let run = start_of_run(history, end, newest.role)?;
    let found = match newest.role {
        Role::System => return note_at_the_end(history, run, end).map(Some),
        Role::Assistant => assistant_group(history, run..end)?,
        Role::User => {
            let asked = after_results(history, run..end)?;
            let follows_assistant = run > first && is_assistant(history, run - 1)?;
            if asked == run || !follows_assistant {
                group(run..end, GroupKind::User)
            } else if asked < end {
                group(asked..end, GroupKind::User)
            } else {
                let start = start_of_run(history, run, Role::Assistant)?;
                group(start..end, GroupKind::Tools)
            }
        }
    };
    let start = start_of_run(history, found.messages.start, Role::System)?;
    Ok(Some(group(start..found.messages.end, found.kind)))
}

/// Find the group that starts at a message; `None` at the end.
///
/// # Errors
///
/// A message cannot be read.
pub fn next_group(history: &mut dyn History, start: usize) -> Result<Option<Group>, CoreError> {
    let len = history.len();
    if start >= len {
        return Ok(None);
    }
    let spoken = end_of_run(history, start, |outline| outline.role == Role::System)?;
    if spoken == len {
        return Ok(Some(group(start..len, GroupKind::Assistant)));
    }
    let role = history.outline(spoken)?.role;
    let end = end_of_run(history, spoken, |outline| outline.role == role)?;
    if role == Role::User {
        return Ok(Some(group(start..end, GroupKind::User)));
    }
    let answered = end_of_run(history, end, |outline| {
        outline.role == Role::User && outline.has_results
    })?;
    let kind = assistant_group(history, spoken..end)?.kind;
    let kind = if answered > end {
        GroupKind::Tools
    } else {
        kind
    };
    Ok(Some(group(start..answered, kind)))
}

fn group(messages: Range<usize>, kind: GroupKind) -> Group {
    Group { messages, kind }
}

/// A system note that nothing follows stays with what is before it.
fn note_at_the_end(history: &mut dyn History, note: usize, end: usize) -> Result<Group, CoreError> {
    Ok(match previous_group(history, note)? {
        Some(before) => group(before.messages.start..end, before.kind),
        None => group(note..end, GroupKind::Assistant),
    })
}

fn assistant_group(history: &mut dyn History, turn: Range<usize>) -> Result<Group, CoreError> {
    for index in turn.clone() {
        if history.outline(index)?.has_calls {
            return Ok(group(turn, GroupKind::Tools));
        }
    }
    Ok(group(turn, GroupKind::Assistant))
}

fn is_assistant(history: &mut dyn History, index: usize) -> Result<bool, CoreError> {
    Ok(history.outline(index)?.role == Role::Assistant)
}

/// Where the messages of one role that end here start.
fn start_of_run(history: &mut dyn History, end: usize, role: Role) -> Result<usize, CoreError> {
    let mut start = end;
    while start > history.first() && history.outline(start - 1)?.role == role {
        start -= 1;
    }
    Ok(start)
}

fn end_of_run(
    history: &mut dyn History,
    start: usize,
    belongs: impl Fn(Outline) -> bool,
) -> Result<usize, CoreError> {
    let mut end = start;
    while end < history.len() && belongs(history.outline(end)?) {
        end += 1;
    }
    Ok(end)
}

/// The first message of a user's run that answers no call.
fn after_results(history: &mut dyn History, run: Range<usize>) -> Result<usize, CoreError> {
    for index in run.clone() {
        if !history.outline(index)?.has_results {
            return Ok(index);
        }
    }
    Ok(run.end)
}
