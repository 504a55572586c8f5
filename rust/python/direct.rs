//! The hottest methods without the general calling convention: one text in, a number out.
//!
//! A method made by `pyo3` reads its arguments through a table of names and enters its
//! bookkeeping of attached threads. For an empty text that is most of the time of the call, so
//! methods of [`Direct`] are put over their general twins as plain one-argument functions. A text
//! that is long or has no UTF-8 goes to the twin.
//!
//! Measured on an empty text (`CPython` 3.11, where `len()` takes 16 ns): the twin takes 52 ns, and
//! 62 ns in a subclass; a direct method 33 ns, 44 ns in a subclass that only inherits it, 35 ns in
//! one that has its own.
#![expect(
    unsafe_code,
    reason = "a plain function gets its arguments as pointers"
)]

use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use pyo3::PyClass;
use pyo3::ffi;
use pyo3::panic::PanicException;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyString, PyType};

use super::text::{DETACH_ABOVE_BYTES, characters};
use crate::characters::Characters;

/// What a direct method gives.
pub(super) enum Answer {
    Number(u32),
    Truth(bool),
}

/// A method with one text and an answer.
pub(super) trait Direct {
    /// The class it belongs to.
    type Class: PyClass<Frozen = True> + Sync;
    /// Its name, which its twin has too.
    const NAME: &'static CStr;
    /// Its signature and its docstring, as Python's own functions hold them.
    const DOC: &'static CStr;

    /// Answer for a text that is short.
    fn answer(class: &Self::Class, text: &str) -> Answer;

    /// Answer for any text: the twin.
    fn answer_any(class: &Self::Class, text: &Bound<'_, PyString>) -> PyResult<Answer>;
}

/// Put a direct method over its twin.
///
/// `class` is the method's class or a subclass of it. `CPython` takes its short way to a method only
/// where the method's class is exactly the instance's, so subclasses get one of their own.
pub(super) fn install<Method: Direct>(class: &Bound<'_, PyType>) -> PyResult<()> {
    let py = class.py();
    let definition = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: Method::NAME.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunction: call::<Method>,
        },
        ml_flags: ffi::METH_O,
        ml_doc: Method::DOC.as_ptr(),
    }));
    // SAFETY: a method descriptor holds on to its class; the definition lives for ever.
    let method = unsafe {
        let method = ffi::PyDescr_NewMethod(class.as_type_ptr(), definition);
        Bound::from_owned_ptr_or_err(py, method)?
    };
    class.setattr(PyString::new(py, &Method::NAME.to_string_lossy()), method)
}

/// What Python calls.
unsafe extern "C" fn call<Method: Direct>(
    instance: *mut ffi::PyObject,
    text: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls with the interpreter held, and only after its method descriptor has
    // checked that `instance` is one of the class; both pointers are borrowed for the call.
    let (py, class, text) = unsafe {
        let py = Python::assume_attached();
        let class = Borrowed::from_ptr(py, instance).cast_unchecked::<Method::Class>();
        (py, class, Borrowed::from_ptr(py, text))
    };
    let answer = catch_unwind(AssertUnwindSafe(|| match short(&text) {
        Some(text) => Ok(text.with_utf8(|text| Method::answer(class.get(), text))),
        // The twin drops objects, for which `pyo3` must know that the thread is attached.
        None => Python::attach(|_| Method::answer_any(class.get(), &*text.cast::<PyString>()?)),
    }));
    let answer = answer.unwrap_or_else(|_| Err(PanicException::new_err("the core has a fault")));
    match answer {
        // SAFETY: the interpreter is held; both give a new reference.
        Ok(Answer::Number(number)) => unsafe { ffi::PyLong_FromUnsignedLongLong(number.into()) },
        Ok(Answer::Truth(truth)) => unsafe { ffi::PyBool_FromLong(truth.into()) },
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}

/// Borrow the characters of a short `str`; `None` for anything else.
#[inline]
fn short<'text>(text: &'text Bound<'_, PyAny>) -> Option<Characters<'text>> {
    // SAFETY: the object is alive, and its kind is checked before it is read as a `str`.
    let text = unsafe {
        if ffi::PyUnicode_Check(text.as_ptr()) == 0 {
            return None;
        }
        text.cast_unchecked::<PyString>()
    };
    let characters = characters(text).ok()?;
    (characters.memory_bytes() <= DETACH_ABOVE_BYTES).then_some(characters)
}
