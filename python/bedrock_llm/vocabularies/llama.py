"""The special tokens of Llama 3 and Llama 4, which their rank files do not hold.

Each list gives the texts in id order, from the first id behind the ranks; the runs of reserved
texts are written as a pattern and a range. Source: `llama3/tokenizer.py` and
`llama4/tokenizer.py` of llama-models 0.3.0 (PyPI, read 2026-11-22).
"""

LLAMA3_FIRST_ID = 128_000
LLAMA4_FIRST_ID = 200_000

_LLAMA3_NAMES = (
    "begin_of_text end_of_text reserved_special_token_0 reserved_special_token_1 "
    "finetune_right_pad_id step_id start_header_id end_header_id eom_id eot_id python_tag image"
)
_LLAMA4_BASIC = "begin_of_text end_of_text fim_prefix fim_middle fim_suffix"
_LLAMA4_TEXT = "header_start header_end eom eot step"
_LLAMA4_TOOLS = "python_start python_end finetune_right_pad"
_LLAMA4_THINKING = "reasoning_thinking_start reasoning_thinking_end"


def llama3_special_tokens() -> dict[str, int]:
    """Give the 256 special tokens of Llama 3, 3.1, 3.2 and 3.3: id by text."""
    names = [*_LLAMA3_NAMES.split(), *_reserved("", range(2, 246))]
    return _number(names, LLAMA3_FIRST_ID)


def llama4_special_tokens() -> dict[str, int]:
    """Give the 2 048 special tokens of Llama 4: id by text."""
    names = [
        *_LLAMA4_BASIC.split(),
        *_LLAMA4_TEXT.split(),
        *_reserved("text_post_train_", range(6)),
        *_LLAMA4_TOOLS.split(),
        *_reserved("text_post_train_", range(8, 69)),
        *("image_start", "image_end"),
        *_reserved("vision_", range(2)),
        *("tile_x_separator", "tile_y_separator"),
        *_reserved("vision_", range(2, 6)),
        "image",
        *_reserved("vision_", range(6, 7)),
        "patch",
        *_reserved("vision_", range(7, 1048)),
        *_reserved("reasoning_", range(8)),
        *_LLAMA4_THINKING.split(),
    ]
    names += _reserved("", range(2048 - len(names)))
    return _number(names, LLAMA4_FIRST_ID)


def _reserved(kind: str, numbers: range) -> list[str]:
    return [f"{kind}reserved_special_token_{number}" for number in numbers]


def _number(names: list[str], first_id: int) -> dict[str, int]:
    return {f"<|{name}|>": first_id + position for position, name in enumerate(names)}
