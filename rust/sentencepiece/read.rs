//! Takes fields from bytes that may be anything: never more than there are.

/// Bytes still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'data> {
    data: &'data [u8],
}

impl<'data> Reader<'data> {
    pub(super) fn new(data: &'data [u8]) -> Self {
        Self { data }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The bytes that are left.
    pub(super) fn rest(&self) -> &'data [u8] {
        self.data
    }

    /// Take bytes from the front.
    pub(super) fn take(&mut self, size: usize) -> Result<&'data [u8], String> {
        let taken = self.data.get(..size).ok_or_else(|| {
            let left = self.data.len();
            format!("{size} bytes should follow, and {left} do")
        })?;
        self.data = &self.data[size..];
        Ok(taken)
    }

    /// Take a little-endian number of four bytes.
    pub(super) fn number(&mut self) -> Result<u32, String> {
        Ok(word(self.take(4)?))
    }

    /// Take a size of four bytes.
    pub(super) fn size(&mut self) -> Result<usize, String> {
        usize::try_from(self.number()?).map_err(|error| error.to_string())
    }

    /// Take a size of four bytes and so many bytes of UTF-8.
    pub(super) fn text(&mut self) -> Result<String, String> {
        let size = self.size()?;
        read_text(self.take(size)?)
    }

    /// Take a number in seven bits per byte, as protocol buffers write them.
    pub(super) fn variable_number(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = u64::from(self.take(1)?[0]);
            number |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number has more than ten bytes".to_owned())
    }
}

/// Read UTF-8.
pub(super) fn read_text(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| format!("a text is {error}"))
}

fn word(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |word, &byte| word << 8 | u32::from(byte))
}
