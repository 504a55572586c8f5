//! Cuts a text where no merge can cross: around user-defined texts, and between characters that no
//! piece has side by side.
//!
//! ```text
//! bytes before and behind ─► apart: a border
//!                        ├─► joined: none
//!                        └─► ask: a user-defined text? a pair of characters that some piece has?
//! ```
//!
//! A merge across a place makes a piece that has the two characters of that place side by side. So
//! where no piece has them, both sides merge alone. The pairs are gathered from the model's pieces,
//! none is taken for granted; a pair that only hashes as one of them leaves out a border, which costs
//! time and changes nothing.

use std::ops::ControlFlow;

use super::Parts;
use super::user_tokens::UserTokens;

/// Words that are handed over together.
pub(super) const WORDS: usize = 64;
const PAIR_BITS: u32 = 20;

/// What the two bytes at a place say of it.
const JOINED: u8 = 0;
const APART: u8 = 1;
const ASK: u8 = 2;

/// A part of a text.
#[derive(Debug)]
pub(super) enum Run<'text> {
    /// A user-defined text, by its id.
    User(u32),
    /// Words of a text: where the first one starts and where each ends.
    Words(&'text str, usize, &'text [usize]),
}

/// Where a model's texts may be cut.
#[derive(Debug)]
pub(super) struct Borders {
    /// What is known of a place, by the byte before and the byte behind.
    places: Box<[u8; 1 << 16]>,
    /// A bit for the hash of every two characters that a piece has side by side.
    pairs: Box<[u64]>,
    user_tokens: UserTokens,
    has_space_prefix: bool,
    /// Whether every character that a piece of several has is a piece.
    has_all_characters: bool,
}

impl Borders {
    /// Find out where texts may be cut.
    ///
    /// # Errors
    ///
    /// As [`UserTokens::build`].
    pub(super) fn build(parts: &Parts) -> Result<Self, String> {
        let user_tokens = UserTokens::build(parts)?;
        let mut borders = Self {
            places: every_place(APART),
            pairs: vec![0; 1 << (PAIR_BITS - 6)].into(),
            user_tokens,
            has_space_prefix: parts.has_space_prefix,
            has_all_characters: false,
        };
        for behind in 0..=u8::MAX {
            let place = match behind {
                0x80..=0xbf => JOINED,
                _ if borders.user_tokens.may_start_with(behind) => ASK,
                _ => continue,
            };
            for before in 0..=u8::MAX {
                borders.places[index(before, behind)] = place;
            }
        }
        let (mut used, mut known) = (Characters::default(), Characters::default());
        let pieces = parts.pieces.iter();
        // Bytes that are no text are never made of a text's characters.
        for text in pieces.filter_map(|(_, piece)| std::str::from_utf8(piece).ok()) {
            let is_character = text.chars().nth(1).is_none();
            let characters = if is_character { &mut known } else { &mut used };
            text.chars()
                .for_each(|character| characters.insert(character));
            borders.join(text);
        }
        borders.has_all_characters = used.is_part_of(&known);
        Ok(borders)
    }

    /// Tell whether every character that a piece of several has is a piece.
    pub(super) fn has_all_characters(&self) -> bool {
        self.has_all_characters
    }

    /// Note the characters that a piece has side by side.
    fn join(&mut self, piece: &str) {
        let bytes = piece.as_bytes();
        for (place, _) in piece.char_indices().skip(1) {
            let (before, behind) = (bytes[place - 1], bytes[place]);
            let is_ascii = before.is_ascii() && behind.is_ascii();
            let known = &mut self.places[index(before, behind)];
            if *known == APART {
                *known = if is_ascii { JOINED } else { ASK };
            }
            let bit = pair_bit(&bytes[..place], &bytes[place..]);
            self.pairs[bit / 64] |= 1 << (bit % 64);
        }
    }

    /// Hand over the parts of a text in order, until `take` has enough.
    pub(super) fn cut(
        &self,
        text: &str,
        mut take: impl FnMut(Run<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut ends = [0; WORDS];
        let mut start = 0;
        if self.has_space_prefix && !text.is_empty() {
            start = self.first_end(text);
            let word = format!(" {}", &text[..start]);
            take(Run::Words(&word, 0, &[word.len()]))?;
        }
        while start < text.len() {
            if let Some((size, id)) = self.user_tokens.find(&text.as_bytes()[start..]) {
                take(Run::User(id))?;
                start += size;
                continue;
            }
            let found = self.find(text.as_bytes(), start, &mut ends);
            take(Run::Words(text, start, &ends[..found]))?;
            start = ends[found - 1];
        }
        ControlFlow::Continue(())
    }

    /// Where the word ends that starts with the space before the text.
    fn first_end(&self, text: &str) -> usize {
        let bytes = text.as_bytes();
        if self.is_border(b" ", bytes) {
            return 0;
        }
        let places = 1..bytes.len();
        places
            .into_iter()
            .find(|&place| self.is_border(&bytes[..place], &bytes[place..]))
            .unwrap_or(bytes.len())
    }

    /// Find the next words, the first of which starts at `start`, below the text's end; stops
    /// before a user-defined text. Gives how many there are, one at least.
    #[inline]
    fn find(&self, bytes: &[u8], start: usize, ends: &mut [usize; WORDS]) -> usize {
        let mut count = 0;
        let mut before = bytes[start];
        for (place, &behind) in bytes.iter().enumerate().skip(start + 1) {
            let known = self.places[index(before, behind)];
            before = behind;
            ends[count] = place;
            if known == ASK {
                let (left, right) = bytes.split_at(place);
                if self.user_tokens.find(right).is_some() {
                    return count + 1;
                }
                count += usize::from(!self.may_join(left, right));
            } else {
                count += usize::from(known);
            }
            if count == WORDS {
                return count;
            }
        }
        ends[count] = bytes.len();
        count + 1
    }

    fn is_border(&self, left: &[u8], right: &[u8]) -> bool {
        let (Some(&before), Some(&behind)) = (left.last(), right.first()) else {
            return true;
        };
        match self.places[index(before, behind)] {
            JOINED => false,
            APART => true,
            _ => self.user_tokens.find(right).is_some() || !self.may_join(left, right),
        }
    }

    /// Tell whether a piece may have the last character of the left beside the first of the right.
    #[inline]
    fn may_join(&self, left: &[u8], right: &[u8]) -> bool {
        let bit = pair_bit(left, right);
        self.pairs[bit / 64] >> (bit % 64) & 1 != 0
    }
}

#[expect(clippy::large_stack_arrays, reason = "it is made on the heap")]
fn every_place(known: u8) -> Box<[u8; 1 << 16]> {
    Box::new([known; 1 << 16])
}

/// A set of characters.
struct Characters(Vec<u64>);

impl Default for Characters {
    fn default() -> Self {
        Self(vec![0; char::MAX as usize / 64 + 1])
    }
}

impl Characters {
    fn insert(&mut self, character: char) {
        let number = character as usize;
        self.0[number / 64] |= 1 << (number % 64);
    }

    fn is_part_of(&self, other: &Self) -> bool {
        let mut words = self.0.iter().zip(&other.0);
        words.all(|(these, others)| these & !others == 0)
    }
}

#[inline]
fn index(before: u8, behind: u8) -> usize {
    usize::from(before) << 8 | usize::from(behind)
}

/// The place of a bit for the last character of the left and the first one of the right; it depends
/// on nothing else.
#[inline]
fn pair_bit(left: &[u8], right: &[u8]) -> usize {
    let last = match *left {
        [.., high, low] if !low.is_ascii() => u64::from(high) << 8 | u64::from(low),
        [.., low] => u64::from(low),
        [] => 0,
    };
    let first = match *right {
        [lead @ 0xe0..=0xff, middle, end, ..] => {
            u64::from(lead) << 16 | u64::from(middle) << 8 | u64::from(end)
        }
        [lead @ 0xc0..=0xff, end, ..] => u64::from(lead) << 8 | u64::from(end),
        [lead, ..] => u64::from(lead),
        [] => 0,
    };
    let hash = (last << 24 | first).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    // Twenty bits: the cast loses nothing.
    (hash >> (u64::BITS - PAIR_BITS)) as usize
}
