//! Counts text in several scripts, for closed vocabularies that no single one stands in for.
//!
//! ```text
//! text ─► runs of one script ─► the counter of that script ─► sum
//!         all other text ─────► the counter of the rest
//! ```
//!
//! Nova's own vocabulary is closed: one that comes near it for Latin text has a third of its tokens
//! of Japanese. So each script may have a counter of its own, which counts every run of that
//! script as a text by itself. Which scripts, with what vocabulary and at what scale, say the rows
//! of the catalog; nothing here knows a model or a script.
//!
//! Text that no script takes is passed over 64 bytes at a time: UTF-8's first bytes grow with the
//! code point, so a block without a byte as high as the lowest script's holds none of them.

use crate::counter::Counter;
use crate::engine::{Cut, Engine, Facts};
use crate::error::CoreError;
use crate::reach::{Side, longest};

/// The bytes that are looked at together.
const BLOCK_BYTES: usize = 64;

/// A script with a counter of its own.
#[derive(Debug, Clone)]
pub struct Share {
    /// What counts its runs.
    pub counter: Counter,
    /// Its characters: the first and the last one of each range.
    pub ranges: Vec<(char, char)>,
}

/// Counts each script with a counter of its own; never changes, so threads may share it.
#[derive(Debug)]
pub struct MixedEngine {
    name: String,
    rest: Counter,
    shares: Vec<Counter>,
    /// The ranges of all shares, in the order of their characters.
    ranges: Vec<Range>,
    /// The first byte of the lowest character of any range.
    lowest_byte: u8,
}

#[derive(Debug, Clone, Copy)]
struct Range {
    first: char,
    last: char,
    share: usize,
}

impl MixedEngine {
    /// Make an engine of a counter for each script, and one for all other text.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] if a range ends before it starts, or two overlap.
    pub fn new(name: String, rest: Counter, shares: Vec<Share>) -> Result<Self, CoreError> {
        let rows = shares.iter().enumerate().flat_map(|(share, row)| {
            let ranges = row.ranges.iter();
            ranges.map(move |&(first, last)| Range { first, last, share })
        });
        let mut ranges: Vec<Range> = rows.collect();
        ranges.sort_unstable_by_key(|range| range.first);
        check(&ranges)?;
        let lowest = ranges.first().map_or(char::MAX, |range| range.first);
        Ok(Self {
            name,
            rest,
            shares: shares.into_iter().map(|row| row.counter).collect(),
            ranges,
            lowest_byte: lowest.encode_utf8(&mut [0; 4]).as_bytes()[0],
        })
    }

    /// The share that a character belongs to.
    fn share_of(&self, character: char) -> Option<usize> {
        let above = self
            .ranges
            .partition_point(|range| range.first <= character);
        let range = self.ranges.get(above.checked_sub(1)?)?;
        (character <= range.last).then_some(range.share)
    }

    /// The first run of a text: what counts it, and its size.
    fn first_run(&self, text: &str) -> (&Counter, usize) {
        let first = text.chars().next();
        match first.and_then(|character| self.share_of(character)) {
            None => (&self.rest, self.rest_bytes(text)),
            Some(share) => {
                let end = text.find(|character| self.share_of(character) != Some(share));
                (&self.shares[share], end.unwrap_or(text.len()))
            }
        }
    }

    /// How far a text goes on without a character of any share.
    fn rest_bytes(&self, text: &str) -> usize {
        let mut at = 0;
        loop {
            at += bytes_below(&text.as_bytes()[at..], self.lowest_byte);
            match text[at..].chars().next() {
                Some(character) if self.share_of(character).is_none() => at += character.len_utf8(),
                _ => return at,
            }
        }
    }

    /// The runs of a text, found as they are asked for.
    fn runs<'run>(
        &'run self,
        mut text: &'run str,
    ) -> impl Iterator<Item = (&'run Counter, &'run str)> {
        std::iter::from_fn(move || {
            if text.is_empty() {
                return None;
            }
            let (counter, bytes) = self.first_run(text);
            let (run, rest) = text.split_at(bytes);
            text = rest;
            Some((counter, run))
        })
    }

    /// What counts all of a text, if one counter does.
    fn only_counter(&self, text: &str) -> Option<&Counter> {
        let (counter, bytes) = self.first_run(text);
        (bytes == text.len()).then_some(counter)
    }
}

impl Engine for MixedEngine {
    fn facts(&self) -> Facts<'_> {
        Facts {
            name: &self.name,
            kind: "mixed",
            exactness: "estimated",
            grammar: None,
            last_id: None,
            special_tokens: None,
            user_tokens: None,
            frame_tokens: None,
            ..self.rest.engine().facts()
        }
    }

    fn count(&self, text: &str) -> u32 {
        self.runs(text).fold(0, |tokens, (counter, run)| {
            tokens.saturating_add(counter.count(run))
        })
    }

    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        self.runs(text).try_fold(0, |tokens, (counter, run)| {
            let left = limit - tokens; // a run's count is never above what was left
            Some(tokens + counter.count_up_to(run, left)?)
        })
    }

    fn encode(&self, _text: &str, _ids: &mut Vec<u32>) -> Result<(), CoreError> {
        Err(self.unknown_id(0))
    }

    fn decode_bytes(&self, _ids: &[u32]) -> Result<Vec<u8>, CoreError> {
        Err(self.unknown_id(0))
    }

    fn unknown_id(&self, _id: i64) -> CoreError {
        CoreError::IdsNotPublic {
            vocabulary: self.name.clone(),
        }
    }

    fn cut_start(&self, text: &str, limit: u32) -> Cut {
        match self.only_counter(text) {
            Some(counter) => counter.cut_start(text, limit),
            None => longest(text, limit, Side::Start, |part, limit| {
                self.count_up_to(part, limit)
            }),
        }
    }

    fn cut_end(&self, text: &str, limit: u32) -> Cut {
        match self.only_counter(text) {
            Some(counter) => counter.cut_end(text, limit),
            None => longest(text, limit, Side::End, |part, limit| {
                self.count_up_to(part, limit)
            }),
        }
    }
}

/// The number of bytes in front of the first one that is `lowest` or above.
fn bytes_below(bytes: &[u8], lowest: u8) -> usize {
    let is_below = |block: &&[u8]| block.iter().fold(0, |top, &byte| top.max(byte)) < lowest;
    let blocks = bytes.chunks(BLOCK_BYTES).take_while(is_below).count();
    let start = bytes.len().min(blocks * BLOCK_BYTES);
    let rest = &bytes[start..];
    start
        + rest
            .iter()
            .position(|&byte| byte >= lowest)
            .unwrap_or(rest.len())
}

/// Refuse ranges, in the order of their first characters, that no character can be looked up in.
fn check(ranges: &[Range]) -> Result<(), CoreError> {
    let backward = ranges.iter().find(|range| range.last < range.first);
    let overlap = ranges.windows(2).find(|pair| pair[1].first <= pair[0].last);
    let reason = match (backward, overlap) {
        (Some(range), _) => format!("{:?}-{:?} ends before it starts", range.first, range.last),
        (None, Some(pair)) => format!(
            "{:?}-{:?} and {:?}-{:?} overlap",
            pair[0].first, pair[0].last, pair[1].first, pair[1].last
        ),
        (None, None) => return Ok(()),
    };
    let message = format!("the ranges of scripts are no ranges: {reason}; mend the row");
    Err(CoreError::InvalidParameter { message })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may unwrap")]
mod tests {
    use std::sync::{Arc, LazyLock};

    use proptest::prelude::*;

    use super::{MixedEngine, Share};
    use crate::counter::Counter;
    use crate::engine::Engine;
    use crate::reach::Side;
    use crate::tokenizer::Tokenizer;
    use crate::vocabulary::packed;

    const HAN: (char, char) = ('\u{4e00}', '\u{9fff}');
    const KANA: (char, char) = ('\u{3040}', '\u{30ff}');
    const THAI: (char, char) = ('\u{e00}', '\u{e7f}');

    static O200K: LazyLock<Arc<Tokenizer>> = LazyLock::new(|| {
        let data = include_bytes!("../python/bedrock_llm/vocabularies/o200k.vocabulary");
        Arc::new(Tokenizer::new(packed::parse(data).unwrap()))
    });

    fn counter(scale_permille: u32) -> Counter {
        let engine = Arc::clone(&*O200K);
        Counter::new(engine, scale_permille, None).unwrap()
    }

    fn engine(rows: &[(u32, &[(char, char)])]) -> MixedEngine {
        let shares = rows.iter().map(|&(scale_permille, ranges)| Share {
            counter: counter(scale_permille),
            ranges: ranges.to_vec(),
        });
        MixedEngine::new("mixed".to_owned(), counter(1000), shares.collect()).unwrap()
    }

    /// Counts runs found one character at a time, as the documentation says.
    fn count_slowly(text: &str) -> u32 {
        let share = |character: char| match character {
            '\u{4e00}'..='\u{9fff}' | '\u{e00}'..='\u{e7f}' => 1370,
            '\u{3040}'..='\u{30ff}' => 500,
            _ => 1000,
        };
        let characters: Vec<char> = text.chars().collect();
        let runs = characters.chunk_by(|&one, &next| share(one) == share(next));
        let count = |run: &[char]| counter(share(run[0])).count(&String::from_iter(run));
        runs.map(count).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

        #[test]
        fn each_run_counts_by_itself_up_to_every_limit_and_cuts_fit(
            text in "([a-z ]{1,90}|[\u{4e00}-\u{4e20}]{1,9}|[ก-ค]|[ァ-ン]{1,3}|é|😀|”|\u{303f}|\u{3100}){0,9}",
        ) {
            let mixed = engine(&[(1370, &[HAN, THAI]), (500, &[KANA])]);
            let tokens = count_slowly(&text);
            prop_assert_eq!(mixed.count(&text), tokens);
            for limit in 0..tokens + 2 {
                let expected = (limit >= tokens).then_some(tokens);
                prop_assert_eq!(mixed.count_up_to(&text, limit), expected);
            }
            let limit = tokens / 2;
            let cuts = [(Side::Start, mixed.cut_start(&text, limit)), (Side::End, mixed.cut_end(&text, limit))];
            for (side, cut) in cuts {
                let part = side.part(&text, cut.bytes);
                prop_assert_eq!((part.len(), mixed.count(part)), (cut.bytes, cut.tokens));
                prop_assert!(cut.tokens <= limit);
            }
        }
    }

    #[test]
    fn a_script_may_begin_at_any_character() {
        for ranges in [[('A', 'Z')], [('\u{10000}', char::MAX)], [('\0', '\0')]] {
            let mixed = engine(&[(3000, &ranges)]);
            for text in ["é-A-é", "\u{1f600} \u{1f600}", "\0", "", "plain"] {
                let is_in = |character: char| (ranges[0].0..=ranges[0].1).contains(&character);
                let characters: Vec<char> = text.chars().collect();
                let runs = characters.chunk_by(|&one, &next| is_in(one) == is_in(next));
                let tokens = runs.map(|run| {
                    let scale = if is_in(run[0]) { 3000 } else { 1000 };
                    counter(scale).count(&String::from_iter(run))
                });
                assert_eq!(mixed.count(text), tokens.sum::<u32>(), "{text:?}");
            }
        }
    }

    #[test]
    fn ranges_that_overlap_or_run_backward_are_refused() {
        for ranges in [
            vec![HAN, HAN],
            vec![('b', 'a')],
            vec![('a', 'c'), ('c', 'd')],
        ] {
            let share = Share {
                counter: counter(1000),
                ranges,
            };
            let refused = MixedEngine::new("mixed".to_owned(), counter(1000), vec![share]);
            assert!(refused.is_err());
        }
    }

    #[test]
    fn its_ids_are_nobodys() {
        let mixed = engine(&[(1370, &[HAN])]);
        assert!(mixed.encode("word", &mut Vec::new()).is_err());
        assert!(mixed.decode_bytes(&[1]).is_err());
        assert_eq!(mixed.facts().last_id, None);
    }
}
