//! Which class of character each code point is: a two-level table made when this is compiled.

use super::unicode_classes::{MIXED_BLOCKS, RUNS};

/// What the grammars tell apart. `\p{L}` is the first three of the letters' classes together.
///
/// A class is a bit of its own, so that a vector of classes becomes a bitmap with one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Controls, formats, private and unassigned code points.
    Other = 0,
    /// `[\p{Lu}\p{Lt}]`.
    Upper = 1 << 0,
    /// `\p{Ll}`.
    Lower = 1 << 1,
    /// `[\p{Lm}\p{Lo}]`: letters without case.
    Uncased = 1 << 2,
    /// `\p{M}`.
    Mark = 1 << 3,
    /// `\p{N}`.
    Number = 1 << 4,
    /// `\s` but the next.
    Space = 1 << 5,
    /// `[\r\n]`.
    Newline = 1 << 6,
    /// `[\p{P}\p{S}]`: punctuation and symbols.
    Symbol = 1 << 7,
}

impl Class {
    /// Tell whether this is `\p{L}`.
    pub(super) const fn is_letter(self) -> bool {
        matches!(self, Self::Upper | Self::Lower | Self::Uncased)
    }

    /// Tell whether this is `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`, what may end a cased word.
    pub(super) const fn is_lowerish(self) -> bool {
        matches!(self, Self::Lower | Self::Uncased | Self::Mark)
    }

    /// Tell whether this is `\s`.
    pub(super) const fn is_space(self) -> bool {
        matches!(self, Self::Space | Self::Newline)
    }

    /// Tell whether this is `[^\s\p{L}\p{N}]`.
    pub(super) const fn is_symbol(self) -> bool {
        matches!(self, Self::Other | Self::Symbol | Self::Mark)
    }

    /// Tell whether this is `[^\r\n\p{L}\p{N}]`, what may stand before a word.
    pub(super) const fn is_prefix(self) -> bool {
        matches!(self, Self::Other | Self::Symbol | Self::Mark | Self::Space)
    }
}

/// The class of a character.
pub(super) const fn class_of(character: char) -> Class {
    class_of_code_point(character as usize)
}

/// As [`class_of`], by the number, which is below 0x110000.
pub(super) const fn class_of_code_point(code_point: usize) -> Class {
    TABLE.blocks[TABLE.index[code_point / BLOCK] as usize][code_point % BLOCK]
}

/// The classes of the 128 code points around one, which two vectors take at once.
#[cfg(target_arch = "x86_64")]
pub(super) const fn rows_of(code_point: usize) -> &'static [Class; 2 * ROW] {
    let block = &TABLE.blocks[TABLE.index[code_point / BLOCK] as usize];
    &block.as_chunks().0[code_point % BLOCK / (2 * ROW)]
}

/// The classes of the 64 code points around one, which a vector takes at once.
#[cfg(target_arch = "x86_64")]
pub(super) const fn row_of(code_point: usize) -> &'static [Class; ROW] {
    let block = &TABLE.blocks[TABLE.index[code_point / BLOCK] as usize];
    &block.as_chunks().0[code_point % BLOCK / ROW]
}

/// Code points whose UTF-8 differs in the last byte only.
#[cfg(target_arch = "x86_64")]
pub(super) const ROW: usize = 64;

/// What [`plain_rows`] has where a row holds more than one class.
#[cfg(target_arch = "x86_64")]
pub(super) const MIXED: u8 = 0xff;

/// The class that each row of 64 code points has throughout, or [`MIXED`], for the 64 rows of the
/// characters of three bytes that begin with `lead`.
#[cfg(target_arch = "x86_64")]
pub(super) const fn plain_rows(lead: u8) -> &'static [u8; ROW] {
    &PLAIN_ROWS[(lead & 0xf) as usize]
}

/// As [`plain_rows`], for all characters of three bytes that begin with one lead, by its low bits.
#[cfg(target_arch = "x86_64")]
pub(super) static PLAIN_LEADS: [u8; ROW] = {
    let mut leads = [MIXED; ROW];
    let mut lead = 0;
    while lead < 16 {
        let mut row = 0;
        while row < ROW && PLAIN_ROWS[lead][row] == PLAIN_ROWS[lead][0] {
            row += 1;
        }
        if row == ROW {
            leads[0x20 + lead] = PLAIN_ROWS[lead][0];
        }
        lead += 1;
    }
    leads
};

#[cfg(target_arch = "x86_64")]
static PLAIN_ROWS: [[u8; ROW]; 16] = {
    let mut rows = [[0; ROW]; 16];
    let mut row = 0;
    while row < 16 * ROW {
        rows[row / ROW][row % ROW] = plain_class(row * ROW);
        row += 1;
    }
    rows
};

/// The class of the 64 code points from `first` on, or [`MIXED`].
#[cfg(target_arch = "x86_64")]
const fn plain_class(first: usize) -> u8 {
    let block = &TABLE.blocks[TABLE.index[first / BLOCK] as usize];
    let class = block[first % BLOCK] as u8;
    let mut offset = 1;
    while offset < ROW {
        if block[first % BLOCK + offset] as u8 != class {
            return MIXED;
        }
        offset += 1;
    }
    class
}

const BLOCK: usize = 256;
const BLOCKS: usize = 0x11_0000 / BLOCK;
/// Blocks of one class throughout come first, in the order of the classes.
const PLAIN: [Class; 9] = [
    Class::Other,
    Class::Upper,
    Class::Lower,
    Class::Uncased,
    Class::Mark,
    Class::Number,
    Class::Space,
    Class::Newline,
    Class::Symbol,
];
/// Classes of a run whose code points take turns of upper and lower case.
const UPPER_LOWER: u32 = 9;

struct Table {
    index: [u8; BLOCKS],
    blocks: [[Class; BLOCK]; PLAIN.len() + MIXED_BLOCKS],
}

static TABLE: Table = build_table();

#[expect(
    clippy::cast_possible_truncation,
    reason = "fewer than 256 blocks; const has no try_from"
)]
#[expect(
    clippy::large_stack_arrays,
    reason = "runs when this is compiled, never in a program"
)]
const fn build_table() -> Table {
    let mut table = Table {
        index: [0; BLOCKS],
        blocks: [[Class::Other; BLOCK]; PLAIN.len() + MIXED_BLOCKS],
    };
    let mut plain = 0;
    while plain < PLAIN.len() {
        table.blocks[plain] = [PLAIN[plain]; BLOCK];
        plain += 1;
    }
    let (mut block, mut run, mut used) = (0, 0, PLAIN.len());
    while block < BLOCKS {
        run = run_at(run, block * BLOCK);
        if run_at(run, block * BLOCK + BLOCK - 1) == run && RUNS[run] % 16 < UPPER_LOWER {
            table.index[block] = (RUNS[run] % 16) as u8;
        } else {
            table.index[block] = used as u8;
            table.blocks[used] = fill_block(run, block * BLOCK);
            used += 1;
        }
        block += 1;
    }
    table
}

/// The last run, at or after `run`, that starts at or before a code point.
const fn run_at(mut run: usize, code_point: usize) -> usize {
    while run + 1 < RUNS.len() && (RUNS[run + 1] / 16) as usize <= code_point {
        run += 1;
    }
    run
}

const fn fill_block(mut run: usize, start: usize) -> [Class; BLOCK] {
    let mut block = [Class::Other; BLOCK];
    let mut offset = 0;
    while offset < BLOCK {
        run = run_at(run, start + offset);
        let (first, class) = ((RUNS[run] / 16) as usize, RUNS[run] % 16);
        block[offset] = if class < UPPER_LOWER {
            PLAIN[class as usize]
        } else if (start + offset - first) % 2 == (class - UPPER_LOWER) as usize {
            Class::Upper
        } else {
            Class::Lower
        };
        offset += 1;
    }
    block
}
