//! Takes fields from bytes that may be anything: never more than there are.

/// The longest token accepted; the longest known has 1 024 bytes.
const LONGEST_TOKEN_BYTES: usize = 0xffff;

/// Bytes still to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'data> {
    data: &'data [u8],
}

impl<'data> Reader<'data> {
    pub(crate) fn new(data: &'data [u8]) -> Self {
        Self { data }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The bytes that are left.
    pub(crate) fn rest(&self) -> &'data [u8] {
        self.data
    }

    /// Take bytes from the front.
    pub(crate) fn take(&mut self, size: usize) -> Result<&'data [u8], String> {
        let left = self.data.len();
        let (taken, rest) = self
            .data
            .split_at_checked(size)
            .ok_or_else(|| format!("{size} bytes should follow, and {left} do"))?;
        self.data = rest;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    /// Take a little-endian number of four bytes.
    pub(crate) fn number(&mut self) -> Result<u32, String> {
        let bytes = self.take(4)?.iter().rev();
        Ok(bytes.fold(0, |number, &byte| number << 8 | u32::from(byte)))
    }

    /// Take a size of four bytes.
    pub(crate) fn size(&mut self) -> Result<usize, String> {
        usize::try_from(self.number()?).map_err(|error| error.to_string())
    }

    /// Take a number that is a yes or a no.
    pub(crate) fn flag(&mut self) -> Result<bool, String> {
        match self.number()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(format!("a yes or no is {other}")),
        }
    }

    /// Take a size of four bytes and so many bytes of UTF-8.
    pub(crate) fn text(&mut self) -> Result<String, String> {
        let size = self.size()?;
        read_text(self.take(size)?)
    }

    /// Take so many texts.
    pub(crate) fn texts<const N: usize>(&mut self) -> Result<[String; N], String> {
        let mut texts = std::array::from_fn(|_| String::new());
        for text in &mut texts {
            *text = self.text()?;
        }
        Ok(texts)
    }

    /// Take a number in seven bits per byte, the lowest first.
    pub(crate) fn variable_number(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = u64::from(self.byte()?);
            number |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number has more than ten bytes".to_owned())
    }

    /// Take the sizes of tokens, and the tokens, which stand by size and then by rank; give where
    /// each token starts in the run of all tokens by rank, and that run.
    pub(crate) fn tokens(&mut self, count: usize) -> Result<(Vec<u32>, Vec<u8>), String> {
        let sizes = self.token_sizes(count)?;
        let mut places = group_by_size(&sizes);
        let grouped = self.take(sizes.iter().sum())?;
        let mut offsets = Vec::with_capacity(count.saturating_add(1));
        let mut bytes = Vec::with_capacity(grouped.len());
        offsets.push(0);
        for size in sizes {
            let place = &mut places[size];
            bytes.extend_from_slice(&grouped[*place..*place + size]);
            *place += size;
            offsets.push(u32::try_from(bytes.len()).map_err(|error| error.to_string())?);
        }
        Ok((offsets, bytes))
    }

    fn token_sizes(&mut self, count: usize) -> Result<Vec<usize>, String> {
        let left = self.data.len();
        if count > left {
            return Err(format!("{count} tokens should follow in {left} bytes"));
        }
        let mut sizes = Vec::with_capacity(count);
        for rank in 0..count {
            let size = usize::try_from(self.variable_number()?).unwrap_or(usize::MAX);
            if size > LONGEST_TOKEN_BYTES {
                return Err(format!("the token of rank {rank} has {size} bytes"));
            }
            sizes.push(size);
        }
        Ok(sizes)
    }

    /// Take a number of rows and the rows: an id and a text each.
    pub(crate) fn rows(&mut self) -> Result<Vec<(u32, String)>, String> {
        let mut rows = Vec::new();
        for _ in 0..self.number()? {
            rows.push((self.number()?, self.text()?));
        }
        Ok(rows)
    }

    /// Check that nothing is left.
    pub(crate) fn expect_end(&self, name: &str) -> Result<(), String> {
        match self.data.len() {
            0 => Ok(()),
            left => Err(format!("{left} bytes follow {name}")),
        }
    }
}

/// Give where the tokens of each size begin when they stand by size.
fn group_by_size(sizes: &[usize]) -> Vec<usize> {
    let largest = sizes.iter().max().copied().unwrap_or(0);
    let mut places = vec![0; largest + 1];
    for &size in sizes {
        places[size] += size;
    }
    let mut start = 0;
    for place in &mut places {
        start += std::mem::replace(place, start);
    }
    places
}

/// Read UTF-8.
pub(crate) fn read_text(bytes: &[u8]) -> Result<String, String> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|error| format!("a text is {error}"))
}
