//! Arrow string columns in, rows out, without a copy.
//!
//! ```text
//! producer ─► ArrowArray / ArrowArrayStream ─► Column ─► rows ─► batch
//!             `interface`: all pointers        checked    &str or null
//! ```
//!
//! Three layouts hold text: `Utf8` (32-bit offsets), `LargeUtf8` (64-bit offsets) and `Utf8View`
//! (16-byte views). [`interface`] turns pointers into slices; everything here is safe code that
//! checks what it reads: offsets must grow and end on characters, views must lie in their buffers,
//! text must be UTF-8. The interface tells no sizes of offset buffers, so that the producer
//! allocated what it says is the one thing that is trusted.
//!
//! Source: the Arrow C data and stream interfaces and the columnar format 1.5
//! (<https://arrow.apache.org/docs/format/CDataInterface.html>, read 2026-11-22).

pub mod interface;
#[cfg(test)]
mod tests;

use std::str::from_utf8;

use crate::error::CoreError;
use interface::Array;

/// How a column holds its text.
#[derive(Debug, Clone, Copy)]
struct Layout {
    format: &'static str,
    rows: for<'array> fn(&'array Array, &mut Vec<Option<&'array str>>) -> Result<(), CoreError>,
}

/// Every layout that holds text, by the format string of its schema.
static LAYOUTS: [Layout; 3] = [
    Layout {
        format: "u",
        rows: offset_rows::<4>,
    },
    Layout {
        format: "U",
        rows: offset_rows::<8>,
    },
    Layout {
        format: "vu",
        rows: view_rows,
    },
];

/// The size of a view.
const VIEW_BYTES: usize = 16;
/// The longest text that lies in its view.
const INLINE_BYTES: usize = 12;

/// One array of texts, owned.
#[derive(Debug)]
pub struct Column {
    array: Array,
    layout: Layout,
}

impl Column {
    /// Take an array whose schema has a format.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if the format is not one of text.
    pub fn new(format: &str, array: Array) -> Result<Self, CoreError> {
        Ok(Self {
            layout: *find(format)?,
            array,
        })
    }

    /// Append the rows; a null is `None`.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if the array breaks its format.
    pub fn rows<'column>(
        &'column self,
        rows: &mut Vec<Option<&'column str>>,
    ) -> Result<(), CoreError> {
        (self.layout.rows)(&self.array, rows)
    }
}

/// Refuse a format that is not one of text.
///
/// # Errors
///
/// [`CoreError::InvalidParameter`] names the format and the way out.
pub fn check_format(format: &str) -> Result<(), CoreError> {
    find(format).map(|_| ())
}

fn find(format: &str) -> Result<&'static Layout, CoreError> {
    let found = LAYOUTS.iter().find(|layout| layout.format == format);
    found.ok_or_else(|| {
        invalid(format!(
            "an Arrow array of format {format:?} holds no texts; give a column of Utf8, LargeUtf8 \
             or Utf8View, such as table[\"text\"] or series.cast(str)"
        ))
    })
}

fn offset_rows<'array, const WIDTH: usize>(
    array: &'array Array,
    rows: &mut Vec<Option<&'array str>>,
) -> Result<(), CoreError> {
    if array.is_empty() {
        return Ok(());
    }
    let first = array.offset().saturating_mul(WIDTH);
    let end = array.end().saturating_add(1).saturating_mul(WIDTH);
    let offsets = &array.buffer(1, end)?[first..];
    let ends = offsets.chunks_exact(WIDTH).map(number);
    let data_bytes = ends.clone().next_back().unwrap_or(0);
    let data = array.buffer(2, data_bytes)?;
    let start = ends.clone().next().unwrap_or(0).min(data_bytes);
    let text = from_utf8(&data[start..]).map_err(|error| invalid(error.to_string()))?;
    let mut begin = 0;
    for (row, end) in ends.skip(1).enumerate() {
        let end = end.wrapping_sub(start);
        let part = text.get(begin..end);
        let part = part.ok_or_else(|| invalid(format!("row {row} has offsets beside its text")))?;
        rows.push(array.is_valid(row)?.then_some(part));
        begin = end;
    }
    Ok(())
}

fn view_rows<'array>(
    array: &'array Array,
    rows: &mut Vec<Option<&'array str>>,
) -> Result<(), CoreError> {
    if array.is_empty() {
        return Ok(());
    }
    let views = array.buffer(1, array.end().saturating_mul(VIEW_BYTES))?;
    let views = &views[array.offset().saturating_mul(VIEW_BYTES)..];
    let buffers = data_buffers(array)?;
    for (row, view) in views.chunks_exact(VIEW_BYTES).enumerate() {
        if !array.is_valid(row)? {
            rows.push(None);
            continue;
        }
        let bytes = view_bytes(view, &buffers)
            .ok_or_else(|| invalid(format!("row {row} has a view beside its buffers")))?;
        let text = from_utf8(bytes).map_err(|error| invalid(format!("row {row}: {error}")))?;
        rows.push(Some(text));
    }
    Ok(())
}

/// The buffers behind the views; the last buffer of the array holds their sizes.
fn data_buffers(array: &Array) -> Result<Vec<&[u8]>, CoreError> {
    let count = array.buffer_count().saturating_sub(3);
    let sizes = array.buffer(count + 2, count * size_of::<i64>())?;
    let sizes = sizes.chunks_exact(size_of::<i64>()).map(number);
    let buffers = sizes.enumerate();
    buffers
        .map(|(index, bytes)| array.buffer(index + 2, bytes))
        .collect()
}

fn view_bytes<'array>(view: &'array [u8], buffers: &[&'array [u8]]) -> Option<&'array [u8]> {
    let field = |index: usize| view.get(index * 4..index * 4 + 4).map(number);
    let length = field(0)?;
    if length <= INLINE_BYTES {
        return view.get(4..4 + length);
    }
    let start = field(3)?;
    let buffer: &'array [u8] = buffers.get(field(2)?)?;
    buffer.get(start..start.checked_add(length)?)
}

/// Read a number of 4 or 8 bytes; a negative one is beyond any buffer.
fn number(bytes: &[u8]) -> usize {
    let value = if let Ok(four) = bytes.try_into() {
        i64::from(i32::from_ne_bytes(four))
    } else {
        bytes.try_into().map_or(-1, i64::from_ne_bytes)
    };
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn invalid(reason: String) -> CoreError {
    CoreError::InvalidParameter { message: reason }
}
