//! The laws of every tokenizer of ranks: ids, limits, cuts.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use bedrock_llm_fuzz::damage::shipped;
use bedrock_llm_fuzz::laws::{check_cuts, check_ids, check_limits};
use bedrock_llm_fuzz::text::text;
use libfuzzer_sys::fuzz_target;

/// One vocabulary of each grammar, and both normal forms.
const NAMES: [&str; 6] = ["o200k", "tekken", "qwen3", "deepseek", "kimi", "claude2"];

static TOKENIZERS: LazyLock<[Tokenizer; 6]> = LazyLock::new(|| {
    NAMES.map(|name| {
        let data = shipped(&format!("{name}.vocabulary"));
        Tokenizer::new(packed::parse(&data).expect("a shipped vocabulary"))
    })
});

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    for tokenizer in TOKENIZERS.iter() {
        let normalization = tokenizer.vocabulary().parts().normalization;
        check_ids(tokenizer, &text, &normalization.apply(&text));
        check_limits(tokenizer, &text);
        check_cuts(tokenizer, &text);
    }
});
