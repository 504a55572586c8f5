"""Read recorded calls into requests with their true number of input tokens.

    recordings/*.jsonl ─► Recording ─► excluded, with a reason and a count
                              └──────► RecordedRequest: request (or prompt), truth, kind, family

A record is left out by a rule below and never because it does not fit. Records that we believe to
be wrong are listed in `DOUBTFUL` by their source, with the reason; they are read and marked, so
that figures can be given with and without them.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from bedrock_llm.errors import BedrockLLMError
from bedrock_llm.framing.rows import Api
from bedrock_llm.requests import Request
from recorded_bodies import BODY_READERS, Body, ReadBody

JsonObject: TypeAlias = dict[str, Any]

SKIPPED_FILES: Final = ("claude_documents.jsonl", "bedrock_embeddings.jsonl")
_CACHE_KEYS: Final = (
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
)
FAMILIES: Final = (
    ("anthropic.claude-v", "Claude 2"),
    ("anthropic.claude-instant", "Claude 2"),
    ("anthropic.claude-opus-4-7", "Claude 4.7"),
    ("anthropic.claude-opus-4-8", "Claude 4.8 and 5"),
    ("anthropic.claude-sonnet-5", "Claude 4.8 and 5"),
    ("anthropic.claude-opus-5", "Claude 4.8 and 5"),
    ("anthropic.claude-fable-5", "Claude 4.8 and 5"),
    ("anthropic.", "Claude 3 to 4.6"),
    ("amazon.nova-2", "Nova 2"),
    ("amazon.nova", "Nova 1"),
    ("amazon.titan", "Titan"),
    ("openai.gpt-oss", "gpt-oss"),
    ("meta.llama2", "Llama 2"),
    ("meta.", "Llama 3 and 4"),
    ("mistral.", "Mistral"),
    ("deepseek.", "DeepSeek"),
    ("cohere.", "Cohere"),
    ("ai21.", "AI21"),
    ("qwen.", "Qwen"),
    ("zai.", "GLM"),
    ("minimax.", "MiniMax"),
    ("moonshot", "Kimi"),
    ("google.", "Gemma"),
    ("nvidia.", "Nemotron"),
    ("", "other"),
)
DOUBTFUL: Final[Mapping[str, str]] = {
    "converse_post_2e15425b.json": "the reply holds made-up blocks ('weird': 1); 3 tokens for 'hi'",
    "msg_bedrock_cache_test_001": "the reply's id is msg_bedrock_cache_test_001",
    "toolu_01NoSearch001": "the reply's tool call has a made-up id",
    "should-capture-and-transform-Anthropic-cache-tokens": (
        "1 200 tokens written to a cache are counted beside 1 231 that hold the same prompt"
    ),
    '"outputTokens": 15, "totalTokens": 55': "round numbers; Claude 3 has no JSON-schema output",
    '"outputTokens": 20, "totalTokens": 70': "round numbers; Claude 3 has no JSON-schema output",
    '"outputTokens": 10, "totalTokens": 55': "round numbers; Claude 3 has no JSON-schema output",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRequest:
    """A request that was sent, and what it was counted as.

    Attributes:
        record_id: File and line.
        repository: The repository that it comes from.
        model_id: The model, as a Bedrock id.
        family: A name of `FAMILIES`.
        kind: `plain`, `system`, `multi-turn`, `tools`, `tool loop`, `thinking` or `prompt`.
        api: How it was sent.
        request: The request; None where the body is one prompt text.
        prompt: That text.
        truth: Its input tokens, cached ones included.
        doubt: Why it may be wrong; empty where we believe it.
    """

    record_id: str
    repository: str
    model_id: str
    family: str
    kind: str
    api: Api
    request: Request | None
    prompt: str
    truth: int
    doubt: str


class Reading:
    """Reads a folder, and remembers what was left out."""

    def __init__(self) -> None:
        self.excluded: Counter[str] = Counter()
        self._seen: set[str] = set()

    def read_folder(self, folder: Path) -> Iterator[RecordedRequest]:
        """Yield every usable record of a folder, by file and line."""
        for path in sorted(folder.glob("*.jsonl")):
            if path.name in SKIPPED_FILES:
                continue
            with path.open(encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    found = self._read(json.loads(line), f"{path.stem}:{number}")
                    if found is not None:
                        yield found

    def _read(self, row: JsonObject, record_id: str) -> RecordedRequest | None:
        reason, body = self._check(row)
        if body is None:
            self.excluded[reason] += 1
            return None
        model_id = bedrock_id(str(row["model"]))
        key = json.dumps([model_id, row["request"], true_tokens(row)], sort_keys=True)
        if key in self._seen:
            self.excluded["the same request and count once more"] += 1
            return None
        self._seen.add(key)
        return RecordedRequest(
            record_id=record_id,
            repository=str(row["source"]).partition("@")[0],
            model_id=model_id,
            family=next(name for prefix, name in FAMILIES if model_id.startswith(prefix)),
            kind=body.kind,
            api=body.api,
            request=body.request,
            prompt=body.prompt,
            truth=true_tokens(row) or 0,
            doubt=_find_doubt(row),
        )

    def _check(self, row: JsonObject) -> tuple[str, ReadBody | None]:
        request = unpack_body(row["request"])
        reason = next((text for text, applies in EXCLUSIONS if applies(row, request)), "")
        if reason or request is None:
            return reason, None
        reader = next((read for knows, read in BODY_READERS if knows(row, request)), None)
        if reader is None:
            return "a body of no known kind", None
        try:
            return "", reader(row, request)
        except BedrockLLMError as error:
            return f"a body that Converse cannot carry: {type(error).__name__}", None


def bedrock_id(model: str) -> str:
    """Give the Bedrock id of a recorded model; Anthropic's own names lack the vendor."""
    name = model.removeprefix("anthropic/").rpartition("::foundation-model/")[2]
    for geography in ("us.", "eu.", "apac.", "global."):
        name = name.removeprefix(geography)
    if name.startswith("claude"):
        name = "anthropic." + name.replace(".", "-")
    if name.endswith("-4-0"):
        name = name.removesuffix("-0") + "-20250514"
    return name


def true_tokens(row: JsonObject) -> int | None:
    """Give the recorded input tokens, those read from and written to a cache included."""
    usage = row.get("usage") or {}
    tokens = row.get("input_tokens")
    if tokens is None:
        return None
    return int(tokens) + sum(int(usage.get(key) or 0) for key in _CACHE_KEYS)


def unpack_body(request: object) -> Body | None:
    """Give the body; some recorders kept it in base64."""
    if isinstance(request, dict) and "b64" in request:
        return dict(json.loads(base64.b64decode(request["b64"])))
    return request if isinstance(request, dict) else None


def _find_doubt(row: JsonObject) -> str:
    text = str(row["source"]) + json.dumps(row.get("response")) + json.dumps(row.get("usage"))
    return next((reason for mark, reason in DOUBTFUL.items() if mark in text), "")


def _edits_context(body: Body) -> bool:
    return "context_management" in body or "mcp_servers" in body


def _is_claude(row: JsonObject) -> bool:
    return "claude" in str(row["model"])


def _has_blocks(body: Body, names: tuple[str, ...]) -> bool:
    text = json.dumps(body.get("messages") or [])
    return any(f'"type": "{name}"' in text or f'"{name}": {{' in text for name in names)


_MEDIA: Final = ("image", "document", "video", "audio", "input_audio", "image_url")
_SERVER_BLOCKS: Final = ("server_tool_use", "web_search_tool_result", "web_fetch_tool_result")
EXCLUSIONS: Final = (
    ("quality flag: suspect or edited mock", lambda row, _: row["quality"] != "recorded"),
    ("no request recorded", lambda _, body: body is None or "__prompt_key__" in body),
    ("no token count recorded", lambda row, _: not true_tokens(row)),
    (
        "images, documents, video or sound: content cut out of the recordings",
        lambda row, body: bool(row["has_media"]) or _has_blocks(body, _MEDIA),
    ),
    (
        "server tools: Anthropic's own prompt text, results never sent",
        lambda row, body: (
            _is_claude(row)
            and (
                _has_blocks(body, _SERVER_BLOCKS)
                or any("input_schema" not in tool for tool in body.get("tools") or [])
            )
        ),
    ),
    (
        "context editing or remote tools: what the server does with them is not in the request",
        lambda _, body: _edits_context(body),
    ),
    (
        "search results with citations: hidden prompt text",
        lambda _, body: _has_blocks(body, ("search_result", "searchResult")),
    ),
    (
        "reasoning that the service keeps in full and showed as a summary (Sonnet 4.6, Opus 4.7)",
        lambda row, body: (
            any(name in str(row["model"]) for name in ("4-6", "4-7"))
            and _has_blocks(body, ("thinking", "redacted_thinking"))
        ),
    ),
)
