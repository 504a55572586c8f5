//! Merging a run: one character again and again.
//!
//! In a proper vocabulary a word's merge is the one way to lay tokens end to end so that every two
//! neighbours stay apart (see `backtrack`). Of a run it is nearly always one token repeated and a
//! short rest, and a guess that stays apart everywhere is right, so a guess takes the place of the
//! work: 1 MB of `=` takes 0.1 ms instead of 74, since dozens of its beginnings are tokens.

use super::splits::Splits;
use super::{Scratch, backtrack};
use crate::vocabulary::Vocabulary;

/// Runs are guessed from this size on.
const SHORTEST_BYTES: usize = 1 << 10;
/// How many of the repeated tokens the rest may take back.
const MOST_TAKEN_BACK: usize = 2;

/// Merge the run from `start` to `end` of a text; false, and nothing handed over, if it is no run or
/// no guess is right. The vocabulary is proper.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    splits: &Splits,
    text: &[u8],
    (start, end): (usize, usize),
    scratch: &mut Scratch,
    mut emit: impl FnMut(u32),
) -> bool {
    if end - start < SHORTEST_BYTES {
        return false;
    }
    let Some(unit) = unit_of(&text[start..end]) else {
        return false;
    };
    let run = Run {
        vocabulary,
        splits,
        text,
        start,
        end,
    };
    let Some((rank, times, rest)) = run.guess(unit, scratch) else {
        return false;
    };
    (0..times).for_each(|_| emit(rank));
    rest.into_iter().for_each(emit);
    true
}

/// The bytes of the character that a piece repeats, if that is all there is.
fn unit_of(piece: &[u8]) -> Option<usize> {
    let is_first = |&byte: &u8| byte & 0xc0 != 0x80;
    let unit = 1 + piece.get(1..)?.iter().position(is_first)?;
    (piece[unit..] == piece[..piece.len() - unit]).then_some(unit)
}

struct Run<'a> {
    vocabulary: &'a Vocabulary,
    splits: &'a Splits,
    text: &'a [u8],
    start: usize,
    end: usize,
}

impl Run<'_> {
    /// A token, how often it stands there, and the tokens of the rest.
    fn guess(&self, unit: usize, scratch: &mut Scratch) -> Option<(u32, usize, Vec<u32>)> {
        let (rank, size) = self.repeated(unit)?;
        let most = (self.end - self.start) / size;
        (0..=MOST_TAKEN_BACK).find_map(|taken_back| {
            let times = most - taken_back;
            let rest_start = self.start + times * size;
            let rest = self.merge_rest(rest_start, scratch)?;
            let is_apart = rest.first().is_none_or(|&first| {
                let right = (first, self.vocabulary.bytes_of_rank(first));
                self.are_apart(rest_start, rank, right)
            });
            is_apart.then_some((rank, times, rest))
        })
    }

    /// The longest token of whole characters that stays apart from itself.
    fn repeated(&self, unit: usize) -> Option<(u32, usize)> {
        let most = self.end - self.start;
        let mut token = self.vocabulary.longest_at(self.text, self.start, most)?;
        while token.1 % unit != 0 || !self.are_apart(self.start + token.1, token.0, token) {
            if token.1 == 1 {
                return None;
            }
            token = self.splits.shorter(self.vocabulary, token.0);
        }
        Some(token)
    }

    fn are_apart(&self, at: usize, left: u32, right: (u32, usize)) -> bool {
        let place = (self.text, at);
        self.splits.are_apart(self.vocabulary, place, left, right)
    }

    fn merge_rest(&self, start: usize, scratch: &mut Scratch) -> Option<Vec<u32>> {
        let mut ranks = Vec::new();
        let rest = (start, self.end);
        let (vocabulary, splits) = (self.vocabulary, self.splits);
        let is_merged = start == self.end
            || backtrack::merge(vocabulary, splits, self.text, rest, scratch, |rank| {
                ranks.push(rank);
            });
        is_merged.then_some(ranks)
    }
}
