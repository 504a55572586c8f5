"""The slow, obvious twin of the window: count whole requests, one start of the order after another.

It shares nothing with the core but the words: turns by hand, exchanges by hand, and every total is
`count_request` of the whole request.
"""

import sys
from pathlib import Path
from random import Random

import pytest

from bedrock_llm.context import count_request
from bedrock_llm.errors import ContextWindowError
from bedrock_llm.requests import Request
from bedrock_llm.window import fit_messages

sys.path[:0] = [str(Path(__file__).parents[2] / "scripts")]

from window_histories import MODELS, TOOLS, build_history  # noqa: E402  found just above

SYSTEM = "Answer in one sentence."


def has_results(message):
    return any("toolResult" in block for block in message["content"])


def exchanges_of(messages):
    """Give for each user's question its number and the groups of numbers that follow it."""
    exchanges = []
    for number, message in enumerate(messages):
        if message["role"] == "user" and not has_results(message):
            exchanges.append(([number], []))
        elif message["role"] == "assistant":
            exchanges[-1][1].append([number])
        else:
            exchanges[-1][1][-1].append(number)
    return exchanges


def steps_of_exchange(exchange, rounds):
    asked, groups = exchange
    last = groups[-1] if groups else []
    return [asked + last, *[groups[place] for place in rounds]]


def newest_rounds(exchange):
    return range(len(exchange[1]) - 2, -1, -1)


def end_rounds(exchange):
    places = list(range(len(exchange[1]) - 1))
    order = []
    while places:
        order.append(places.pop())
        if places:
            order.append(places.pop(0))
    return order


def drop_oldest(exchanges):
    return [(exchange, newest_rounds(exchange)) for exchange in reversed(exchanges)]


def drop_newest(exchanges):
    return [(exchange, newest_rounds(exchange)) for exchange in exchanges]


def drop_middle(exchanges):
    rest, order = list(exchanges), []
    while rest:
        order.append(rest.pop())
        if rest:
            order.append(rest.pop(0))
    return [(exchange, end_rounds(exchange)) for exchange in order]


ORDERS = {"drop_oldest": drop_oldest, "drop_newest": drop_newest, "drop_middle": drop_middle}


def fit_slowly(messages, order, budget, total):
    exchanges = exchanges_of(messages)
    kept = set(steps_of_exchange(exchanges[-1], [])[0])
    if total([messages[number] for number in sorted(kept)]) > budget:
        return None
    for exchange, rounds in order(exchanges):
        for step in steps_of_exchange(exchange, rounds):
            more = kept | set(step)
            if total([messages[number] for number in sorted(more)]) > budget:
                return [messages[number] for number in sorted(kept)]
            kept = more
    return messages


@pytest.mark.parametrize("strategy", ORDERS)
@pytest.mark.parametrize("model", MODELS)
def test_the_window_keeps_what_its_slow_twin_keeps(model, strategy):
    source = Random(f"{model} {strategy}")  # noqa: S311  conversations, not secrets
    for _ in range(6):
        messages = build_history(source)
        has_calls = any("toolUse" in block for row in messages for block in row["content"])
        budget = source.choice([200, 500, 1000, 2500])
        extra = {"tools": TOOLS} if has_calls else {}
        body = {"system": [{"text": SYSTEM}]}
        body |= {"toolConfig": {"tools": TOOLS}} if has_calls else {}

        def total(kept, body=body):
            request = Request.from_converse({**body, "messages": kept}, model_id=model)
            return count_request(request).tokens

        expected = fit_slowly(messages, ORDERS[strategy], budget, total)
        try:
            fitted = fit_messages(
                messages, max_tokens=budget, model=model, system=SYSTEM, strategy=strategy, **extra
            )
        except ContextWindowError:
            assert expected is None
            continue
        if not fitted.repairs:
            assert fitted.messages == expected
            assert fitted.tokens_after == total(expected)
            assert fitted.tokens_before == total(messages)
