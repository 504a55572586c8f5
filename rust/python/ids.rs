//! Token ids from Python, where a number may be negative or too large.

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
