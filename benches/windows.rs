//! Chooses what a window keeps of long histories: `cargo bench --bench windows`.
//!
//! What a message counts is known beforehand, so this is the cost of groups, strategies and plans
//! alone; the cost must be that of what is kept, whatever the history's length.
#![expect(
    clippy::expect_used,
    reason = "a bench may stop where a strategy is missing"
)]

use std::hint::black_box;

use bedrock_llm_core::error::CoreError;
use bedrock_llm_core::message::Role;
use bedrock_llm_core::window::{Form, History, Outline, Piece, Rules, STRATEGIES, Strategy, plan};
use criterion::{Criterion, criterion_group, criterion_main};

const MESSAGES: [usize; 2] = [1_000, 10_000];
const BUDGET_TOKENS: u64 = 8_000;
const MESSAGE_TOKENS: u64 = 200;

/// User and assistant in turn, each of the same size.
struct Talk {
    messages: usize,
}

impl History for Talk {
    fn len(&self) -> usize {
        self.messages
    }

    fn outline(&mut self, index: usize) -> Result<Outline, CoreError> {
        Ok(Outline {
            role: if index.is_multiple_of(2) {
                Role::User
            } else {
                Role::Assistant
            },
            has_calls: false,
            has_results: false,
            has_cache_point: false,
        })
    }

    fn tokens(&mut self, _: usize, _: Form, limit: u64) -> Result<Option<u64>, CoreError> {
        Ok((limit >= MESSAGE_TOKENS).then_some(MESSAGE_TOKENS))
    }

    fn total(&mut self, pieces: &[Piece]) -> Result<u64, CoreError> {
        let messages: usize = pieces.iter().map(|piece| piece.messages.len()).sum();
        Ok(messages as u64 * MESSAGE_TOKENS)
    }

    fn head_tokens(&self) -> u64 {
        0
    }

    fn slack(&self, _: u64) -> u64 {
        0
    }
}

fn rules(strategy: &'static Strategy) -> Rules<'static> {
    Rules {
        strategy,
        budget_tokens: BUDGET_TOKENS,
        trigger_tokens: BUDGET_TOKENS,
        target_tokens: BUDGET_TOKENS,
        pinned: &[],
        keep_cached_prefix: false,
        scores: &[],
        role_scores: [2.0, 1.0, 0.0],
        wanted: &[],
    }
}

fn choose(criterion: &mut Criterion) {
    for strategy in STRATEGIES {
        let mut group = criterion.benchmark_group(format!("window/{}", strategy.name));
        for messages in MESSAGES {
            let rules = rules(strategy);
            group.bench_function(messages.to_string(), |bencher| {
                bencher.iter(|| {
                    plan(black_box(&mut Talk { messages }), &rules).expect("a readable history")
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, choose);
criterion_main!(benches);
