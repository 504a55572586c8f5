//! What a text goes through before it is cut: nothing, or one of Unicode's normal forms.
//!
//! The tables are those of the crate `tokenizers`, which is the vendors' reference: a character that
//! Unicode got later stays as it is there, and here.

use std::borrow::Cow;

use unicode_normalization_alignments::{
    IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfkc_quick,
};

/// A normal form of Unicode, as the vendor's tokenizer applies it first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Normalization {
    /// The text as it is.
    #[default]
    None,
    /// Canonical composition.
    Nfc,
    /// Compatibility composition.
    Nfkc,
}

impl Normalization {
    /// A normal form has no fewer bytes than the text divided by this: a character of at most 4
    /// bytes becomes at least one, and composition makes one character of at least 2 bytes out of
    /// at most four.
    const LARGEST_SHRINKAGE: usize = 8;

    /// The form with a number of the packed format.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::None, Self::Nfc, Self::Nfkc]
            .get(usize::try_from(number).ok()?)
            .copied()
    }

    /// Bring a text into the form; one that is in it already is borrowed.
    #[must_use]
    #[inline]
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        if self == Self::None || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        match self {
            Self::Nfc if is_nfc_quick(text.chars()) != IsNormalized::Yes => {
                Cow::Owned(text.nfc().map(first).collect())
            }
            Self::Nfkc if is_nfkc_quick(text.chars()) != IsNormalized::Yes => {
                Cow::Owned(text.nfkc().map(first).collect())
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// Tell whether a text may not be in the form.
    #[must_use]
    pub fn may_change(self, text: &str) -> bool {
        matches!(self.apply(text), Cow::Owned(_))
    }

    /// The least bytes that a text of `bytes` may have in the form.
    #[must_use]
    pub fn least_bytes(self, bytes: usize) -> usize {
        match self {
            Self::None => bytes,
            Self::Nfc | Self::Nfkc => bytes / Self::LARGEST_SHRINKAGE,
        }
    }
}

/// The character of a pair of a character and how the text shifted.
fn first(pair: (char, isize)) -> char {
    pair.0
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use unicode_normalization_alignments::UnicodeNormalization;

    use super::{Normalization, first};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_form_is_the_standard_form_and_no_shorter_than_promised(
            text in "(?s:.|[a-zé가-힣\u{300}-\u{345}ᄀ-ᇿ𝐀-𝟿ﬁ-ﬆ]{1,4}){0,12}"
        ) {
            let forms = [
                (Normalization::None, text.clone()),
                (Normalization::Nfc, text.nfc().map(first).collect()),
                (Normalization::Nfkc, text.nfkc().map(first).collect()),
            ];
            for (normalization, form) in forms {
                prop_assert_eq!(normalization.apply(&text), form.as_str());
                prop_assert!(form.len() >= normalization.least_bytes(text.len()));
            }
        }
    }

    #[test]
    fn a_text_in_its_form_is_borrowed() {
        for text in ["plain", "é", "中文 가", "😀"] {
            for form in [Normalization::None, Normalization::Nfc, Normalization::Nfkc] {
                assert!(matches!(form.apply(text), Cow::Borrowed(_)), "{text}");
            }
        }
        assert_eq!(Normalization::Nfc.apply("e\u{301}ﬁ"), "éﬁ");
        assert_eq!(Normalization::Nfkc.apply("e\u{301}ﬁ"), "éfi");
    }
}
