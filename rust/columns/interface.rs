//! The structs of Arrow's C data and stream interfaces, taken over and released; all pointers of
//! the columns are followed here and nowhere else.
#![expect(
    unsafe_code,
    reason = "Arrow hands columns over as C structs; reading them in place is what saves the copy"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::slice;

use super::invalid;
use crate::error::CoreError;

/// `struct ArrowSchema`.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut ArrowSchema,
    dictionary: *mut ArrowSchema,
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    private_data: *mut c_void,
}

/// `struct ArrowArray`.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArray {
    pub(super) length: i64,
    pub(super) null_count: i64,
    pub(super) offset: i64,
    pub(super) n_buffers: i64,
    pub(super) n_children: i64,
    pub(super) buffers: *mut *const c_void,
    pub(super) children: *mut *mut ArrowArray,
    pub(super) dictionary: *mut ArrowArray,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    pub(super) private_data: *mut c_void,
}

/// `struct ArrowArrayStream`.
#[repr(C)]
#[derive(Debug)]
pub struct ArrowArrayStream {
    pub(super) get_schema:
        Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    pub(super) get_next:
        Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    pub(super) get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    pub(super) release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    pub(super) private_data: *mut c_void,
}

/// A struct of the interface that is moved out of its producer's memory and released once.
macro_rules! taken {
    ($name:ident, $raw:ty) => {
        impl $name {
            /// Take over what a producer made; `None` if it was taken or released already.
            ///
            /// # Safety
            ///
            /// `producer` points to a struct that its producer filled as the interface says, and
            /// nobody else uses it meanwhile.
            #[must_use]
            pub unsafe fn take(producer: *mut $raw) -> Option<Self> {
                // SAFETY: the caller vouches for the struct. To move it and to mark the original
                // as released is how the interface hands over.
                unsafe {
                    (*producer).release?;
                    let raw = ptr::read(producer);
                    (*producer).release = None;
                    Some(Self { raw })
                }
            }
        }

        impl Drop for $name {
            fn drop(&mut self) {
                if let Some(release) = self.raw.release {
                    // SAFETY: `take` made this the one owner of a live struct.
                    unsafe { release(&raw mut self.raw) }
                }
            }
        }
    };
}

/// A schema, owned.
#[derive(Debug)]
pub struct Schema {
    raw: ArrowSchema,
}
taken!(Schema, ArrowSchema);

/// An array, owned; its numbers are checked when they are asked for.
#[derive(Debug)]
pub struct Array {
    raw: ArrowArray,
}
taken!(Array, ArrowArray);

/// A stream of arrays, owned.
#[derive(Debug)]
pub struct Stream {
    raw: ArrowArrayStream,
}
taken!(Stream, ArrowArrayStream);

impl Schema {
    /// The format string; a dictionary's is that of its indices.
    #[must_use]
    pub fn format(&self) -> String {
        text(self.raw.format)
    }
}

impl Array {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        size(self.raw.length)
    }

    /// Tell whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows of the buffers before the first row.
    #[must_use]
    pub fn offset(&self) -> usize {
        size(self.raw.offset)
    }

    /// The rows of the buffers up to the last row.
    #[must_use]
    pub fn end(&self) -> usize {
        self.offset().saturating_add(self.len())
    }

    /// The number of buffers.
    #[must_use]
    pub fn buffer_count(&self) -> usize {
        size(self.raw.n_buffers)
    }

    /// The first `bytes` bytes of a buffer.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if there is no such buffer or no memory is so large.
    pub fn buffer(&self, index: usize, bytes: usize) -> Result<&[u8], CoreError> {
        if bytes == 0 {
            return Ok(&[]);
        }
        let pointer = self.pointer(index);
        if pointer.is_null() || isize::try_from(bytes).is_err() {
            let reason = format!("the Arrow array has no buffer {index} of {bytes} bytes");
            return Err(invalid(reason));
        }
        // SAFETY: the producer allocated what the format of the array says, which is what callers
        // ask for, and keeps it until `self` is released; nobody writes to it meanwhile.
        Ok(unsafe { slice::from_raw_parts(pointer, bytes) })
    }

    /// Tell whether a row is no null.
    ///
    /// # Errors
    ///
    /// As [`Array::buffer`].
    pub fn is_valid(&self, row: usize) -> Result<bool, CoreError> {
        if self.raw.null_count == 0 || self.pointer(0).is_null() {
            return Ok(true);
        }
        let bit = self.offset() + row;
        let bitmap = self.buffer(0, self.end().div_ceil(8))?;
        Ok(bitmap
            .get(bit / 8)
            .is_some_and(|byte| byte >> (bit % 8) & 1 == 1))
    }

    fn pointer(&self, index: usize) -> *const u8 {
        if index >= self.buffer_count() || self.raw.buffers.is_null() {
            return ptr::null();
        }
        // SAFETY: the producer allocated `n_buffers` pointers.
        unsafe { *self.raw.buffers.add(index) }.cast()
    }
}

impl Stream {
    /// The schema of every array.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] says what the producer says.
    pub fn schema(&mut self) -> Result<Schema, CoreError> {
        let mut schema = ArrowSchema {
            format: ptr::null(),
            name: ptr::null(),
            metadata: ptr::null(),
            flags: 0,
            n_children: 0,
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        };
        let stream = &raw mut self.raw;
        // SAFETY: the stream is live, and the callback fills a struct of ours.
        let code = self
            .raw
            .get_schema
            .map(|get| unsafe { get(stream, &raw mut schema) });
        self.check(code)?;
        // SAFETY: the producer has just filled the struct.
        unsafe { Schema::take(&raw mut schema) }
            .ok_or_else(|| invalid("the Arrow stream gave no schema".to_owned()))
    }

    /// The next array; `None` at the end.
    ///
    /// # Errors
    ///
    /// As [`Stream::schema`].
    pub fn next_array(&mut self) -> Result<Option<Array>, CoreError> {
        let mut array = ArrowArray {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: ptr::null_mut(),
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        };
        let stream = &raw mut self.raw;
        // SAFETY: the stream is live, and the callback fills a struct of ours.
        let code = self
            .raw
            .get_next
            .map(|get| unsafe { get(stream, &raw mut array) });
        self.check(code)?;
        // SAFETY: the producer has just filled the struct, or left it released at the end.
        Ok(unsafe { Array::take(&raw mut array) })
    }

    fn check(&mut self, code: Option<c_int>) -> Result<(), CoreError> {
        if code == Some(0) {
            return Ok(());
        }
        let stream = &raw mut self.raw;
        // SAFETY: the stream is live; the text it gives stays until the next call.
        let reason = self.raw.get_last_error.map(|get| unsafe { get(stream) });
        let reason = text(reason.unwrap_or(ptr::null()));
        let code = code.unwrap_or(-1);
        Err(invalid(format!(
            "the Arrow stream failed with code {code}: {reason}"
        )))
    }
}

/// Copy a C string; a null pointer is an empty one.
fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the interface has zero-terminated strings only.
    unsafe { CStr::from_ptr(pointer) }
        .to_string_lossy()
        .into_owned()
}

/// A size; a negative one is none.
fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
