//! Takes tokens out of content until none is left, in one pass over a stack.
//!
//! ```text
//! characters ─► pushed one by one ─► does a token end here?
//!                     ▲                 │ content's characters of it go,
//!                     └─────────────────┘ the template's are pushed again
//! ```
//!
//! What lies below the top never changes, so a token that is in the result was there when its last
//! character was pushed, and would have gone then. Each time a token is found at least one character
//! goes: the work is at most the characters times the length of the longest token.

use std::iter;
use std::ops::Range;

use super::scan::is_blank;
use super::trie::Trie;
use super::{ControlTable, Edit};

/// A character that is kept so far.
#[derive(Clone, Copy)]
struct Kept {
    start: usize,
    character: char,
    is_content: bool,
    /// Where its bytes start in the tail.
    tail: usize,
    /// Whether only blanks stand before it on its line.
    begins_line: bool,
}

struct Stripper<'table> {
    table: &'table ControlTable,
    backwards: Trie,
    lines_backwards: Trie,
    kept: Vec<Kept>,
    /// What is kept, folded as the tokenizer folds it.
    tail: String,
    places: usize,
}

/// Find what must go; give the number of places and what was taken out of `text`.
pub(super) fn strip(
    text: &str,
    contents: &[Range<usize>],
    table: &ControlTable,
) -> (usize, Vec<Edit>) {
    let (words, lines) = match &table.folding {
        Some(folding) => (folding.words(), folding.lines()),
        None => (&table.patterns.words, &table.patterns.lines),
    };
    let mut stripper = Stripper {
        table,
        backwards: words.reversed(),
        lines_backwards: lines.reversed(),
        kept: Vec::with_capacity(text.len()),
        tail: String::with_capacity(text.len()),
        places: 0,
    };
    let mut contents = contents.iter().peekable();
    for (start, character) in text.char_indices() {
        while contents.next_if(|content| content.end <= start).is_some() {}
        let is_content = contents
            .peek()
            .is_some_and(|content| content.start <= start);
        stripper.push_all((start, character, is_content));
    }
    (stripper.places, stripper.removed(text.len()))
}

impl Stripper<'_> {
    /// Push a character, and those of the template that a token on top gives back.
    fn push_all(&mut self, first: (usize, char, bool)) {
        let mut waiting = vec![first];
        while let Some((start, character, is_content)) = waiting.pop() {
            self.push(start, character, is_content);
            while let Some(bottom) = self.find_bottom() {
                self.places += 1;
                let popped = self.kept.split_off(bottom);
                self.tail
                    .truncate(popped.first().map_or(0, |kept| kept.tail));
                let template = popped.iter().rev().filter(|kept| !kept.is_content);
                waiting.extend(template.map(|kept| (kept.start, kept.character, false)));
            }
        }
    }

    fn push(&mut self, start: usize, character: char, is_content: bool) {
        let tail = self.tail.len();
        match &self.table.folding {
            Some(folding) => folding.fold(character, |part| self.tail.push(part)),
            None => self.tail.push(character),
        }
        let begins_line = self.kept.last().is_none_or(|last| {
            last.character == '\n' || (is_blank(last.character) && last.begins_line)
        });
        self.kept.push(Kept {
            start,
            character,
            is_content,
            tail,
            begins_line,
        });
    }

    /// Find the lowest character of a token that ends in the last one and touches content.
    fn find_bottom(&self) -> Option<usize> {
        let last = self.kept.last()?;
        (last.tail + 1..=self.tail.len()).find_map(|end| {
            let bytes = || self.tail.as_bytes()[..end].iter().rev().copied();
            let word = self
                .backwards
                .find(bytes(), |length| self.touches(end - length));
            let bottom = word.or_else(|| {
                self.lines_backwards.find(bytes(), |length| {
                    let bottom = self.kept[self.bottom(end - length)];
                    bottom.tail == end - length && bottom.begins_line && self.touches(bottom.tail)
                })
            })?;
            Some(self.bottom(end - bottom))
        })
    }

    /// The character that a byte of the tail belongs to.
    fn bottom(&self, byte: usize) -> usize {
        self.kept
            .partition_point(|kept| kept.tail <= byte)
            .saturating_sub(1)
    }

    fn touches(&self, byte: usize) -> bool {
        self.kept[self.bottom(byte)..]
            .iter()
            .any(|kept| kept.is_content)
    }

    /// The parts of the text that were not kept.
    fn removed(&self, text_bytes: usize) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut from = 0;
        let kept = self
            .kept
            .iter()
            .map(|kept| kept.start..kept.start + kept.character.len_utf8());
        for range in kept.chain(iter::once(text_bytes..text_bytes)) {
            if range.start > from {
                edits.push(Edit {
                    range: from..range.start,
                    closes: false,
                });
            }
            from = range.end;
        }
        edits
    }
}
