//! Many texts from Python: a list, a `NumPy` array, an Arrow column, any iterable of `str`.

use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use super::arrow;
use super::text::utf8;
use crate::batch::Row;
use crate::columns::Column;
use crate::error::CoreError;

/// Texts whose owner is held as long as rows borrow from it.
pub(super) enum Texts<'py> {
    Strings(Vec<Option<Bound<'py, PyString>>>),
    Columns(Vec<Column>),
}

impl<'py> Texts<'py> {
    /// Hold on to texts, without a copy of any.
    pub(super) fn collect(texts: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(list) = texts.cast::<PyList>() {
            return strings(list.iter().map(Ok));
        }
        if let Ok(tuple) = texts.cast::<PyTuple>() {
            return strings(tuple.iter().map(Ok));
        }
        if texts.is_instance_of::<PyString>() || texts.is_instance_of::<PyBytes>() {
            let kind = texts.get_type().name()?;
            let message = format!("texts is one {kind}; give an iterable of str, such as [text]");
            return Err(PyTypeError::new_err(message));
        }
        if let Some(columns) = arrow::columns(texts)? {
            return Ok(Self::Columns(columns));
        }
        match numpy_list(texts)? {
            Some(list) => Self::collect(&list),
            None => strings(texts.try_iter()?),
        }
    }

    /// Borrow the rows.
    pub(super) fn rows(&self) -> PyResult<Vec<Row<'_>>> {
        match self {
            Self::Strings(strings) => strings.iter().map(|text| row_of(text.as_ref())).collect(),
            Self::Columns(columns) => {
                let mut rows = Vec::new();
                for column in columns {
                    column.rows(&mut rows)?;
                }
                Ok(rows.into_iter().map(|row| row.map(Cow::Borrowed)).collect())
            }
        }
    }
}

fn row_of<'text>(text: Option<&'text Bound<'_, PyString>>) -> PyResult<Row<'text>> {
    text.map(utf8).transpose()
}

/// Refuse rows without a text.
///
/// # Errors
///
/// [`CoreError::InvalidParameter`] names the first.
pub(super) fn refuse_nulls(rows: &[Row<'_>], way_out: &str) -> Result<(), CoreError> {
    match rows.iter().position(Option::is_none) {
        None => Ok(()),
        Some(row) => Err(CoreError::InvalidParameter {
            message: format!("row {row} is null and a null has no tokens; {way_out}"),
        }),
    }
}

fn strings<'py>(texts: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>) -> PyResult<Texts<'py>> {
    let string = |(row, text): (usize, PyResult<Bound<'py, PyAny>>)| {
        let text = text?;
        if text.is_none() {
            return Ok(None);
        }
        let string = text.cast_into::<PyString>().map(Some);
        string.or_else(|error| {
            let kind = error.into_inner().get_type().name()?;
            Err(PyTypeError::new_err(format!(
                "row {row} is no str but {kind}"
            )))
        })
    };
    Ok(Texts::Strings(
        texts.enumerate().map(string).collect::<PyResult<_>>()?,
    ))
}

/// The texts of a `NumPy` array, whatever it stores them as; `None` if it is no such array.
fn numpy_list<'py>(texts: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = texts.py();
    let Some(dimensions) = texts.getattr_opt(intern!(py, "ndim"))? else {
        return Ok(None);
    };
    let dimensions: usize = dimensions.extract()?;
    if dimensions != 1 {
        let message = format!("texts has {dimensions} dimensions; give 1, such as texts.ravel()");
        return Err(CoreError::InvalidParameter { message }.into());
    }
    texts.call_method0(intern!(py, "tolist")).map(Some)
}
