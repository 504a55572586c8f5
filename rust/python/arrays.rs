//! `NumPy` arrays out; `NumPy` is imported when the first one is made.

use pyo3::buffer::PyBuffer;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

static EMPTY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Copy numbers into a new array of uint32.
pub(super) fn uint32_array<'py>(py: Python<'py>, numbers: &[u32]) -> PyResult<Bound<'py, PyAny>> {
    let empty = EMPTY.get_or_try_init(py, || {
        py.import("numpy")?.getattr("empty").map(Bound::unbind)
    })?;
    let array = empty
        .bind(py)
        .call1((numbers.len(), intern!(py, "uint32")))?;
    PyBuffer::<u32>::get(&array)?.copy_from_slice(py, numbers)?;
    Ok(array)
}
