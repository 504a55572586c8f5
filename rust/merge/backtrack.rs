//! Merging by trying the longest token first: linear, and right where a vocabulary is proper.
//!
//! A vocabulary is *proper* if merging the bytes of a token by rank gives that token, and each
//! token ranks above the two it is joined from. Then a word's merge is the one way to lay tokens
//! end to end so that every two neighbours stay apart when only they are merged. So: take the
//! longest token that stays apart from the one before, go on behind it, and where none fits, go
//! back and take a shorter one. A place that led nowhere is noted and not tried again.

use super::Scratch;
use super::splits::Splits;
use crate::vocabulary::Vocabulary;

/// A token that was taken.
#[derive(Debug, Clone, Copy)]
struct Taken {
    rank: u32,
    /// Where it ends.
    end: usize,
}

/// The tokens taken so far and the places that led nowhere.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    taken: Vec<Taken>,
    failed: Vec<u64>,
}

/// Buffers with more entries are given back.
const MOST_KEPT: usize = 1 << 12;

impl Buffers {
    #[inline]
    pub(super) fn shrink(&mut self) {
        if self.taken.capacity() > MOST_KEPT {
            *self = Self::default();
        }
    }
}

/// Merge the pre-token from `start` to `end`; false, and nothing handed over, if there is no way to
/// lay tokens, because the vocabulary is not proper.
pub(super) fn merge(
    vocabulary: &Vocabulary,
    splits: &Splits,
    text: &[u8],
    (start, end): (usize, usize),
    scratch: &mut Scratch,
    mut emit: impl FnMut(u32),
) -> bool {
    let Buffers { taken, failed } = &mut scratch.backtrack;
    taken.clear();
    failed.clear();
    failed.resize((end - start) / 64 + 1, 0);
    let border = Border {
        vocabulary,
        splits,
        text,
    };
    let mut at = start;
    let mut candidate = border.longest(start, end);
    while at < end {
        let last = taken.last().copied();
        let has_failed = |end| has_failed(failed, end - start);
        if let Some(token) = border.longest_apart(last, at, candidate, has_failed) {
            taken.push(token);
            at = token.end;
            candidate = border.longest(at, end);
        } else {
            let Some(last) = taken.pop() else {
                return false;
            };
            failed[(at - start) / 64] |= 1 << ((at - start) % 64);
            at = taken.last().map_or(start, |token| token.end);
            candidate = border.shorter(last, at);
        }
    }
    for token in taken.iter() {
        emit(token.rank);
    }
    true
}

#[inline]
fn has_failed(failed: &[u64], place: usize) -> bool {
    failed[place / 64] >> (place % 64) & 1 != 0
}

struct Border<'a> {
    vocabulary: &'a Vocabulary,
    splits: &'a Splits,
    text: &'a [u8],
}

impl Border<'_> {
    /// The longest token from `at` on, up to `end`.
    fn longest(&self, at: usize, end: usize) -> Option<Taken> {
        let (rank, size) = self.vocabulary.longest_at(self.text, at, end - at)?;
        Some(Taken {
            rank,
            end: at + size,
        })
    }

    /// The longest token that is shorter than a token at `at`.
    #[inline]
    fn shorter(&self, token: Taken, at: usize) -> Option<Taken> {
        if token.end - at == 1 {
            return None;
        }
        let (rank, size) = self.splits.shorter(self.vocabulary, token.rank);
        Some(Taken {
            rank,
            end: at + size,
        })
    }

    /// The longest token at `at`, of a candidate and the shorter ones, that stays apart from the
    /// last one and ends where nothing has failed.
    fn longest_apart(
        &self,
        last: Option<Taken>,
        at: usize,
        mut candidate: Option<Taken>,
        has_failed: impl Fn(usize) -> bool,
    ) -> Option<Taken> {
        while let Some(token) = candidate {
            let is_apart = |last: Taken| {
                let right = (token.rank, token.end - at);
                self.splits
                    .are_apart(self.vocabulary, (self.text, at), last.rank, right)
            };
            if !has_failed(token.end) && last.is_none_or(is_apart) {
                return Some(token);
            }
            candidate = self.shorter(token, at);
        }
        None
    }
}
