//! One piece of work per run, for counting its instructions: `python scripts/check_instructions.py`.
//!
//! ```text
//! instructions            lists the names
//! instructions <name>     prepares, then does the work once, inside `measured_region`
//! ```
//!
//! Inputs are made here, of fixed sentences and a fixed generator, so the count of instructions is
//! the same on every run of the same binary. Nothing is timed.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench may stop where its files are missing, and prints its names"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use bedrock_llm_core::claude::{self, ClaudeTokenizer};
use bedrock_llm_core::engine::Engine;
use bedrock_llm_core::error::CoreError;
use bedrock_llm_core::message::{Block, Message, Role};
use bedrock_llm_core::sentencepiece;
use bedrock_llm_core::template::{self, ControlMode, Conversation};
use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use bedrock_llm_core::window::{self, Form, History, Outline, Piece, Rules, Strategy};

const PROSE: [&str; 4] = [
    "The committee's report, published in the spring, didn't mention the other cases at all. ",
    "Nobody who had read the correspondence could doubt that the engineers had been warned twice.\n",
    "\"We'll see,\" she answered quietly, looking past him toward the harbour and its grey water. ",
    "A second, rather longer survey was commissioned; its authors reached the same conclusions.\n\n",
];
const CODE: [&str; 4] = [
    "fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {\n        return None;\n    }\n",
    "    def __init__(self, *, name: str, values: list[int] | None = None) -> None:\n        pass\n",
    "        for (int index = 0; index < kMaximumSize; ++index) { total += table[index]; }\n",
    "import { useState } from 'react';\n\nexport const Counter = () => useState<number>(0);\n",
];
const MULTILINGUAL: [&str; 4] = [
    "Мы не можем ответить на этот вопрос сегодня, но вернёмся к нему завтра утром. ",
    "Der Ausschuss hat den überarbeiteten Bericht größtenteils übernommen. ",
    "Η επιτροπή δεν αναφέρθηκε στις υπόλοιπες περιπτώσεις της έκθεσης. ",
    "لم يذكر التقرير الحالات الأخرى التي نوقشت في الاجتماع السابق. ",
];
const CJK: [&str; 4] = [
    "東京は日本の首都であり、人口は約千四百万人です。",
    "委员会在春天发表的报告没有提到其他的案例。",
    "위원회가 봄에 발표한 보고서는 다른 사례를 언급하지 않았다. ",
    "第二次調查的作者得出了同樣的結論，沒有人感到意外。\n",
];
const TEXT_BYTES: usize = 100_000;

/// What a run does inside `measured_region`.
type Work = Box<dyn FnMut() -> u64>;

/// Prepares some work.
type Prepare = fn() -> Work;

/// Every name with what prepares its work.
const CASES: [(&str, Prepare); 21] = [
    ("o200k.fresh.prose", || fresh("o200k", &PROSE)),
    ("o200k.fresh.code", || fresh("o200k", &CODE)),
    ("o200k.fresh.multilingual", || fresh("o200k", &MULTILINGUAL)),
    ("o200k.fresh.cjk", || fresh("o200k", &CJK)),
    ("o200k.repeated.prose", || repeated("o200k", &PROSE)),
    ("o200k.encode.prose", || encode("o200k", &PROSE)),
    ("o200k.hot.100", || hot("o200k")),
    ("o200k.limit.4096", || limit("o200k")),
    ("o200k.cut.4096", || cut("o200k")),
    ("o200k.word.letters", || word("o200k")),
    ("o200k.run.a", || run_of_one("o200k")),
    ("qwen3.fresh.prose", || fresh("qwen3", &PROSE)),
    ("deepseek.fresh.cjk", || fresh("deepseek", &CJK)),
    ("mistral_v3.count.prose", pieces),
    ("claude48.count.prose", claude_prose),
    ("prompt.llama3.12", || prompt("llama3", 12)),
    ("prompt.llama3.1002", || prompt("llama3", 1_002)),
    ("window.drop_oldest.10k.8k", || window("drop_oldest")),
    ("o200k.load", || load("o200k")),
    ("claude48.load", claude_load),
    ("mistral_v3.load", pieces_load),
];

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("python/bedrock_llm/vocabularies")
        .join(file)
}

fn open(name: &str) -> Tokenizer {
    let file = path(&format!("{name}.vocabulary"));
    Tokenizer::new(packed::open(file).expect("a shipped vocabulary"))
}

fn open_claude() -> ClaudeTokenizer {
    let table = claude::packed::open(path("claude47.vocabulary")).expect("a shipped table");
    ClaudeTokenizer::new(table, "claude48").expect("a frame of the table")
}

/// A generator that is the same everywhere (xorshift).
struct Generator(u64);

impl Generator {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// A word that no vocabulary has as one token.
    fn word(&mut self) -> String {
        let length = 3 + self.below(9);
        (0..length).map(|_| self.letter()).collect()
    }

    fn letter(&mut self) -> char {
        u32::try_from(self.below(26))
            .ok()
            .and_then(|place| char::from_u32(u32::from('a') + place))
            .unwrap_or('a')
    }
}

/// A hundred kilobytes of sentences, with a new number or word behind each.
fn text(sentences: &[&str; 4], seed: u64) -> String {
    let mut generator = Generator(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
    let mut text = String::new();
    while text.len() < TEXT_BYTES {
        for sentence in sentences {
            text.push_str(sentence);
            match generator.below(3) {
                0 => text.push_str(&generator.below(100_000).to_string()),
                1 => text.push_str(&generator.word()),
                _ => (),
            }
            text.push(' ');
        }
    }
    text
}

/// Count text that the tokenizer has not seen, after text of its kind.
fn fresh(name: &str, sentences: &'static [&'static str; 4]) -> Work {
    let tokenizer = open(name);
    let _ = tokenizer.count(&text(sentences, 0));
    let unseen = text(sentences, 1);
    Box::new(move || u64::from(tokenizer.count(black_box(&unseen))))
}

fn repeated(name: &str, sentences: &'static [&'static str; 4]) -> Work {
    let (tokenizer, text) = (open(name), text(sentences, 0));
    let _ = tokenizer.count(&text);
    Box::new(move || u64::from(tokenizer.count(black_box(&text))))
}

fn encode(name: &str, sentences: &'static [&'static str; 4]) -> Work {
    let (tokenizer, text) = (open(name), text(sentences, 0));
    let _ = tokenizer.count(&text);
    Box::new(move || tokenizer.encode(black_box(&text)).len() as u64)
}

fn hot(name: &str) -> Work {
    let tokenizer = open(name);
    let text = PROSE.concat()[..100].to_owned();
    let _ = tokenizer.count(&text);
    Box::new(move || {
        (0..1000)
            .map(|_| u64::from(tokenizer.count(black_box(&text))))
            .sum()
    })
}

fn limit(name: &str) -> Work {
    let (tokenizer, text) = (open(name), text(&PROSE, 0));
    let _ = tokenizer.count(&text);
    Box::new(move || u64::from(tokenizer.count_up_to(black_box(&text), 4096).is_some()))
}

fn cut(name: &str) -> Work {
    let (tokenizer, text) = (open(name), text(&PROSE, 0));
    let _ = tokenizer.count(&text);
    Box::new(move || tokenizer.cut_start(black_box(&text), 4096).bytes as u64)
}

/// Count one word of random letters.
fn word(name: &str) -> Work {
    let (tokenizer, mut generator) = (open(name), Generator(7));
    let word: String = (0..TEXT_BYTES).map(|_| generator.letter()).collect();
    Box::new(move || u64::from(tokenizer.count(black_box(&word))))
}

fn run_of_one(name: &str) -> Work {
    let (tokenizer, run) = (open(name), "a".repeat(TEXT_BYTES));
    Box::new(move || u64::from(tokenizer.count(black_box(&run))))
}

fn pieces() -> Work {
    let model = sentencepiece::packed::open(path("mistral.pieces"), "mistral_v3");
    let (model, text) = (model.expect("a shipped model"), text(&PROSE, 0));
    Box::new(move || u64::from(model.count(black_box(&text))))
}

fn claude_prose() -> Work {
    let (tokenizer, text) = (open_claude(), text(&PROSE, 0));
    Box::new(move || u64::from(tokenizer.count(black_box(&text))))
}

/// Texts of about 900 bytes, no two alike.
fn turns(count: usize) -> Vec<String> {
    let (text, mut generator) = (text(&PROSE, 0), Generator(11));
    let mut turn = || {
        let start = usize::try_from(generator.below(90_000)).unwrap_or(0);
        text[start..start + 900].to_owned()
    };
    (0..count).map(|_| turn()).collect()
}

fn role(place: usize) -> Role {
    if place.is_multiple_of(2) {
        Role::User
    } else {
        Role::Assistant
    }
}

/// Write a prompt and defend its contents.
fn prompt(name: &'static str, count: usize) -> Work {
    let texts = turns(count - 1);
    Box::new(move || {
        let messages: Vec<Message<'_>> = texts
            .iter()
            .enumerate()
            .map(|(place, text)| Message {
                role: role(place),
                blocks: vec![Block::Text(text)],
            })
            .collect();
        let row = template::find(name).expect("a known template");
        let talk = Conversation::of(&messages);
        let written = template::render_defended(row, &talk, ControlMode::Escape, String::new());
        written.expect("plain messages").0.as_str().len() as u64
    })
}

/// User and assistant in turn, counted when asked for.
struct Talk {
    texts: Vec<String>,
    tokenizer: Tokenizer,
}

impl History for Talk {
    fn len(&self) -> usize {
        self.texts.len()
    }

    fn outline(&mut self, index: usize) -> Result<Outline, CoreError> {
        Ok(Outline {
            role: role(index),
            has_calls: false,
            has_results: false,
            has_cache_point: false,
        })
    }

    fn tokens(&mut self, index: usize, _: Form, limit: u64) -> Result<Option<u64>, CoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let counted = self.tokenizer.count_up_to(&self.texts[index], limit);
        Ok(counted.map(u64::from))
    }

    fn total(&mut self, pieces: &[Piece]) -> Result<u64, CoreError> {
        let places = pieces.iter().flat_map(|piece| piece.messages.clone());
        let counts = places.map(|place| u64::from(self.tokenizer.count(&self.texts[place])));
        Ok(counts.sum())
    }

    fn head_tokens(&self) -> u64 {
        0
    }

    fn slack(&self, _: u64) -> u64 {
        0
    }
}

/// Choose what 8 000 tokens keep of 10 000 messages.
fn window(name: &'static str) -> Work {
    let mut talk = Talk {
        texts: turns(9_999),
        tokenizer: open("o200k"),
    };
    let _ = talk.tokenizer.count(&text(&PROSE, 1));
    Box::new(move || {
        let rules = Rules {
            strategy: Strategy::find(name).expect("a known strategy"),
            budget_tokens: 8_000,
            trigger_tokens: 8_000,
            target_tokens: 8_000,
            pinned: &[],
            keep_cached_prefix: false,
            scores: &[],
            role_scores: [2.0, 1.0, 0.0],
            wanted: &[],
        };
        let plan = window::plan(&mut talk, &rules).expect("readable messages");
        plan.tokens.unwrap_or_default()
    })
}

fn load(name: &'static str) -> Work {
    Box::new(move || u64::from(open(black_box(name)).count("a")))
}

fn claude_load() -> Work {
    Box::new(|| u64::from(open_claude().count("a")))
}

fn pieces_load() -> Work {
    Box::new(|| {
        let model = sentencepiece::packed::open(path("mistral.pieces"), "mistral_v3");
        u64::from(model.expect("a shipped model").count("a"))
    })
}

/// What callgrind collects: its name is what `check_instructions.py` asks for.
#[inline(never)]
fn measured_region(work: &mut Work) -> u64 {
    black_box(work())
}

fn main() {
    let name = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let case = CASES
        .iter()
        .find(|(known, _)| Some(*known) == name.as_deref());
    if let Some((_, prepare)) = case {
        let mut work = prepare();
        println!("{}", measured_region(&mut work));
    } else {
        println!("{}", CASES.map(|(known, _)| known).join("\n"));
    }
}
