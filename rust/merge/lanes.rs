//! Merging several short pre-tokens side by side, for their counts.
//!
//! Whether a union is a token is asked of tables larger than a core's cache. A pre-token alone waits
//! for each answer before it knows the next question; so each lane asks, the memory is told to fetch,
//! and the other lanes go on meanwhile. The steps of a lane are those of `short`.

use super::parts::Parts;
use crate::processor::Level;
use crate::vocabulary::{Asked, LONGEST_WORD_BYTES, NO_RANK, Vocabulary};

const LONGEST: usize = LONGEST_WORD_BYTES + 1;
/// Words that are merged together.
pub(super) const LANES: usize = 8;

/// A pre-token on the way.
#[derive(Debug, Clone, Copy)]
struct Lane {
    parts: Parts<LONGEST>,
    start: usize,
    /// What was asked about the unions of which parts.
    questions: [(usize, Asked); 2],
    question_count: usize,
}

/// Count the tokens of the pre-tokens from `start` to `end`, of two bytes or more.
pub(super) fn count(
    vocabulary: &Vocabulary,
    text: &[u8],
    ranges: &[(usize, usize)],
) -> [u32; LANES] {
    count_at(Level::best(), vocabulary, text, ranges)
}

/// As [`count`], at a level.
pub(super) fn count_at(
    level: Level,
    vocabulary: &Vocabulary,
    text: &[u8],
    ranges: &[(usize, usize)],
) -> [u32; LANES] {
    match level {
        Level::Portable => count_in(vocabulary, text, ranges),
        #[cfg(target_arch = "x86_64")]
        Level::Avx2(level) => level.count(vocabulary, text, ranges),
        #[cfg(target_arch = "x86_64")]
        Level::Avx512(level) => level.count(vocabulary, text, ranges),
    }
}

/// As [`count`].
#[expect(clippy::inline_always, reason = "compiled anew for each level")]
#[inline(always)]
pub(super) fn count_in(
    vocabulary: &Vocabulary,
    text: &[u8],
    ranges: &[(usize, usize)],
) -> [u32; LANES] {
    let mut lanes = [Lane::EMPTY; LANES];
    let mut running = [0_usize; LANES];
    let mut left = 0;
    for (number, (lane, &range)) in lanes.iter_mut().zip(ranges).enumerate() {
        lane.begin(vocabulary, text, range);
        running[left] = number;
        left += 1;
    }
    while left > 0 {
        let mut kept = 0;
        for place in 0..left {
            let number = running[place];
            running[kept] = number;
            kept += usize::from(lanes[number].advance(vocabulary, text));
        }
        left = kept;
    }
    lanes.map(|lane| lane.parts.count())
}

impl Lane {
    const EMPTY: Self = Self {
        parts: Parts::EMPTY,
        start: 0,
        questions: [(0, Asked::NOTHING); 2],
        question_count: 0,
    };

    fn begin(&mut self, vocabulary: &Vocabulary, text: &[u8], (start, end): (usize, usize)) {
        self.start = start;
        self.parts.begin(end - start);
        for (place, pair) in text[start..end].windows(2).enumerate() {
            let rank = vocabulary.rank_of_pair(pair[0], pair[1]);
            self.parts.set_union(place, rank);
        }
    }

    /// Take the answers that are there, and join until there is a new question; false when nothing
    /// is left to join.
    #[expect(clippy::inline_always, reason = "compiled anew for each level")]
    #[inline(always)]
    fn advance(&mut self, vocabulary: &Vocabulary, text: &[u8]) -> bool {
        let mut open = 0;
        for number in 0..self.question_count {
            let (part, mut asked) = self.questions[number];
            if let Some(rank) = vocabulary.answer(&mut asked) {
                self.parts.set_union(part, rank);
            } else {
                self.questions[open] = (part, asked);
                open += 1;
            }
        }
        self.question_count = open;
        while self.question_count == 0 {
            let Some((part, _)) = self.parts.join_lowest() else {
                return false;
            };
            self.ask(vocabulary, text, part);
            if let Some(before) = self.parts.before(part) {
                self.ask(vocabulary, text, before);
            }
        }
        true
    }

    #[expect(clippy::inline_always, reason = "compiled anew for each level")]
    #[inline(always)]
    fn ask(&mut self, vocabulary: &Vocabulary, text: &[u8], part: usize) {
        self.parts.set_union(part, NO_RANK);
        let Some(end) = self.parts.end_of_union(part) else {
            return;
        };
        let (start, end) = (self.start + part, self.start + end);
        match vocabulary.ask(text, start, end) {
            Ok(rank) => self.parts.set_union(part, rank),
            Err(asked) => {
                self.questions[self.question_count & 1] = (part, asked);
                self.question_count += 1;
            }
        }
    }
}
