//! The ledger against windows that count everything.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use proptest::prelude::*;

use super::Outline;
use super::conversation::Ledger;
use super::goal::{CountMessage, Goal, Kind, MOST_COUNTS, Newest, Place};
use crate::error::CoreError;
use crate::message::Role;

/// Counts that differ by place, and how often each message was counted.
struct Counts {
    tokens: Vec<i64>,
    calls: usize,
    is_plain: bool,
}

fn counts(tokens: Vec<i64>) -> Counts {
    Counts {
        tokens,
        calls: 0,
        is_plain: false,
    }
}

impl Counts {
    fn of(&self, index: usize, place: Place) -> i64 {
        let more = match place {
            _ if self.is_plain => 0,
            Place::Inner => 0,
            Place::First => 3,
            Place::Last => 2,
            Place::Only => 4,
        };
        self.tokens[index] + more
    }
}

impl CountMessage for Counts {
    fn count(&mut self, index: usize, place: Place) -> Result<u64, CoreError> {
        self.calls += 1;
        Ok(u64::try_from(self.of(index, place)).unwrap())
    }
}

fn goal(budget: i64) -> Goal {
    Goal {
        base_tokens: 7,
        pair_tokens: 5,
        slack_tokens: 8,
        is_first_inner: false,
        is_last_inner: false,
        budget_tokens: budget,
        trigger_tokens: budget,
        target_tokens: budget,
    }
}

/// The same window, by counting every one that there is.
fn slow(counts: &Counts, first: usize, goal: &Goal) -> Option<Newest> {
    let newest = counts.tokens.len() - 1;
    let windows = (first..=newest).step_by(2).map(|start| {
        let mut tokens = goal.base_tokens;
        if start == newest {
            tokens += counts.of(newest, Place::Only);
        } else {
            tokens += counts.of(start, Place::First) + counts.of(newest, Place::Last);
            tokens += (start + 1..newest)
                .map(|index| counts.of(index, Place::Inner))
                .sum::<i64>();
            tokens += goal.pair_tokens * i64::try_from((newest - start) / 2).unwrap();
        }
        Newest { start, tokens }
    });
    let all: Vec<_> = windows.collect();
    if let Some(whole) = all.first()
        && whole.tokens <= goal.trigger_tokens
    {
        return Some(*whole);
    }
    let fitting = all
        .iter()
        .find(|window| window.tokens <= goal.target_tokens);
    let last = all
        .last()
        .filter(|window| window.tokens <= goal.budget_tokens);
    fitting.or(last).copied()
}

/// Add a message whose outline nobody asks for.
fn push(ledger: &mut Ledger, kind: Kind) {
    let outline = Outline {
        role: Role::User,
        has_calls: false,
        has_results: false,
        has_cache_point: false,
    };
    ledger.push(kind, outline);
}

fn plain(index: usize) -> Kind {
    if index.is_multiple_of(2) {
        Kind::PlainUser
    } else {
        Kind::PlainAssistant
    }
}

fn ledger(messages: usize) -> Ledger {
    let mut ledger = Ledger::default();
    for index in 0..messages {
        push(&mut ledger, plain(index));
    }
    ledger
}

proptest! {
    #[test]
    fn every_turn_has_the_window_that_counting_everything_finds(
        tokens in prop::collection::vec(0_i64..50, 1..60),
        budgets in prop::collection::vec(10_i64..900, 1..8),
        slack in 8_i64..20,
        share in 1_i64..4,
        is_plain in any::<bool>(),
    ) {
        let mut fast = Ledger::default();
        let mut counter = counts(Vec::new());
        counter.is_plain = is_plain;
        for (index, tokens) in tokens.iter().enumerate() {
            push(&mut fast, plain(index));
            counter.tokens.push(*tokens);
            if index % 2 == 1 {
                continue;
            }
            let mut goal = goal(budgets[index % budgets.len()]);
            goal.slack_tokens = slack;
            (goal.is_first_inner, goal.is_last_inner) = (is_plain, is_plain);
            goal.target_tokens = goal.budget_tokens / share;
            let found = fast.newest(&goal, &mut counter).unwrap();
            prop_assert_eq!(found, slow(&counter, 0, &goal));
        }
    }

    #[test]
    fn dropping_the_oldest_is_as_if_they_had_never_been(
        count in 1_usize..40, dropped in 0_usize..40, odd in 0_usize..40, budget in 10_i64..600,
    ) {
        let kind = |index| if index == odd { Kind::OtherUser } else { plain(index) };
        let mut kinds: Vec<_> = (0..count).map(kind).collect();
        let mut fast = Ledger::default();
        for kind in &kinds {
        push(&mut fast, *kind);
    }
        let mut counter = counts((10..).take(count).collect());
        fast.newest(&goal(budget), &mut counter).unwrap();
        let dropped = dropped.min(count);
        fast.drop_oldest(dropped);
        kinds.drain(..dropped);
        counter.tokens.drain(..dropped);
        let mut anew = Ledger::default();
        for kind in &kinds {
        push(&mut anew, *kind);
    }
        let found = fast.newest(&goal(budget), &mut counter).unwrap();
        prop_assert_eq!(found, anew.newest(&goal(budget), &mut counter).unwrap());
    }
}

#[test]
fn what_is_first_after_a_drop_may_begin_the_run() {
    // A user's message after a user's is no turn of its own, until it is the first.
    let mut fast = Ledger::default();
    for kind in [Kind::OtherUser, Kind::PlainUser] {
        push(&mut fast, kind);
    }
    let mut counter = counts(vec![10, 11]);
    assert_eq!(fast.newest(&goal(90), &mut counter).unwrap(), None);
    fast.drop_oldest(1);
    counter.tokens.remove(0);
    let found = fast.newest(&goal(90), &mut counter).unwrap();
    assert_eq!(found, slow(&counter, 0, &goal(90)));
}

#[test]
fn a_turn_counts_what_is_new_and_nothing_else() {
    let mut fast = ledger(10_001);
    let mut counter = counts(vec![20; 10_005]);
    fast.newest(&goal(1_000), &mut counter).unwrap().unwrap();
    assert!(counter.calls < 50, "{} calls", counter.calls);
    counter.calls = 0;
    fast.newest(&goal(1_000), &mut counter).unwrap().unwrap();
    assert_eq!(counter.calls, 0);
    push(&mut fast, Kind::PlainAssistant);
    push(&mut fast, Kind::PlainUser);
    counter.tokens.truncate(10_003);
    fast.newest(&goal(1_000), &mut counter).unwrap().unwrap();
    // The new two, the user's before them that was last, and the new first one.
    assert_eq!(counter.calls, 4);
}

#[test]
fn where_no_place_is_special_each_message_is_counted_once() {
    let mut fast = ledger(101);
    let mut counter = counts(vec![20; 151]);
    counter.is_plain = true;
    let mut goal = goal(100_000);
    (goal.is_first_inner, goal.is_last_inner) = (true, true);
    fast.newest(&goal, &mut counter).unwrap().unwrap();
    for index in 101..151 {
        push(&mut fast, plain(index));
        if index.is_multiple_of(2) {
            fast.newest(&goal, &mut counter).unwrap().unwrap();
        }
    }
    assert_eq!(counter.calls, 151);
}

#[test]
fn what_reaches_beyond_the_plain_run_is_left_to_the_general_plan() {
    let mut fast = Ledger::default();
    let kinds = [
        Kind::PlainUser,
        Kind::OtherAssistant,
        Kind::OtherUser,
        Kind::PlainAssistant,
    ];
    for kind in &kinds {
        push(&mut fast, *kind);
    }
    for index in 0..5 {
        push(&mut fast, plain(index));
    }
    let mut counter = counts(vec![20; 9]);
    assert_eq!(fast.newest(&goal(500), &mut counter).unwrap(), None);
    let near = fast.newest(&goal(100), &mut counter).unwrap().unwrap();
    assert_eq!(near.start, 6);
    push(&mut fast, Kind::PlainAssistant);
    counter.tokens.push(20);
    assert_eq!(fast.newest(&goal(100), &mut counter).unwrap(), None);
}

#[test]
fn leading_system_prompts_are_no_part_of_a_window() {
    let mut fast = Ledger::default();
    push(&mut fast, Kind::System);
    for index in 0..3 {
        push(&mut fast, plain(index));
    }
    let mut counter = counts(vec![20; 4]);
    assert_eq!(fast.first(), 1);
    let whole = fast.newest(&goal(500), &mut counter).unwrap().unwrap();
    assert_eq!(whole.start, 1);
    fast.drop_oldest(2);
    assert_eq!((fast.len(), fast.first()), (2, 1));
}

#[test]
fn counts_are_given_out_and_taken_back() {
    let mut fast = ledger(41);
    let mut counter = counts((0..41).collect());
    let found = fast.newest(&goal(400), &mut counter).unwrap();
    let (start, known) = fast.counts();
    let known: Vec<u32> = known
        .iter()
        .map(|count| u32::try_from(*count).unwrap())
        .collect();
    let mut again = ledger(41);
    again.restore_counts(start, &known).unwrap();
    counter.calls = 0;
    assert_eq!(again.newest(&goal(400), &mut counter).unwrap(), found);
    assert_eq!(counter.calls, 2);
    assert!(again.restore_counts(40, &[1, 2]).is_err());
}

#[test]
fn counts_are_bounded() {
    let messages = MOST_COUNTS + 2_001;
    let mut fast = ledger(1);
    let mut counter = counts(vec![1; messages]);
    for index in 1..messages {
        push(&mut fast, plain(index));
        if index.is_multiple_of(2) {
            fast.newest(&goal(1_000), &mut counter).unwrap().unwrap();
        }
    }
    assert_eq!(fast.counts().1.len(), MOST_COUNTS);
}
