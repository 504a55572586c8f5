//! What a growing conversation is asked: messages as its ledger sees them, and what a window must
//! keep to.

use crate::error::CoreError;

/// So many counts are kept at most; the oldest go first.
pub const MOST_COUNTS: usize = 65_536;

/// What a message is to a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A message of the user that is nothing but text.
    PlainUser,
    /// A message of the assistant that is nothing but text.
    PlainAssistant,
    /// Text of the user with white space around it, of which not every prompt says what it becomes.
    EdgedUser,
    /// Such text of the assistant.
    EdgedAssistant,
    /// A system prompt.
    System,
    /// Any other message of the user.
    OtherUser,
    /// Any other message of the assistant.
    OtherAssistant,
}

/// Where in the prompt a plain message stands, since a prompt may have more around some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Among others.
    Inner,
    /// A user's that nothing stands before.
    First,
    /// A user's that the reply follows.
    Last,
    /// Both.
    Only,
}

/// Counts one message of the conversation in a place, whatever is put around it included.
pub trait CountMessage {
    /// Count it.
    ///
    /// # Errors
    ///
    /// The message cannot be read.
    fn count(&mut self, index: usize, place: Place) -> Result<u64, CoreError>;
}

/// What the window must keep to, and what the prompt has around plain turns.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// What is counted once.
    pub base_tokens: i64,
    /// What a turn of the assistant and one of the user add beside their texts.
    pub pair_tokens: i64,
    /// How far the sum of the messages may be above the total.
    pub slack_tokens: i64,
    /// Whether the first message counts as it does among others.
    pub is_first_inner: bool,
    /// Whether the last one does.
    pub is_last_inner: bool,
    /// The most tokens of the prompt.
    pub budget_tokens: i64,
    /// Nothing is dropped up to so many.
    pub trigger_tokens: i64,
    /// Above the trigger, so many are aimed at.
    pub target_tokens: i64,
}

/// A window: the newest messages from one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// The first message that is kept.
    pub start: usize,
    /// What the prompt counts with them.
    pub tokens: i64,
}

/// A count as sums have it.
pub(super) fn signed(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}
