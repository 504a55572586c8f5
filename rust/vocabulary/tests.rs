//! Loaders on good files, on damaged ones and on hostile bytes.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::tiktoken::parse_tokens;
use super::{Normalization, Vocabulary, packed};
use crate::container::tests as container;
use crate::error::CoreError;
use crate::tokenizer::Tokenizer;

/// A vocabulary of the 256 bytes and a few words, as the payload of a packed file.
fn small_payload(grammar: &str) -> Vec<u8> {
    let mut tokens: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    tokens.extend(["he", "ll", "hell", "hello", "xyz"].map(|word| word.as_bytes().to_vec()));
    let mut payload = numbers(&[tokens.len(), 10, 0, 0]);
    payload.extend(
        tokens
            .iter()
            .map(|token| u8::try_from(token.len()).unwrap()),
    );
    tokens.sort_by_key(Vec::len);
    payload.extend(tokens.concat());
    payload.extend(numbers(&[1, 5]));
    let texts = ["<|end|>", "small", grammar, "exact", "MIT"];
    for text in texts.iter().chain(&["registry package", "1", "file", "00"]) {
        payload.extend(numbers(&[text.len()]));
        payload.extend(text.as_bytes());
    }
    payload
}

/// Where the sizes of the tokens of the small payload begin.
const SIZES: usize = 16;
/// Where the tokens of the small payload begin.
const TOKENS: usize = SIZES + 261;

fn numbers(numbers: &[usize]) -> Vec<u8> {
    let bytes = |number: &usize| u32::try_from(*number).unwrap().to_le_bytes();
    numbers.iter().flat_map(bytes).collect()
}

fn seal(payload: &[u8]) -> Vec<u8> {
    container::seal(*b"BLVOCAB\0", payload)
}

fn small_file(grammar: &str) -> Vec<u8> {
    seal(&small_payload(grammar))
}

/// The small file with one byte of its payload changed.
fn edited(place: usize, byte: u8) -> Vec<u8> {
    let mut payload = small_payload("qwen");
    payload[place] = byte;
    seal(&payload)
}

fn reason(data: &[u8]) -> String {
    packed::parse(data).unwrap_err().to_string()
}

fn shipped(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    folder.join(format!("{name}.vocabulary"))
}

#[test]
fn a_packed_file_is_read_whole() {
    let tokenizer = Tokenizer::new(packed::parse(&small_file("llama3")).unwrap());
    let parts = tokenizer.vocabulary().parts();
    assert_eq!(
        (parts.name.as_str(), parts.grammar.name),
        ("small", "llama3")
    );
    assert_eq!(
        (parts.exactness.as_str(), parts.licence.as_str()),
        ("exact", "MIT")
    );
    assert_eq!(
        (parts.source.version.as_str(), parts.source.sha256.as_str()),
        ("1", "00")
    );
    assert_eq!(
        parts.special_tokens.iter().collect::<Vec<_>>(),
        [(5, "<|end|>")]
    );
    assert_eq!(tokenizer.vocabulary().last_id(), 10 + 260);
    assert_eq!(tokenizer.encode("hellohe"), [10 + 259, 10 + 256]);
    let bytes = b"xyzz".map(|byte| 10 + u32::from(byte));
    assert_eq!(
        (tokenizer.encode("xyz"), tokenizer.encode("xyzz")),
        (vec![10 + 260], bytes.into())
    );
    assert_eq!(tokenizer.decode(&[10 + 259, 5]).unwrap(), "hello<|end|>");
}

#[test]
fn a_file_may_ask_for_a_normal_form() {
    for (number, normalization, ids) in [
        (0, Normalization::None, 2),
        (1, Normalization::Nfc, 2),
        (2, Normalization::Nfkc, 1),
    ] {
        let tokenizer = Tokenizer::new(packed::parse(&edited(8, number)).unwrap());
        assert_eq!(tokenizer.vocabulary().parts().normalization, normalization);
        assert_eq!(tokenizer.encode("²").len(), ids);
        assert_eq!(tokenizer.count_up_to("²", 1), (ids == 1).then_some(1));
    }
}

#[test]
fn the_shipped_files_are_read() {
    for (name, ids, last_id) in [
        ("o200k", [24912, 2375], 201_087),
        ("tekken", [29706, 4304], 131_071),
    ] {
        let tokenizer = Tokenizer::new(packed::open(shipped(name)).unwrap());
        assert_eq!(tokenizer.encode("hello world"), ids, "{name}");
        assert_eq!(tokenizer.vocabulary().last_id(), last_id, "{name}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = packed::open("/nowhere/o200k.vocabulary").unwrap_err();
    assert!(matches!(error, CoreError::UnreadableFile { .. }));
    assert!(error.to_string().contains("/nowhere/o200k.vocabulary"));
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let good = small_payload("o200k");
    assert!(reason(b"").contains("does not start with"));
    assert!(reason(&edited(8, 3)).contains("unknown normal form 3"));
    assert!(reason(&edited(12, 2)).contains("a yes or no is 2"));
    assert!(reason(&edited(SIZES, 0)).contains("the token of rank 0 is empty"));
    assert!(reason(&small_file("gpt3")).contains("no pre-tokenizer grammar"));
    let longer = seal(&[&good, &b"x"[..]].concat());
    assert!(reason(&longer).contains("1 bytes follow the texts"));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let payload = small_payload("o200k");
    let file = seal(&payload);
    for size in 0..file.len() {
        packed::parse(&file[..size]).unwrap_err();
    }
    for size in 0..payload.len() {
        packed::parse(&seal(&payload[..size])).unwrap_err();
    }
}

#[test]
fn tokens_must_be_whole_and_single() {
    assert!(reason(&edited(TOKENS, 1)).contains("are the same token"));
    let special = TOKENS + 256 + 16 + 4;
    assert!(reason(&edited(special, 11)).contains("which a rank has too"));
}

/// Merge a token's bytes by rank, looking at everything every time.
fn merges_to_itself(vocabulary: &Vocabulary, token: &[u8]) -> bool {
    let mut parts: Vec<&[u8]> = token.chunks(1).collect();
    while parts.len() > 2 {
        let ends = parts.iter().scan(0, |end, part| {
            *end += part.len();
            Some(*end)
        });
        let ends: Vec<usize> = ends.collect();
        let union = |left: usize| &token[ends[left] - parts[left].len()..ends[left + 1]];
        let due =
            (0..parts.len() - 1).filter_map(|left| Some((vocabulary.rank(union(left))?, left)));
        let Some((_, left)) = due.min() else {
            return false;
        };
        parts[left] = union(left);
        parts.remove(left + 1);
    }
    true
}

#[test]
fn a_file_says_whether_it_is_proper() {
    for (name, expected) in [
        ("o200k", true),
        ("tekken", true),
        ("qwen3", true),
        ("deepseek", true),
        ("glm4", false),
        ("glm5", false),
        ("minimax", true),
        ("kimi", true),
        ("claude2", true),
    ] {
        let vocabulary = packed::open(shipped(name)).unwrap();
        assert_eq!(vocabulary.parts().is_proper, Some(expected), "{name}");
        let tokens = &vocabulary.parts().tokens;
        let is_proper =
            (0..tokens.len()).all(|rank| merges_to_itself(&vocabulary, tokens.get(rank).unwrap()));
        assert_eq!(is_proper, expected, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn hostile_bytes_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        head_edits in proptest::collection::vec((0..SIZES, any::<u8>()), 0..3),
        text in ".{0,20}",
    ) {
        let mut payload = small_payload("o200k");
        for (position, byte) in edits {
            let position = position.index(payload.len());
            payload[position] = byte;
        }
        for (position, byte) in head_edits {
            payload[position] = byte;
        }
        if let Ok(vocabulary) = packed::parse(&seal(&payload)) {
            let tokenizer = Tokenizer::new(vocabulary);
            prop_assert_eq!(tokenizer.decode(&tokenizer.encode(&text)).unwrap(), text);
        }
    }

    #[test]
    fn any_bytes_are_no_vocabulary(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(packed::parse(&data).is_err());
        prop_assert!(packed::parse(&seal(&data)).is_err());
    }

    #[test]
    fn any_bytes_as_a_rank_file_never_panic(data in "([A-Za-z0-9+/=]{0,6} ?[0-9]{0,3}\r?\n?){0,9}") {
        let _ = parse_tokens(data.as_bytes());
    }
}

#[test]
fn a_rank_file_is_read_in_any_order() {
    let table = parse_tokens(b"Yg== 1\n\nYWI= 0\r\n").unwrap();
    assert_eq!(
        (table.get(0), table.get(1), table.len()),
        (Some(&b"ab"[..]), Some(&b"b"[..]), 2)
    );
}

#[test]
fn a_broken_rank_file_is_refused_with_its_line() {
    let message = |data: &[u8]| parse_tokens(data).unwrap_err().to_string();
    assert!(message(b"YQ== 0\nnot base64!\n").contains("line 2"));
    assert!(message(b"YQ== 0\nYg== 2\n").contains("rank 1 is missing or stands twice"));
    assert!(message(b"YQ== 0\nYg== 0\n").contains("rank 0 is missing or stands twice"));
    assert!(message(b"YQ== 0\n 1\n").contains("line 2"));
    assert!(message(b"YQ== 0\nYg==\n").contains("line 2"));
}
