"""Random conversations, in the three shapes and as `Message`s, and the models they are fitted for.

    random numbers ─► Converse's messages ─► shape

Well formed, but with everything that makes windows hard: long tool loops under one task, parallel
calls, results that repeat, images, reasoning, cache points, texts of many scripts, huge messages,
special tokens spelled in text.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from bedrock_llm.messages import Message

MODELS: Final = (
    "anthropic.claude-3-haiku-20240307-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-v2:1",
    "meta.llama3-8b-instruct-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "meta.llama4-maverick-17b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "mistral.pixtral-large-2502-v1:0",
    "qwen.qwen3-32b-v1:0",
    "deepseek.r1-v1:0",
    "deepseek.v3-v1:0",
    "openai.gpt-oss-120b-1:0",
    "google.gemma-3-27b-it",
    "zai.glm-4.6",
    "minimax.minimax-m2",
    "moonshotai.kimi-k2.5",
    "amazon.nova-pro-v1:0",
    "amazon.titan-text-express-v1",
    "cohere.command-r-plus-v1:0",
)
TOOLS: Final = [
    {
        "toolSpec": {
            "name": "look_up",
            "description": "Look something up.",
            "inputSchema": {"json": {"type": "object", "properties": {"q": {"type": "string"}}}},
        }
    }
]
_PROSE: Final = (
    "the gauge was read at noon and nobody objected der Zug fährt um acht Uhr ab la carta "
    "llegó tarde 報告書 を 読んで ください مرحبا بكم 🌍 <|endoftext|> [INST] </think> "
    "def f(x): return x+1"
)
WORDS: Final = tuple(_PROSE.split())
IMAGE: Final = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x40\x00\x00\x00\x40"
Body = dict[str, Any]


def build_text(source: Random, most: int = 60) -> str:
    """Build a text; rarely a huge one, sometimes with white space around it."""
    most = most * 40 if source.random() < 0.02 else most  # noqa: PLR2004  one in fifty
    words = [source.choice(WORDS) for _ in range(source.randint(1, most))]
    edge = source.choice(["", "", "", "", "\n", " ", "\n\n"])
    return edge + " ".join(words) + edge


def build_history(source: Random, *, has_media: bool = True) -> list[Body]:
    """Build a conversation in Converse's shape."""
    messages: list[Body] = []
    exchanges = source.choice([1, 1, 2, 3, 5, 8])
    for number in range(exchanges):
        is_last = number + 1 == exchanges
        messages.append(_user(source, has_media=has_media))
        rounds = source.choice([0, 0, 0, 1, 2, 3, 12 if exchanges == 1 else 1])
        for turn in range(rounds):
            messages += _round(source, f"call_{number}_{turn}", has_media=has_media)
        if not is_last:
            messages.append(_assistant(source))
    return messages


def _user(source: Random, *, has_media: bool) -> Body:
    content: list[Body] = [{"text": build_text(source)}]
    if has_media and source.random() < 0.1:  # noqa: PLR2004  one in ten
        content.append({"image": {"format": "png", "source": {"bytes": IMAGE}}})
    if source.random() < 0.1:  # noqa: PLR2004  as above
        content.append({"text": build_text(source, 10)})
    if source.random() < 0.05:  # noqa: PLR2004  one in twenty
        content.append({"cachePoint": {"type": "default"}})
    return {"role": "user", "content": content}


def _assistant(source: Random) -> Body:
    content: list[Body] = []
    if source.random() < 0.1:  # noqa: PLR2004  one in ten
        thought = {"text": build_text(source, 20), "signature": "c2lnbmVk"}
        content.append({"reasoningContent": {"reasoningText": thought}})
    return {"role": "assistant", "content": [*content, {"text": build_text(source)}]}


def _round(source: Random, name: str, *, has_media: bool) -> list[Body]:
    ids = [f"{name}_{part}" for part in range(source.choice([1, 1, 1, 2, 3]))]
    said: list[Body] = [{"text": build_text(source, 12)}] if source.random() < 0.5 else []  # noqa: PLR2004  half
    calls = [
        {
            "toolUse": {
                "toolUseId": call_id,
                "name": "look_up",
                "input": {"q": build_text(source, 6)},
            }
        }
        for call_id in ids
    ]
    results = [{"toolResult": _result(source, call_id, has_media=has_media)} for call_id in ids]
    return [
        {"role": "assistant", "content": said + calls},
        {"role": "user", "content": results},
    ]


def _result(source: Random, call_id: str, *, has_media: bool) -> Body:
    kind = source.random()
    content: list[Body] = [{"text": build_text(source)}]
    if kind < 0.2:  # noqa: PLR2004  one in five repeats
        content = [{"text": "The same answer as always, word for word, at every hour. " * 3}]
    elif kind < 0.3:  # noqa: PLR2004  one in ten
        content = [{"json": {"rows": [1, 2, source.randint(0, 9)], "note": build_text(source, 9)}}]
    elif kind < 0.35 and has_media:  # noqa: PLR2004  one in twenty
        content.append({"image": {"format": "png", "source": {"bytes": IMAGE}}})
    status = {"status": "error"} if source.random() < 0.1 else {}  # noqa: PLR2004  one in ten
    return {"toolUseId": call_id, "content": content, **status}


def to_models(messages: Sequence[Body]) -> list[Any]:
    """Give `Message`s."""
    return [Message.from_converse(message) for message in messages]


def to_anthropic(messages: Sequence[Body]) -> list[Any]:
    """Give Anthropic's shape."""
    return [
        {"role": message["role"], "content": _anthropic_blocks(message["content"])}
        for message in messages
    ]


def _anthropic_blocks(content: Sequence[Body]) -> list[Body]:
    written: list[Body] = []
    for block in content:
        if "cachePoint" in block:
            written[-1] = {**written[-1], "cache_control": {"type": "ephemeral"}}
        else:
            key, inside = next(iter(block.items()))
            written.append(_ANTHROPIC[key](inside))
    return written


_ANTHROPIC: Final[Mapping[str, Callable[[Any], Body]]] = {
    "text": lambda text: {"type": "text", "text": text},
    "json": lambda value: {"type": "text", "text": json.dumps(value)},
    "toolUse": lambda use: {
        "type": "tool_use",
        "id": use["toolUseId"],
        "name": use["name"],
        "input": use["input"],
    },
    "toolResult": lambda result: {
        "type": "tool_result",
        "tool_use_id": result["toolUseId"],
        "content": _anthropic_blocks(result["content"]),
        **({"is_error": True} if "status" in result else {}),
    },
    "reasoningContent": lambda inside: {
        "type": "thinking",
        "thinking": inside["reasoningText"]["text"],
        "signature": inside["reasoningText"]["signature"],
    },
    "image": lambda image: {
        "type": "image",
        "source": {
            "type": "base64",
            "media_type": "image/png",
            "data": b64encode(image["source"]["bytes"]).decode(),
        },
    },
}


def to_openai(messages: Sequence[Body]) -> list[Any]:
    """Give OpenAI's shape; reasoning has no place in it."""
    written: list[Any] = []
    for message in messages:
        blocks = message["content"]
        texts = [block["text"] for block in blocks if "text" in block]
        uses = [block["toolUse"] for block in blocks if "toolUse" in block]
        results = [block["toolResult"] for block in blocks if "toolResult" in block]
        for result in results:
            text = "".join(inner.get("text") or json.dumps(inner) for inner in _plain(result))
            written.append({"role": "tool", "tool_call_id": result["toolUseId"], "content": text})
        if uses:
            calls = [
                {
                    "id": use["toolUseId"],
                    "type": "function",
                    "function": {"name": use["name"], "arguments": json.dumps(use["input"])},
                }
                for use in uses
            ]
            content = "\n".join(texts) or None
            written.append({"role": "assistant", "content": content, "tool_calls": calls})
        elif texts:
            written.append({"role": message["role"], "content": "\n".join(texts)})
    return written


def _plain(result: Body) -> list[Body]:
    return [inner for inner in result["content"] if "image" not in inner]


SHAPES: Final[Mapping[str, Callable[[Sequence[Body]], list[Any]]]] = {
    "converse": list,
    "message": to_models,
    "anthropic": to_anthropic,
    "openai": to_openai,
}
"""How a conversation is written in each shape."""
