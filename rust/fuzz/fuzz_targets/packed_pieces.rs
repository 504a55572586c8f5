//! A packed file of pieces, damaged: it is refused, or it is a model that counts what it encodes.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::sentencepiece::packed;
use bedrock_llm_fuzz::damage::Shipped;
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Shipped> = LazyLock::new(|| Shipped::open("mistral.pieces"));
const NAMES: [&str; 4] = ["mistral_v1", "mistral_v2", "mistral_v3", "mistral_v7"];

fuzz_target!(|data: &[u8]| {
    let name = NAMES[usize::from(data.first().copied().unwrap_or(0)) % NAMES.len()];
    let _ = packed::parse(data, name);
    let file = GOOD.damaged(data.get(1..).unwrap_or_default());
    if let Ok(model) = packed::parse(&file, name) {
        let text = "How many tokens?  In 1234 文字, e\u{301}.\r\n";
        let tokens = model.encode(text).len();
        assert_eq!(usize::try_from(model.count(text)), Ok(tokens));
    }
});
