//! What a window asks of a conversation: outlines and counts, message by message.

use super::selection::{Form, Piece};
use crate::error::CoreError;
use crate::message::Role;

/// What groups are made from; no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outline {
    /// Who speaks; results of tools are the user's.
    pub role: Role,
    /// Whether it calls tools.
    pub has_calls: bool,
    /// Whether it answers calls.
    pub has_results: bool,
    /// Whether the prompt up to somewhere in it shall be cached.
    pub has_cache_point: bool,
}

/// A conversation that is read from either end, as far as is needed.
pub trait History {
    /// How many messages there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first message that may go; those before it are system prompts.
    fn first(&self) -> usize {
        0
    }

    /// Say what a message is.
    ///
    /// # Errors
    ///
    /// The message cannot be read.
    fn outline(&mut self, index: usize) -> Result<Outline, CoreError>;

    /// Count what a message adds to the prompt, within [`History::slack`]; `None` as soon as it is
    /// more than `limit`.
    ///
    /// # Errors
    ///
    /// The message cannot be read.
    fn tokens(&mut self, index: usize, form: Form, limit: u64) -> Result<Option<u64>, CoreError>;

    /// Count the whole prompt with exactly these messages, in their order.
    ///
    /// # Errors
    ///
    /// A message cannot be read.
    fn total(&mut self, pieces: &[Piece]) -> Result<u64, CoreError>;

    /// What the prompt counts without any message.
    fn head_tokens(&self) -> u64;

    /// How far the sum of the messages counted so far may be above a total of so many tokens.
    fn slack(&self, tokens: u64) -> u64;
}
