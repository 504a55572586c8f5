//! Cutting a text in batches: the ends of many pre-tokens per call.
//!
//! ```text
//! text ─► window of 64 bytes ─► bitmaps ─► last bytes of pre-tokens ─► ends
//!              ▲    └─ nothing decided: the grammar's own function ────┤
//!              └───────────── behind the last end ─────────────────────┘
//! ```

use super::Grammar;
use super::level::Engine;
use super::shape::Shape;
use super::window::decide;
use crate::processor::Level;

/// Cuts a text into pre-tokens, lazily: a call looks at the text of the pre-tokens it gives and
/// little beyond.
#[derive(Debug, Clone)]
pub struct Splitter<'text> {
    cursor: Cursor<'text>,
    level: Level,
    fill: Fill,
}

/// Fills ends on a level; see [`Splitter::next_ends`].
pub(super) type Fill = fn(Level, &mut Cursor<'_>, &mut [usize]) -> usize;

/// Where a splitter is.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'text> {
    text: &'text str,
    /// Where the next window starts.
    position: usize,
    /// Where the window of `pending` starts.
    base: usize,
    /// The last bytes of pre-tokens that are known and not yet given.
    pending: u64,
    /// The grammar's own function.
    piece_end: fn(&str, usize) -> usize,
}

impl Splitter<'_> {
    /// Give the ends of the next pre-tokens.
    ///
    /// Fills `ends` with byte offsets in the whole text, in order, and returns how many; 0 only at
    /// the end of the text or where `ends` is empty.
    #[inline]
    pub fn next_ends(&mut self, ends: &mut [usize]) -> usize {
        (self.fill)(self.level, &mut self.cursor, ends)
    }
}

impl Grammar {
    /// Cut a text into its pre-tokens, many per call.
    ///
    /// ```
    /// use bedrock_llm_core::split::Grammar;
    ///
    /// let mut splitter = Grammar::find("o200k")?.splitter("It's 10000 o'clock");
    /// let mut ends = [0; 4];
    /// assert_eq!((splitter.next_ends(&mut ends), ends), (4, [4, 5, 8, 10]));
    /// assert_eq!((splitter.next_ends(&mut ends), ends[0]), (2, 12));
    /// assert_eq!(splitter.next_ends(&mut ends), 0);
    /// # Ok::<(), bedrock_llm_core::error::CoreError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn splitter<'text>(&self, text: &'text str) -> Splitter<'text> {
        self.splitter_at(text, 0)
    }

    /// As [`Grammar::splitter`], beginning where a pre-token is known to start.
    ///
    /// # Panics
    ///
    /// If `start` is no character boundary of the text, or beyond its end.
    #[must_use]
    #[inline]
    pub fn splitter_at<'text>(&self, text: &'text str, start: usize) -> Splitter<'text> {
        assert!(
            text.is_char_boundary(start),
            "a splitter starts between characters, not at byte {start} of {}",
            text.len()
        );
        self.splitter_on(Level::best(), text, start)
    }

    /// As [`Grammar::splitter_at`], on a level.
    pub(super) fn splitter_on<'text>(
        &self,
        level: Level,
        text: &'text str,
        start: usize,
    ) -> Splitter<'text> {
        let cursor = Cursor {
            text,
            position: start,
            base: start,
            pending: 0,
            piece_end: self.piece_end,
        };
        Splitter {
            cursor,
            level,
            fill: self.fill,
        }
    }
}

/// Pre-tokens that the grammar's own function takes, at most, before the next window.
const MOST_ALONE: usize = 16;

/// Fill ends pre-token by pre-token, for grammars that bitmaps do not decide.
pub(super) fn fill_alone(_: Level, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    cursor.give_alone(ends)
}

/// Fill ends window by window.
#[inline(always)]
pub(super) fn fill<E: Engine, S: Shape>(
    engine: E,
    cursor: &mut Cursor<'_>,
    ends: &mut [usize],
) -> usize {
    let mut count = match cursor.pending {
        0 => 0,
        _ => cursor.give_pending(ends),
    };
    let (text, mut position, mut alone) = (cursor.text, cursor.position, 1);
    while count < ends.len() {
        let rest = text.get(position..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
        let last_bytes = last_bytes::<E, S>(engine, rest);
        let found = last_bytes.count_ones() as usize;
        let room = &mut ends[count..];
        if found == 0 {
            // Where windows decide nothing again and again, look at fewer of them.
            cursor.position = position;
            let most = room.len().min(alone);
            alone = (2 * alone).min(MOST_ALONE);
            count += cursor.give_alone(&mut room[..most]);
            position = cursor.position;
            continue;
        }
        alone = 1;
        if found <= room.len() {
            engine.write_ends(last_bytes, position, room);
            count += found;
        } else {
            (cursor.pending, cursor.base) = (last_bytes, position);
            count += cursor.give_pending(room);
        }
        position += 64 - last_bytes.leading_zeros() as usize;
    }
    cursor.position = position;
    count
}

impl Cursor<'_> {
    /// Move pending ends to where there is room, and give how many.
    #[inline(never)]
    fn give_pending(&mut self, ends: &mut [usize]) -> usize {
        let count = ends.len().min(self.pending.count_ones() as usize);
        for end in &mut ends[..count] {
            *end = self.base + 1 + self.pending.trailing_zeros() as usize;
            self.pending &= self.pending - 1;
        }
        count
    }

    /// Give what the grammar's own function finds.
    #[inline(never)]
    fn give_alone(&mut self, ends: &mut [usize]) -> usize {
        let mut count = 0;
        while count < ends.len() && self.position < self.text.len() {
            self.position = (self.piece_end)(self.text, self.position);
            ends[count] = self.position;
            count += 1;
        }
        count
    }
}

/// The last bytes of the pre-tokens that are decided in the window that a text begins with.
#[inline(always)]
fn last_bytes<E: Engine, S: Shape>(engine: E, text: &str) -> u64 {
    let map = engine.bitmaps(text);
    if map.wide == 0 {
        decide::<S, false>(&map, text)
    } else {
        engine.decide_wide::<S>(map, text)
    }
}
