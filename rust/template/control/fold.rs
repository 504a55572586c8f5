//! Places that a normalising tokenizer sees: tokens in the decomposed text.
//!
//! Each character is decomposed by itself, text and tokens alike. That finds at least what the normal
//! form of the whole text spells: composition only joins a character with the marks behind it, and
//! reordering only moves marks. Where it finds more, it is a token with a combining mark at its end,
//! which is safe to take apart.

use std::ops::Range;

use unicode_normalization_alignments::char::{decompose_canonical, decompose_compatible};

use super::scan::{Hit, begins_line};
use super::trie::Trie;
use crate::vocabulary::Normalization;

/// The characters beyond ASCII whose canonical decomposition is one ASCII character, and which one.
const CANONICAL: [(char, char); 3] = [('\u{37e}', ';'), ('\u{1fef}', '`'), ('\u{212a}', 'K')];

/// How a family's tokenizer folds text, and its tokens after that.
#[derive(Debug)]
pub(super) struct Folding {
    normalization: Normalization,
    words: Trie,
    lines: Trie,
}

impl Folding {
    /// Fold the tokens; None where no other text than a token's own can become it.
    pub(super) fn new(
        words: &[String],
        line_markers: &[String],
        normalization: Normalization,
    ) -> Option<Self> {
        let mut all = words.iter().chain(line_markers);
        let matters = match normalization {
            Normalization::None => false,
            Normalization::Nfkc => true,
            Normalization::Nfc => all.any(|word| {
                !word.is_ascii() || CANONICAL.iter().any(|(_, ascii)| word.contains(*ascii))
            }),
        };
        matters.then(|| Self {
            normalization,
            words: Trie::new(&folded_words(words, normalization)),
            lines: Trie::new(&folded_words(line_markers, normalization)),
        })
    }

    pub(super) fn words(&self) -> &Trie {
        &self.words
    }

    pub(super) fn lines(&self) -> &Trie {
        &self.lines
    }

    /// Whether folding can show more than the text itself does.
    pub(super) fn may_matter(&self, text: &str, content: &Range<usize>, done: usize) -> bool {
        let bytes = &text.as_bytes()[self.region(text, content, done)];
        !bytes.is_ascii()
    }

    /// The bytes that a place may lie in: a character of the text folds into at least one byte.
    fn region(&self, text: &str, content: &Range<usize>, done: usize) -> Range<usize> {
        let reach = 4 * self.words.longest().max(self.lines.longest());
        let from = content.start.saturating_sub(reach).max(done);
        let to = content.end.saturating_add(reach).min(text.len());
        text.floor_char_boundary(from)..text.ceil_char_boundary(to)
    }

    /// Fold one character.
    pub(super) fn fold(&self, character: char, emit: impl FnMut(char)) {
        fold(character, self.normalization, emit);
    }

    /// Add the places that touch `content` and start at `done` or later, by where they start.
    pub(super) fn scan(
        &self,
        text: &str,
        content: &Range<usize>,
        done: usize,
        hits: &mut Vec<Hit>,
    ) {
        let region = self.region(text, content, done);
        let (folded, origins) = self.folded(&text[region.clone()], region.start);
        for at in 0..folded.len() {
            let start = origins[at];
            if start >= content.end {
                break;
            }
            let reaches = |length: usize| origins[at + length - 1] >= content.start;
            let rest = || folded[at..].iter().copied();
            let is_whole = at == 0 || origins[at - 1] != start;
            let length = self.words.find(rest(), reaches).or_else(|| {
                let marker = self.lines.find(rest(), reaches)?;
                (is_whole && begins_line(text, start)).then_some(marker)
            });
            let is_known = hits.last().is_some_and(|hit| hit.start == start);
            if let Some(length) = length.filter(|_| !is_known) {
                let last = origins[at + length - 1];
                let end = last + text[last..].chars().next().map_or(1, char::len_utf8);
                hits.push(Hit { start, end });
            }
        }
    }

    /// Fold a text; give, for each byte, where its character starts.
    fn folded(&self, text: &str, offset: usize) -> (Vec<u8>, Vec<usize>) {
        let mut folded = String::with_capacity(text.len());
        let mut origins = Vec::with_capacity(text.len());
        for (start, character) in text.char_indices() {
            self.fold(character, |part| folded.push(part));
            origins.resize(folded.len(), offset + start);
        }
        (folded.into_bytes(), origins)
    }
}

fn fold(character: char, normalization: Normalization, mut emit: impl FnMut(char)) {
    match normalization {
        Normalization::None => emit(character),
        Normalization::Nfc => decompose_canonical(character, emit),
        Normalization::Nfkc => decompose_compatible(character, emit),
    }
}

fn folded_words(words: &[String], normalization: Normalization) -> Vec<Vec<u8>> {
    let mut folded: Vec<Vec<u8>> = words
        .iter()
        .map(|word| {
            let mut text = String::new();
            for character in word.chars() {
                fold(character, normalization, |part| text.push(part));
            }
            text.into_bytes()
        })
        .collect();
    folded.sort_unstable();
    folded.dedup();
    folded
}
