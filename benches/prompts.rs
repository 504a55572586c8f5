//! Writes prompts of 12 and of 1 002 messages, contents defended: `cargo bench --bench prompts`.
//!
//! Messages are borrowed and ready, so this is what a prompt costs beyond the crossing from Python.
#![expect(
    clippy::expect_used,
    reason = "a bench may stop where a template is missing"
)]

use std::hint::black_box;

use bedrock_llm_core::message::{Block, Message, Role};
use bedrock_llm_core::template::{self, ControlMode, Conversation};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const TEMPLATES: [&str; 3] = ["llama3", "mistral-v1", "chatml"];
const COUNTS: [usize; 2] = [12, 1_002];
const SENTENCE: &str = "The committee's report, published in the spring, didn't mention the other \
    cases at all; nobody who had read the correspondence [see note 12] could doubt that. ";

/// Texts of about 900 bytes, no two alike.
fn texts(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{number} {}", SENTENCE.repeat(6)))
        .collect()
}

/// A system prompt, then user and assistant in turn; the last is the user's.
fn conversation(texts: &[String]) -> Conversation<'_> {
    let roles = [Role::Assistant, Role::User];
    let messages = texts.iter().enumerate().map(|(place, text)| Message {
        role: if place == 0 {
            Role::System
        } else {
            roles[place % 2]
        },
        blocks: vec![Block::Text(text)],
    });
    Conversation {
        messages: messages.collect(),
        ..Conversation::default()
    }
}

fn render(criterion: &mut Criterion) {
    for name in TEMPLATES {
        let row = template::find(name).expect("a known template");
        let mut group = criterion.benchmark_group(format!("prompt/{name}"));
        for count in COUNTS {
            let texts = texts(count);
            let conversation = conversation(&texts);
            let bytes: usize = texts.iter().map(String::len).sum();
            group.throughput(Throughput::Bytes(bytes as u64));
            group.bench_function(count.to_string(), |bencher| {
                bencher.iter(|| {
                    template::render_defended(row, black_box(&conversation), ControlMode::Escape)
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, render);
criterion_main!(benches);
