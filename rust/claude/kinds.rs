//! What kind of character each code point is for Claude's vocabularies.

use super::unicode_kinds::RUNS;

/// What the marked stream tells apart; the numbers are those of the generated table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An ideograph, a Hangul syllable, anything above the basic plane: takes no marks.
    IsolatedLetter,
    /// A symbol that does not join ASCII punctuation, or a mark that stands outside of words.
    IsolatedSymbol,
    /// A variation selector: rides whatever isolated run it follows.
    Selector,
    /// A decimal digit that is neither ASCII nor Arabic.
    IsolatedDecimal,
    /// A number that is no decimal digit, such as `½`.
    IsolatedNumber,
    /// `0` to `9`.
    AsciiDigit,
    /// An Arabic or Persian digit.
    ArabicDigit,
    /// ASCII punctuation and the symbols that join it in one run.
    Symbol,
    /// White space.
    Space,
    /// What words are made of.
    Letter,
    /// A combining mark that belongs to the word before it, and opens one where there is none.
    Mark,
    /// A circled letter: of a word, yet a symbol to what follows it.
    CircledLetter,
}

const KINDS: [Kind; 12] = [
    Kind::IsolatedLetter,
    Kind::IsolatedSymbol,
    Kind::Selector,
    Kind::IsolatedDecimal,
    Kind::IsolatedNumber,
    Kind::AsciiDigit,
    Kind::ArabicDigit,
    Kind::Symbol,
    Kind::Space,
    Kind::Letter,
    Kind::Mark,
    Kind::CircledLetter,
];

/// The code points of the basic plane.
const BASIC: usize = 0x1_0000;

static TABLE: [Kind; BASIC] = build_table();

#[expect(
    clippy::large_stack_arrays,
    reason = "runs when this is compiled, never in a program"
)]
const fn build_table() -> [Kind; BASIC] {
    let mut table = [Kind::IsolatedLetter; BASIC];
    let mut run = 0;
    while run < RUNS.len() {
        let mut code_point = (RUNS[run] / 16) as usize;
        let end = if run + 1 < RUNS.len() {
            (RUNS[run + 1] / 16) as usize
        } else {
            BASIC
        };
        while code_point < end {
            table[code_point] = KINDS[(RUNS[run] % 16) as usize];
            code_point += 1;
        }
        run += 1;
    }
    table
}

/// The kind of a character.
pub(super) fn kind_of(character: char) -> Kind {
    let kind = TABLE.get(character as usize).copied();
    kind.unwrap_or(Kind::IsolatedLetter)
}

/// The kind of an ASCII byte; any other byte is taken for the code point of its number.
pub(super) fn kind_of_ascii(byte: u8) -> Kind {
    TABLE[usize::from(byte)]
}

/// Tell whether a letter of a word is a number or a symbol by its Unicode category.
pub(super) fn is_number_letter(character: char) -> bool {
    matches!(character, '\u{16ee}'..='\u{16f0}' | '\u{2160}'..='\u{2182}' | '\u{2185}'..='\u{2188}'
        | '\u{24b6}'..='\u{24e9}' | '\u{a6e6}'..='\u{a6ef}')
}
