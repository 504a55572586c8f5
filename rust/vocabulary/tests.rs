//! Loaders on good files, on damaged ones and on hostile bytes.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;

use proptest::prelude::*;

use super::tiktoken::parse_tokens;
use super::{Normalization, packed};
use crate::error::CoreError;
use crate::tokenizer::Tokenizer;

/// A vocabulary of the 256 bytes and a few words, packed by hand.
fn small_file(grammar: &str) -> Vec<u8> {
    let mut tokens: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    tokens.extend(["he", "ll", "hell", "hello", "xyz"].map(|word| word.as_bytes().to_vec()));
    let special = "<|end|>";
    let texts = [
        "small",
        grammar,
        "exact",
        "MIT",
        "registry package",
        "1",
        "file",
        "00",
    ];
    let mut payload = Vec::new();
    let sizes = [tokens.len(), 10, tokens.concat().len(), 1, special.len()];
    let metadata: Vec<u8> = texts.iter().flat_map(|text| sized(text)).collect();
    for number in sizes.into_iter().chain([metadata.len(), 0, 0]) {
        payload.extend(u32::try_from(number).unwrap().to_le_bytes());
    }
    let mut end = 0;
    payload.extend(0_u32.to_le_bytes());
    for token in &tokens {
        end += u32::try_from(token.len()).unwrap();
        payload.extend(end.to_le_bytes());
    }
    payload.extend(padded(&tokens.concat()));
    payload.extend(5_u32.to_le_bytes());
    payload.extend(u32::try_from(special.len()).unwrap().to_le_bytes());
    payload.extend(padded(special.as_bytes()));
    payload.extend(metadata);
    seal(&payload)
}

fn sized(text: &str) -> Vec<u8> {
    [
        &u16::try_from(text.len()).unwrap().to_le_bytes(),
        text.as_bytes(),
    ]
    .concat()
}

fn padded(bytes: &[u8]) -> Vec<u8> {
    [bytes, &vec![0; bytes.len().wrapping_neg() % 4]].concat()
}

/// Put the magic, the version and the right checksum before a payload.
fn seal(payload: &[u8]) -> Vec<u8> {
    let checksum = crc32fast::hash(payload).to_le_bytes();
    [
        b"BLVOCAB\0".as_slice(),
        &1_u32.to_le_bytes(),
        &checksum,
        payload,
    ]
    .concat()
}

fn reason(data: &[u8]) -> String {
    packed::parse(data).unwrap_err().to_string()
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
    let good = small_file("qwen");
    for (number, normalization, ids) in [
        (0, Normalization::None, 2),
        (1, Normalization::Nfc, 2),
        (2, Normalization::Nfkc, 1),
    ] {
        let file = seal(&[&good[16..40], &[number], &good[41..]].concat());
        let tokenizer = Tokenizer::new(packed::parse(&file).unwrap());
        assert_eq!(tokenizer.vocabulary().parts().normalization, normalization);
        assert_eq!(tokenizer.encode("²").len(), ids);
        assert_eq!(tokenizer.count_up_to("²", 1), (ids == 1).then_some(1));
    }
}

#[test]
fn the_shipped_files_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    for (name, ids, last_id) in [
        ("o200k", [24912, 2375], 201_087),
        ("tekken", [29706, 4304], 131_071),
    ] {
        let file = folder.join(format!("{name}.vocabulary"));
        let tokenizer = Tokenizer::new(packed::open(file).unwrap());
        assert_eq!(tokenizer.encode("hello world"), ids, "{name}");
        assert_eq!(tokenizer.vocabulary().last_id(), last_id, "{name}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = packed::open("/nowhere/o200k.vocabulary".into()).unwrap_err();
    assert!(matches!(error, CoreError::UnreadableFile { .. }));
    assert!(error.to_string().contains("/nowhere/o200k.vocabulary"));
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let good = small_file("o200k");
    assert!(reason(b"").contains("does not start with"));
    assert!(reason(&good[..14]).contains("should follow byte 8"));
    let damaged = [&good[..good.len() - 1], b"x"].concat();
    assert!(reason(&damaged).contains("checksum"));
    let strange_form = [&good[16..40], &[3], &good[41..]].concat();
    assert!(reason(&seal(&strange_form)).contains("unknown normal form 3"));
    let newer = [&good[..8], &[2], &good[9..]].concat();
    assert!(reason(&newer).contains("format version 2"));
    assert!(reason(&small_file("gpt3")).contains("no pre-tokenizer grammar"));
    let longer = seal(&[&good[16..], b"x"].concat());
    assert!(reason(&longer).contains("metadata should have"));
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let good = small_file("o200k");
    for size in 0..good.len() {
        packed::parse(&good[..size]).unwrap_err();
        if size >= 16 {
            packed::parse(&seal(&good[16..size])).unwrap_err();
        }
    }
}

#[test]
fn tokens_must_be_whole_and_single() {
    let mut swapped = small_file("o200k")[16..].to_vec();
    let first_token = 32 + 4 * 262;
    swapped[first_token] = 1; // byte 0 becomes a second byte 1
    assert!(reason(&seal(&swapped)).contains("are the same token"));
    let mut overlapping = small_file("o200k")[16..].to_vec();
    overlapping[32 + 4 * 262 + 272] = 11; // the special token's id falls among the ranks
    assert!(reason(&seal(&overlapping)).contains("which a rank has too"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn hostile_bytes_never_panic(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        head_edits in proptest::collection::vec((0..40_usize, any::<u8>()), 0..3),
        text in ".{0,20}",
    ) {
        let mut payload = small_file("o200k")[16..].to_vec();
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
