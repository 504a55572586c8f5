//! A packed vocabulary of ranks, damaged: it is refused, or it is a tokenizer that counts what it
//! encodes. The vocabulary is a small one: the shipped ones take a tenth of a second to read.
#![no_main]

use std::sync::LazyLock;

use bedrock_llm_core::tokenizer::Tokenizer;
use bedrock_llm_core::vocabulary::packed;
use bedrock_llm_fuzz::damage::Shipped;
use libfuzzer_sys::fuzz_target;

const WORDS: [&str; 12] = [
    "th", "the", " t", " the", "in", "ing", "  ", "12", "文", "ab", "abab", "\r\n",
];
const TEXTS: [&str; 8] = ["small", "llama3", "exact", "MIT", "none", "1", "none", "00"];

static GOOD: LazyLock<Shipped> = LazyLock::new(|| Shipped::new(b"BLVOCAB\0", 2, payload()));
static TEXT: LazyLock<String> =
    LazyLock::new(|| format!("the thing  in 1234 文字, e\u{301}.\r\n{}", "ab".repeat(150)));

/// Write the payload that `scripts/pack_ranks.py` draws.
fn payload() -> Vec<u8> {
    let mut tokens: Vec<Vec<u8>> = (0..=u8::MAX).map(|byte| vec![byte]).collect();
    tokens.extend(WORDS.map(|word| word.as_bytes().to_vec()));
    let sizes = tokens
        .iter()
        .map(|token| u8::try_from(token.len()).expect("a short token"));
    let sizes: Vec<u8> = sizes.collect();
    let mut payload = numbers(&[tokens.len(), 0, 0, 1]);
    payload.extend(sizes);
    tokens.sort_by_key(Vec::len);
    payload.extend(tokens.concat());
    payload.extend(numbers(&[2]));
    for (number, text) in [(400, "<s>"), (401, "</s>")] {
        payload.extend(numbers(&[number]));
        push_text(&mut payload, text);
    }
    TEXTS.iter().for_each(|text| push_text(&mut payload, text));
    payload
}

fn numbers(numbers: &[usize]) -> Vec<u8> {
    let words = numbers
        .iter()
        .map(|&number| u32::try_from(number).expect("a small number"));
    words.flat_map(u32::to_le_bytes).collect()
}

fn push_text(payload: &mut Vec<u8>, text: &str) {
    payload.extend(numbers(&[text.len()]));
    payload.extend(text.as_bytes());
}

fuzz_target!(init: { packed::parse(&GOOD.damaged(&[])).expect("the undamaged file"); }, |data: &[u8]| {
    let _ = packed::parse(data);
    if let Ok(vocabulary) = packed::parse(&GOOD.damaged(data)) {
        let tokenizer = Tokenizer::new(vocabulary);
        let tokens = tokenizer.encode(&TEXT).len();
        assert_eq!(usize::try_from(tokenizer.count(&TEXT)), Ok(tokens));
    }
});
