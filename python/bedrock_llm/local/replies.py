"""Answer a request: the same request always gets the same reply.

    body, model ──► seed ──► reasoning? text? toolUse? ──cut──► Reply(content, stop reason, usage)

The seed is a digest of the model id, the messages, the system prompt and the tools, so a call and
its stream, a call through boto3 and one through this library, and a call with another `maxTokens`
all get the same text, cut elsewhere. Lengths are counted with the model's own tokenizer. The
latency reported is a figure made from the output length, not a measurement, so that whole replies
can be compared.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from bedrock_llm.local.conversation import Body
from bedrock_llm.local.cuts import Cut, cut_text
from bedrock_llm.local.model_rules import find_thinking_tokens
from bedrock_llm.local.models import HostedModel
from bedrock_llm.local.prose import collect_words, write_text
from bedrock_llm.local.schema_values import build_value
from bedrock_llm.local.tool_choices import choose_tool

_SEEDED_MEMBERS = ("messages", "system", "toolConfig", "outputConfig")
_FIRST_BYTE_MILLISECONDS = 180
_MILLISECONDS_PER_TOKEN = 11
_LONGEST_REASONING_WORDS = 60
_CALLED = Cut(text="", tokens=0, stop_reason="tool_use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Hold a reply before it is written as JSON or as frames.

    Attributes:
        content: Converse content blocks.
        stop_reason: One of Converse's stop reasons.
        input_tokens: What the request counted.
        output_tokens: What the content counts.
        additional_fields: What `additionalModelResponseFieldPaths` asked for, or None.
    """

    content: Sequence[Mapping[str, Any]]
    stop_reason: str
    input_tokens: int
    output_tokens: int
    additional_fields: Mapping[str, object] | None = None

    @property
    def usage(self) -> dict[str, int]:
        """Token usage as Converse writes it; nothing is cached, so input is all of it."""
        return {
            "inputTokens": self.input_tokens,
            "outputTokens": self.output_tokens,
            "totalTokens": self.input_tokens + self.output_tokens,
            "cacheReadInputTokens": 0,
            "cacheWriteInputTokens": 0,
        }

    @property
    def metrics(self) -> dict[str, int]:
        """Metrics as Converse writes them, with a latency made from the output length."""
        spent = _FIRST_BYTE_MILLISECONDS + _MILLISECONDS_PER_TOKEN * self.output_tokens
        return {"latencyMs": spent}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """Hold a reply in the making."""

    body: Body
    model: HostedModel
    prompt: str
    limit_tokens: int
    draws: Random

    def count(self, text: str) -> int:
        return self.model.tokenizer.count(text)


def answer(body: Body, model: HostedModel, *, input_tokens: int, seed: int) -> Reply:
    """Answer a checked request.

    Args:
        body: The Converse body, blobs as bytes.
        model: The model that answers.
        input_tokens: What the body counts.
        seed: The endpoint's own seed.

    Returns:
        The reply, of at most `maxTokens` tokens.
    """
    draft = _Draft(
        body=body,
        model=model,
        prompt=_read_prompt(body),
        limit_tokens=_find_limit(body, model, input_tokens),
        draws=Random(_digest(body, model, seed)),  # noqa: S311  a reply, not a secret
    )
    content, cut, output_tokens = _compose(draft)
    return Reply(
        content=content,
        stop_reason=cut.stop_reason,
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        additional_fields=_pick_fields(body, cut),
    )


def _digest(body: Body, model: HostedModel, seed: int) -> int:
    seeded = [seed, model.model_id, *(body.get(member) for member in _SEEDED_MEMBERS)]
    text = json.dumps(seeded, sort_keys=True, default=bytes.hex)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def _find_limit(body: Body, model: HostedModel, input_tokens: int) -> int:
    """Find how many tokens the reply may have: what is asked for, and what the window leaves."""
    asked: int = body.get("inferenceConfig", {}).get("maxTokens", model.max_output_tokens)
    window = model.profile.context_window_tokens
    return asked if window is None else max(1, min(asked, window - input_tokens))


def _read_prompt(body: Body) -> str:
    """Join the texts of the last user turn, or of the system prompt where it has none."""
    texts: list[str] = []
    for message in reversed(body["messages"]):
        if message["role"] == "user":
            texts = [text for block in message["content"] for text in _texts_of(block)]
            break
    return " ".join(texts or [block.get("text", "") for block in body.get("system", ())])


def _texts_of(block: Mapping[str, Any]) -> list[str]:
    if "toolResult" in block:
        parts = block["toolResult"]["content"]
        return [part.get("text") or json.dumps(part.get("json", "")) for part in parts]
    return [block["text"]] if "text" in block else []


def _compose(draft: _Draft) -> tuple[Sequence[Mapping[str, Any]], Cut, int]:
    """Write the blocks; a tool call that does not fit becomes a text that is cut."""
    reasoning = _write_reasoning(draft)
    spent = sum(draft.count(_read_reasoning(block)) for block in reasoning)
    spec = choose_tool(draft.body, draft.prompt, draft.draws)
    if spec is not None:
        call = _call_tool(spec, draft)
        tokens = spent + draft.count(json.dumps(call, ensure_ascii=False))
        if tokens <= draft.limit_tokens:
            return [*reasoning, {"toolUse": call}], _CALLED, tokens
    cut = cut_text(
        _write_answer(draft),
        limit_tokens=max(0, draft.limit_tokens - spent),
        stop_sequences=draft.body.get("inferenceConfig", {}).get("stopSequences", ()),
        count=draft.count,
    )
    text = [{"text": cut.text}] if cut.text else []
    return [*reasoning, *text], cut, spent + cut.tokens


def _write_answer(draft: _Draft) -> str:
    output = draft.body.get("outputConfig", {}).get("textFormat", {}).get("structure", {})
    if "jsonSchema" not in output:
        return write_text(draft.prompt, draft.draws)
    schema = json.loads(output["jsonSchema"]["schema"])
    value = build_value(schema, words=collect_words(draft.prompt), draws=draft.draws)
    return json.dumps(value, ensure_ascii=False)


def _call_tool(spec: Mapping[str, Any], draft: _Draft) -> dict[str, object]:
    words = collect_words(draft.prompt)
    value = build_value(spec["inputSchema"]["json"], words=words, draws=draft.draws)
    identity = f"tooluse_{draft.draws.getrandbits(128):032x}"
    return {"toolUseId": identity, "name": spec["name"], "input": value}


def _write_reasoning(draft: _Draft) -> list[dict[str, Any]]:
    budget = find_thinking_tokens(draft.body)
    if budget is None:
        return []
    words = write_text(draft.prompt, draft.draws).split()[:_LONGEST_REASONING_WORDS]
    cut = cut_text(
        " ".join(words),
        limit_tokens=min(budget, draft.limit_tokens - 1),
        stop_sequences=(),
        count=draft.count,
    )
    signature = f"{draft.draws.getrandbits(256):064x}"
    return [{"reasoningContent": {"reasoningText": {"text": cut.text, "signature": signature}}}]


def _read_reasoning(block: Mapping[str, Any]) -> str:
    text: str = block["reasoningContent"]["reasoningText"]["text"]
    return text


def _pick_fields(body: Body, cut: Cut) -> dict[str, object] | None:
    """Answer `additionalModelResponseFieldPaths`: only the matched stop sequence is known."""
    known: dict[str, object] = {"/stop_sequence": cut.stop_sequence}
    asked = body.get("additionalModelResponseFieldPaths", ())
    picked = {path.strip("/"): known[path] for path in asked if path in known}
    return picked or None
