//! The longest start of a text within a limit, in one pass over it.
//!
//! ```text
//! chunks while they fit ─► pre-tokens while they fit ─► tokens of the next one while they fit
//!                                                        └─► counted from a safe place: fits? ─►
//!                                                            else a token, a pre-token less
//!                                                            ─► characters while they fit
//! ```
//!
//! A start is counted as a text of its own, and where a text ends its last pre-tokens may be cut in
//! another way. What ends a chunk earlier stays as it is: a grammar looks no further than the run of
//! characters of one kind that a pre-token stands in, and that begins behind the safe place.

use super::Tokenizer;
use crate::engine::Cut;
use crate::merge::Scratch;

/// The most characters that are tried behind the last place.
const MOST_CHARACTERS: usize = 32;

/// Where counting may begin anew: the start of a pre-token, and the tokens before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) tokens: u32,
}

impl Tokenizer {
    /// Find a longest start of a text, ending at a character, that counts at most `limit`.
    ///
    /// `None` where the text, as far as the limit may reach, is not in the vocabulary's normal form:
    /// there, a start of the text is no start of what is counted.
    pub(crate) fn cut_start(&self, text: &str, limit: u32) -> Option<Cut> {
        let reach = usize::try_from(limit).unwrap_or(usize::MAX);
        let reach = reach.saturating_mul(self.vocabulary().longest_token_bytes());
        let normalization = self.vocabulary().parts().normalization;
        if normalization.may_change_start(text, reach) {
            return None;
        }
        Scratch::with(|scratch| {
            let mut chunks = self.chunks(text, 0);
            let (mut safe, mut last) = (Place::default(), Place::default());
            while let Some(counted) = chunks.next(scratch) {
                let tokens = last.tokens.saturating_add(counted.tokens);
                if tokens > limit {
                    return Some(self.cut_chunk(text, (safe, last), limit, scratch));
                }
                safe = last;
                last = Place {
                    at: counted.end,
                    tokens,
                };
            }
            Some(Cut {
                bytes: text.len(),
                tokens: last.tokens,
            })
        })
    }

    /// Cut in the chunk that starts at `last` and does not fit.
    fn cut_chunk(
        &self,
        text: &str,
        (safe, last): (Place, Place),
        limit: u32,
        scratch: &mut Scratch,
    ) -> Cut {
        let mut places = vec![safe.at, last.at];
        let (mut tokens, mut start, mut end) = (last.tokens, last.at, last.at);
        let mut splitter = self.vocabulary().parts().grammar.splitter_at(text, start);
        while tokens <= limit {
            let mut ends = [0];
            if splitter.next_ends(&mut ends) == 0 {
                break;
            }
            self.merge(text, (start, ends[0]), scratch, |rank| {
                tokens = tokens.saturating_add(1);
                end += self.vocabulary().bytes_of_rank(rank);
                if tokens <= limit && text.is_char_boundary(end) {
                    places.push(end);
                }
            });
            start = ends[0];
        }
        self.longest_fitting(text, safe, &places, limit, scratch)
    }

    /// The last of the places up to which the text counts at most `limit`, and what fits behind it.
    ///
    /// Behind it because a text that ends there counts in another way: of two spaces in front of a
    /// word the second one is the word's, and at the end of a text both are one token.
    fn longest_fitting(
        &self,
        text: &str,
        safe: Place,
        places: &[usize],
        limit: u32,
        scratch: &mut Scratch,
    ) -> Cut {
        let mut try_place = |bytes| {
            let tokens = self.count_beyond(safe, &text[..bytes], scratch);
            (tokens <= limit).then_some(Cut { bytes, tokens })
        };
        let places = places.iter().rev();
        let mut longest = places.copied().find_map(&mut try_place).unwrap_or_default();
        for character in text[longest.bytes..].chars().take(MOST_CHARACTERS) {
            match try_place(longest.bytes + character.len_utf8()) {
                Some(longer) => longest = longer,
                None => break,
            }
        }
        longest
    }

    /// Count a text that has a safe place.
    fn count_beyond(&self, safe: Place, text: &str, scratch: &mut Scratch) -> u32 {
        let mut chunks = self.chunks(text, safe.at);
        let mut tokens = safe.tokens;
        while let Some(counted) = chunks.next(scratch) {
            tokens = tokens.saturating_add(counted.tokens);
        }
        tokens
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use proptest::prelude::*;

    use crate::tokenizer::tests::TOKENIZERS;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_start_fits_by_its_own_count_and_is_a_longest_one(
            text in "(?s:.|[a-zA-Z ]{1,30}|[A-ZА-Я]{1,9}|[\u{4e00}-\u{5000}]{1,80}|\n|[ \n/]{1,70}|=| 's|ᄀ|\u{300}){0,60}",
            share in 0_u32..=100,
        ) {
            for tokenizer in TOKENIZERS.iter() {
                let count = tokenizer.count(&text);
                let limit = u32::try_from(u64::from(count) * u64::from(share) / 100).unwrap();
                let Some(cut) = tokenizer.cut_start(&text, limit) else { continue };
                let kept = &text[..cut.bytes];
                prop_assert_eq!(tokenizer.count(kept), cut.tokens);
                prop_assert!(cut.tokens <= limit);
                prop_assert_eq!(cut.bytes == text.len(), count <= limit);
                if let Some(next) = text[cut.bytes..].chars().next() {
                    let longer = &text[..cut.bytes + next.len_utf8()];
                    prop_assert!(tokenizer.count(longer) > limit, "{:?}", longer);
                }
            }
        }
    }
}
