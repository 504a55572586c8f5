//! What crossing from Python costs, for benches: messages are read, and nothing is made of them.

use pyo3::prelude::*;
use pyo3::types::PyList;

use super::messages::HeldMessage;
use crate::message::Block;

/// Read messages as every function does, and say how many bytes of text they hold.
#[pyfunction]
pub(super) fn cross_messages(messages: &Bound<'_, PyList>) -> PyResult<usize> {
    let held: PyResult<Vec<HeldMessage<'_>>> = messages
        .iter()
        .map(|message| HeldMessage::read(&message))
        .collect();
    let mut bytes = 0;
    for message in &held? {
        for block in &message.message()?.blocks {
            if let Block::Text(text) = block {
                bytes += text.len();
            }
        }
    }
    Ok(bytes)
}
