//! A limit on tokens from Python, where a number may be negative or beyond any text.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::PyAny;

use crate::error::CoreError;

/// The most tokens of interest; one beyond any text is no limit.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub(super) tokens: u32,
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
