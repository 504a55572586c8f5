//! The laws of plans, on random histories of numbers.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use proptest::prelude::{ProptestConfig, prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as Make;

use super::*;
use crate::error::CoreError;
use crate::message::Role;

/// A message: what it is, what it counts, and what it counts with its results reduced.
#[derive(Debug, Clone)]
struct Fake {
    outline: Outline,
    tokens: u64,
    reduced: u64,
}

/// Messages of numbers; each turn that is kept costs one more than its messages, as framings do.
#[derive(Debug)]
struct FakeHistory {
    messages: Vec<Fake>,
    /// How far estimates are off, up and down in turn.
    error: u64,
    counted: usize,
}

impl History for FakeHistory {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn outline(&mut self, index: usize) -> Result<Outline, CoreError> {
        Ok(self.messages[index].outline)
    }

    fn tokens(&mut self, index: usize, form: Form, limit: u64) -> Result<Option<u64>, CoreError> {
        self.counted += 1;
        let exact = self.cost(index, form);
        let estimate = if index.is_multiple_of(2) {
            exact + self.error
        } else {
            exact.saturating_sub(self.error)
        };
        Ok(Some(estimate).filter(|tokens| *tokens <= limit))
    }

    fn total(&mut self, pieces: &[Piece]) -> Result<u64, CoreError> {
        let costs = pieces.iter().flat_map(|piece| {
            let each = piece.messages.clone();
            each.map(|index| self.cost(index, piece.form))
        });
        Ok(HEAD + costs.sum::<u64>())
    }

    fn head_tokens(&self) -> u64 {
        HEAD
    }

    fn slack(&self, tokens: u64) -> u64 {
        tokens + self.error * u64::try_from(self.messages.len()).unwrap()
    }
}

impl FakeHistory {
    fn cost(&self, index: usize, form: Form) -> u64 {
        let message = &self.messages[index];
        1 + match form {
            Form::Whole => message.tokens,
            Form::Reduced => message.reduced.min(message.tokens),
        }
    }

    fn only(&self, pieces: &[Piece]) -> Self {
        let kept = pieces.iter().flat_map(|piece| {
            let each = piece.messages.clone();
            each.map(|index| {
                let mut message = self.messages[index].clone();
                if piece.form == Form::Reduced {
                    message.tokens = message.reduced.min(message.tokens);
                }
                message
            })
        });
        Self {
            messages: kept.collect(),
            error: 0,
            counted: 0,
        }
    }
}

const HEAD: u64 = 7;

fn fake(role: Role, tokens: u64, has_calls: bool, has_results: bool) -> Fake {
    Fake {
        outline: Outline {
            role,
            has_calls,
            has_results,
            has_cache_point: tokens.is_multiple_of(11),
        },
        tokens,
        reduced: if has_results { 3 } else { tokens },
    }
}

/// Exchanges: a question, rounds of one to three results each, an answer but for the last.
fn histories() -> impl Make<Value = FakeHistory> {
    let round = (1_u64..40, prop::collection::vec(0_u64..90, 1..4));
    let exchange = (1_u64..60, prop::collection::vec(round, 0..5), 1_u64..60);
    (prop::collection::vec(exchange, 1..12), 0_u64..4).prop_map(|(exchanges, error)| {
        let mut messages = Vec::new();
        let last = exchanges.len() - 1;
        for (number, (asked, rounds, answered)) in exchanges.into_iter().enumerate() {
            messages.push(fake(Role::User, asked, false, false));
            for (said, results) in rounds {
                messages.push(fake(Role::Assistant, said, true, false));
                let results = results.into_iter();
                messages.extend(results.map(|size| fake(Role::User, size, false, true)));
            }
            if number < last {
                messages.push(fake(Role::Assistant, answered, false, false));
            }
        }
        FakeHistory {
            messages,
            error,
            counted: 0,
        }
    })
}

fn rules(strategy: &'static Strategy, budget: u64) -> Rules<'static> {
    Rules {
        strategy,
        budget_tokens: budget,
        trigger_tokens: budget,
        target_tokens: budget,
        pinned: &[],
        keep_cached_prefix: false,
        scores: &[],
        role_scores: [2.0, 1.0, 0.0],
        wanted: &[],
    }
}

fn indices(pieces: &[Piece]) -> Vec<usize> {
    let all = pieces.iter().flat_map(|piece| piece.messages.clone());
    all.collect()
}

/// What is wrong with the turns that are kept; nothing where they can be sent.
fn fault(history: &FakeHistory, kept: &[usize]) -> Option<String> {
    let outlines: Vec<_> = kept
        .iter()
        .map(|index| (*index, history.messages[*index].outline))
        .collect();
    if outlines.first().map(|row| row.1.role) != Some(Role::User) {
        return Some("no user at the start".to_owned());
    }
    for pair in outlines.windows(2) {
        let ((before, one), (index, other)) = (pair[0], pair[1]);
        let is_answer = other.has_results && (one.has_calls || one.has_results);
        if one.has_calls && !other.has_results {
            return Some(format!("the call {before} has no result"));
        }
        if other.has_results && (!is_answer || index != before + 1) {
            return Some(format!("the result {index} has no call"));
        }
        if one.role == other.role && !is_answer {
            return Some(format!("{before} and {index} are of one side"));
        }
    }
    let task = history
        .messages
        .iter()
        .rposition(|message| message.outline.role == Role::User && !message.outline.has_results);
    let newest = history.messages.len() - 1;
    let is_there = |index: usize| kept.contains(&index);
    (!task.is_some_and(is_there) || !is_there(newest)).then(|| "the task is gone".to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_kept_fits_and_can_be_sent(mut history in histories(), budget in 1_u64..600) {
        for strategy in STRATEGIES {
            let plan = plan(&mut history, &rules(strategy, budget)).unwrap();
            let kept = indices(&plan.pieces);
            prop_assert_eq!(fault(&history, &kept), None, "{}", strategy.name);
            if let Some(tokens) = plan.tokens {
                prop_assert!(tokens <= budget);
                prop_assert_eq!(tokens, history.total(&plan.pieces).unwrap());
            } else {
                prop_assert!(history.total(&plan.pieces).unwrap() > budget, "{}", strategy.name);
            }
        }
    }

    #[test]
    fn a_larger_budget_never_keeps_less(
        mut history in histories(), budget in 1_u64..600, more in 1_u64..90,
    ) {
        for strategy in STRATEGIES {
            let small = plan(&mut history, &rules(strategy, budget)).unwrap();
            let large = plan(&mut history, &rules(strategy, budget + more)).unwrap();
            let (small, large) = (indices(&small.pieces), indices(&large.pieces));
            prop_assert!(small.iter().all(|index| large.contains(index)), "{}", strategy.name);
        }
    }

    #[test]
    fn what_was_kept_is_kept_again(mut history in histories(), budget in 1_u64..600) {
        for strategy in STRATEGIES.iter().filter(|strategy| strategy.name != "given") {
            let first = plan(&mut history, &rules(strategy, budget)).unwrap();
            if first.tokens.is_none() {
                continue;
            }
            let mut kept = history.only(&first.pieces);
            let again = plan(&mut kept, &rules(strategy, budget)).unwrap();
            prop_assert_eq!(again.tokens, first.tokens, "{}", strategy.name);
            prop_assert_eq!(indices(&again.pieces).len(), kept.messages.len(), "{}", strategy.name);
        }
    }

    #[test]
    fn pins_and_cached_prefixes_are_always_kept(
        mut history in histories(), budget in 1_u64..600, pin in 0_usize..200,
    ) {
        let pinned = [pin % history.messages.len()];
        for strategy in STRATEGIES {
            let rules = Rules { pinned: &pinned, keep_cached_prefix: true, ..rules(strategy, budget) };
            let kept = indices(&plan(&mut history, &rules).unwrap().pieces);
            prop_assert!(kept.contains(&pinned[0]), "{}", strategy.name);
            prop_assert_eq!(fault(&history, &kept), None, "{}", strategy.name);
        }
    }

    #[test]
    fn groups_are_the_same_from_either_end(mut history in histories()) {
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let mut start = 0;
        while let Some(group) = next_group(&mut history, start).unwrap() {
            start = group.messages.end;
            forward.push(group);
        }
        let mut end = history.len();
        while let Some(group) = previous_group(&mut history, end).unwrap() {
            end = group.messages.start;
            backward.push(group);
        }
        backward.reverse();
        prop_assert_eq!(forward, backward);
    }
}

#[test]
fn a_trigger_lets_be_and_a_target_is_aimed_at_above_it() {
    let talk = |exchanges: usize| FakeHistory {
        messages: (0..=exchanges * 2)
            .map(|index| match index % 2 {
                0 => fake(Role::User, 9, false, false),
                _ => fake(Role::Assistant, 9, false, false),
            })
            .collect(),
        error: 0,
        counted: 0,
    };
    let rules = Rules {
        trigger_tokens: 150,
        target_tokens: 60,
        ..rules(Strategy::find("drop_oldest").unwrap(), 200)
    };
    let kept = |exchanges| indices(&plan(&mut talk(exchanges), &rules).unwrap().pieces).len();
    assert_eq!(kept(6), 13);
    assert_eq!(kept(7), 5);
}

#[test]
fn what_is_dropped_is_not_counted() {
    let mut history = FakeHistory {
        messages: (0..10_001)
            .map(|index| match index % 2 {
                0 => fake(Role::User, 9, false, false),
                _ => fake(Role::Assistant, 9, false, false),
            })
            .collect(),
        error: 0,
        counted: 0,
    };
    let rules = rules(Strategy::find("drop_oldest").unwrap(), 107);
    let plan = plan(&mut history, &rules).unwrap();
    assert_eq!(indices(&plan.pieces).len(), 9);
    // The slack of the fake is the whole budget again.
    assert!(
        history.counted < 9 + 13,
        "{} messages were counted",
        history.counted
    );
}

#[test]
fn a_strategy_nobody_knows_is_refused_with_the_known_names() {
    let message = Strategy::find("newest").err().unwrap().to_string();
    assert!(message.contains("drop_oldest, drop_newest"), "{message}");
}
