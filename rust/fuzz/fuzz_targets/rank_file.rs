//! A rank file, damaged: it is refused, or its tokens make a tokenizer that gives text back.
#![no_main]

use std::fmt::Write;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bedrock_llm_core::split::Grammar;
use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::tiktoken::{RankFileParts, build, parse_tokens};
use bedrock_llm_core::vocabulary::{Normalization, Source, SpecialTokens};
use bedrock_llm_fuzz::damage::damaged;
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let bytes = (0..=u8::MAX).map(|byte| vec![byte]);
    let words = ["th", "the", " t", " the", "in", "  ", "文"].map(|word| word.as_bytes().to_vec());
    let mut file = String::new();
    for (rank, token) in bytes.chain(words).enumerate() {
        writeln!(file, "{} {rank}", STANDARD.encode(token)).expect("a string grows");
    }
    file.into_bytes()
});

fuzz_target!(|data: &[u8]| {
    let _ = parse_tokens(data);
    let Ok(tokens) = parse_tokens(&damaged(&GOOD, data)) else {
        return;
    };
    let parts = RankFileParts {
        name: "fuzz".into(),
        normalization: Normalization::default(),
        grammar: Grammar::find("llama3").expect("a known grammar"),
        exactness: "exact".into(),
        licence: String::new(),
        source: Source::default(),
        tokens,
        first_id: 0,
        is_proper: None,
        special_tokens: SpecialTokens::new(Vec::new()).expect("no special tokens"),
    };
    if let Ok(vocabulary) = build(parts) {
        let tokenizer = Tokenizer::new(vocabulary);
        let text = "the thin man,  in 文字 \r\n";
        let ids = tokenizer.encode(text);
        assert_eq!(tokenizer.decode(&ids).expect("its own ids"), text);
    }
});
