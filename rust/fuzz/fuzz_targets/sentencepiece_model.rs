//! A SentencePiece `.model`, damaged: it is refused, or it is a model that counts what it encodes.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::sentencepiece::proto;
use bedrock_llm_fuzz::damage::damaged;
use libfuzzer_sys::fuzz_target;

const NORMAL: u8 = 1;
const UNKNOWN: u8 = 2;
const CONTROL: u8 = 3;
const USER_DEFINED: u8 = 4;
const BYTE: u8 = 6;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(model);

/// Write a small byte-pair model with byte fallback, in protocol buffers.
fn model() -> Vec<u8> {
    let mut pieces = vec![piece("<unk>", 0.0, UNKNOWN), piece("<s>", 0.0, CONTROL)];
    pieces.push(piece("[X]", 0.0, USER_DEFINED));
    pieces.extend((0..=u8::MAX).map(|byte| piece(&format!("<0x{byte:02X}>"), 0.0, BYTE)));
    let words = [
        "▁t", "he", "▁the", "in", "▁", "t", "h", "e", "i", "n", "文", "字", "文字",
    ];
    let scores = (0_u16..).map(|number| -f32::from(number));
    pieces.extend(
        words
            .iter()
            .zip(scores)
            .map(|(word, score)| piece(word, score, NORMAL)),
    );
    let trainer = [&varint(3, 2)[..], &[0x98, 0x02, 1]].concat(); // byte pairs; byte fallback
    let normalizer = [varint(3, 1), varint(4, 0), varint(5, 1)].concat();
    [
        pieces.concat(),
        section(2, &trainer),
        section(3, &normalizer),
    ]
    .concat()
}

fn piece(text: &str, score: f32, kind: u8) -> Vec<u8> {
    let score = [&[0x15][..], &score.to_le_bytes()].concat();
    section(
        1,
        &[section(1, text.as_bytes()), score, varint(3, kind)].concat(),
    )
}

fn section(field: u8, content: &[u8]) -> Vec<u8> {
    let size = u8::try_from(content.len()).expect("a short section");
    [&[field << 3 | 2, size][..], content].concat()
}

fn varint(field: u8, value: u8) -> Vec<u8> {
    vec![field << 3, value]
}

fuzz_target!(init: { proto::parse(&GOOD, "good").expect("the undamaged model"); }, |data: &[u8]| {
    let _ = proto::parse(data, "raw");
    if let Ok(model) = proto::parse(&damaged(&GOOD, data), "damaged") {
        let text = "the thin [X] 文字 in  e\u{301} ";
        let tokens = model.encode(text).len();
        assert_eq!(usize::try_from(model.count(text)), Ok(tokens));
    }
});
