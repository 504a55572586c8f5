//! Token ids to and from Python.
//!
//! A list of ids is mostly made of making numbers: 9 ns each, 3 ns where the number is there
//! already. Numbers are therefore kept and shared, in blocks that are made when a long list first
//! needs one: at most 64 blocks of 4 096 numbers, about 10 MB in all.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyInt, PyList};

use crate::error::CoreError;

/// Turn Python's numbers into ids.
///
/// # Errors
///
/// What `unknown` makes of the first number that no id can be.
pub(super) fn checked(
    ids: Vec<i64>,
    unknown: impl Fn(i64) -> CoreError,
) -> Result<Vec<u32>, CoreError> {
    ids.into_iter()
        .map(|id| u32::try_from(id).map_err(|_| unknown(id)))
        .collect()
}

const BLOCKS: usize = 64;
const BLOCK_IDS: usize = 4096;
/// A shorter list does not pay for a block.
const LONG_LIST: usize = 512;

type Block = Vec<Py<PyInt>>;

static SHARED: [PyOnceLock<Block>; BLOCKS] = [const { PyOnceLock::new() }; BLOCKS];

/// Make a list of ids.
pub(super) fn list<'py>(py: Python<'py>, ids: &[u32]) -> PyResult<Bound<'py, PyList>> {
    if ids.len() < LONG_LIST {
        return PyList::new(py, ids);
    }
    PyList::new(py, ids.iter().map(|&id| shared(py, id)))
}

/// A number that is kept, or a new one where it is too large for that.
fn shared(py: Python<'_>, id: u32) -> Bound<'_, PyInt> {
    let place = usize::try_from(id).unwrap_or(usize::MAX);
    let kept = SHARED.get(place / BLOCK_IDS).map(|block| {
        let block = block.get_or_init(py, || make_block(py, id - id % 4096));
        block.get(place % BLOCK_IDS)
    });
    match kept.flatten() {
        Some(number) => number.bind(py).clone(),
        None => number(py, id),
    }
}

fn make_block(py: Python<'_>, first: u32) -> Block {
    (first..)
        .take(BLOCK_IDS)
        .map(|id| number(py, id).unbind())
        .collect()
}

fn number(py: Python<'_>, id: u32) -> Bound<'_, PyInt> {
    match id.into_pyobject(py) {
        Ok(number) => number,
        Err(never) => match never {},
    }
}
