//! Prompts in the core: 12 messages (10.9 kB) and 1 002 (0.91 MB), with the scan for forgeries, in memory
//! that is kept from one prompt to the next, as the binding does.
//!
//! What Python adds, reading the messages and making the `str`, is not in it;
//! `benches/python/compare_prompts.py` measures that beside the peers.
#![expect(clippy::unwrap_used, reason = "a bench may unwrap")]

use bedrock_llm_core::message::{Block, Message, Role};
use bedrock_llm_core::template::{ControlMode, Conversation, Page, find, render, render_defended};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const SENTENCE: &str = "The quick brown fox <b>jumps</b> over the lazy dog, and [then] rests. ";

fn messages(texts: &[String]) -> Vec<Message<'_>> {
    let each = texts.iter().enumerate().map(|(position, text)| Message {
        role: if position % 2 == 0 {
            Role::Assistant
        } else {
            Role::User
        },
        blocks: vec![Block::Text(text)],
    });
    each.collect()
}

fn rendering(criterion: &mut Criterion) {
    let texts: Vec<String> = (0..1_002)
        .map(|position| format!("{position}: {}", SENTENCE.repeat(13)))
        .collect();
    let messages = messages(&texts);
    for number in [12, 1_002] {
        let talk = Conversation::of(messages.get(..number).unwrap());
        for name in ["llama3", "mistral-v3", "qwen3"] {
            let row = find(name).unwrap();
            let bytes = render(row, &talk).unwrap().as_str().len();
            let mut group = criterion.benchmark_group(format!("{name}/{number}"));
            group.throughput(Throughput::Bytes(bytes as u64));
            group.bench_function("render", |bencher| {
                bencher.iter(|| -> Page { render(row, black_box(&talk)).unwrap() });
            });
            group.bench_function("render and defend", |bencher| {
                let mut room = String::new();
                bencher.iter(|| {
                    let (talk, memory) = (black_box(&talk), std::mem::take(&mut room));
                    let done = render_defended(row, talk, ControlMode::Escape, memory).unwrap();
                    room = done.0.into_parts().0;
                });
            });
        }
    }
}

criterion_group!(benches, rendering);
criterion_main!(benches);
