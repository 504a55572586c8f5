//! The tokens in rank order.

use super::word::Word;

/// Tokens in rank order: where each starts in one run of bytes.
#[derive(Debug, Clone)]
pub struct TokenTable {
    offsets: Vec<u32>,
    bytes: Vec<u8>,
}

impl TokenTable {
    /// Make a table of n tokens from n + 1 offsets, the last of which is the size of the bytes.
    ///
    /// # Errors
    ///
    /// The reason, if the offsets do not rise from 0 to the size of the bytes: a token is never
    /// empty.
    pub fn new(offsets: Vec<u32>, bytes: Vec<u8>) -> Result<Self, String> {
        if offsets.first() != Some(&0) {
            return Err("the first token does not start at byte 0".to_owned());
        }
        if let Some(rank) = offsets.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(format!(
                "the token of rank {rank} is empty or ends before it starts"
            ));
        }
        let end = offsets.last().copied().unwrap_or_default();
        if usize::try_from(end) != Ok(bytes.len()) {
            return Err(format!(
                "the tokens end at byte {end}, not at byte {}",
                bytes.len()
            ));
        }
        Ok(Self { offsets, bytes })
    }

    /// The number of tokens.
    #[must_use]
    pub fn len(&self) -> u32 {
        // `offsets` rise, so there are no more of them than a u32 can tell apart.
        u32::try_from(self.offsets.len() - 1).unwrap_or(u32::MAX)
    }

    /// Tell whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a rank.
    #[must_use]
    pub fn get(&self, rank: u32) -> Option<&[u8]> {
        let rank = usize::try_from(rank).ok()?;
        let start = usize::try_from(*self.offsets.get(rank)?).ok()?;
        let end = usize::try_from(*self.offsets.get(rank.checked_add(1)?)?).ok()?;
        self.bytes.get(start..end)
    }

    /// A rank's bytes as one number; `None` if they are too many.
    #[inline]
    pub(super) fn word(&self, rank: u32) -> Option<Word> {
        let rank = usize::try_from(rank).ok()?;
        let start = usize::try_from(*self.offsets.get(rank)?).ok()?;
        let end = usize::try_from(*self.offsets.get(rank.checked_add(1)?)?).ok()?;
        Word::read(&self.bytes, start, end)
    }

    /// Each rank with its bytes, in order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u8])> {
        (0..self.len()).map(|rank| (rank, self.get(rank).unwrap_or_default()))
    }
}
