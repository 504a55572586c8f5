//! A short word as one number, so that comparing and hashing it takes a few instructions.
//!
//! The low fifteen bytes are the word's, the high half of the top byte is its length; the low half
//! is left to tables that keep a count beside the word.

/// The longest word that fits.
pub(crate) const LONGEST_WORD_BYTES: usize = 15;
const WINDOW_BYTES: usize = 16;
const LENGTH_SHIFT: u32 = 124;

/// At most fifteen bytes and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Word(pub(crate) u128);

impl Word {
    /// Stands for what is too long to be a word; equal to none.
    pub(crate) const TOO_LONG: Self = Self(u128::MAX);

    /// Take the bytes from `start` to `end`; `None` if they are too many or beyond the
    /// text.
    ///
    /// Reads sixteen bytes at once where the text has them, at the word or at its own end.
    #[inline]
    pub(crate) fn read(text: &[u8], start: usize, end: usize) -> Option<Self> {
        let length = end.wrapping_sub(start);
        if length > LONGEST_WORD_BYTES {
            return None;
        }
        let tag = (length as u128) << LENGTH_SHIFT;
        let rest = text.get(start..)?;
        if let Some(window) = rest.first_chunk() {
            return Some(Self(u128::from_le_bytes(*window) & MASKS[length] | tag));
        }
        Self::read_last(text, start, end, tag)
    }

    /// As [`Self::read`], where the text ends before sixteen bytes.
    #[inline(never)]
    fn read_last(text: &[u8], start: usize, end: usize, tag: u128) -> Option<Self> {
        let length = end.wrapping_sub(start) & LONGEST_WORD_BYTES;
        if end > text.len() {
            return None;
        }
        if let Some(window) = text.last_chunk() {
            let before = (start + WINDOW_BYTES).saturating_sub(text.len());
            let number = u128::from_le_bytes(*window) >> (8 * before);
            return Some(Self(number & MASKS[length] | tag));
        }
        Some(Self(copy(text.get(start..end)?) | tag))
    }

    /// Stand for sixteen bytes or more: a number of them that no text can steer without the seeds. It
    /// has no length, so it is equal to no word.
    ///
    /// Sixteen bytes at a time are multiplied with secrets in them, twice, and every other sixteen go
    /// a way of their own, so that multiplications overlap: 0.06 ns a byte. That two texts have the
    /// same 104 bits has a chance of about 1 in 2^100.
    #[inline]
    pub(crate) fn stand_in(bytes: &[u8], seeds: [u64; 4]) -> Self {
        let mix = |state: &mut [u64; 2], part: &[u8; WINDOW_BYTES]| {
            let (low, high) = halves(u128::from_le_bytes(*part));
            *state = [
                folded(state[0] ^ low, seeds[2] ^ high),
                folded(state[1] ^ low, seeds[3] ^ high),
            ];
        };
        let mut even = [seeds[0] ^ bytes.len() as u64, seeds[1]];
        let mut odd = [seeds[1], seeds[0]];
        let (pairs, _) = bytes.as_chunks::<{ 2 * WINDOW_BYTES }>();
        for pair in pairs {
            let (parts, _) = pair.as_chunks();
            mix(&mut even, &parts[0]);
            mix(&mut odd, &parts[1]);
        }
        // The last thirty-two bytes, or the first and the last sixteen of fewer.
        let rest = &bytes[bytes.len().saturating_sub(2 * WINDOW_BYTES)..];
        if let (Some(first), Some(last)) = (rest.first_chunk(), rest.last_chunk()) {
            mix(&mut even, first);
            mix(&mut odd, last);
        }
        let low = folded(even[0] ^ seeds[2], odd[0] ^ seeds[3]);
        let high = folded(even[1] ^ seeds[3], odd[1] ^ seeds[0]);
        Self(u128::from(low) | u128::from(high & (u64::MAX >> 8)) << 64)
    }

    /// A number that depends on every byte; its high bits are the best ones.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        let low = self.low() ^ 0x9e37_79b9_7f4a_7c15;
        let high = self.high() ^ 0xd6e8_feb8_6659_fd93;
        folded(low, high)
    }

    /// The first eight bytes.
    #[inline]
    pub(crate) fn low(self) -> u64 {
        halves(self.0).0
    }

    /// The other seven bytes and the length.
    #[inline]
    pub(crate) fn high(self) -> u64 {
        halves(self.0).1
    }
}

#[inline]
fn folded(left: u64, right: u64) -> u64 {
    let (low, high) = halves(u128::from(left).wrapping_mul(u128::from(right)));
    low ^ high
}

/// For each length, the bytes that belong to the word.
const MASKS: [u128; WINDOW_BYTES] = {
    let mut masks = [0; WINDOW_BYTES];
    let mut length = 1;
    while length < WINDOW_BYTES {
        masks[length] = masks[length - 1] << 8 | 0xff;
        length += 1;
    }
    masks
};

/// The number of the bytes of a text that is shorter than a window.
#[cold]
fn copy(word: &[u8]) -> u128 {
    let bytes = word.iter().rev();
    bytes.fold(0, |number, &byte| number << 8 | u128::from(byte))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the low half is what is wanted"
)]
#[inline]
fn halves(number: u128) -> (u64, u64) {
    (number as u64, (number >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::Word;

    #[test]
    fn a_word_is_the_same_wherever_it_stands() {
        let text = b"0123456789abcdefghijklmnopqrstuvwxyz";
        for length in 0..=15 {
            for start in 0..text.len() - length {
                let word = &text[start..start + length];
                let alone = Word::read(word, 0, length);
                assert_eq!(Word::read(text, start, start + length), alone);
                assert_eq!(alone.map(|word| word.0 >> 124), Some(length as u128));
            }
        }
        assert_eq!(Word::read(text, 3, 19), None);
        assert_eq!(Word::read(text, text.len() - 1, text.len() + 1), None);
    }

    #[test]
    fn what_stands_for_long_pre_tokens_tells_them_apart() {
        let stand_in = |bytes: &[u8]| Word::stand_in(bytes, [7, 11, 13, 17]);
        let text = [5_u8; 80];
        let mut seen: Vec<Word> = (16..=80).map(|size| stand_in(&text[..size])).collect();
        for size in [16, 20, 32, 40, 64, 80] {
            for place in 0..size {
                let mut other = text;
                other[place] = 6;
                seen.push(stand_in(&other[..size]));
            }
        }
        // Sixteen bytes that change places.
        let parts: Vec<u8> = (0..6).flat_map(|number| [number; 16]).collect();
        for (first, second) in [(0, 1), (0, 2), (1, 3), (2, 4), (4, 5), (0, 5)] {
            let mut other = parts.clone();
            for place in 0..16 {
                other.swap(16 * first + place, 16 * second + place);
            }
            seen.push(stand_in(&other));
        }
        seen.push(stand_in(&parts));
        assert_eq!(stand_in(&text), stand_in(&[5; 80]));
        assert_ne!(stand_in(&text), Word::stand_in(&text, [7, 11, 13, 19]));
        for (place, word) in seen.iter().enumerate() {
            assert!(!seen[..place].contains(word), "{place}");
            assert_eq!(word.0 >> 120, 0, "no length, and room for a count");
        }
    }

    #[test]
    fn bytes_of_zero_count() {
        let words = [1, 2, 3].map(|length| Word::read(&[0; 3], 0, length));
        assert!(words[0] != words[1] && words[1] != words[2]);
    }
}
