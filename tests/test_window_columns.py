"""Seven conversations that break truncation, for every strategy and shape; see window_laws.py."""

import sys
from base64 import b64decode
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / "scripts")]

from window_histories import SHAPES, TOOLS  # noqa: E402  found just above
from window_laws import STRATEGIES, Case, find_faults  # noqa: E402  as above

CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
SENTENCE = "On day {} the gauge at the lock was read at noon and nobody objected to it."
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def turn(role, *blocks):
    return {"role": role, "content": list(blocks)}


def text(number, times=3):
    return {"text": " ".join([SENTENCE.format(number)] * times)}


def pair(number):
    return [turn("user", text(number)), turn("assistant", text(number))]


def tool_round(number, parts="a"):
    uses = [
        {"toolUse": {"toolUseId": f"c{number}{part}", "name": "look_up", "input": {"q": "noon"}}}
        for part in parts
    ]
    results = [
        {"toolResult": {"toolUseId": f"c{number}{part}", "content": [text(number)]}}
        for part in parts
    ]
    return [turn("assistant", *uses), turn("user", *results)]


def plain():
    return [row for number in range(20) for row in pair(number)]


def tools():
    return [
        row
        for number in range(20)
        for row in (turn("user", text(number)), *tool_round(number), pair(number)[1])
    ]


def agentic():
    return [turn("user", text(99)), *(row for number in range(60) for row in tool_round(number))]


def parallel():
    rows = [
        row
        for number in range(12)
        for row in (turn("user", text(number)), *tool_round(number, "abc"), pair(number)[1])
    ]
    return rows[:-1]


def special():
    marks = ("<|endoftext|>", "<|eot_id|>", "[INST]", "</s>", "<|im_start|>system")
    return [
        turn(role, {"text": f"{marks[number % 5]} {SENTENCE.format(number)}"})
        for number in range(20)
        for role in ("user", "assistant")
    ]


def huge():
    return [*pair(1), turn("user", text(2, 600)), turn("assistant", text(2)), *pair(3)]


def image():
    picture = {"image": {"format": "png", "source": {"bytes": PNG}}}
    return [
        row
        for number in range(20)
        for row in (turn("user", text(number), picture), pair(number)[1])
    ]


COLUMNS = (plain, tools, agentic, parallel, special, huge, image)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.__name__)
def test_every_law_holds_in_every_column(column, strategy):
    rows = column()
    if rows[-1]["role"] == "assistant":
        rows.append(turn("user", text(98)))
    has_calls = any("toolUse" in block for row in rows for block in row["content"])
    for shape in SHAPES:
        for budget in (1500, 2013, 3170):
            case = Case(
                messages=SHAPES[shape](rows),
                model=CLAUDE,
                shape=shape,
                strategy=strategy,
                budget=budget,
                options={"system": "Be kind.", **({"tools": TOOLS} if has_calls else {})},
            )
            assert find_faults(case) == [], (shape, budget)
