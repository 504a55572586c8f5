//! The laws of the models of pieces. Mistral puts a space before the text and takes it off again.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::sentencepiece::{PieceModel, packed};
use bedrock_llm_fuzz::damage::shipped;
use bedrock_llm_fuzz::laws::{Encoder, check};
use bedrock_llm_fuzz::text::text;
use libfuzzer_sys::fuzz_target;

const NAMES: [(&str, &str); 2] = [("mistral.pieces", "mistral_v3"), ("gemma.pieces", "gemma4")];

static MODELS: LazyLock<[Ours; 2]> = LazyLock::new(|| {
    NAMES.map(|(file, name)| Ours(packed::parse(&shipped(file), name).expect("a shipped model")))
});

struct Ours(PieceModel);

impl Encoder for Ours {
    fn count(&self, text: &str) -> u32 {
        self.0.count(text)
    }
    fn count_up_to(&self, text: &str, limit: u32) -> Option<u32> {
        self.0.count_up_to(text, limit)
    }
    fn encode(&self, text: &str) -> Vec<u32> {
        self.0.encode(text)
    }
    fn decode(&self, ids: &[u32]) -> String {
        self.0.decode(ids).expect("its own ids")
    }
}

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    for model in MODELS.iter() {
        // The mark of a space and a space are one piece: decoding writes a space.
        check(model, &text, &text.replace('▁', " "));
    }
});
