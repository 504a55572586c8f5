//! `bedrock_llm._core.group_messages`: which messages are never parted.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::outlines::outline_of;
use crate::error::CoreError;
use crate::window::{Form, History, Outline, Piece, next_group};

/// A group: its first message, the one after its last, and what it is.
type GroupRow = (usize, usize, &'static str);

/// Find the groups of messages, oldest first.
///
/// Messages before `first`, such as system prompts, are in none.
#[pyfunction]
#[pyo3(signature = (messages, /, first = 0))]
pub(super) fn group_messages(
    messages: &Bound<'_, PyList>,
    first: usize,
) -> PyResult<Vec<GroupRow>> {
    let mut history = Outlines {
        messages,
        first,
        error: None,
    };
    let groups = all_groups(&mut history);
    match history.error.take() {
        Some(error) => Err(error),
        None => Ok(groups?),
    }
}

fn all_groups(history: &mut Outlines<'_, '_>) -> Result<Vec<GroupRow>, CoreError> {
    let mut groups = Vec::new();
    let mut start = history.first;
    while let Some(group) = next_group(history, start)? {
        start = group.messages.end;
        groups.push((group.messages.start, start, group.kind.name()));
    }
    Ok(groups)
}

/// Messages of which nobody asks a count.
struct Outlines<'messages, 'py> {
    messages: &'messages Bound<'py, PyList>,
    first: usize,
    error: Option<PyErr>,
}

impl History for Outlines<'_, '_> {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn first(&self) -> usize {
        self.first
    }

    fn outline(&mut self, index: usize) -> Result<Outline, CoreError> {
        let found = self.messages.get_item(index);
        found
            .and_then(|message| outline_of(&message))
            .map_err(|error| {
                self.error = Some(error);
                let message = format!("messages[{index}] cannot be read");
                CoreError::InvalidMessage { message }
            })
    }

    fn tokens(&mut self, _: usize, _: Form, _: u64) -> Result<Option<u64>, CoreError> {
        Ok(Some(0))
    }

    fn total(&mut self, _: &[Piece]) -> Result<u64, CoreError> {
        Ok(0)
    }

    fn head_tokens(&self) -> u64 {
        0
    }

    fn slack(&self, _: u64) -> u64 {
        0
    }
}
