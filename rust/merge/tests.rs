//! The ways to merge against each other, against a slow and obvious one, and against an
//! independent encoder.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::splits::Splits;
use super::{Memory, Scratch, backtrack, lanes, long, merge, parts, runs, short};
use crate::processor::Level;
use crate::tokenizer::Tokenizer;
use crate::vocabulary::{Vocabulary, packed};

static O200K: LazyLock<Vocabulary> = LazyLock::new(|| open("o200k"));
static TEKKEN: LazyLock<Vocabulary> = LazyLock::new(|| open("tekken"));

fn open(name: &str) -> Vocabulary {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    packed::open(folder.join(format!("{name}.vocabulary"))).unwrap()
}

/// Merge as the rule says it, looking at everything every time.
fn slow_merge(vocabulary: &Vocabulary, piece: &[u8]) -> Vec<u32> {
    let mut parts: Vec<Vec<u8>> = piece.iter().map(|&byte| vec![byte]).collect();
    loop {
        let unions = parts.windows(2).map(|pair| vocabulary.rank(&pair.concat()));
        let ranked = unions
            .enumerate()
            .filter_map(|(left, rank)| Some((rank?, left)));
        let Some((_, left)) = ranked.min() else { break };
        let right = parts.remove(left + 1);
        parts[left].extend(right);
    }
    parts
        .iter()
        .map(|part| vocabulary.rank(part).unwrap())
        .collect()
}

fn collect(merge: impl FnOnce(&mut dyn FnMut(u32))) -> Vec<u32> {
    let mut ranks = Vec::new();
    merge(&mut |rank| ranks.push(rank));
    ranks
}

fn check(vocabulary: &Vocabulary, piece: &[u8]) {
    let expected = slow_merge(vocabulary, piece);
    let name = piece.escape_ascii().to_string();
    let range = (0, piece.len());
    if piece.len() <= parts::LONGEST_BYTES {
        let scanned = collect(|emit| short::merge(vocabulary, piece, range, emit));
        assert_eq!(scanned, expected, "scan of {name}");
    }
    check_long(vocabulary, piece, &expected);
}

fn check_long(vocabulary: &Vocabulary, piece: &[u8], expected: &[u32]) {
    let name = piece.escape_ascii().to_string();
    let buffers = &mut long::Buffers::default();
    let heaped = collect(|emit| long::merge(vocabulary, piece, buffers, emit));
    assert_eq!(heaped, expected, "heap of {name}");
    let (splits, scratch) = (&Splits::default(), &mut Scratch::default());
    let range = (0, piece.len());
    let laid = collect(|emit| {
        assert!(backtrack::merge(
            vocabulary, splits, piece, range, scratch, emit
        ));
    });
    assert_eq!(laid, expected, "tokens laid over {name}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn all_ways_merge_any_bytes_alike(piece in proptest::collection::vec(any::<u8>(), 2..60)) {
        check(&O200K, &piece);
        check(&TEKKEN, &piece);
    }

    #[test]
    fn words_merged_side_by_side_count_what_each_counts_alone(
        words in proptest::collection::vec("[a-z ]{2,15}|[\u{4e00}-\u{9fff}]{1,5}|[а-я]{1,7}|\\PC{2,3}|={2,15}", 1..=lanes::LANES),
    ) {
        let text = words.concat();
        let mut end = 0;
        let ranges: Vec<_> = words.iter().map(|word| { end += word.len(); (end - word.len(), end) }).collect();
        for vocabulary in [&*O200K, &*TEKKEN] {
            let expected: Vec<_> = words.iter().map(|word| slow_merge(vocabulary, word.as_bytes()).len()).collect();
            for level in Level::every() {
                let counts = lanes::count_at(level, vocabulary, text.as_bytes(), &ranges);
                let counts: Vec<_> = counts[..words.len()].iter().map(|&count| count as usize).collect();
                prop_assert_eq!(&counts, &expected, "{:?} {:?}", level, words);
            }
        }
    }

    #[test]
    fn all_ways_merge_words_alike(word in "[a-eE=\u{4e2d}\u{6587}\u{43f}\u{440}]{2,40}") {
        check(&O200K, word.as_bytes());
        check(&TEKKEN, word.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..Default::default() })]

    #[test]
    fn long_words_and_runs_merge_alike(
        word in "([a-zA-Z]{1,90}|=|-|\u{3000}| |[\u{4e00}-\u{5000}]{1,40}|[а-я]{1,50}|ab){1,4}",
        times in 1_usize..40,
    ) {
        let word = word.repeat(times);
        for vocabulary in [&*O200K, &*TEKKEN] {
            let buffers = &mut long::Buffers::default();
            let piece = word.as_bytes();
            if piece.len() > 1 {
                let expected = collect(|emit| long::merge(vocabulary, piece, buffers, emit));
                check_long(vocabulary, piece, &expected);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_run_is_guessed_right_or_not_at_all(
        unit in "[ -~]|[\u{a0}-\u{4ff}]|[\u{2500}-\u{257f}\u{3000}-\u{303f}]|[\u{4e00}-\u{4fff}]|[\u{1f600}-\u{1f64f}]",
        times in 300_usize..3_000,
    ) {
        let run = unit.repeat(times);
        let (piece, range) = (run.as_bytes(), (0, run.len()));
        for vocabulary in [&*O200K, &*TEKKEN] {
            let buffers = &mut long::Buffers::default();
            let expected = collect(|emit| long::merge(vocabulary, piece, buffers, emit));
            let (splits, scratch) = (&Splits::default(), &mut Scratch::default());
            let mut is_right = false;
            let guessed = collect(|emit| {
                is_right = runs::merge(vocabulary, splits, piece, range, scratch, emit);
            });
            prop_assert_eq!(&guessed, if is_right { &expected } else { &Vec::new() });
        }
    }
}

#[test]
fn runs_of_what_is_written_as_runs_are_guessed() {
    for unit in [
        "=",
        "-",
        "a",
        "0",
        " ",
        "\n",
        "\u{2500}",
        "\u{4e2d}",
        "\u{1f600}",
    ] {
        let run = unit.repeat(2_001);
        let range = (0, run.len());
        let (splits, scratch) = (&Splits::default(), &mut Scratch::default());
        let is_guessed = runs::merge(&O200K, splits, run.as_bytes(), range, scratch, |_| {});
        assert!(is_guessed, "{unit:?}");
        let broken = format!("{run}x");
        let range = (0, broken.len());
        assert!(!runs::merge(
            &O200K,
            splits,
            broken.as_bytes(),
            range,
            scratch,
            |_| {}
        ));
    }
}

/// Each shipped vocabulary whose file says so can be merged by backtracking.
#[test]
fn a_proper_vocabulary_makes_each_token_from_lower_ones() {
    for name in [
        "o200k", "tekken", "qwen3", "deepseek", "minimax", "kimi", "claude2",
    ] {
        let vocabulary = open(name);
        assert_eq!(vocabulary.parts().is_proper, Some(true), "{name}");
        assert!(Splits::default().prove(&vocabulary), "{name}");
    }
    assert!(!Splits::default().prove(&open("glm4")));
}

#[test]
fn a_vocabulary_that_lies_about_being_proper_loses_nothing() {
    let vocabulary = open("glm4").with_is_proper(Some(true));
    let (memory, scratch) = (&Memory::default(), &mut Scratch::default());
    for (_, token) in vocabulary.parts().tokens.iter() {
        let text = [token, b"ing", token].concat();
        let mut bytes = Vec::new();
        merge(
            &vocabulary,
            memory,
            &text,
            (0, text.len()),
            scratch,
            |rank| {
                bytes.extend_from_slice(vocabulary.parts().tokens.get(rank).unwrap());
            },
        );
        assert_eq!(bytes, text);
    }
}

#[test]
fn an_unlooked_at_vocabulary_is_proved_when_a_long_word_comes() {
    let vocabulary = open("o200k").with_is_proper(None);
    let memory = Memory::default();
    assert!(!memory.is_proper(&vocabulary, true));
    assert!(memory.is_proper(&vocabulary, false));
    assert!(memory.is_proper(&vocabulary, true));
}

#[test]
fn a_megabyte_without_a_break_is_one_word_and_ends_soon() {
    let tokenizer = Tokenizer::new(open("o200k"));
    let word = "abcdefghij".repeat(100_000);
    let ids = tokenizer.encode(&word);
    assert_eq!(tokenizer.decode(&ids).unwrap(), word);
}

#[test]
fn ids_equal_those_of_an_independent_encoder() {
    let tokenizer = Tokenizer::new(open("o200k"));
    let reference = tiktoken_rs::o200k_base().unwrap();
    let texts = [
        include_str!("long.rs"),
        include_str!("../split/tests.rs"),
        "The naïve café’s menu: 東京 1234567 — «Привет», it's 50 °C! <|endoftext|>",
        "  \n\n \t x  \r\n\r\n   ",
        "नमस्ते 😀👩‍👩‍👧 e\u{301}\u{301}",
    ];
    for text in texts {
        let expected: Vec<u32> = reference
            .encode_ordinary(text)
            .into_iter()
            .map(|id| id.to_string().parse().unwrap())
            .collect();
        assert_eq!(tokenizer.encode(text), expected, "{text}");
    }
}
