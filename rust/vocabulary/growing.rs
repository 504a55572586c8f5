//! A text's normal form, made no further than it is asked for.
//!
//! ```text
//! text ─► segment ─► segment ─► …       each ends before a character that nothing before it changes
//!            └─► in the form? ─► the prefix stays borrowed
//!                     └─ no ─► the prefix becomes a string of its own
//! ```
//!
//! An ASCII character and a unified ideograph decompose to themselves, do not reorder and are no
//! second half of any composition. So the form of a text is the form of what stands before such a
//! character, followed by the form of the rest. What follows it may still change it (`e` and an
//! acute), so a border is before it, not behind.

use std::borrow::Cow;

use super::Normalization;

/// The first segment, which most texts do not fill.
const FIRST_BYTES: usize = 4 << 10;
/// Later segments.
const SEGMENT_BYTES: usize = 64 << 10;

/// The normal form of a growing start of a text.
#[derive(Debug)]
pub struct Growing<'text> {
    normalization: Normalization,
    text: &'text str,
    /// The bytes of the text that are done.
    done: usize,
    /// Their form, where it is not these bytes.
    changed: Option<String>,
}

impl Normalization {
    /// Bring a text into the form segment by segment; nothing is done before [`Growing::grow`].
    #[must_use]
    pub fn growing(self, text: &str) -> Growing<'_> {
        Growing {
            normalization: self,
            text,
            done: 0,
            changed: None,
        }
    }

    /// Tell whether the form of a text may not begin with the text's first so many bytes.
    #[must_use]
    pub fn may_change_start(self, text: &str, bytes: usize) -> bool {
        self != Self::None && self.may_change(&text[..border_from(text, bytes)])
    }
}

impl<'text> Growing<'text> {
    /// Add a segment, or all there is where nothing changes; tells whether the text is done.
    pub fn grow(&mut self) -> bool {
        let segment = self.next_segment();
        match (self.normalization.apply(segment), &mut self.changed) {
            (form, Some(changed)) => changed.push_str(&form),
            (Cow::Borrowed(_), None) => {}
            (Cow::Owned(form), None) => {
                self.changed = Some(self.text[..self.done].to_owned() + &form);
            }
        }
        self.done += segment.len();
        self.done == self.text.len()
    }

    /// The form of the start that is done; the form of the whole text begins with it.
    #[must_use]
    pub fn form(&self) -> &str {
        self.changed.as_deref().unwrap_or(&self.text[..self.done])
    }

    /// Tell whether the start that is done is its own form.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.changed.is_none()
    }

    fn next_segment(&self) -> &'text str {
        let rest = &self.text[self.done..];
        let size = match (self.normalization, self.done) {
            (Normalization::None, _) => rest.len(),
            (_, 0) => FIRST_BYTES,
            _ => SEGMENT_BYTES,
        };
        &rest[..border_from(rest, size)]
    }
}

/// The first border, or the end, so many bytes or more into a text.
fn border_from(text: &str, bytes: usize) -> usize {
    let from = text.ceil_char_boundary(bytes);
    let border = text[from..].find(is_border);
    from + border.unwrap_or(text.len() - from)
}

/// Tell whether nothing before a character changes it.
fn is_border(character: char) -> bool {
    matches!(character, '\0'..='\x7f' | '\u{4e00}'..='\u{9fa5}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FIRST_BYTES, Normalization, SEGMENT_BYTES, is_border};

    const FORMS: [Normalization; 3] =
        [Normalization::None, Normalization::Nfc, Normalization::Nfkc];

    /// Grow to the end and compare each step with the form of the whole.
    fn check(text: &str) {
        for normalization in FORMS {
            let whole = normalization.apply(text);
            let mut growing = normalization.growing(text);
            let mut steps = 1;
            while !growing.grow() {
                assert!(whole.starts_with(growing.form()));
                steps += 1;
            }
            assert_eq!(growing.form(), whole);
            assert!(!growing.is_unchanged() || growing.form() == text);
            assert!(steps <= 2 + text.len() / SEGMENT_BYTES);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

        #[test]
        fn what_grows_is_the_form_of_the_whole(
            text in "(?s:.|[a-zé가-힣\u{300}-\u{345}ᄀ-ᇿ𝐀-𝟿ﬁ-ﬆ一-鿿か\u{3099}]{1,4}){0,12}",
            filler in 0..3_usize,
        ) {
            let filler = ["x", "é", "中"][filler];
            let head = filler.repeat(FIRST_BYTES / filler.len() - text.len().min(9) % 7);
            check(&text);
            check(&format!("{head}{text}{text}"));
            check(&format!("{head}{}", text.repeat(1 + 2 * SEGMENT_BYTES / (text.len() + 1))));
        }
    }

    #[test]
    fn no_character_changes_a_border_behind_it() {
        let borders: Vec<char> = ('\0'..='\u{ffff}')
            .filter(|&border| is_border(border))
            .collect();
        // Planes 3 to 13 have no characters yet.
        let characters = ('\0'..'\u{30000}').chain('\u{e0000}'..='\u{e0fff}');
        for (number, character) in characters.enumerate() {
            let border = borders[number * 7 % borders.len()];
            let text = format!("e{character}{border}");
            for normalization in FORMS {
                let before = normalization.apply(&text[..text.len() - border.len_utf8()]);
                assert_eq!(normalization.apply(&text), format!("{before}{border}"));
            }
        }
    }

    #[test]
    fn a_mark_behind_a_border_is_composed_with_it() {
        let text = format!("{}e\u{301}", "x".repeat(FIRST_BYTES));
        let mut growing = Normalization::Nfc.growing(&text);
        assert!(!growing.grow() && growing.grow());
        assert!(growing.form().ends_with("xé"));
    }
}
