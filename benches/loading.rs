//! Loads each kind of shipped vocabulary: `cargo bench --bench loading`.
//!
//! From the disk's cache to a tokenizer that has counted once: what the first call of a process
//! pays, but for importing.
#![expect(
    clippy::expect_used,
    reason = "a bench may stop where its files are missing"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use bedrock_llm_core::claude::{self, ClaudeTokenizer};
use bedrock_llm_core::sentencepiece;
use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use criterion::{Criterion, criterion_group, criterion_main};

const RANKS: [&str; 9] = [
    "o200k", "tekken", "qwen3", "deepseek", "glm4", "glm5", "minimax", "kimi", "claude2",
];
const FRAMES: [(&str, &str); 2] = [("claude3", "claude3"), ("claude47", "claude48")];
const PIECES: [(&str, &str); 2] = [("mistral", "mistral_v3"), ("gemma", "gemma4")];
const TEXT: &str = "How many tokens has this sentence?";

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("python/bedrock_llm/vocabularies")
        .join(file)
}

fn ranks(criterion: &mut Criterion) {
    for name in RANKS {
        let file = path(&format!("{name}.vocabulary"));
        criterion.bench_function(&format!("load/{name}"), |bencher| {
            bencher.iter(|| {
                let vocabulary = packed::open(black_box(&file)).expect("a shipped vocabulary");
                Tokenizer::new(vocabulary).count(TEXT)
            });
        });
    }
}

fn claude(criterion: &mut Criterion) {
    for (file, frame) in FRAMES {
        let file = path(&format!("{file}.vocabulary"));
        criterion.bench_function(&format!("load/{frame}"), |bencher| {
            bencher.iter(|| {
                let table = claude::packed::open(black_box(&file)).expect("a shipped table");
                let tokenizer = ClaudeTokenizer::new(table, frame).expect("a frame of the table");
                tokenizer.count(TEXT)
            });
        });
    }
}

fn pieces(criterion: &mut Criterion) {
    for (file, name) in PIECES {
        let file = path(&format!("{file}.pieces"));
        criterion.bench_function(&format!("load/{name}"), |bencher| {
            bencher.iter(|| {
                let model = sentencepiece::packed::open(black_box(&file), name);
                model.expect("a shipped model").count(TEXT)
            });
        });
    }
}

criterion_group!(benches, ranks, claude, pieces);
criterion_main!(benches);
