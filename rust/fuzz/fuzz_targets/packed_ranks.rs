//! A packed vocabulary of ranks, damaged: it is refused, or it is a tokenizer that keeps its laws.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use bedrock_llm_fuzz::damage::{damaged, seal, shipped};
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| shipped("claude2.vocabulary"));

fuzz_target!(|data: &[u8]| {
    let _ = packed::parse(data);
    let mut file = damaged(&GOOD, data);
    seal(&mut file);
    if let Ok(vocabulary) = packed::parse(&file) {
        let tokenizer = Tokenizer::new(vocabulary);
        let text = "How many tokens?  In 1234 文字, e\u{301}.\r\n";
        let tokens = tokenizer.encode(text).len();
        assert_eq!(usize::try_from(tokenizer.count(text)), Ok(tokens));
    }
});
