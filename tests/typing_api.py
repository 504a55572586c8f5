"""The public API as a typed caller uses it: type-checked, never run."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

from bedrock_llm import (
    BaseModelImplementation,
    ClaudeImplementation,
    CutText,
    Fitted,
    Message,
    ModelConfig,
    ModelFactory,
    ModelObserver,
    ModelStrategy,
    Request,
    Response,
    TokenBudget,
    TokenCount,
    Tokenizer,
    Usage,
    afit_messages,
    fit_messages,
    tiktoken,
    trim_messages,
)


class Watcher(ModelObserver):
    def on_request_complete(self, response: Response) -> None:
        assert_type(response.text, str)
        assert_type(response.usage, Usage | None)
        assert_type(response.stop_reason, str | None)


async def generate() -> None:
    async with ModelFactory.create_model("a.model", observers=[Watcher()]) as model:
        assert_type(model, BaseModelImplementation)
        assert_type(await model.generate_text("Hello", max_tokens=5), Response)
        assert_type(await model.generate_text([Message.user("Hello")]), Response)
        assert_type(
            await model.generate_text({"role": "user", "content": [{"text": "Hello"}]}), Response
        )
        assert_type(model.count_tokens("Hello"), int)
        assert_type(await model.count_tokens_exact("Hello"), TokenCount)


async def stream(model: BaseModelImplementation) -> None:
    async with model.stream_text("Hello") as events:
        async for piece in events.text:
            assert_type(piece, str)
        assert_type(await events.final_response(), Response)


async def strategy(model: BaseModelImplementation, request: Request) -> None:
    assert_type(await ModelStrategy(model).process_request(request), Response)


def blocking() -> None:
    model = ClaudeImplementation(ModelConfig(model_id="anthropic.claude-v2"))
    assert_type(model.blocking.generate_text("Hello"), Response)
    with model.blocking.stream_text("Hello") as events:
        for piece in events.text:
            assert_type(piece, str)


def count() -> None:
    tokenizer = Tokenizer.for_model("openai.gpt-oss-20b-1:0")
    assert_type(tokenizer.count("Hello"), int)
    assert_type(tokenizer.count_up_to("Hello", 3), int | None)
    assert_type(tokenizer.encode("Hello"), list[int])
    assert_type(tokenizer.encode_array("Hello"), NDArray[np.uint32])
    assert_type(tokenizer.encode_batch(["Hello"], threads=2), list[list[int]])
    assert_type(tokenizer.count_batch(("Hello", None), null_tokens=0), NDArray[np.uint32])
    assert_type(tokenizer.fits("Hello", 3), bool)
    assert_type(tokenizer.decode(tokenizer.encode("Hello")), str)
    assert_type(tokenizer.decode_bytes([1]), bytes)


def port() -> None:
    encoding = tiktoken.get_encoding("o200k_base")
    assert_type(encoding, tiktoken.Encoding)
    assert_type(encoding.encode("Hello", allowed_special={"<|endoftext|>"}), list[int])
    assert_type(encoding.encode("Hello", disallowed_special=()), list[int])
    assert_type(encoding.encode_to_numpy("Hello", allowed_special="all"), NDArray[np.uint32])
    assert_type(encoding.decode_with_offsets([1]), tuple[str, list[int]])


def cut() -> None:
    tokenizer = Tokenizer.for_name("o200k")
    cut = tokenizer.cut("Hello", 1, keep="ends", at="word", marker="…")
    assert_type(cut, CutText)
    assert_type(cut.text, str)
    assert_type(cut.is_cut, bool)
    budget = TokenBudget(tokenizer, limit=5)
    assert_type(budget.try_add("Hello"), bool)
    assert_type(budget.add("Hello"), int)
    assert_type(budget.remaining, int)


async def fit(ours: list[Message], theirs: list[dict[str, object]]) -> None:
    fitted = fit_messages(ours, max_tokens=900, model="a.model", strategy="drop_middle")
    assert_type(fitted, Fitted[Message])
    assert_type(fitted.messages, list[Message])
    assert_type(fitted.tokens_before, int)
    assert_type(
        await afit_messages(theirs, max_tokens=900, model="a.model", pinned=[3]),
        Fitted[dict[str, object]],
    )
    assert_type(trim_messages(theirs, max_tokens=900, token_counter=len), list[dict[str, object]])
