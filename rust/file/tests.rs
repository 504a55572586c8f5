//! Files of every kind: read as they are, refused with their name, damaged and hostile.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FileFacts, KNOWN_FILES, open, parse};
use crate::engine::Engine;
use crate::error::CoreError;
use crate::split::Grammar;
use crate::vocabulary::SpecialTokens;

fn read(data: &[u8]) -> Result<Arc<dyn Engine>, CoreError> {
    parse(data, Path::new("folder/some.file"), &FileFacts::default())
}

fn read_json(document: &Value) -> Result<Arc<dyn Engine>, CoreError> {
    read(document.to_string().as_bytes())
}

fn refusal(document: &Value) -> String {
    read_json(document).unwrap_err().to_string()
}

fn encode(engine: &Arc<dyn Engine>, text: &str) -> Vec<u32> {
    let mut ids = Vec::new();
    engine.encode(text, &mut ids).unwrap();
    ids
}

/// The character that stands for a byte in byte-level files.
fn character_of(byte: u8) -> char {
    let is_printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..);
    let before = (0..byte).filter(|byte| !is_printable(byte)).count();
    let code = if is_printable(&byte) {
        u32::from(byte)
    } else {
        0x100 + u32::try_from(before).unwrap()
    };
    char::from_u32(code).unwrap()
}

/// A byte-level BPE whose merges make `words` of bytes, in that order.
fn byte_level(merges: &[&str]) -> Value {
    let mut vocabulary = serde_json::Map::new();
    for byte in 0..=u8::MAX {
        vocabulary.insert(character_of(byte).to_string(), json!(byte));
    }
    for (id, merge) in (256..).zip(merges) {
        vocabulary.insert(merge.replace(' ', ""), json!(id));
    }
    json!({
        "added_tokens": [{"id": 300, "content": "<end>", "special": true}],
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true, "trim_offsets": true},
        "post_processor": {"type": "ByteLevel", "trim_offsets": false, "add_prefix_space": false},
        "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true},
        "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
        "model": {"type": "BPE", "vocab": vocabulary, "merges": merges},
    })
}

#[test]
fn a_plain_byte_level_file_is_put_on_our_engine() {
    let engine = read_json(&byte_level(&["h e", "l l", "he ll"])).unwrap();
    let facts = engine.facts();
    assert_eq!((facts.name, facts.kind), ("some", "byte-level"));
    assert_eq!(
        (facts.exactness, facts.grammar.unwrap().name),
        ("exact", "gpt2")
    );
    assert_eq!((facts.last_id, facts.source.sha256.len()), (Some(300), 64));
    assert_eq!(encode(&engine, "hell"), [258]);
    assert_eq!(encode(&engine, "<end>").len(), 5);
    assert_eq!(engine.decode(&[258, 300]).unwrap(), "hell<end>");
}

#[test]
fn a_file_whose_merges_are_no_ranks_is_counted_by_the_crate() {
    let engine = read_json(&byte_level(&["h e", "e l", "h el"])).unwrap();
    assert_eq!(engine.facts().kind, "tokenizers");
    assert_eq!(engine.note(), Some("no merge makes the token \"hel\""));
    assert_eq!(encode(&engine, "hel"), [256, u32::from(b'l')]);
    let mut unordered = byte_level(&["h e", "l l"]);
    unordered["model"]["merges"] = json!(["l l", "h e"]);
    let engine = read_json(&unordered).unwrap();
    assert!(engine.note().unwrap().contains("\"he\" is out of order"));
    let mut unreached = byte_level(&["h e"]);
    unreached["model"]["vocab"]["xyz"] = json!(257);
    let engine = read_json(&unreached).unwrap();
    assert!(
        engine
            .note()
            .unwrap()
            .contains("never reach the token \"xyz\"")
    );
    unreached["model"]["ignore_merges"] = json!(true);
    let engine = read_json(&unreached).unwrap();
    assert_eq!(
        (engine.facts().kind, encode(&engine, "xyz")),
        ("byte-level", vec![257])
    );
}

#[test]
fn a_file_without_all_bytes_is_counted_by_the_crate() {
    let mut document = byte_level(&["h e"]);
    let vocabulary = document["model"]["vocab"].as_object_mut().unwrap();
    vocabulary.remove(&character_of(0).to_string());
    let engine = read_json(&document).unwrap();
    assert_eq!(engine.note(), Some("the byte 0x00 is no token"));
    assert_eq!(encode(&engine, "he"), [256]);
}

#[test]
fn every_setting_that_our_engine_does_not_have_goes_to_the_crate() {
    for (path, value) in [
        ("/normalizer", json!({"type": "Lowercase"})),
        ("/pre_tokenizer/add_prefix_space", json!(true)),
        ("/pre_tokenizer", json!({"type": "Whitespace"})),
        ("/model/byte_fallback", json!(true)),
        ("/model/fuse_unk", json!(true)),
        ("/model/continuing_subword_prefix", json!("#")),
    ] {
        let mut document = byte_level(&[]);
        let (parent, name) = path.rsplit_once('/').unwrap();
        document.pointer_mut(parent).unwrap()[name] = value;
        let engine = read_json(&document).unwrap();
        assert_eq!(engine.facts().kind, "tokenizers", "{path}");
    }
}

fn wordpiece() -> Value {
    json!({
        "added_tokens": [
            {"id": 0, "content": "[UNK]", "special": true, "single_word": false, "lstrip": false,
             "rstrip": false, "normalized": false},
            {"id": 1, "content": "[CLS]", "special": true, "single_word": false, "lstrip": false,
             "rstrip": false, "normalized": false}
        ],
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100,
                  "vocab": {"[UNK]": 0, "[CLS]": 1, "he": 2, "##llo": 3, "you": 4}},
    })
}

#[test]
fn a_special_token_s_text_stays_text_where_the_model_itself_knows_it() {
    let engine = read_json(&wordpiece()).unwrap();
    assert_eq!(encode(&engine, "hello you"), [2, 3, 4]);
    assert_eq!(encode(&engine, "hello [CLS] what"), [2, 3, 0, 0]);
    assert_eq!(engine.count_up_to("hello you", 3), Some(3));
    assert_eq!(engine.count_up_to("hello you", 2), None);
    assert_eq!(engine.decode(&[1, 2, 3]).unwrap(), "[CLS] hello");
    let message = engine.decode(&[9]).unwrap_err().to_string();
    assert!(message.contains("token id 9 is not in the vocabulary \"some\", whose ids end at 4"));
}

#[test]
fn what_has_no_exact_count_is_refused() {
    let mut dropout = byte_level(&[]);
    dropout["model"]["dropout"] = json!(0.1);
    assert!(refusal(&dropout).contains("dropout"));
    let mut unknown = wordpiece();
    unknown["model"]["unk_token"] = json!("<none>");
    assert!(refusal(&unknown).contains("unknown token \"<none>\" is not in its vocabulary"));
    let mut forged = byte_level(&["h e"]);
    forged["normalizer"] = json!({"type": "Lowercase"});
    forged["added_tokens"][0]["content"] = json!("he");
    assert!(refusal(&forged).contains("merges make the special token \"he\""));
    assert!(refusal(&json!({"version": "1.0"})).contains("it has no model; it has version"));
    assert!(
        refusal(&json!({"model": {"type": "None"}})).contains("the crate tokenizers refuses it")
    );
}

#[test]
fn a_text_that_the_regex_engine_gives_up_on_is_no_silent_miscount() {
    let mut document = byte_level(&[]);
    document["normalizer"] = Value::Null;
    document["pre_tokenizer"] = json!({"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": r"(?:(a|aa)\1?)+b"}, "behavior": "Isolated", "invert": false},
        {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false, "trim_offsets": true}
    ]});
    let engine = read_json(&document).unwrap();
    assert_eq!(engine.facts().kind, "tokenizers");
    assert_eq!(engine.count("aab"), 3);
    let hard = "a".repeat(40);
    let error = engine.encode(&hard, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, CoreError::Unencodable { .. }), "{error}");
    assert_eq!(
        (engine.count(&hard), engine.count_up_to(&hard, u32::MAX)),
        (u32::MAX, None)
    );
}

#[test]
fn a_rank_file_needs_its_grammar_and_special_tokens_unless_it_is_known() {
    let lines = (0..=u8::MAX).map(|byte| {
        use base64::Engine;
        let token = base64::engine::general_purpose::STANDARD.encode([byte]);
        format!("{token} {byte}\n")
    });
    let data = lines.collect::<String>();
    let message = read(data.as_bytes()).unwrap_err().to_string();
    assert!(
        message.contains("is not that of o200k_harmony, cl100k_base"),
        "{message}"
    );
    assert!(
        message.contains("give grammar= and special_tokens="),
        "{message}"
    );
    let facts = FileFacts {
        name: Some("mine".to_owned()),
        grammar: Some("qwen".to_owned()),
        special_tokens: Some(vec![(256, "<end>".to_owned())]),
    };
    let engine = parse(data.as_bytes(), Path::new("x.tiktoken"), &facts).unwrap();
    assert_eq!(
        (engine.facts().name, engine.facts().last_id),
        ("mine", Some(256))
    );
    assert_eq!(engine.count("abc"), 3);
    let unknown = FileFacts {
        grammar: Some("none".to_owned()),
        ..facts.clone()
    };
    let error = parse(data.as_bytes(), Path::new("x"), &unknown).unwrap_err();
    assert!(matches!(error, CoreError::UnknownGrammar { .. }));
    let error = parse(wordpiece().to_string().as_bytes(), Path::new("x"), &facts).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("it says itself what its grammar"),
        "{error}"
    );
}

#[test]
fn known_files_have_grammars_and_special_tokens_of_their_own() {
    let sizes = [1090, 5, 256, 2048, 26, 256];
    for (row, size) in KNOWN_FILES.iter().zip(sizes) {
        assert!(
            row.name == "cl100k_base" || Grammar::find(row.grammar).is_ok(),
            "{}",
            row.name
        );
        let rows = (row.special_tokens)();
        assert_eq!(rows.len(), size, "{}", row.name);
        SpecialTokens::new(rows).unwrap();
    }
}

#[test]
fn what_is_no_vocabulary_is_refused_with_its_name_and_start() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let message = open(&path, &FileFacts::default()).unwrap_err().to_string();
    assert!(message.contains("Cargo.toml"), "{message}");
    assert!(message.contains("it starts with \"[package]"), "{message}");
    let error = open(Path::new("/nowhere/x"), &FileFacts::default()).unwrap_err();
    assert!(matches!(error, CoreError::UnreadableFile { .. }));
}

fn tekken() -> Value {
    use base64::Engine;
    let encode = |byte| base64::engine::general_purpose::STANDARD.encode([byte]);
    let rows = (0..=u8::MAX).map(|byte| json!({"rank": byte, "token_bytes": encode(byte)}));
    json!({
        "config": {
            "pattern": Grammar::find("tekken").unwrap().stages[0],
            "default_vocab_size": 256 + 30,
            "default_num_special_tokens": 30,
            "version": "v3",
        },
        "vocab": rows.collect::<Vec<_>>(),
    })
}

#[test]
fn a_tekken_file_is_read_with_its_special_tokens_in_front() {
    let engine = read_json(&tekken()).unwrap();
    assert_eq!(encode(&engine, "a"), [30 + 97]);
    assert_eq!(
        engine.decode(&[1, 19, 20]).unwrap(),
        "<s>[TOOL_CONTENT]<SPECIAL_20>"
    );
    let mut named = tekken();
    named["config"]["version"] = json!("v11");
    assert!(refusal(&named).contains("version v11 and names no special tokens"));
    named["special_tokens"] = json!([{"rank": 0, "token_str": "<x>", "is_control": true}]);
    let engine = read_json(&named).unwrap();
    assert_eq!(engine.decode(&[0, 1]).unwrap(), "<x><SPECIAL_1>");
    for (path, value, reason) in [
        (
            "/config/pattern",
            json!("\\w+"),
            "no grammar here equals its pattern",
        ),
        (
            "/config/default_vocab_size",
            json!(3),
            "are more than all its tokens",
        ),
        (
            "/config/default_vocab_size",
            json!(400),
            "it should have 370 ranks, and 256",
        ),
        (
            "/config/default_num_special_tokens",
            json!(70_000),
            "more than all",
        ),
        (
            "/vocab/3/rank",
            json!(4),
            "rank 3 is missing or stands twice",
        ),
        (
            "/vocab/3/token_bytes",
            json!("?"),
            "the token of rank 3 is no base64",
        ),
    ] {
        let mut document = tekken();
        *document.pointer_mut(path).unwrap() = value;
        let message = refusal(&document);
        assert!(message.contains(reason), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_file_is_read_or_refused_and_never_panics(
        kind in 0..3_usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        text in ".{0,12}",
    ) {
        let document = [wordpiece(), byte_level(&["h e", "l l"]), tekken()][kind].to_string();
        let mut data = document.into_bytes();
        for (place, byte) in edits {
            let place = place.index(data.len());
            data[place] = byte;
        }
        if let Some(cut) = cut {
            data.truncate(cut.index(data.len()));
        }
        if let Ok(engine) = read(&data) {
            let _ = engine.count(&text);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&data);
    }
}
