//! Counts a small mixed text with each shipped vocabulary: `cargo bench --bench counting`.
//!
//! Fresh text is cut anew from a numbered stream for every call, so no call sees a text twice;
//! repeated text is one text again and again. Rates are per byte of UTF-8.
#![expect(
    clippy::expect_used,
    reason = "a bench may stop where its files are missing"
)]

use std::hint::black_box;
use std::path::Path;

use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const NAMES: [&str; 2] = ["o200k", "tekken"];
const SENTENCES: [&str; 4] = [
    "The committee's report, published in 2026, didn't mention the other 1,234 cases. ",
    "fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {\n        return None;\n    }\n",
    "東京は日本の首都であり、人口は約1400万人です。",
    "Мы не можем ответить на этот вопрос сегодня 😀. ",
];

fn open(name: &str) -> Tokenizer {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    let file = folder.join(format!("{name}.vocabulary"));
    Tokenizer::new(packed::open(file).expect("the shipped vocabulary"))
}

/// About seven kilobytes of text with a number in every sentence.
fn text(number: u64) -> String {
    let lines = (0..25).flat_map(|line| {
        let head = (number * 25 + line).to_string();
        SENTENCES.map(|sentence| head.clone() + " " + sentence)
    });
    lines.collect()
}

fn count(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("count");
    group.throughput(Throughput::Bytes(text(0).len() as u64));
    for name in NAMES {
        let tokenizer = open(name);
        let mut number = 0;
        group.bench_function(format!("{name}/fresh"), |bencher| {
            bencher.iter_batched(
                || {
                    number += 1;
                    text(number)
                },
                |text| tokenizer.count(black_box(&text)),
                BatchSize::SmallInput,
            );
        });
        let repeated = text(0);
        group.bench_function(format!("{name}/repeated"), |bencher| {
            bencher.iter(|| tokenizer.count(black_box(&repeated)));
        });
    }
    group.finish();
}

fn fits(criterion: &mut Criterion) {
    let tokenizer = open("o200k");
    let long: String = (0..50).map(text).collect();
    criterion.bench_function("count_up_to/o200k/4096 of 400 KB", |bencher| {
        bencher.iter(|| tokenizer.count_up_to(black_box(&long), 4096));
    });
}

fn load(criterion: &mut Criterion) {
    for name in NAMES {
        criterion.bench_function(&format!("load/{name}"), |bencher| {
            bencher.iter(|| open(name));
        });
    }
}

criterion_group!(benches, count, fits, load);
criterion_main!(benches);
