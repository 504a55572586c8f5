//! Cutting a text in batches: the ends of many pre-tokens per call.
//!
//! ```text
//! text ─► window of 64 bytes ─► bitmaps ─► last bytes of pre-tokens ─► ends
//!              ▲    └─ nothing decided: the grammar's own function ────┤
//!              └───────────── behind the last end ─────────────────────┘
//! ```

use super::Grammar;
use super::level::{Engine, Level};
use super::shape::Shape;
use super::window::last_bytes;

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
    #[must_use]
    pub fn splitter<'text>(&self, text: &'text str) -> Splitter<'text> {
        self.splitter_at(text, 0)
    }

    /// As [`Grammar::splitter`], beginning where a pre-token is known to start.
    ///
    /// A `start` at the text's end or beyond gives none.
    #[must_use]
    pub fn splitter_at<'text>(&self, text: &'text str, start: usize) -> Splitter<'text> {
        self.splitter_on(Level::best(), text, start)
    }

    /// As [`Grammar::splitter_at`], on a level.
    pub(super) fn splitter_on<'text>(
        &self,
        level: Level,
        text: &'text str,
        start: usize,
    ) -> Splitter<'text> {
        debug_assert!(text.get(start..).is_some(), "a start is a boundary");
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

/// Fill ends pre-token by pre-token, for grammars that bitmaps do not decide.
pub(super) fn fill_alone(_: Level, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    let mut count = 0;
    for end in ends {
        if cursor.position >= cursor.text.len() {
            break;
        }
        cursor.position = (cursor.piece_end)(cursor.text, cursor.position);
        *end = cursor.position;
        count += 1;
    }
    count
}

/// Fill ends window by window.
#[inline(always)]
pub(super) fn fill<E: Engine, S: Shape>(
    engine: E,
    cursor: &mut Cursor<'_>,
    ends: &mut [usize],
) -> usize {
    let mut count = 0;
    loop {
        count += give_pending(engine, cursor, &mut ends[count..]);
        let rest = cursor.text.get(cursor.position..).unwrap_or_default();
        if count == ends.len() || rest.is_empty() {
            return count;
        }
        cursor.base = cursor.position;
        cursor.pending = last_bytes::<S>(&engine.bitmaps(rest), rest);
        if cursor.pending == 0 {
            cursor.position = (cursor.piece_end)(cursor.text, cursor.position);
            ends[count] = cursor.position;
            count += 1;
        } else {
            cursor.position += 64 - cursor.pending.leading_zeros() as usize;
        }
    }
}

/// Move pending ends to where there is room, and give how many.
#[inline(always)]
fn give_pending<E: Engine>(engine: E, cursor: &mut Cursor<'_>, ends: &mut [usize]) -> usize {
    let found = cursor.pending.count_ones() as usize;
    if found > ends.len() {
        for end in &mut *ends {
            *end = cursor.base + 1 + cursor.pending.trailing_zeros() as usize;
            cursor.pending &= cursor.pending - 1;
        }
        return ends.len();
    }
    engine.write_ends(cursor.pending, cursor.base, ends);
    cursor.pending = 0;
    found
}
