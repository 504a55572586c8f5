//! Arrow's `PyCapsule` interface: columns of anything with `__arrow_c_array__` or
//! `__arrow_c_stream__`.
#![expect(
    unsafe_code,
    reason = "a capsule is a pointer; its name says what it points to"
)]

use std::ffi::CStr;
use std::ptr::NonNull;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::columns::interface::{Array, ArrowArray, ArrowArrayStream, ArrowSchema, Schema, Stream};
use crate::columns::{Column, check_format};
use crate::error::CoreError;

/// Take over the columns that an object exports; `None` if it exports none.
pub(super) fn columns(texts: &Bound<'_, PyAny>) -> PyResult<Option<Vec<Column>>> {
    if let Some(export) = texts.getattr_opt(intern!(texts.py(), "__arrow_c_array__"))? {
        return Ok(Some(vec![column_of_array(&export.call0()?)?]));
    }
    if let Some(export) = texts.getattr_opt(intern!(texts.py(), "__arrow_c_stream__"))? {
        return Ok(Some(columns_of_stream(&export.call0()?)?));
    }
    Ok(None)
}

fn column_of_array(exported: &Bound<'_, PyAny>) -> PyResult<Column> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = exported.extract()?;
    let schema = pointer::<ArrowSchema>(&schema, c"arrow_schema")?;
    let array = pointer::<ArrowArray>(&array, c"arrow_array")?;
    // SAFETY: the capsules' names vouch for what they point to; the interpreter is held, so nobody
    // else takes it over at the same moment.
    let (schema, array) = unsafe { (Schema::take(schema.as_ptr()), Array::take(array.as_ptr())) };
    let (schema, array) = (schema.ok_or_else(taken)?, array.ok_or_else(taken)?);
    Ok(Column::new(&schema.format(), array)?)
}

fn columns_of_stream(exported: &Bound<'_, PyAny>) -> PyResult<Vec<Column>> {
    let stream = pointer::<ArrowArrayStream>(exported.cast()?, c"arrow_array_stream")?;
    // SAFETY: as in `column_of_array`.
    let mut stream = unsafe { Stream::take(stream.as_ptr()) }.ok_or_else(taken)?;
    let format = stream.schema()?.format();
    check_format(&format)?;
    let mut columns = Vec::new();
    while let Some(array) = stream.next_array()? {
        columns.push(Column::new(&format, array)?);
    }
    Ok(columns)
}

fn pointer<T>(capsule: &Bound<'_, PyCapsule>, name: &CStr) -> PyResult<NonNull<T>> {
    Ok(capsule.pointer_checked(Some(name))?.cast())
}

fn taken() -> CoreError {
    CoreError::InvalidParameter {
        message: "the Arrow column was taken over already; export it again".to_owned(),
    }
}
