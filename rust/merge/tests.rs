//! The two ways to merge against each other, against a slow and obvious one, and against an
//! independent encoder.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{long, short};
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
    let scanned = collect(|emit| short::merge(vocabulary, piece, (0, piece.len()), emit));
    assert_eq!(
        scanned,
        expected,
        "scan of {:?}",
        piece.escape_ascii().to_string()
    );
    let heaped =
        collect(|emit| long::merge(vocabulary, piece, &mut long::Buffers::default(), emit));
    assert_eq!(
        heaped,
        expected,
        "heap of {:?}",
        piece.escape_ascii().to_string()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_ways_merge_any_bytes_alike(piece in proptest::collection::vec(any::<u8>(), 2..60)) {
        check(&O200K, &piece);
        check(&TEKKEN, &piece);
    }

    #[test]
    fn both_ways_merge_words_alike(word in "[a-eE=\u{4e2d}\u{6587}\u{43f}\u{440}]{2,40}") {
        check(&O200K, word.as_bytes());
        check(&TEKKEN, word.as_bytes());
    }
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
