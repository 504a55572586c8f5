//! Cuts long text where nothing that decides a count crosses the cut, so that work stays bounded.
//!
//! Two places are such: behind a newline that a character follows which neither composes with
//! what is before it nor continues its white space; and a single space between two ASCII letters,
//! which the marks of the two words stand for, so the space belongs to neither side.

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfc_quick};

use super::kinds::{Kind, kind_of};

/// Segments are at least this long, but for the last.
const SEGMENT_BYTES: usize = 32 * 1024;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment<'text> {
    pub(super) text: &'text str,
    /// Whether it is where the text begins.
    pub(super) is_first: bool,
    /// Whether it is where the text ends.
    pub(super) is_last: bool,
}

/// Cut a text into segments; an empty text is one empty segment.
pub(super) fn segments(text: &str) -> impl Iterator<Item = Segment<'_>> {
    segments_of(text, SEGMENT_BYTES)
}

fn segments_of(text: &str, size: usize) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = Some(text);
    let mut is_first = true;
    std::iter::from_fn(move || {
        let all = rest?;
        let (segment, next) = match find_cut(all, size) {
            Some(cut) => (&all[..cut.end], Some(&all[cut.start_of_next..])),
            None => (all, None),
        };
        rest = next;
        let is_where_text_begins = std::mem::replace(&mut is_first, false);
        Some(Segment {
            text: segment,
            is_first: is_where_text_begins,
            is_last: next.is_none(),
        })
    })
}

struct Cut {
    end: usize,
    start_of_next: usize,
}

/// Find the first cut at or behind `size` bytes.
fn find_cut(text: &str, size: usize) -> Option<Cut> {
    let bytes = text.as_bytes();
    (size.max(1)..bytes.len()).find_map(|position| match bytes[position - 1] {
        b'\n' if opens_freely(&text[position..]) => Some(Cut {
            end: position,
            start_of_next: position,
        }),
        b' ' if is_between_letters(bytes, position - 1) => Some(Cut {
            end: position - 1,
            start_of_next: position,
        }),
        _ => None,
    })
}

/// Tell whether the byte at a position stands between two ASCII letters.
fn is_between_letters(bytes: &[u8], position: usize) -> bool {
    let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    position.checked_sub(1).is_some_and(is_letter) && is_letter(position + 1)
}

/// Tell whether a text's first character begins something new behind a newline.
fn opens_freely(text: &str) -> bool {
    text.chars().next().is_some_and(|first| match first {
        '!'..='~' => true,
        '\0'..='\u{2ff}' | '\u{e000}'..='\u{f8ff}' => false,
        _ => {
            kind_of(first) != Kind::Space
                && canonical_combining_class(first) == 0
                && is_nfc_quick(std::iter::once(first)) == IsNormalized::Yes
        }
    })
}

#[cfg(test)]
mod tests {
    use super::segments_of;

    fn cut(text: &str) -> Vec<&str> {
        segments_of(text, 4).map(|segment| segment.text).collect()
    }

    #[test]
    fn a_cut_is_behind_a_newline_or_replaces_a_space_between_letters() {
        assert_eq!(cut(""), [""]);
        assert_eq!(cut("on two"), ["on two"]);
        assert_eq!(cut("alone two three"), ["alone", "two", "three"]);
        assert_eq!(cut("abcd\nefgh\n"), ["abcd\n", "efgh\n"]);
        assert_eq!(cut("abcd\n\n文"), ["abcd\n\n", "文"]);
    }

    #[test]
    fn no_cut_parts_white_space_or_what_composes() {
        assert_eq!(cut("abcd\n  \n\r\n").len(), 1);
        assert_eq!(cut("abcd  e1 2").len(), 1);
        assert_eq!(cut("abcd\n\u{301}").len(), 1);
        assert_eq!(cut("abcd\n\u{1161}\u{11a8}").len(), 1);
        assert_eq!(cut("abcd\n\u{a0}\u{3000}x\u{85}").len(), 1);
        assert_eq!(cut("abcd\n\u{e000} ").len(), 1);
    }
}
