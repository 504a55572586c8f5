//! The laws of every tokenizer of ranks; no text becomes a special token.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use bedrock_llm_fuzz::damage::shipped;
use bedrock_llm_fuzz::laws::{Encoder, check};
use bedrock_llm_fuzz::text::text;
use libfuzzer_sys::fuzz_target;

/// One vocabulary of each grammar, and both normal forms.
const NAMES: [&str; 6] = ["o200k", "tekken", "qwen3", "deepseek", "kimi", "claude2"];

static TOKENIZERS: LazyLock<[Ours; 6]> = LazyLock::new(|| {
    NAMES.map(|name| {
        let data = shipped(&format!("{name}.vocabulary"));
        Ours(Tokenizer::new(
            packed::parse(&data).expect("a shipped vocabulary"),
        ))
    })
});

struct Ours(Tokenizer);

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
    for tokenizer in TOKENIZERS.iter() {
        let parts = tokenizer.0.vocabulary().parts();
        check(tokenizer, &text, &parts.normalization.apply(&text));
        let ids = tokenizer.encode(&text);
        assert!(
            ids.iter()
                .all(|&id| parts.special_tokens.text_of(id).is_none()),
            "{text:?}"
        );
    }
});
