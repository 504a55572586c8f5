//! Numbers from Python that limit work, which may be negative or beyond any text.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyAny;

use crate::error::CoreError;

/// The most tokens of interest; one beyond any text is no limit.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) tokens: u32,
}

/// The most threads to work with.
#[derive(Clone, Copy)]
pub(super) struct Threads {
    pub(super) count: usize,
}

impl FromPyObject<'_, '_> for Threads {
    type Error = PyErr;

    fn extract(number: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let count: i64 = number.extract()?;
        match usize::try_from(count) {
            Ok(count @ 1..) => Ok(Self { count }),
            _ => Err(CoreError::InvalidParameter {
                message: format!("threads={count} is below 1; give 1 or more, or None"),
            }
            .into()),
        }
    }
}

impl FromPyObject<'_, '_> for Limit {
    type Error = PyErr;

    fn extract(number: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        match number.extract() {
            Ok(tokens) => Ok(Self { tokens }),
            Err(error) if !error.is_instance_of::<PyOverflowError>(number.py()) => Err(error),
            Err(_) if number.lt(0)? => Err(CoreError::InvalidParameter {
                message: format!("a limit of {} tokens is below 0; give 0 or more", *number),
            }
            .into()),
            Err(_) => Ok(Self { tokens: u32::MAX }),
        }
    }
}
