//! The grammars that a window's bitmaps can decide, and what sets them apart.

use super::bitmaps::Bitmaps;

/// What follows a word with an apostrophe: `(?i:'s|'t|'re|'ve|'m|'ll|'d)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contraction {
    /// No alternative of its own.
    None,
    /// A pre-token of its own, tried first.
    Apart,
    /// The end of the word before it.
    Attached,
}

/// A grammar of the common form: words with one character that may stand before them, numbers,
/// symbols with one blank before and line breaks behind, white space.
pub(super) trait Shape {
    /// Whether words are cut where lower case meets upper case, and may hold marks.
    const CASED: bool;
    /// How many characters a number has at most: 1 or 3.
    const DIGITS: u32;
    /// Whether a slash may stand among the line breaks behind symbols.
    const SLASH: bool;
    /// Where contractions go.
    const CONTRACTION: Contraction;
    /// Whether white space at the end of the text stays whole.
    const WHOLE_END: bool;
    /// Whether numbers are set apart first, so that white space before one stays whole.
    const NUMBERS_FIRST: bool = false;

    /// Bytes of the characters that the grammar treats in a way of its own.
    #[inline(always)]
    fn undecided(_: &Bitmaps) -> u64 {
        0
    }
}
