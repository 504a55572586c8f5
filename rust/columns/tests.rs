//! Arrays and streams made by hand, the broken ones included.
#![expect(unsafe_code, reason = "the other side of the interface is played here")]
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::Column;
use super::interface::{Array, ArrowArray, ArrowArrayStream, ArrowSchema, Stream};

unsafe extern "C" fn release(array: *mut ArrowArray) {
    unsafe { (*array).release = None }
}

/// Hand over an array of so many rows with these buffers, which the caller keeps.
fn array(length: i64, buffers: &mut [*const c_void]) -> Array {
    let mut raw = ArrowArray {
        length,
        null_count: -1,
        offset: 0,
        n_buffers: i64::try_from(buffers.len()).unwrap(),
        n_children: 0,
        buffers: buffers.as_mut_ptr(),
        children: ptr::null_mut(),
        dictionary: ptr::null_mut(),
        release: Some(release),
        private_data: ptr::null_mut(),
    };
    let taken = unsafe { Array::take(&raw mut raw) }.unwrap();
    assert!(unsafe { Array::take(&raw mut raw) }.is_none());
    taken
}

fn rows(format: &str, array: Array) -> Result<Vec<Option<String>>, String> {
    let column = Column::new(format, array).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    match column.rows(&mut rows) {
        Ok(()) => Ok(rows.into_iter().map(|row| row.map(str::to_owned)).collect()),
        Err(error) => Err(error.to_string()),
    }
}

fn pointer<T>(values: &[T]) -> *const c_void {
    values.as_ptr().cast()
}

#[test]
fn offsets_of_both_widths_part_the_text_and_bits_tell_nulls() {
    let (text, valid) = (b"a\xc3\xa9bc", [0b101_u8]);
    let expected = vec![Some("a".to_owned()), None, Some("bc".to_owned())];
    let narrow = [0_i32, 1, 3, 5];
    let mut buffers = [pointer(&valid), pointer(&narrow), pointer(text)];
    assert_eq!(rows("u", array(3, &mut buffers)), Ok(expected.clone()));
    let wide = [0_i64, 1, 3, 5];
    let mut buffers = [pointer(&valid), pointer(&wide), pointer(text)];
    assert_eq!(rows("U", array(3, &mut buffers)), Ok(expected));
}

#[test]
fn offsets_that_fall_or_split_a_character_are_refused() {
    let text = "aé".as_bytes();
    for offsets in [[0_i32, 2, 3], [0, 3, 1], [3, 0, 3], [-1, 2, 3]] {
        let mut buffers = [ptr::null(), pointer(&offsets), pointer(text)];
        let refused = rows("u", array(2, &mut buffers)).unwrap_err();
        assert!(refused.contains("has offsets beside its text"), "{refused}");
    }
}

#[test]
fn views_beside_their_buffers_are_refused() {
    let (data, sizes) = (b"more than twelve bytes", [22_i64]);
    let view = |length: i32, buffer: i32, start: i32| [length, 0, buffer, start];
    let check = |view: [i32; 4]| {
        let mut buffers = [ptr::null(), pointer(&view), pointer(data), pointer(&sizes)];
        rows("vu", array(1, &mut buffers))
    };
    assert_eq!(
        check(view(17, 0, 5)),
        Ok(vec![Some("than twelve bytes".to_owned())])
    );
    for broken in [
        view(18, 0, 5),
        view(17, 1, 5),
        view(17, 0, -5),
        view(-1, 0, 0),
    ] {
        let refused = check(broken).unwrap_err();
        assert!(
            refused.contains("has a view beside its buffers"),
            "{refused}"
        );
    }
}

#[test]
fn an_array_without_its_buffers_is_refused_and_one_without_rows_is_empty() {
    for format in ["u", "U", "vu"] {
        assert_eq!(rows(format, array(0, &mut [])), Ok(Vec::new()));
        assert_eq!(rows(format, array(-7, &mut [])), Ok(Vec::new()));
        let refused = rows(format, array(2, &mut [])).unwrap_err();
        assert!(
            refused.contains("the Arrow array has no buffer 1"),
            "{refused}"
        );
        let mut buffers = [ptr::null(); 3];
        assert!(rows(format, array(i64::MAX, &mut buffers)).is_err());
    }
}

unsafe extern "C" fn no_schema(_: *mut ArrowArrayStream, _: *mut ArrowSchema) -> c_int {
    0
}

unsafe extern "C" fn no_array(_: *mut ArrowArrayStream, _: *mut ArrowArray) -> c_int {
    5
}

unsafe extern "C" fn reason(_: *mut ArrowArrayStream) -> *const c_char {
    c"the disk is gone".as_ptr()
}

unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    unsafe { (*stream).release = None }
}

#[test]
fn a_stream_that_fails_says_why() {
    let mut raw = ArrowArrayStream {
        get_schema: Some(no_schema),
        get_next: Some(no_array),
        get_last_error: Some(reason),
        release: Some(release_stream),
        private_data: ptr::null_mut(),
    };
    let mut stream = unsafe { Stream::take(&raw mut raw) }.unwrap();
    let refused = stream.schema().unwrap_err().to_string();
    assert_eq!(refused, "the Arrow stream gave no schema");
    let refused = stream.next_array().unwrap_err().to_string();
    assert_eq!(
        refused,
        "the Arrow stream failed with code 5: the disk is gone"
    );
}
