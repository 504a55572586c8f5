//! The laws of the models of pieces. Mistral puts a space before the text and takes it off again.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::sentencepiece::{PieceModel, packed};
use bedrock_llm_fuzz::damage::shipped;
use bedrock_llm_fuzz::laws::{check_cuts, check_ids, check_limits};
use bedrock_llm_fuzz::text::text;
use libfuzzer_sys::fuzz_target;

const NAMES: [(&str, &str); 2] = [("mistral.pieces", "mistral_v3"), ("gemma.pieces", "gemma4")];

static MODELS: LazyLock<[PieceModel; 2]> = LazyLock::new(|| {
    NAMES.map(|(file, name)| packed::parse(&shipped(file), name).expect("a shipped model"))
});

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    for model in MODELS.iter() {
        // The mark of a space and a space are one piece: decoding writes a space.
        check_ids(model, &text, &text.replace('▁', " "));
        check_limits(model, &text);
        check_cuts(model, &text);
    }
});
