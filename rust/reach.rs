//! How far into a text a limit reaches, found by counting.
//!
//! ```text
//! whole text fits? ─► gallop: longer and longer parts, each step as long as the tokens left
//!                     promise ─► one does not fit ─► bisect between the last two ─► the rest
//!                                                    of the word, the next characters
//! ```
//!
//! Every part is counted as a text of its own, so what is found fits by definition. Counts do not
//! grow evenly (`wonderfu` is more tokens than `wonderful`), so that bisection alone may stop inside
//! a word which fits as a whole.

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

    /// The size of the word next to the part of so many bytes, outside of it, or of its rest.
    fn next_word_bytes(self, text: &str, bytes: usize) -> usize {
        let mut size = 0;
        let mut is_in_word = false;
        let mut is_word = |character: &char| {
            let was_in_word = is_in_word;
            is_in_word = character.is_alphanumeric();
            size += character.len_utf8();
            size <= LONGEST_WORD_BYTES && (is_in_word || !was_in_word)
        };
        match self {
            Self::Start => sum(text[bytes..].chars().take_while(&mut is_word)),
            Self::End => {
                let rest = &text[..text.len() - bytes];
                sum(rest.chars().rev().take_while(&mut is_word))
            }
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

fn sum(characters: impl Iterator<Item = char>) -> usize {
    characters.map(char::len_utf8).sum()
}

/// The first step of the gallop: a token has at least this many bytes in most texts, so that the
/// step tells how many it has in this one.
const BYTES_PER_TOKEN: usize = 2;
/// A longer word is not tried as a whole.
const LONGEST_WORD_BYTES: usize = 64;
/// The most words, and then characters, tried behind what bisection found.
const MOST_STEPS: usize = 4;
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
    let mut search = Search {
        text,
        limit,
        side,
        count_up_to,
        fits: Cut::default(),
        beyond: text.len(),
    };
    if !search.try_bytes(text.len()) {
        search.gallop();
        search.bisect();
        search.extend(Side::next_word_bytes);
        search.extend(Side::next_character_bytes);
    }
    search.fits
}

struct Search<'text, Count> {
    text: &'text str,
    limit: u32,
    side: Side,
    count_up_to: Count,
    /// The longest part that is known to fit.
    fits: Cut,
    /// A longer part, which does not fit.
    beyond: usize,
}

impl<Count: Fn(&str, u32) -> Option<u32>> Search<'_, Count> {
    /// Count a part; tell whether it fits.
    fn try_bytes(&mut self, bytes: usize) -> bool {
        let part = self.side.part(self.text, bytes);
        let bytes = part.len();
        match (self.count_up_to)(part, self.limit) {
            Some(tokens) => self.fits = Cut { bytes, tokens },
            None => self.beyond = bytes,
        }
        self.fits.bytes == bytes
    }

    /// Try longer and longer parts until one does not fit.
    fn gallop(&mut self) {
        let mut least_step = SHORTEST_STEP;
        loop {
            let step = self.promised_bytes().max(least_step);
            let reach = self.fits.bytes.saturating_add(step);
            if reach >= self.beyond || !self.try_bytes(reach) {
                return;
            }
            least_step = least_step.saturating_mul(2); // text may count nothing
        }
    }

    /// Try parts between the two known ones until they are a character apart.
    fn bisect(&mut self) {
        loop {
            let next = self.side.next_character_bytes(self.text, self.fits.bytes);
            let shortest = self.fits.bytes + next;
            if shortest >= self.beyond {
                return;
            }
            let half = (self.beyond - self.fits.bytes) / 2;
            let step = match self.promised_bytes().saturating_mul(2) {
                0 => half,
                promised => half.min(promised),
            };
            self.try_bytes(shortest.max(self.fits.bytes + step));
        }
    }

    /// Add words or characters as long as they fit, but not many.
    fn extend(&mut self, next_bytes: fn(Side, &str, usize) -> usize) {
        for _ in 0..MOST_STEPS {
            let next = next_bytes(self.side, self.text, self.fits.bytes);
            if next == 0 || !self.try_bytes(self.fits.bytes + next) {
                return;
            }
        }
    }

    /// The bytes that the tokens left over promise.
    fn promised_bytes(&self) -> usize {
        let left = self.limit.saturating_sub(self.fits.tokens);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        let tokens = usize::try_from(self.fits.tokens).unwrap_or(usize::MAX);
        let bytes = left.saturating_mul(self.fits.bytes).checked_div(tokens);
        bytes.unwrap_or_else(|| left.saturating_mul(BYTES_PER_TOKEN))
    }
}
