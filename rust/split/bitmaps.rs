//! What a window of text looks like: a bit per byte and class.
//!
//! A window is the next 64 bytes of a text, or what is left of it; it begins where a pre-token
//! begins. Every byte of a character has its character's class, so a run of characters of one class
//! is a run of bits, and an addition carries from its first bit to the first bit behind it.

use super::classes::class_of_code_point;

/// Bytes in a window.
pub(super) const WINDOW: usize = 64;

/// The bitmaps of a window; bit 0 is its first byte, and bits beyond its last one are clear.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bitmaps {
    /// How many bytes the window has; its last character is whole.
    pub(super) bytes: u32,
    /// Bytes of characters beyond ASCII.
    pub(super) wide: u64,
    /// All but the first byte of each character.
    pub(super) inner: u64,
    pub(super) upper: u64,
    pub(super) lower: u64,
    pub(super) uncased: u64,
    pub(super) mark: u64,
    pub(super) number: u64,
    /// White space but line breaks.
    pub(super) space: u64,
    /// `[\r\n]`.
    pub(super) newline: u64,
    /// U+0020 alone.
    pub(super) blank: u64,
    pub(super) apostrophe: u64,
    pub(super) slash: u64,
    /// Controls of ASCII that are no white space.
    pub(super) control: u64,
}

/// The bytes of the window that a text begins with.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "64 at most")]
pub(super) fn window_bytes(text: &str) -> u32 {
    text.len().min(WINDOW) as u32
}

/// The bits below a position; all of them from position 64 on.
#[inline]
pub(super) const fn below(position: u32) -> u64 {
    if position < u64::BITS {
        (1 << position) - 1
    } else {
        u64::MAX
    }
}

impl Bitmaps {
    /// Add the characters beyond ASCII, one by one, to bitmaps that have the others; `text` begins
    /// with the window.
    #[inline]
    pub(super) fn add_wide(&mut self, text: &str) {
        let text = text.as_bytes();
        let (mut left, mut found) = (self.wide, [0_u64; 9]);
        while left != 0 {
            let first = left.trailing_zeros();
            let (class, length) = first_wide(text.get(first as usize..).unwrap_or_default());
            if first + length > u64::BITS {
                self.bytes = first;
                self.wide &= below(first);
                break;
            }
            let bits = below(length) << first;
            self.inner |= bits & (bits << 1);
            found[class.trailing_zeros() as usize] |= bits;
            left &= !bits;
        }
        self.add(&found);
    }

    /// Add the bits found for each class, in the order of the classes' bits.
    fn add(&mut self, found: &[u64; 9]) {
        let [upper, lower, uncased, mark, number, space, newline, ..] = *found;
        self.upper |= upper;
        self.lower |= lower;
        self.uncased |= uncased;
        self.mark |= mark;
        self.number |= number;
        self.space |= space;
        self.newline |= newline;
    }
}

/// The class and the bytes of the first character, which is not of ASCII.
#[inline]
fn first_wide(text: &[u8]) -> (u8, u32) {
    let low = |byte: u8| usize::from(byte & 0x3f);
    let (code_point, length) = match *text {
        [lead @ ..0xe0, second, ..] => (usize::from(lead & 0x1f) << 6 | low(second), 2),
        [lead @ ..0xf0, second, third, ..] => {
            let high = usize::from(lead & 0xf) << 12;
            (high | low(second) << 6 | low(third), 3)
        }
        [lead, second, third, fourth, ..] => {
            let high = usize::from(lead & 7) << 18 | low(second) << 12;
            (high | low(third) << 6 | low(fourth), 4)
        }
        _ => (0, 1),
    };
    (class_of_code_point(code_point) as u8, length)
}
