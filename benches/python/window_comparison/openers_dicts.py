"""Libraries whose messages are OpenAI's dicts: how each is opened.

Each function takes the options of its row and gives a `Face`. Where a library takes a model name,
it is one whose vocabulary is o200k; where it takes a counter, it is `count_message`.
"""

from importlib import import_module
from typing import Any

from window_comparison.faces import ENCODING, MODEL, Face, count_message, count_text


def open_by_hand() -> Face:
    """Open what a careful user writes: a walk from the end that counts what it keeps.

    A tool's results stay with their call, and the cut of one text is encode, slice, decode.
    """
    encoding = import_module("tiktoken").get_encoding(ENCODING)

    def fit(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        system = [row for row in messages[:1] if row["role"] == "system"]
        left = limit - sum(map(count_message, system))
        kept: list[dict[str, Any]] = []
        group: list[dict[str, Any]] = []
        for message in reversed(messages[len(system) :]):
            group.append(message)
            left -= count_message(message)
            if left < 0:
                break
            if message["role"] != "tool":
                kept += group
                group = []
        while kept and kept[-1]["role"] != "user":
            kept.pop()
        return system + kept[::-1]

    return Face(
        fit=fit, cut=lambda text, limit: encoding.decode(encoding.encode_ordinary(text)[:limit])
    )


def open_litellm() -> Face:
    """Open litellm's `trim_messages`."""
    module = import_module("litellm.utils")

    def cut(text: str, limit: int) -> str:
        message = {"role": "user", "content": text}
        return str(module.shorten_message_to_fit_limit(message, limit, MODEL)["content"])

    return Face(
        fit=lambda messages, limit: module.trim_messages(messages, model=MODEL, max_tokens=limit),
        cut=cut,
    )


def open_tokentrim() -> Face:
    """Open tokentrim; it changes what it is given, and takes the system prompt by itself."""
    trim = import_module("tokentrim").trim

    def fit(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        system = "\n".join(row["content"] for row in messages if row["role"] == "system")
        turns = [row for row in messages if row["role"] != "system"]
        kept: list[dict[str, Any]] = trim(turns, "o1", system_message=system, max_tokens=limit)
        return kept

    def cut(text: str, limit: int) -> str:
        return str(trim([{"role": "user", "content": text}], "o1", max_tokens=limit)[0]["content"])

    return Face(fit=fit, cut=cut)


def open_agentfit(strategy: str) -> Face:
    """Open agentfit with a tokenizer for its texts."""
    module = import_module("agentfit")
    return Face(
        fit=lambda messages, limit: (
            module.fit(messages, max_tokens=limit, tokenizer=count_text, strategy=strategy).messages
        ),
        refusals=(module.OverBudgetError,),
    )


def open_chatfit() -> Face:
    """Open chatfit, whose default summary quotes what it drops."""
    fit = import_module("chatfit").fit
    return Face(fit=lambda messages, limit: fit(messages, limit, model=MODEL).messages)


def open_ctx_compact() -> Face:
    """Open ctx-compact."""
    compact = import_module("ctx_compact").compact
    return Face(
        fit=lambda messages, limit: (
            compact(messages, max_tokens=limit, count_tokens=count_message).messages
        )
    )


def open_contexttrim(strategy: str) -> Face:
    """Open contexttrim with one of its strategies."""
    module = import_module("contexttrim")
    make = getattr(import_module("contexttrim.strategies"), strategy)

    def fit(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        context = module.ContextManager(
            token_budget=limit, strategy=make(), token_counter=count_message
        )
        for message in messages:
            context.add(message)
        kept: list[dict[str, Any]] = context.fit()
        return kept

    return Face(fit=fit)


def open_cendor() -> Face:
    """Open cendor's contextkit: the system prompt pinned, the rest a history."""
    module = import_module("cendor.contextkit")

    def fit(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        context = module.Context(budget_tokens=limit, model=MODEL)
        for message in messages:
            if message["role"] == "system":
                context.add(module.Block(message["content"], pin=True, role="system"))
        turns = [row for row in messages if row["role"] != "system"]
        context.add(module.Block(messages=turns, evict="drop_oldest"))
        kept: list[dict[str, Any]] = context.assemble()
        return kept

    def cut(text: str, limit: int) -> str:
        context = module.Context(budget_tokens=limit, model=MODEL)
        context.add(module.Block(text, evict="truncate"))
        return str(context.assemble()[0]["content"])

    return Face(fit=fit, refusals=(module.BudgetError,), cut=cut)


def open_token_overflow() -> Face:
    """Open token-overflow, keeping the tail."""
    module = import_module("token_overflow")
    guard = module.TokenGuard

    def fit(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
        kept: list[dict[str, Any]] = guard(model=MODEL, max_tokens=limit, reserve=0).truncate(
            messages, strategy="tail"
        )
        return kept

    return Face(fit=fit, cut=lambda text, limit: str(module.fit(text, limit, MODEL, "head")))


def open_effimemo() -> Face:
    """Open EffiMemo, keeping the last messages and the system prompt."""
    create = import_module("effimemo").create_context_manager
    return Face(
        fit=lambda messages, limit: create(
            max_tokens=limit, model_name=MODEL, strategy="last"
        ).compress(messages)
    )


def open_convopack() -> Face:
    """Open convopack as its own first example does."""
    module = import_module("convopack")
    return Face(
        fit=lambda messages, limit: module.Packer(
            budget=limit,
            tokenizer=f"tiktoken:{MODEL}",
            strategy=module.Recency(),
            pin=["system", "first_user"],
        ).pack_openai(messages)
    )


def open_ctxfit(strategies: str) -> Face:
    """Open ctxfit."""
    module = import_module("ctxfit")
    estimator = import_module("ctxfit.estimate").TiktokenEstimator(ENCODING)
    return Face(
        fit=lambda messages, limit: module.fit(
            messages, total_budget=limit, strategies=strategies, estimator=estimator
        )[0]
    )
