//! One face over a vocabulary, its grammar and merging.
//!
//! Text is only ever text: a special token's spelling inside it becomes ordinary tokens, never
//! the special id (as `encode_ordinary` of the reference). A vocabulary may ask for a normal form of
//! Unicode: then the ids stand for the text in that form.

mod start;

use crate::error::CoreError;
use crate::merge::{self, Counted, Memory, Scratch};
use crate::split::Splitter;
use crate::vocabulary::{CHUNK, Normalization, Vocabulary};
use start::Place;

/// Counts, encodes and decodes text with one vocabulary; never changes, so threads may share it.
#[derive(Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    memory: Memory,
}

impl Tokenizer {
    /// Make a tokenizer of a vocabulary.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self {
            vocabulary,
            memory: Memory::default(),
        }
    }

    /// The vocabulary.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Count the tokens of a text; saturates at `u32::MAX`, which takes 4 GiB of text.
    #[must_use]
    pub fn count(&self, text: &str) -> u32 {
        let text = self.vocabulary.parts().normalization.apply(text);
        self.count_whole(&text)
    }

    /// Count the tokens of a text up to a limit: `None` as soon as there are more.
    ///
    /// The work is bounded by the limit, not by the text, but for a few pre-tokens.
    #[must_use]
    pub fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        let normalization = self.vocabulary.parts().normalization;
        if exceeds(self.least_tokens(text.len()), limit) {
            return None;
        }
        if normalization == Normalization::None {
            return self.count_chunks(text, limit);
        }
        let mut growing = normalization.growing(text);
        Scratch::with(|scratch| {
            let mut safe = Place::default();
            loop {
                let is_whole = growing.grow();
                let (before, tokens) = self.count_from(growing.form(), safe, limit, scratch);
                match (is_whole, tokens) {
                    (true, tokens) => return tokens,
                    (false, None) if before.tokens > limit => return None,
                    (false, _) => safe = before,
                }
            }
        })
    }

    /// Count a text from a place on; gives the tokens of all, `None` if there are more than `limit`,
    /// and a place before which nothing changes where the text goes on.
    fn count_from(
        &self,
        text: &str,
        start: Place,
        limit: u32,
        scratch: &mut Scratch,
    ) -> (Place, Option<u32>) {
        let mut chunks = self.chunks(text, start.at);
        // The last chunk may end anywhere, and what stands before that end be cut in another way.
        let (mut safe, mut before, mut last) = (start, start, start);
        while let Some(counted) = chunks.next(scratch) {
            (safe, before) = (before, last);
            last = Place {
                at: counted.end,
                tokens: last.tokens.saturating_add(counted.tokens),
            };
            if safe.tokens > limit {
                return (safe, None);
            }
        }
        (safe, (last.tokens <= limit).then_some(last.tokens))
    }

    fn count_whole(&self, text: &str) -> u32 {
        Scratch::with(|scratch| {
            let mut chunks = self.chunks(text, 0);
            let mut tokens = 0_u32;
            while let Some(counted) = chunks.next_with(merge::count_known, scratch) {
                tokens = tokens.saturating_add(counted.tokens);
            }
            let waiting = merge::settle(&self.vocabulary, &self.memory, text, scratch);
            tokens.saturating_add(waiting)
        })
    }

    fn count_chunks(&self, text: &str, limit: u32) -> Option<u32> {
        Scratch::with(|scratch| {
            let mut chunks = self.chunks(text, 0);
            let mut tokens = 0_u32;
            while let Some(counted) = chunks.next(scratch) {
                tokens = tokens.saturating_add(counted.tokens);
                if tokens > limit {
                    return None;
                }
            }
            Some(tokens)
        })
    }

    /// Count a text chunk by chunk, from the start of a pre-token on.
    fn chunks<'a>(&'a self, text: &'a str, start: usize) -> Chunks<'a> {
        Chunks {
            tokenizer: self,
            text,
            splitter: self.vocabulary.parts().grammar.splitter_at(text, start),
            position: start,
            is_done: false,
        }
    }

    /// The fewest tokens that a text of so many bytes can have.
    #[must_use]
    pub fn least_tokens(&self, bytes: usize) -> usize {
        let least_bytes = self.vocabulary.parts().normalization.least_bytes(bytes);
        least_bytes.div_ceil(self.vocabulary.longest_token_bytes().max(1))
    }

    /// Encode a text into token ids.
    #[must_use]
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let text = self.vocabulary.parts().normalization.apply(text);
        let mut ids = Vec::with_capacity(text.len() / 4 + 1);
        Scratch::with(|scratch| {
            let mut splitter = self.vocabulary.parts().grammar.splitter(&text);
            let mut ends = [0; CHUNK];
            let mut start = 0;
            loop {
                let found = splitter.next_ends(&mut ends);
                for &end in &ends[..found] {
                    self.merge(&text, (start, end), scratch, |rank| {
                        ids.push(self.vocabulary.id_of_rank(rank));
                    });
                    start = end;
                }
                if found < CHUNK {
                    return;
                }
            }
        });
        ids
    }

    fn merge(
        &self,
        text: &str,
        range: (usize, usize),
        scratch: &mut Scratch,
        emit: impl FnMut(u32),
    ) {
        let text = text.as_bytes();
        merge::merge(&self.vocabulary, &self.memory, text, range, scratch, emit);
    }

    /// Decode token ids into the bytes they stand for; a special id gives its text.
    ///
    /// # Errors
    ///
    /// [`CoreError::UnknownTokenId`] names the first id that the vocabulary does not have.
    pub fn decode_bytes(&self, ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        let mut bytes = Vec::with_capacity(ids.len() * 4);
        for &id in ids {
            bytes.extend_from_slice(self.vocabulary.bytes_of_id(id)?);
        }
        Ok(bytes)
    }

    /// Decode token ids into text; bytes that are no UTF-8 become U+FFFD.
    ///
    /// # Errors
    ///
    /// As [`Tokenizer::decode_bytes`].
    pub fn decode(&self, ids: &[u32]) -> Result<String, CoreError> {
        let bytes = self.decode_bytes(ids)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Tell whether so many tokens are more than a limit.
fn exceeds(tokens: usize, limit: u32) -> bool {
    u32::try_from(tokens).map_or(true, |tokens| tokens > limit)
}

/// How a chunk is counted.
type CountChunk =
    fn(&Vocabulary, &Memory, (&str, &mut Splitter<'_>), usize, &mut Scratch) -> Counted;

/// A text's chunks of pre-tokens, to be counted one by one.
struct Chunks<'a> {
    tokenizer: &'a Tokenizer,
    text: &'a str,
    splitter: Splitter<'a>,
    position: usize,
    is_done: bool,
}

impl Chunks<'_> {
    /// Count the next chunk.
    #[inline]
    fn next(&mut self, scratch: &mut Scratch) -> Option<Counted> {
        self.next_with(merge::count, scratch)
    }

    #[inline]
    fn next_with(&mut self, count: CountChunk, scratch: &mut Scratch) -> Option<Counted> {
        if self.is_done {
            return None;
        }
        let Tokenizer { vocabulary, memory } = self.tokenizer;
        let place = (self.text, &mut self.splitter);
        let counted = count(vocabulary, memory, place, self.position, scratch);
        self.position = counted.end;
        self.is_done = counted.is_last;
        Some(counted)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
pub(crate) mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::Tokenizer;
    use crate::vocabulary::{Normalization, packed};

    pub(crate) static TOKENIZERS: LazyLock<[Tokenizer; 9]> = LazyLock::new(|| {
        [
            "o200k", "tekken", "qwen3", "deepseek", "glm4", "glm5", "minimax", "kimi", "claude2",
        ]
        .map(|name| {
            let folder =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
            Tokenizer::new(packed::open(folder.join(format!("{name}.vocabulary"))).unwrap())
        })
    });

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() })]

        #[test]
        fn count_encode_decode_and_every_limit_agree(text in "(?s:.|[a-z ]{1,9}|\n){0,20}") {
            for tokenizer in TOKENIZERS.iter() {
                let ids = tokenizer.encode(&text);
                let count = u32::try_from(ids.len()).unwrap();
                prop_assert_eq!(tokenizer.count(&text), count);
                let normalized = tokenizer.vocabulary().parts().normalization.apply(&text);
                prop_assert_eq!(tokenizer.decode(&ids).unwrap(), normalized);
                for limit in 0..count + 2 {
                    let expected = (limit >= count).then_some(count);
                    prop_assert_eq!(tokenizer.count_up_to(&text, limit), expected);
                }
            }
        }
    }

    #[test]
    fn the_text_of_a_special_token_stays_text() {
        for tokenizer in TOKENIZERS.iter() {
            let parts = tokenizer.vocabulary().parts();
            for (id, text) in parts.special_tokens.iter() {
                let ids = tokenizer.encode(text);
                assert!(!ids.contains(&id), "{text}");
                assert_eq!(
                    tokenizer.decode(&ids).unwrap(),
                    parts.normalization.apply(text)
                );
                assert_eq!(tokenizer.decode(&[id]).unwrap(), text);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..Default::default() })]

        #[test]
        fn a_limit_is_met_in_a_text_of_many_segments(
            parts in proptest::collection::vec(
                ("(?s:.|[a-zA-Z ]{1,30}|[A-ZА-Я]{1,9}|[一-倀]{1,80}|[ \n/]{1,70}|=| 's|e\u{301}|ﬁ|ᄀ){1,9}", 1..100_usize),
                1..8,
            ),
            share in 0_u32..=100,
        ) {
            let parts = parts.iter().map(|(part, times)| part.repeat(*times));
            let text = parts.collect::<String>().repeat(3);
            for tokenizer in TOKENIZERS.iter().filter(|tokenizer| {
                tokenizer.vocabulary().parts().normalization != Normalization::None
            }) {
                let count = tokenizer.count(&text);
                let limit = u32::try_from(u64::from(count) * u64::from(share) / 100).unwrap();
                for limit in [limit, count.saturating_sub(1), count] {
                    let expected = (limit >= count).then_some(count);
                    prop_assert_eq!(tokenizer.count_up_to(&text, limit), expected);
                }
            }
        }
    }

    #[test]
    fn an_id_beyond_the_vocabulary_is_refused() {
        let message = TOKENIZERS[0].decode(&[201_088]).unwrap_err().to_string();
        let expected =
            r#"token id 201088 is not in the vocabulary "o200k", whose ids end at 201087"#;
        assert_eq!(message, expected);
    }

    #[test]
    fn ids_that_are_no_whole_character_decode_to_a_replacement() {
        let tokenizer = &TOKENIZERS[0];
        let half = tokenizer.encode("🪿")[0];
        assert_eq!(tokenizer.decode(&[half]).unwrap(), "\u{fffd}");
    }
}
