//! Exchanges: a user turn and what follows it up to the next one.

use std::ops::Range;

use super::group::{Group, GroupKind, next_group, previous_group};
use super::history::History;
use crate::error::CoreError;

/// A user turn and what follows it up to the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The user turn; `None` where the conversation starts with the assistant.
    pub user: Option<Range<usize>>,
    /// What follows it, newest first.
    pub groups: Vec<Group>,
}

impl Exchange {
    /// The messages.
    #[must_use]
    pub fn messages(&self) -> Range<usize> {
        let oldest = self.groups.last().map(|group| &group.messages);
        let newest = self.groups.first().map(|group| &group.messages);
        let start = self.user.as_ref().or(oldest).map_or(0, |run| run.start);
        let end = newest.or(self.user.as_ref()).map_or(0, |run| run.end);
        start..end
    }

    /// What is kept whenever anything of it is: the user turn and the last group.
    #[must_use]
    pub fn base(&self) -> Vec<Range<usize>> {
        let last = self.groups.first().map(|group| group.messages.clone());
        self.user.clone().into_iter().chain(last).collect()
    }

    /// The groups that may go one by one, newest first.
    #[must_use]
    pub fn rounds(&self) -> &[Group] {
        self.groups.get(1..).unwrap_or_default()
    }
}

/// The exchanges of a history, found as far as they are asked for, from either end.
pub struct Exchanges<'history> {
    history: &'history mut dyn History,
    newest_first: Vec<Exchange>,
    oldest_first: Vec<Exchange>,
}

impl<'history> Exchanges<'history> {
    /// Look at a history.
    pub fn new(history: &'history mut dyn History) -> Self {
        Self {
            history,
            newest_first: Vec::new(),
            oldest_first: Vec::new(),
        }
    }

    /// The history.
    pub fn history(&mut self) -> &mut dyn History {
        self.history
    }

    /// The exchange that is this many before the newest; `None` beyond the oldest.
    ///
    /// # Errors
    ///
    /// A message cannot be read.
    pub fn from_newest(&mut self, number: usize) -> Result<Option<&Exchange>, CoreError> {
        while self.newest_first.len() <= number {
            let known = self.newest_first.last();
            let end = known.map_or(self.history.len(), |last| last.messages().start);
            match previous_exchange(self.history, end)? {
                Some(exchange) => self.newest_first.push(exchange),
                None => return Ok(None),
            }
        }
        Ok(self.newest_first.get(number))
    }

    /// The exchange that is this many after the oldest; `None` beyond the newest.
    ///
    /// # Errors
    ///
    /// A message cannot be read.
    pub fn from_oldest(&mut self, number: usize) -> Result<Option<&Exchange>, CoreError> {
        while self.oldest_first.len() <= number {
            let known = self.oldest_first.last();
            let start = known.map_or(self.history.first(), |last| last.messages().end);
            match next_exchange(self.history, start)? {
                Some(exchange) => self.oldest_first.push(exchange),
                None => return Ok(None),
            }
        }
        Ok(self.oldest_first.get(number))
    }
}

fn previous_exchange(
    history: &mut dyn History,
    mut end: usize,
) -> Result<Option<Exchange>, CoreError> {
    let mut groups = Vec::new();
    while let Some(group) = previous_group(history, end)? {
        end = group.messages.start;
        if group.kind == GroupKind::User {
            let user = Some(group.messages);
            return Ok(Some(Exchange { user, groups }));
        }
        groups.push(group);
    }
    Ok((!groups.is_empty()).then_some(Exchange { user: None, groups }))
}

fn next_exchange(history: &mut dyn History, start: usize) -> Result<Option<Exchange>, CoreError> {
    let Some(head) = next_group(history, start)? else {
        return Ok(None);
    };
    let mut end = head.messages.end;
    let (user, mut groups) = match head.kind {
        GroupKind::User => (Some(head.messages), Vec::new()),
        _ => (None, vec![head]),
    };
    while let Some(group) = next_group(history, end)? {
        if group.kind == GroupKind::User {
            break;
        }
        end = group.messages.end;
        groups.push(group);
    }
    groups.reverse();
    Ok(Some(Exchange { user, groups }))
}
