//! The laws of Claude's counts: limits and cuts.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::claude::{ClaudeTokenizer, packed};
use bedrock_llm_fuzz::damage::shipped;
use bedrock_llm_fuzz::laws::{check_cuts, check_limits};
use bedrock_llm_fuzz::text::text;
use libfuzzer_sys::fuzz_target;

const FRAMES: [(&str, &str); 4] = [
    ("claude3.vocabulary", "claude3"),
    ("claude47.vocabulary", "claude47"),
    ("claude47.vocabulary", "claude48"),
    ("claude47.vocabulary", "claude5"),
];

static TOKENIZERS: LazyLock<[ClaudeTokenizer; 4]> = LazyLock::new(|| {
    FRAMES.map(|(file, name)| {
        let table = packed::parse(&shipped(file)).expect("a shipped table");
        ClaudeTokenizer::new(table, name).expect("a frame of the table")
    })
});

fuzz_target!(|data: &[u8]| {
    let text = text(data);
    for tokenizer in TOKENIZERS.iter() {
        let tokens = tokenizer.count(&text);
        // Normal forms make a text at most three times as long, and the byte floor is a token a byte.
        assert!(
            u64::from(tokens) <= 4 * text.len() as u64 + 4,
            "{tokens} of {text:?}"
        );
        check_limits(tokenizer, &text);
        check_cuts(tokenizer, &text);
    }
});
