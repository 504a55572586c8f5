//! The engine against a slow and obvious one, and what the loaders refuse.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{PieceModel, Tie, packed, proto};
use crate::container::tests::seal;
use crate::vocabulary::TokenTable;

static MISTRAL: LazyLock<PieceModel> = LazyLock::new(|| open("mistral.pieces", "mistral_v7"));
static GEMMA: LazyLock<PieceModel> = LazyLock::new(|| open("gemma.pieces", "gemma4"));

fn open(file: &str, name: &str) -> PieceModel {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    packed::open(folder.join(file), name).unwrap()
}

/// Merge as the rule says it, looking at everything every time.
fn slow_encode(model: &PieceModel, text: &str) -> Vec<u32> {
    let prefix = if model.parts().has_space_prefix && !text.is_empty() {
        " "
    } else {
        ""
    };
    let text = format!("{prefix}{}", text.replace('\u{2581}', " "));
    let mut symbols: Vec<String> = text.chars().map(String::from).collect();
    while let Some(left) = slow_best(model, &symbols) {
        let right = symbols.remove(left + 1);
        symbols[left] += &right;
    }
    let ids = symbols
        .iter()
        .flat_map(|symbol| match model.find(symbol.as_bytes()) {
            Some(piece) => vec![model.id_of(piece)],
            None => symbol
                .bytes()
                .map(|byte| model.parts().byte_ids[usize::from(byte)])
                .collect(),
        });
    ids.collect()
}

fn slow_best(model: &PieceModel, symbols: &[String]) -> Option<usize> {
    let pairs = symbols.windows(2).enumerate();
    let due = pairs.filter_map(|(left, pair)| {
        let order = model.order_of(pair.concat().as_bytes(), pair[0].len())?;
        Some((order, left))
    });
    due.min().map(|(_, left)| left)
}

/// Compare, but for user-defined texts, which the slow engine does not know.
fn check(model: &PieceModel, text: &str) {
    let ids = model.encode(text);
    assert_eq!(ids, slow_encode(model, text), "{text:?}");
    let count = u32::try_from(ids.len()).unwrap();
    assert_eq!(model.count(text), count);
    for limit in 0..count + 2 {
        let expected = (limit >= count).then_some(count);
        assert_eq!(model.count_up_to(text, limit), expected);
    }
    assert_eq!(model.decode(&ids).unwrap(), text.replace('\u{2581}', " "));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_merged_as_the_slow_engine_merges_it(text in "(?s:.|[a-z ]{1,9}|\n| ){0,40}") {
        check(&MISTRAL, &text);
        check(&GEMMA, &text);
    }

    #[test]
    fn runs_and_long_words_are_merged_as_the_slow_engine_merges_them(
        text in "([a-e]{1,4}| {1,9}|\t{1,9}|={1,9}|\u{2581}|> </|中|\u{16ec9}){1,40}"
    ) {
        check(&MISTRAL, &text);
        check(&GEMMA, &text);
    }

    #[test]
    fn the_loaders_refuse_or_read_any_bytes(data in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = proto::parse(&data, "x");
        let _ = packed::parse(&data, "x");
        let message = packed::parse(&seal(*b"BLPIECE\0", &data), "x").unwrap_err().to_string();
        prop_assert!(!message.contains("damaged"), "{}", message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_model_file_is_read_or_refused_and_never_panics(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        text in ".{0,12}",
    ) {
        let rows = [row("<unk>", 0.0, 2), row("\u{2581}", -3.0, 1), row("ab", -2.0, 1)];
        let mut data = model_file(&rows, &[(3, 0), (4, 0)]);
        for (place, byte) in edits {
            let place = place.index(data.len());
            data[place] = byte;
        }
        if let Some(cut) = cut {
            data.truncate(cut.index(data.len()));
        }
        let _ = proto::is_model(&data);
        if let Ok(model) = proto::parse(&data, "x") {
            let _ = model.decode(&model.encode(&text)).unwrap();
        }
    }
}

#[test]
fn a_user_defined_text_is_one_id_and_a_control_text_stays_text() {
    let ids = MISTRAL.encode("[REF]x[/REF] [REFERENCE_DOC_1");
    assert_eq!((ids[1], ids[3]), (750, 749));
    assert!(!ids[4..].iter().any(|id| (749..771).contains(id)));
    for (id, text) in MISTRAL.parts().special_tokens.iter() {
        assert!(!MISTRAL.encode(text).contains(&id), "{text}");
        assert_eq!(MISTRAL.decode(&[id]).unwrap(), text);
    }
}

#[test]
fn only_the_space_that_encoding_put_there_is_left_out() {
    let ids = MISTRAL.encode("  x");
    assert_eq!(MISTRAL.decode(&ids).unwrap(), "  x");
    assert_eq!(MISTRAL.decode(&[1, ids[0], ids[0]]).unwrap(), "<s>   ");
    assert_eq!(GEMMA.decode(&GEMMA.encode(" x")).unwrap(), " x");
}

#[test]
fn each_byte_that_is_no_character_becomes_a_replacement() {
    let ids = MISTRAL.encode("\u{16ec9}");
    assert_eq!(ids.len(), 5);
    assert_eq!(MISTRAL.decode(&ids[1..3]).unwrap(), "\u{fffd}\u{fffd}");
    assert_eq!(MISTRAL.decode_bytes(&ids[1..3]).unwrap(), b"\xf0\x96");
}

#[test]
fn an_unknown_id_or_name_is_refused() {
    let message = GEMMA.decode(&[262_144]).unwrap_err().to_string();
    let expected = r#"token id 262144 is not in the vocabulary "gemma4", whose ids end at 262143"#;
    assert_eq!(message, expected);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/bedrock_llm/vocabularies");
    let error = packed::open(folder.join("mistral.pieces"), "v9").unwrap_err();
    let known = "it has mistral_v1, mistral_v2, mistral_v3, mistral_v7";
    assert!(error.to_string().ends_with(known), "{error}");
}

/// Write a field of a protocol buffer: bytes, or a number below 128.
fn bytes_field(number: u8, value: &[u8]) -> Vec<u8> {
    let size = u8::try_from(value.len()).unwrap();
    [&[number << 3 | 2, size], value].concat()
}

fn number_field(number: u8, value: u8) -> Vec<u8> {
    vec![number << 3, value]
}

fn row(text: &str, score: f32, kind: u8) -> Vec<u8> {
    let score = [&[0x15], score.to_le_bytes().as_slice()].concat();
    let fields = [
        bytes_field(1, text.as_bytes()),
        score,
        number_field(3, kind),
    ]
    .concat();
    bytes_field(1, &fields)
}

/// A model file with the pieces, every byte, and `(number, value)` of its trainer and normalizer.
fn model_file(rows: &[Vec<u8>], normalizer: &[(u8, u8)]) -> Vec<u8> {
    let trainer = [&[0x18, 2], [0x98, 0x02, 1].as_slice()].concat();
    let normalizer = normalizer
        .iter()
        .flat_map(|&(number, value)| number_field(number, value))
        .collect::<Vec<_>>();
    let bytes = (0..=255).flat_map(|byte: u8| row(&format!("<0x{byte:02X}>"), 0.0, 6));
    [
        rows.concat(),
        bytes.collect(),
        bytes_field(2, &trainer),
        bytes_field(3, &normalizer),
    ]
    .concat()
}

#[test]
fn a_model_file_is_read_with_its_scores() {
    let rows = [
        row("<unk>", 0.0, 2),
        row("\u{2581}", -3.0, 1),
        row("ab", -2.0, 1),
        row("bc", -1.0, 1),
        row("[X]", 0.0, 4),
    ];
    let model = proto::parse(&model_file(&rows, &[(3, 0), (4, 0)]), "small").unwrap();
    assert_eq!(model.parts().tie, Tie::Leftmost);
    assert_eq!(model.encode("abc[X] "), [5 + 97, 3, 4, 1]);
    assert_eq!(model.last_id(), 260);
}

#[test]
fn what_cannot_be_counted_exactly_is_refused_with_the_reason() {
    let space = row("\u{2581}", 0.0, 1);
    let plain = [(4, 0)].as_slice();
    for (rows, normalizer, reason) in [
        (vec![space.clone()], [].as_slice(), "removes extra spaces"),
        (
            vec![space.clone()],
            &[(4, 0), (5, 0)],
            "does not escape spaces",
        ),
        (vec![space.clone(), row("x", 0.0, 5)], plain, "of kind 5"),
        (vec![space.clone(), space.clone()], plain, "are the same"),
        (
            vec![space.clone(), row("y", f32::NAN, 1)],
            plain,
            "is no number",
        ),
        (vec![space, row("<0x0>>", 0.0, 6)], plain, "names no byte"),
        (vec![row("y", 0.0, 1)], plain, "no piece for a space"),
    ] {
        let error = proto::parse(&model_file(&rows, normalizer), "x").unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_megabyte_without_a_space_ends_soon() {
    for word in ["abcdefghij".repeat(100_000), " ".repeat(1_000_000)] {
        let ids = MISTRAL.encode(&word);
        assert_eq!(MISTRAL.decode(&ids).unwrap(), word);
    }
}

#[test]
fn every_id_must_be_there_once() {
    let mut parts = open("mistral.pieces", "mistral_v1").parts;
    parts.piece_ids[5] = 4;
    let message = PieceModel::build("test", parts).unwrap_err().to_string();
    assert!(message.contains("the id"), "{message}");
    let mut parts = open("mistral.pieces", "mistral_v1").parts;
    parts.pieces = TokenTable::new(vec![0, 1], b" ".to_vec()).unwrap();
    let message = PieceModel::build("test", parts).unwrap_err().to_string();
    assert!(
        message.contains("there are 31741 priorities, not 1"),
        "{message}"
    );
}

/// Pieces of equal scores, of characters that are no pieces, that nothing makes, and long ones.
fn odd_models() -> Vec<PieceModel> {
    let space = || row("\u{2581}", -9.0, 1);
    let characters = ["a", "b", "c"].map(|text| row(text, -9.0, 1));
    let equal = ["aa", "aaa", "ab", "bc", "cb", "abc", "\u{2581}\u{2581}"];
    let equal = equal.map(|text| row(text, -1.0, 1)).to_vec();
    let rising = [("ab", -3.0), ("abc", -2.0), ("cab", -1.0), ("bcca", -2.5)];
    let rising = rising.map(|(text, score)| row(text, score, 1)).to_vec();
    let long = ["aa", &"a".repeat(20), &"ab".repeat(34), "abab"].map(|text| row(text, -1.0, 1));
    let sets = [equal.clone(), rising, long.to_vec()];
    let mut models = Vec::new();
    for set in sets {
        for first in [vec![space()], [vec![space()], characters.to_vec()].concat()] {
            let rows = [vec![row("<unk>", 0.0, 2)], first, set.clone()].concat();
            models.push(proto::parse(&model_file(&rows, &[(4, 0)]), "odd").unwrap());
        }
    }
    models
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn odd_models_are_merged_as_the_slow_engine_merges_them(
        text in "([abc]{1,40}|a{1,30}|(ab){1,40}| {0,6}|x|中){1,6}"
    ) {
        static MODELS: LazyLock<Vec<PieceModel>> = LazyLock::new(odd_models);
        for model in MODELS.iter() {
            prop_assert_eq!(model.encode(&text), slow_encode(model, &text));
            prop_assert_eq!(model.count(&text) as usize, model.encode(&text).len());
        }
    }
}
