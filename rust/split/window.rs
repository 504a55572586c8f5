//! Where the pre-tokens of a window end, by arithmetic on its bitmaps.
//!
//! ```text
//! bitmaps ─► starts: symbols ∪ words ∪ numbers ∪ white space ─► contractions ─► doubt, cut ─► ends
//! ```
//!
//! Nothing is carried from one window to the next: a window begins at a pre-token, gives the ones
//! that it decides, and the next window begins behind them. Where bitmaps do not decide, the window
//! gives what lies before, and none if that is nothing: then the grammar's own function goes on. So
//! it is with a pre-token that is longer than a window, and with what comes from
//!
//! - upper case behind letters without case or marks, where words have case: whether a word begins
//!   there hangs on what follows;
//! - a mark behind no letter, where words may hold marks;
//! - numbers beyond ASCII, where three characters make one;
//! - what a grammar names as `undecided`.

use super::bitmaps::{Bitmaps, below};
use super::scan::contraction;
use super::shape::{Contraction, Shape};

/// A window's starts of pre-tokens, and where these can no longer be trusted.
#[derive(Clone, Copy)]
struct Starts {
    bits: u64,
    /// The lowest bit, and all that is above it, is not decided.
    doubt: u64,
}

/// The first bits of runs.
#[inline(always)]
const fn first(runs: u64) -> u64 {
    runs & !(runs << 1)
}

/// The last bytes of the pre-tokens that a window decides; `text` begins with the window.
///
/// `WIDE` must be true where the window has characters beyond ASCII.
#[inline(always)]
pub(super) fn decide<S: Shape, const WIDE: bool>(map: &Bitmaps, text: &str) -> u64 {
    let valid = below(map.bytes);
    let is_whole = text.len() == map.bytes as usize;
    let white = map.space | map.newline;
    // A run of white space that the window does not end may go on: only where it starts is known.
    let trailing = (white << (u64::BITS - map.bytes)).leading_ones();
    let white_end = below(map.bytes - trailing);
    let mut starts = Starts {
        bits: 0,
        doubt: S::undecided(map),
    };
    let letters = map.upper | map.lower | map.uncased;
    let words = if S::CASED {
        letters | map.mark
    } else {
        letters
    };
    let symbols = valid & !(words | map.number | white);
    let tail = tail::<S>(map, symbols);
    let symbols = symbols & !tail;
    let symbol_starts = first(symbols) & !(map.blank << 1);
    starts.bits |= symbol_starts;
    add_words::<S, WIDE>(map, words, symbol_starts, &mut starts);
    add_numbers::<S, WIDE>(map, &mut starts);
    let kept_end = if S::WHOLE_END && is_whole {
        white_end
    } else {
        u64::MAX
    };
    let no_text = white | !valid | if S::NUMBERS_FIRST { map.number } else { 0 };
    starts.bits |= white_starts::<WIDE>(map, white & !tail, no_text, kept_end);
    add_contractions::<S>(map, text, (words, symbol_starts), &mut starts);
    let known = if is_whole { valid } else { white_end << 1 | 1 };
    let doubt = starts.doubt & starts.doubt.wrapping_neg();
    let bits = starts.bits & known & doubt.wrapping_sub(1) & !1;
    let end = u64::from(is_whole && doubt == 0) << (map.bytes - 1);
    bits >> 1 | end
}

/// The line breaks (and slashes) that stand behind symbols and belong to them.
#[inline(always)]
fn tail<S: Shape>(map: &Bitmaps, symbols: u64) -> u64 {
    let tails = if S::SLASH {
        map.newline | map.slash
    } else {
        map.newline
    };
    let begins = map.newline & (symbols << 1);
    // A bit that begins anew where the carry already runs stays set.
    tails & (!tails.wrapping_add(begins) | begins)
}

#[inline(always)]
fn add_words<S: Shape, const WIDE: bool>(
    map: &Bitmaps,
    words: u64,
    symbol_starts: u64,
    starts: &mut Starts,
) {
    let behind_symbol = if WIDE {
        (symbol_starts << 1).wrapping_add(map.inner) & !map.inner
    } else {
        symbol_starts << 1
    };
    starts.bits |= first(words) & !(behind_symbol | map.space << 1);
    if S::CASED {
        starts.bits |= map.upper & (map.lower << 1);
    }
    if S::CASED && WIDE {
        starts.doubt |= map.upper & ((map.uncased | map.mark) << 1);
        starts.doubt |= map.mark & !(words << 1);
    }
}

#[inline(always)]
fn add_numbers<S: Shape, const WIDE: bool>(map: &Bitmaps, starts: &mut Starts) {
    let number = map.number;
    if S::DIGITS == 1 {
        starts.bits |= number & !map.inner;
        return;
    }
    starts.bits |= first(number);
    let fourth = number & number << 1 & number << 2 & number << 3;
    let mut next = (first(number) << 3) & fourth;
    while next != 0 {
        starts.bits |= next;
        next = (next << 3) & fourth;
    }
    if WIDE {
        starts.doubt |= (number & map.wide) << 1;
    }
}

/// `runs` are the white space that no symbols took; `kept_end` clears line starts from a position.
#[inline(always)]
fn white_starts<const WIDE: bool>(map: &Bitmaps, runs: u64, no_text: u64, kept_end: u64) -> u64 {
    let mut lines = map.space & (map.newline << 1);
    let mut inside = lines.wrapping_add(map.space) & !map.space & map.newline;
    while inside != 0 {
        // Another line break follows: the line before it is no start.
        let before = lines & (inside & inside.wrapping_neg()).wrapping_sub(1);
        lines ^= 1 << (before | 1).ilog2();
        inside &= inside - 1;
    }
    first(runs) | lines & kept_end | last_spaces::<WIDE>(map, no_text)
}

/// The last character of each run of white space that other text follows, unless a line break.
#[inline(always)]
fn last_spaces<const WIDE: bool>(map: &Bitmaps, no_text: u64) -> u64 {
    let last = map.space & !(no_text >> 1 | 1 << 63);
    if !WIDE {
        return last;
    }
    let second = (last & map.inner) >> 1;
    let third = (second & map.inner) >> 1;
    (last | second | third) & !map.inner
}

#[inline(always)]
fn add_contractions<S: Shape>(
    map: &Bitmaps,
    text: &str,
    (words, symbol_starts): (u64, u64),
    starts: &mut Starts,
) {
    let letters = map.upper | map.lower | map.uncased;
    match S::CONTRACTION {
        Contraction::None => {}
        Contraction::Apart => {
            let found = map.apostrophe & symbol_starts & letters >> 1 & letters >> 2;
            if found != 0 {
                starts.bits |= behind_contractions(text, found);
            }
        }
        Contraction::Attached => {
            let found =
                map.apostrophe & words << 1 & (letters >> 1 | !below(map.bytes) >> 1 | 1 << 63);
            if found != 0 {
                *starts = attach_contractions(text, found, map.mark, *starts);
            }
        }
    }
}

/// The bits behind the contractions that start where `found` says.
#[inline(never)]
fn behind_contractions(text: &str, mut found: u64) -> u64 {
    let mut behind = 0;
    while found != 0 {
        let end = contraction(text, found.trailing_zeros() as usize);
        behind |= end.map_or(0, bit);
        found &= found - 1;
    }
    behind
}

/// Join the contractions that start where `found` says with the words before them.
///
/// Not decided is what begins with a mark behind a contraction.
#[inline(never)]
fn attach_contractions(text: &str, mut found: u64, marks: u64, mut starts: Starts) -> Starts {
    let mut before = 0;
    while found != 0 {
        let start = found.trailing_zeros() as usize;
        found &= found - 1;
        // One contraction directly behind another starts a word of its own.
        let end = if start == before {
            None
        } else {
            contraction(text, start)
        };
        if let Some(end) = end {
            let inside = (bit(end).wrapping_sub(1)) & !(bit(start) - 1);
            starts.bits = starts.bits & !inside | bit(end);
            starts.doubt |= marks & bit(end);
            before = end;
        }
    }
    starts
}

/// The bit of a position; none from position 64 on.
const fn bit(position: usize) -> u64 {
    if position < 64 { 1 << position } else { 0 }
}
