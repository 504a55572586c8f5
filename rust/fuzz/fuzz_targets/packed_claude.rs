//! A packed table of Claude, damaged: it is refused, or it counts.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::claude::{ClaudeTokenizer, packed};
use bedrock_llm_fuzz::damage::Shipped;
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Shipped> = LazyLock::new(|| Shipped::open("claude47.vocabulary"));

fuzz_target!(|data: &[u8]| {
    let _ = packed::parse(data);
    let file = GOOD.damaged(data);
    let Ok(table) = packed::parse(&file) else {
        return;
    };
    if let Ok(tokenizer) = ClaudeTokenizer::new(table, "claude47") {
        let text = "How many tokens?  In 1234 文字, e\u{301}.\r\n";
        let tokens = tokenizer.count(text);
        assert_eq!(tokenizer.count_up_to(text, tokens), Some(tokens));
    }
});
