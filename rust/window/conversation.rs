//! Append-only conversations: the window of the next turn, found without counting anything twice.
//!
//! ```text
//! kinds:  system │ user assistant tools... │ user assistant user assistant ... user
//!                                            └── the run: plain turns that alternate
//! sums:                                              [0, 212, 407, ...]
//!                                                     └── counted from here, as far as was needed
//! ```
//!
//! Plain turns that alternate count independently of each other, so what any number of newest
//! exchanges counts is a difference of two prefix sums, and `drop_oldest` is a binary search. A
//! turn counts only messages that no turn counted before. Where the window may reach beyond the
//! run, there is no answer here and the general plan is asked; both give the same windows.
//!
//! Memory: five bytes a message, and eight for each of at most [`MOST_COUNTS`] counted ones.

use std::collections::VecDeque;

use super::goal::{CountMessage, Goal, Kind, MOST_COUNTS, Newest, Place, signed};
use super::history::Outline;
use crate::error::CoreError;

/// So many messages that came since the last turn are counted oldest first; of more, only those
/// that are kept, newest first.
const MOST_NEW: usize = 64;

/// What is known of a conversation's messages.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    kinds: Vec<Kind>,
    outlines: Vec<Outline>,
    /// The system prompts that stand before everything.
    first: usize,
    /// From here to the end plain turns alternate, the user's first.
    run_start: usize,
    /// Whether the user's texts with white space around them are plain.
    is_edged_user_plain: bool,
    /// Whether the assistant's are.
    is_edged_assistant_plain: bool,
    /// The first message whose count is in `sums`.
    counted_from: usize,
    /// Sums of the counts before each counted message and after the last, from any anchor.
    sums: VecDeque<i64>,
    /// The newest message and its count in the last place.
    last: Option<(usize, i64)>,
    /// The first message that was looked at last, and its count in that place.
    head: Option<(usize, Place, i64)>,
}

impl Ledger {
    /// How many messages there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// The first message that is no leading system prompt.
    #[must_use]
    pub fn first(&self) -> usize {
        self.first
    }

    /// What each message is to a plan.
    #[must_use]
    pub fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    /// Add a message.
    pub fn push(&mut self, kind: Kind, outline: Outline) {
        self.outlines.push(outline);
        self.note(kind);
    }

    fn note(&mut self, kind: Kind) {
        let index = self.kinds.len();
        if kind == Kind::System && self.first == index {
            self.first = index + 1;
        }
        if !self.continues(kind, index) {
            let starts = self.seen_as(kind) == Kind::PlainUser && self.is_turn_start(index);
            self.run_start = if starts { index } else { index + 1 };
        }
        self.kinds.push(kind);
    }

    fn continues(&self, kind: Kind, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|at| self.kinds.get(at));
        let before = before.map(|kind| self.seen_as(*kind));
        index > self.run_start
            && match self.seen_as(kind) {
                Kind::PlainUser => before == Some(Kind::PlainAssistant),
                Kind::PlainAssistant => before == Some(Kind::PlainUser),
                _ => false,
            }
    }

    /// What a message is to the prompt that is counted now.
    fn seen_as(&self, kind: Kind) -> Kind {
        match kind {
            Kind::EdgedUser if self.is_edged_user_plain => Kind::PlainUser,
            Kind::EdgedUser => Kind::OtherUser,
            Kind::EdgedAssistant if self.is_edged_assistant_plain => Kind::PlainAssistant,
            Kind::EdgedAssistant => Kind::OtherAssistant,
            other => other,
        }
    }

    /// Whether a message is plain to the prompt that is counted now.
    #[must_use]
    pub fn is_plain(&self, index: usize) -> bool {
        let kind = self.kinds.get(index).map(|kind| self.seen_as(*kind));
        matches!(kind, Some(Kind::PlainUser | Kind::PlainAssistant))
    }

    /// Say whether texts with white space around them are plain, the user's and the assistant's.
    pub fn set_edges(&mut self, is_user_plain: bool, is_assistant_plain: bool) {
        let now = (is_user_plain, is_assistant_plain);
        if now == (self.is_edged_user_plain, self.is_edged_assistant_plain) {
            return;
        }
        (self.is_edged_user_plain, self.is_edged_assistant_plain) = now;
        self.find_run();
    }

    /// Look for the run anew.
    fn find_run(&mut self) {
        let kinds = std::mem::take(&mut self.kinds);
        (self.first, self.run_start) = (0, 0);
        for kind in kinds {
            self.note(kind);
        }
    }

    /// Whether a user's message here is a turn of its own.
    fn is_turn_start(&self, index: usize) -> bool {
        let before = index.checked_sub(1).and_then(|at| self.kinds.get(at));
        index == self.first
            || matches!(
                before,
                Some(Kind::PlainAssistant | Kind::EdgedAssistant | Kind::OtherAssistant)
            )
    }

    /// Forget every count, as where another vocabulary counts.
    pub fn forget_counts(&mut self) {
        self.sums.clear();
        self.last = None;
        self.head = None;
    }

    /// Forget what depends on what the prompt has before the first and after the last message.
    pub fn forget_ends(&mut self) {
        self.last = None;
        self.head = None;
    }

    /// Drop messages from the front, leading system prompts excepted.
    pub fn drop_oldest(&mut self, count: usize) {
        let end = self.first.saturating_add(count).min(self.kinds.len());
        let dropped = end - self.first;
        self.kinds.drain(self.first..end);
        self.outlines.drain(self.first..end);
        self.head = None;
        // What is first now may begin the run, wherever it was.
        self.find_run();
        if self.counted_from < end {
            self.forget_counts();
        } else {
            self.counted_from -= dropped;
            self.last = self.last.map(|(index, tokens)| (index - dropped, tokens));
        }
    }

    /// The first counted message, and the counts from it on.
    #[must_use]
    pub fn counts(&self) -> (usize, Vec<i64>) {
        let pairs = self.sums.iter().zip(self.sums.iter().skip(1));
        (
            self.counted_from,
            pairs.map(|(sum, next)| next - sum).collect(),
        )
    }

    /// Take counts that were given out before.
    ///
    /// # Errors
    ///
    /// [`CoreError::InvalidParameter`] where they reach beyond the messages.
    pub fn restore_counts(&mut self, from: usize, counts: &[u32]) -> Result<(), CoreError> {
        self.forget_counts();
        if from.saturating_add(counts.len()) > self.kinds.len() {
            let message = format!(
                "{} counts from message {from} on reach beyond the {} messages there are",
                counts.len(),
                self.kinds.len()
            );
            return Err(CoreError::InvalidParameter { message });
        }
        self.counted_from = from;
        self.sums.push_back(0);
        for &count in counts {
            self.push_sum(i64::from(count));
        }
        Ok(())
    }

    /// Find the window of `drop_oldest`; `None` where the general plan must be asked.
    ///
    /// # Errors
    ///
    /// A message cannot be read.
    pub fn newest(
        &mut self,
        goal: &Goal,
        counter: &mut dyn CountMessage,
    ) -> Result<Option<Newest>, CoreError> {
        let Some(newest) = self.kinds.len().checked_sub(1) else {
            return Ok(None);
        };
        let kind = self.kinds.get(newest).map(|kind| self.seen_as(*kind));
        if newest < self.run_start || kind != Some(Kind::PlainUser) {
            return Ok(None);
        }
        let known = self.last.filter(|_| goal.is_last_inner);
        let last = self.last_tokens(newest, counter)?;
        self.count_new(newest, known, counter)?;
        let limit = goal.trigger_tokens + goal.slack_tokens;
        while self.counted_from > self.run_start && self.about(goal, last, 0) <= limit {
            self.count_older(counter)?;
        }
        if self.about(goal, last, 0) <= limit && self.counted_from == self.run_start {
            if self.run_start != self.first {
                return Ok(None);
            }
            let whole = self.exact(goal, self.run_start, counter)?;
            if whole.tokens <= goal.trigger_tokens {
                return Ok(Some(whole));
            }
        }
        self.longest(goal, newest, last, counter)
    }

    /// The longest window that fits, by its exact total.
    fn longest(
        &mut self,
        goal: &Goal,
        newest: usize,
        last: i64,
        counter: &mut dyn CountMessage,
    ) -> Result<Option<Newest>, CoreError> {
        let aim = goal.target_tokens + goal.slack_tokens;
        let (mut low, mut high) = (0, newest - self.counted_from);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.about(goal, last, middle) <= aim {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let mut start = self.counted_from + low;
        // A window starts with the user.
        start += (newest - start) % 2;
        while start <= newest {
            let window = self.exact(goal, start, counter)?;
            let is_only = start == newest && window.tokens <= goal.budget_tokens;
            if window.tokens <= goal.target_tokens || is_only {
                return Ok(Some(window));
            }
            start += 2;
        }
        Ok(None)
    }

    /// What the prompt counts about, from so many counted messages after the first counted one.
    fn about(&self, goal: &Goal, last: i64, skipped: usize) -> i64 {
        let counted = self.sums.len().saturating_sub(1 + skipped);
        let pairs = i64::try_from(counted.div_ceil(2)).unwrap_or(i64::MAX);
        goal.base_tokens + self.sum_from(skipped) + last + goal.pair_tokens * pairs
    }

    fn sum_from(&self, skipped: usize) -> i64 {
        let end = self.sums.back().copied().unwrap_or_default();
        end - self.sums.get(skipped).copied().unwrap_or(end)
    }

    /// What the prompt counts with the messages from one on.
    fn exact(
        &mut self,
        goal: &Goal,
        start: usize,
        counter: &mut dyn CountMessage,
    ) -> Result<Newest, CoreError> {
        let newest = self.kinds.len() - 1;
        let head = self.head_tokens(goal, start, counter)?;
        let mut tokens = goal.base_tokens + head;
        if start < newest {
            let pairs = i64::try_from((newest - start) / 2).unwrap_or(i64::MAX);
            let between = self.sum_from(start + 1 - self.counted_from);
            tokens += between + self.last_tokens(newest, counter)? + goal.pair_tokens * pairs;
        }
        Ok(Newest { start, tokens })
    }

    fn last_tokens(
        &mut self,
        newest: usize,
        counter: &mut dyn CountMessage,
    ) -> Result<i64, CoreError> {
        if let Some((index, tokens)) = self.last
            && index == newest
        {
            return Ok(tokens);
        }
        let tokens = signed(counter.count(newest, Place::Last)?);
        self.last = Some((newest, tokens));
        Ok(tokens)
    }

    fn head_tokens(
        &mut self,
        goal: &Goal,
        start: usize,
        counter: &mut dyn CountMessage,
    ) -> Result<i64, CoreError> {
        let is_only = start + 1 == self.kinds.len();
        if goal.is_first_inner && !is_only {
            let skipped = start - self.counted_from;
            return Ok(self.sum_from(skipped) - self.sum_from(skipped + 1));
        }
        if goal.is_first_inner && goal.is_last_inner {
            return self.last_tokens(start, counter);
        }
        let place = if is_only { Place::Only } else { Place::First };
        if let Some((index, known, tokens)) = self.head
            && (index, known) == (start, place)
        {
            return Ok(tokens);
        }
        let tokens = signed(counter.count(start, place)?);
        self.head = Some((start, place, tokens));
        Ok(tokens)
    }

    /// Count what came since the last turn.
    fn count_new(
        &mut self,
        end: usize,
        known: Option<(usize, i64)>,
        counter: &mut dyn CountMessage,
    ) -> Result<(), CoreError> {
        let counted_to = self.counted_from + self.sums.len().saturating_sub(1);
        let is_stale = self.sums.is_empty()
            || self.counted_from < self.run_start
            || counted_to > end
            || end - counted_to > MOST_NEW;
        if is_stale {
            self.sums.clear();
            self.sums.push_back(0);
            self.counted_from = end;
            return Ok(());
        }
        for index in counted_to..end {
            let tokens = match known {
                Some((last, tokens)) if last == index => tokens,
                _ => signed(counter.count(index, Place::Inner)?),
            };
            self.push_sum(tokens);
        }
        Ok(())
    }

    fn push_sum(&mut self, tokens: i64) {
        let end = self.sums.back().copied().unwrap_or_default();
        self.sums.push_back(end + tokens);
        if self.sums.len() > MOST_COUNTS + 1 {
            self.sums.pop_front();
            self.counted_from += 1;
        }
    }

    fn count_older(&mut self, counter: &mut dyn CountMessage) -> Result<(), CoreError> {
        let index = self.counted_from - 1;
        let tokens = signed(counter.count(index, Place::Inner)?);
        let start = self.sums.front().copied().unwrap_or_default();
        self.sums.push_front(start - tokens);
        self.counted_from = index;
        Ok(())
    }
}
