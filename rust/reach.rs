//! How far into a text a limit reaches, found by counting.
//!
//! ```text
//! whole text fits? ─► gallop: longer and longer parts, each step as long as the tokens left
//!                     promise ─► one does not fit ─► bisect between the last two
//! ```
//!
//! Every part is counted as a text of its own, so what is found fits by definition. Counts do not
//! grow evenly (`hel` may be two tokens and `hello` one), so the result is a longest part in the
//! sense that one character more does not fit.

use crate::engine::Cut;

/// From which side of a text a part is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// From the first character.
    Start,
    /// From the last character.
    End,
}

impl Side {
    /// The part of a text with at most so many bytes, in whole characters.
    #[must_use]
    pub fn part(self, text: &str, bytes: usize) -> &str {
        match self {
            Self::Start => &text[..text.floor_char_boundary(bytes)],
            Self::End => &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..],
        }
    }

    /// The size of the character next to the part of so many bytes, outside of it.
    fn next_character_bytes(self, text: &str, bytes: usize) -> usize {
        let rest = match self {
            Self::Start => text[bytes..].chars().next(),
            Self::End => text[..text.len() - bytes].chars().next_back(),
        };
        rest.map_or(0, char::len_utf8)
    }
}

/// The first step of the gallop: a token has about this many bytes in most texts.
const BYTES_PER_TOKEN: usize = 4;
/// The shortest step of the gallop.
const SHORTEST_STEP: usize = 16;

/// Find a longest part of a text that counts at most `limit`; all of it if that fits.
///
/// `count_up_to` gives the count of a text of its own, or `None` where it is above a limit.
pub fn longest(
    text: &str,
    limit: u32,
    side: Side,
    count_up_to: impl Fn(&str, u32) -> Option<u32>,
) -> Cut {
    let count = |bytes: usize| {
        let part = side.part(text, bytes);
        let cut = |tokens| Cut {
            bytes: part.len(),
            tokens,
        };
        (part.len(), count_up_to(part, limit).map(cut))
    };
    if let (_, Some(cut)) = count(text.len()) {
        return cut;
    }
    let (mut fits, mut beyond) = (Cut::default(), text.len());
    while let Some(step) = step(fits, limit).filter(|step| fits.bytes + step < beyond) {
        match count(fits.bytes + step) {
            (_, Some(cut)) if cut.bytes > fits.bytes => fits = cut,
            (_, Some(_)) => break,
            (bytes, None) => beyond = bytes,
        }
    }
    while fits.bytes + side.next_character_bytes(text, fits.bytes) < beyond {
        let shortest = fits.bytes + side.next_character_bytes(text, fits.bytes);
        match count(shortest.max(usize::midpoint(fits.bytes, beyond))) {
            (_, Some(cut)) => fits = cut,
            (bytes, None) => beyond = bytes,
        }
    }
    fits
}

/// The bytes that the tokens left over promise; `None` where there are none left.
fn step(fits: Cut, limit: u32) -> Option<usize> {
    let left = limit.checked_sub(fits.tokens).filter(|&left| left > 0)?;
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let bytes_per_token = usize::try_from(fits.tokens)
        .ok()
        .and_then(|tokens| fits.bytes.checked_div(tokens))
        .map_or(BYTES_PER_TOKEN, |bytes| bytes.saturating_add(1));
    Some(left.saturating_mul(bytes_per_token).max(SHORTEST_STEP))
}
