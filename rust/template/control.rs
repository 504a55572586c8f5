//! The defence of a prompt: content never becomes a control token or a structural marker.
//!
//! ```text
//! rendered prompt ─┬─► scan ──► every place where a token or marker touches content
//! ranges of content┘              │
//!                    ┌────────────┼──────────┬─────────┐
//!                  escape       strip      reject    allow        `ControlMode`
//!                    └─► edits ─► text, and where every range went: `Neutralized`
//! ```
//!
//! What is looked at is the text that would be sent, after the template has put everything together
//! and JSON has been written. So a token that is nested, split over blocks, made by a border of
//! template and content, or hidden in a key is found like any other; a token that the template alone
//! spells is never touched. A token is found in every place where it stands, overlaps included.
//!
//! *Escape* puts U+200B, which shows as nothing, behind the first character of each place. No token
//! holds U+200B, so whatever a tokenizer finds afterwards it would have found before, between two
//! marks; but there every place holds a mark. Hence one pass is enough, and a second finds nothing.
//! [`Neutralized::restore`] takes exactly these marks out; [`ControlTable::restore`] does so for a
//! text alone, and is exact where the text had no U+200B of its own behind such a character.
//!
//! *Strip* takes the content's part of each place out until none is left, as one pass over a stack:
//! what is kept before a place never changes, so its cost is linear however deep tokens are nested.
//!
//! Where the tokenizer normalises (Claude 2: NFKC), places are looked for in the decomposed text, so
//! that look-alikes such as `＜ＥＯＴ＞` are seen as what they become. Elsewhere look-alikes stay what
//! they are: ordinary text.
//!
//! The scan is `memchr` over the first bytes of the tokens (one to three), or over the pair that all
//! begin with, then a trie: 40 to 90 GB/s of prose, 2 to 6 GB/s of markup dense in `<` and `[`.
//! The crate aho-corasick was weighed: its prefilter does the same with more work per candidate, and
//! every prompt is full of candidates, the template's own.

mod fold;
mod neutralized;
mod rows;
mod scan;
mod strip;
mod trie;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;
use std::slice::from_ref;
use std::sync::LazyLock;

use self::fold::Folding;
pub use self::neutralized::{Edit, Neutralized};
use self::rows::{ControlRow, ROWS};
use self::scan::{Hit, Patterns};
use crate::error::CoreError;
use crate::vocabulary::Normalization;

/// The invisible character that takes a token apart: ZERO WIDTH SPACE.
pub const MARK: char = '\u{200b}';

/// What is done with a control token in content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlMode {
    /// Take it apart with an invisible character.
    Escape,
    /// Refuse the text.
    Reject,
    /// Take it out, until none is left.
    Strip,
    /// Leave it: the text is trusted.
    Allow,
}

impl ControlMode {
    /// The modes by the name users write.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("escape", Self::Escape),
        ("reject", Self::Reject),
        ("strip", Self::Strip),
        ("allow", Self::Allow),
    ];

    /// Read a mode's name.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`]: No mode has the name.
    pub fn from_name(name: &str) -> Result<Self, CoreError> {
        let row = Self::NAMED.iter().find(|row| row.0 == name);
        row.map(|row| row.1).ok_or_else(|| CoreError::InvalidParameter {
            message: format!(
                "control_tokens is {name:?}; choose \"escape\", \"reject\", \"strip\" or \"allow\""
            ),
        })
    }
}

/// What one family's tokenizer and template read as structure.
#[derive(Debug)]
pub struct ControlTable {
    name: String,
    words: Vec<String>,
    line_markers: Vec<String>,
    patterns: Patterns,
    folding: Option<Folding>,
}

static NAMED: LazyLock<Vec<ControlTable>> =
    LazyLock::new(|| ROWS.iter().map(ControlTable::of_row).collect());

impl ControlTable {
    /// Find a family's table.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let row = ROWS.iter().position(|row| row.names.contains(&name))?;
        NAMED.get(row)
    }

    /// The templates and families that have a table; some share one.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROWS.iter().flat_map(|row| row.names.iter().copied())
    }

    /// Make a table of other tokens, such as those of a `tokenizer_config.json`.
    ///
    /// # Arguments
    ///
    /// `words` count wherever they stand, `line_markers` where a line begins with one;
    /// `normalization` is what the tokenizer does to a text first.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`]: A word is empty, holds the mark, or is above 1 024 bytes.
    pub fn new(
        name: &str,
        words: impl IntoIterator<Item = String>,
        line_markers: impl IntoIterator<Item = String>,
        normalization: Normalization,
    ) -> Result<Self, CoreError> {
        let words = sorted(words);
        let line_markers = sorted(line_markers);
        for word in words.iter().chain(&line_markers) {
            check_word(name, word)?;
        }
        Ok(Self::of_sorted(name, words, line_markers, normalization))
    }

    fn of_row(row: &ControlRow) -> Self {
        let markers = row.line_markers.iter().map(|marker| (*marker).to_owned());
        Self::of_sorted(
            row.names.first().copied().unwrap_or_default(),
            sorted(row.all_words()),
            sorted(markers),
            row.normalization,
        )
    }

    fn of_sorted(
        name: &str,
        words: Vec<String>,
        line_markers: Vec<String>,
        normalization: Normalization,
    ) -> Self {
        Self {
            name: name.to_owned(),
            patterns: Patterns::new(&words, &line_markers),
            folding: Folding::new(&words, &line_markers, normalization),
            words,
            line_markers,
        }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tokens and markers that count wherever they stand, sorted.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The markers that count at the start of a line, sorted.
    #[must_use]
    pub fn line_markers(&self) -> &[String] {
        &self.line_markers
    }

    /// Count the places of a text where a token or marker stands.
    #[must_use]
    pub fn count_places(&self, text: &str) -> usize {
        self.hits(text, from_ref(&(0..text.len()))).len()
    }

    /// The tokens and markers of a text, each with where it starts.
    #[must_use]
    pub fn spelled<'text>(&self, text: &'text str) -> Vec<(usize, &'text str)> {
        let hits = self.hits(text, from_ref(&(0..text.len())));
        let spelled = hits
            .iter()
            .map(|hit| (hit.start, &text[hit.start..hit.end]));
        spelled.collect()
    }

    /// Take the marks out that escaping put into a text.
    ///
    /// Exact for what escaping made of a text that had no mark of its own; where only the rendered
    /// text is at hand. [`Neutralized::restore`] is exact always.
    #[must_use]
    pub fn restore<'text>(&self, text: &'text str) -> Cow<'text, str> {
        if !text.contains(MARK) {
            return Cow::Borrowed(text);
        }
        let bare = text.replace(MARK, "");
        let points = self.hits(&bare, from_ref(&(0..bare.len())));
        let points: Vec<_> = points
            .iter()
            .map(|hit| hit.second_character(&bare))
            .collect();
        let mut kept = String::with_capacity(text.len());
        let mut bare_bytes = 0;
        let mut follows_mark = false;
        for character in text.chars() {
            let is_ours = character == MARK && !follows_mark && points.contains_sorted(bare_bytes);
            follows_mark = character == MARK;
            if character != MARK {
                bare_bytes += character.len_utf8();
            }
            if !is_ours {
                kept.push(character);
            }
        }
        Cow::Owned(kept)
    }

    /// Find every place where a token or marker touches content, by where it starts.
    fn hits(&self, text: &str, contents: &[Range<usize>]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut done = 0;
        for content in contents.iter().filter(|content| !content.is_empty()) {
            match &self.folding {
                Some(folding) if folding.may_matter(text, content, done) => {
                    folding.scan(text, content, done, &mut hits);
                }
                _ => self.patterns.scan(text, content, done, &mut hits),
            }
            done = content.end;
        }
        if !hits.is_sorted_by(|first, second| first.start < second.start) {
            hits.sort_by_key(|hit| hit.start);
            hits.dedup_by_key(|hit| hit.start);
        }
        hits
    }
}

trait SortedPoints {
    fn contains_sorted(&self, point: usize) -> bool;
}

impl SortedPoints for Vec<usize> {
    fn contains_sorted(&self, point: usize) -> bool {
        self.binary_search(&point).is_ok()
    }
}

fn sorted(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn check_word(table: &str, word: &str) -> Result<(), CoreError> {
    const MOST_BYTES: usize = 1024;
    if (1..=MOST_BYTES).contains(&word.len()) && !word.contains(MARK) {
        return Ok(());
    }
    Err(CoreError::InvalidParameter {
        message: format!(
            "the control token {word:?} of {table:?} has {} bytes; it must have 1 to {MOST_BYTES} \
             and hold no U+200B",
            word.len()
        ),
    })
}

/// Make a whole text, all of it content, safe.
///
/// # Errors
///
/// As [`neutralize_contents`].
pub fn neutralize<'text>(
    text: &'text str,
    table: &ControlTable,
    mode: ControlMode,
) -> Result<Neutralized<'text>, CoreError> {
    neutralize_contents(text, from_ref(&(0..text.len())), table, mode)
}

/// Make the content of a rendered prompt safe; what the template alone spells is not touched.
///
/// # Arguments
///
/// `contents` are the byte ranges of `text` that are content: ascending, apart, on character
/// boundaries.
///
/// # Errors
///
/// [`CoreError::ControlToken`]: A control token touches content, and the mode is to reject it, or
/// to escape it and it is a single character.
pub fn neutralize_contents<'text>(
    text: &'text str,
    contents: &[Range<usize>],
    table: &ControlTable,
    mode: ControlMode,
) -> Result<Neutralized<'text>, CoreError> {
    let hits = match mode {
        ControlMode::Allow => Vec::new(),
        _ => table.hits(text, contents),
    };
    if hits.is_empty() {
        return Ok(Neutralized {
            text: Cow::Borrowed(text),
            places: 0,
            edits: Vec::new(),
        });
    }
    let contents: Vec<_> = contents
        .iter()
        .filter(|range| !range.is_empty())
        .cloned()
        .collect();
    let (places, edits) = match mode {
        ControlMode::Strip => strip::strip(text, &contents, table),
        ControlMode::Reject | ControlMode::Allow => return Err(refuse(text, &hits[0], table, "")),
        ControlMode::Escape => (hits.len(), marks(text, &contents, &hits, table)?),
    };
    Ok(Neutralized {
        text: Cow::Owned(neutralized::apply(text, &edits)),
        places: u32::try_from(places).unwrap_or(u32::MAX),
        edits,
    })
}

/// Say where the marks go: behind the first character of each place, or, where the template spells
/// that, where the content begins.
fn marks(
    text: &str,
    contents: &[Range<usize>],
    hits: &[Hit],
    table: &ControlTable,
) -> Result<Vec<Edit>, CoreError> {
    let mut edits: Vec<Edit> = Vec::with_capacity(hits.len());
    for hit in hits {
        let point = hit.second_character(text);
        let next = contents.partition_point(|content| content.end < point);
        let (point, closes) = match contents.get(next) {
            Some(content) if content.start > point => (content.start, false),
            Some(content) => (point, content.end == point),
            None => (point, false),
        };
        if point >= hit.end {
            return Err(refuse(
                text,
                hit,
                table,
                "one character cannot be escaped: ",
            ));
        }
        if edits.last().is_none_or(|edit| edit.range.start != point) {
            edits.push(Edit {
                range: point..point,
                closes,
            });
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    edits.dedup_by_key(|edit| edit.range.start);
    Ok(edits)
}

fn refuse(text: &str, hit: &Hit, table: &ControlTable, reason: &'static str) -> CoreError {
    CoreError::ControlToken {
        token: text[hit.start..hit.end].to_owned(),
        table: table.name.clone(),
        owner: "the text".to_owned(),
        offset: hit.start,
        reason,
    }
}
