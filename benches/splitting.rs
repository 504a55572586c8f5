//! Cuts fresh text into pre-tokens with each grammar: `cargo bench --bench splitting`.
//!
//! Texts are laid together from words in an order that no run repeats, about 100 KB of each kind.
//! Rates are per byte of UTF-8; `pre-tokens` measures the same cuts per pre-token. `alone` is the
//! grammar's own function, which the splitter's bitmaps equal; `short` is one call on 20 bytes.
#![expect(
    clippy::expect_used,
    reason = "a bench may stop where a grammar is missing"
)]

use std::hint::black_box;

use bedrock_llm_core::split::{GRAMMARS, Grammar};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// What a kind of text is laid together from: its words, and what stands between them.
struct Kind {
    name: &'static str,
    words: &'static str,
    gaps: &'static [&'static str],
}

const KINDS: [Kind; 5] = [
    Kind {
        name: "prose",
        words: "the committee's report which was published last year didn't mention any of \
                these cases because nobody in London had asked for them before 2026 and 1,234 more",
        gaps: &[" ", " ", " ", " ", " ", " ", ", ", ". ", "\n\n"],
    },
    Kind {
        name: "code",
        words: "fn count_up_to(&self, text: &str) -> Option<u32> {\n        return None;\n    }\n \
                let mut position = self.base; if position >= 64 && !isEmpty { ends[i] += 1; } // note",
        gaps: &[" ", " ", " ", "\n    ", "\n        "],
    },
    Kind {
        name: "cyrillic",
        words: "мы не можем ответить на этот вопрос сегодня потому что время года хорошее Москва",
        gaps: &[" ", " ", " ", " ", " ", ", ", ". "],
    },
    Kind {
        name: "chinese",
        words: "的一是 不在了 有和人 这中大 为上个国 我以要他 时来用们 生到作 地于出就 分对成会",
        gaps: &["", "", "", "，", "。"],
    },
    Kind {
        name: "japanese",
        words: "東京は 日本の 首都であり 人口は カタカナ テスト 文字列を 処理する 私たちは これを",
        gaps: &["", "", "", "、", "。"],
    },
];

/// Text that no call gave before: each call goes on with the numbers of the last.
fn text(kind: &Kind, state: &mut u64) -> String {
    let words: Vec<&str> = kind.words.split(' ').collect();
    let mut text = String::with_capacity(101_000);
    while text.len() < 100_000 {
        text += pick(&words, state);
        text += pick(kind.gaps, state);
    }
    text
}

fn pick<'part>(parts: &[&'part str], state: &mut u64) -> &'part str {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    parts[usize::try_from(*state >> 33).unwrap_or_default() % parts.len()]
}

/// Cut all of a text; gives how many pre-tokens there are.
fn cut(grammar: &Grammar, text: &str) -> usize {
    let (mut splitter, mut ends, mut all) = (grammar.splitter(text), [0; 128], 0);
    loop {
        match splitter.next_ends(&mut ends) {
            0 => return all,
            count => all += count,
        }
    }
}

fn fresh(criterion: &mut Criterion) {
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for kind in &KINDS {
        let sample = text(kind, &mut state);
        let mut group = criterion.benchmark_group(kind.name);
        group.throughput(Throughput::Bytes(sample.len() as u64));
        for grammar in &GRAMMARS {
            group.bench_function(grammar.name, |bencher| {
                bencher.iter_batched(
                    || text(kind, &mut state),
                    |text| cut(grammar, black_box(&text)),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

fn per_pre_token(criterion: &mut Criterion) {
    let mut state = 0x2545_f491_4f6c_dd1d;
    let grammar = Grammar::find("o200k").expect("a grammar of the table");
    for kind in &KINDS {
        let sample = text(kind, &mut state);
        let mut group = criterion.benchmark_group(format!("pre-tokens/{}", kind.name));
        group.throughput(Throughput::Elements(cut(grammar, &sample) as u64));
        group.bench_function("o200k", |bencher| {
            bencher.iter(|| cut(grammar, black_box(&sample)));
        });
        group.bench_function("o200k alone", |bencher| {
            bencher.iter(|| grammar.pieces(black_box(&sample)).count());
        });
        group.finish();
    }
}

fn short(criterion: &mut Criterion) {
    for grammar in &GRAMMARS {
        let mut ends = [0; 64];
        criterion.bench_function(&format!("short/{}", grammar.name), |bencher| {
            bencher.iter(|| {
                let mut splitter = grammar.splitter(black_box("Hello, how are you?!"));
                splitter.next_ends(black_box(&mut ends))
            });
        });
    }
}

criterion_group!(benches, fresh, per_pre_token, short);
criterion_main!(benches);
