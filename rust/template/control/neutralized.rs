//! What became of a text: what was changed, where ranges went, and the way back.

use std::borrow::Cow;
use std::ops::Range;

use super::MARK;

/// A place that was changed: a mark put in where `range` is empty, else these bytes taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Bytes of the text before it was changed.
    pub range: Range<usize>,
    /// Whether a mark belongs to what ends where it was put, not to what begins there.
    pub(super) closes: bool,
}

impl Edit {
    /// Whether all of it lies before a bound.
    fn is_before(&self, bound: usize) -> bool {
        self.range.end < bound
            || (self.range.end == bound && (self.closes || !self.range.is_empty()))
    }
}

/// A text in which no content is a control token.
#[derive(Debug)]
pub struct Neutralized<'text> {
    /// The text, borrowed where nothing was changed.
    pub text: Cow<'text, str>,
    /// The places where a token stood.
    pub places: u32,
    /// What was changed, by place.
    pub edits: Vec<Edit>,
}

impl Neutralized<'_> {
    /// Tell where the bounds of ranges of the text went, which must ascend.
    pub fn moved(&self, bounds: impl Iterator<Item = usize>) -> impl Iterator<Item = usize> {
        let mut edits = self.edits.iter().peekable();
        let mut put_in = 0;
        let mut taken_out = 0;
        bounds.map(move |bound| {
            while let Some(edit) = edits.next_if(|edit| edit.is_before(bound)) {
                let is_mark = edit.range.is_empty();
                put_in += if is_mark { MARK.len_utf8() } else { 0 };
                taken_out += edit.range.len();
            }
            let inside = edits
                .peek()
                .map_or(0, |edit| bound.saturating_sub(edit.range.start));
            bound + put_in - taken_out - inside
        })
    }

    /// Give the text back as it was before it was escaped; stripped text is gone.
    #[must_use]
    pub fn restore(&self) -> String {
        let mut restored = String::with_capacity(self.text.len());
        let mut from = 0;
        for (index, edit) in self.edits.iter().enumerate() {
            if edit.range.is_empty() {
                let mark = edit.range.start + index * MARK.len_utf8();
                restored.push_str(&self.text[from..mark]);
                from = mark + MARK.len_utf8();
            }
        }
        restored.push_str(&self.text[from..]);
        restored
    }
}

/// Change a text.
pub(super) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len() + edits.len() * MARK.len_utf8());
    let mut from = 0;
    for edit in edits {
        edited.push_str(&text[from..edit.range.start]);
        if edit.range.is_empty() {
            edited.push(MARK);
        }
        from = edit.range.end;
    }
    edited.push_str(&text[from..]);
    edited
}
