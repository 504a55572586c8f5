//! What crossing from Python costs, for benches: messages are read, and nothing is made of them.

use pyo3::prelude::*;

use super::talk::HeldTalk;
use crate::message::Block;
use crate::template::Settings;

/// Read messages as `render_prompt` does, and say how many bytes of text they hold.
#[pyfunction]
#[pyo3(signature = (messages, /))]
pub(super) fn cross_messages(messages: &Bound<'_, PyAny>) -> PyResult<usize> {
    let talk = HeldTalk::read(messages, None, None)?;
    talk.with(Settings::default(), |conversation| {
        let blocks = conversation.messages.iter().flat_map(|said| said.blocks);
        Ok(blocks.map(bytes_of).sum())
    })
}

fn bytes_of(block: &Block<'_>) -> usize {
    match block {
        Block::Text(text) => text.len(),
        _ => 0,
    }
}
