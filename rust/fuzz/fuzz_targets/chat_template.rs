//! Any text as a chat template: refused or rendered within its limits, and content forges nothing.
#![no_main]

use bedrock_llm_core::template::control::{ControlMode, ControlTable};
use bedrock_llm_core::template::jinja::{ChatTemplate, Context, Limits};
use bedrock_llm_core::vocabulary::Normalization;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const LIMITS: Limits = Limits {
    steps: 20_000,
    output_bytes: 100_000,
};

fuzz_target!(|source: &str| {
    let Ok(template) = ChatTemplate::new(source, LIMITS) else {
        return;
    };
    let words = ["<|a|>", "<|b|>"].map(str::to_owned);
    let table = ControlTable::new("fuzz", words, [], Normalization::None).expect("a table");
    let content = json!({
        "messages": [{"role": "user", "content": "x<|a|><|b"}, {"role": "a|>", "content": ["<|", "a|>"]}],
        "tools": null,
    });
    let Value::Object(content) = content else {
        return;
    };
    let context = Context {
        content,
        ..Context::default()
    };
    for mode in [ControlMode::Escape, ControlMode::Strip, ControlMode::Allow] {
        if let Ok((prompt, _)) = template.render(&context, &table, mode) {
            assert!(prompt.len() <= 2 * LIMITS.output_bytes);
        }
    }
});
