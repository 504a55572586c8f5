"""Rules about calls of tools and their results: each use one result, in the message that follows.

    assistant [use A, use B] ─► user [result A, result B, text]

System messages between the two are looked through. A result that is missing is made up as an error
result that says so; one that answers nothing is left out.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bedrock_llm.window.rules.rule import Draft, Finding
from bedrock_llm.window.turns import MEDIA_KINDS, Block, Kind, Turn

_LOST: Final = "No result of this tool call was recorded."
_NOTHING: Final = "(no content)"
_HEARD: Final = (Block(kind="text", text="I have the results."),)
_GO_ON: Final = (Block(kind="text", text="Please go on."),)
_SAID: Final = frozenset({"text", "document", "other", *MEDIA_KINDS})


def find_answer(turns: list[Turn], number: int) -> int | None:
    """Give the place of the turn that must answer a turn's tool calls, None where there is none."""
    for place in range(number + 1, len(turns)):
        if turns[place].role != "system":
            return place if turns[place].role == "user" else None
    return None


def answer_every_use(draft: Draft) -> Iterator[Finding]:
    """Make up an error result for each call that has none."""
    number = 0
    while number < len(draft.turns):
        turn = draft.turns[number]
        uses = turn.of_kind("tool_use") if turn.role == "assistant" else []
        if uses:
            yield from _answer(draft, number, uses)
        number += 1


def drop_orphan_results(draft: Draft) -> Iterator[Finding]:
    """Leave results out that answer no call of the turn before them."""
    asked: set[str] = set()
    for number, turn in enumerate(draft.turns):
        if turn.role == "system":
            continue
        orphans = [block for block in turn.of_kind("tool_result") if block.tool_id not in asked]
        for block in orphans:
            yield Finding(
                place=block.place or turn.place,
                problem=f"the tool result {block.tool_id!r} answers no call of the turn before",
                action="left the result out",
            )
        _drop(draft, number, orphans)
        asked = {block.tool_id for block in turn.of_kind("tool_use")}


def drop_second_results(draft: Draft) -> Iterator[Finding]:
    """Leave every result of a call out but the first."""
    for number, turn in enumerate(draft.turns):
        seen: set[str] = set()
        repeated = []
        for block in turn.of_kind("tool_result"):
            if block.tool_id in seen:
                repeated.append(block)
                yield Finding(
                    place=block.place or turn.place,
                    problem=f"the tool call {block.tool_id!r} has more than one result",
                    action="left the later result out",
                )
            seen.add(block.tool_id)
        _drop(draft, number, repeated)


def put_results_first(draft: Draft) -> Iterator[Finding]:
    """Let results stand before everything else in their message."""
    for number, turn in enumerate(draft.turns):
        kinds = [block.kind for block in turn.blocks]
        count = kinds.count("tool_result")
        if not count or "tool_result" not in kinds[_leading(kinds) :]:
            continue
        yield Finding(
            place=turn.place,
            problem="something stands before a tool result in its message",
            action="put the results first",
        )
        results = turn.of_kind("tool_result")
        rest = [block for block in turn.blocks if block.kind != "tool_result"]
        draft.turns[number] = turn.with_blocks((*results, *rest))


def part_text_from_results(draft: Draft) -> Iterator[Finding]:
    """Part results from what the user says beside them, by a short turn of the assistant."""
    return _part(draft, "tool_result", Turn(role="assistant", blocks=_HEARD, place=""))


def part_text_from_calls(draft: Draft) -> Iterator[Finding]:
    """Part calls from what the assistant says beside them, by a short turn of the user."""
    return _part(draft, "tool_use", Turn(role="user", blocks=_GO_ON, place=""))


def fill_empty_results(draft: Draft) -> Iterator[Finding]:
    """Put words into results that have no content."""
    for number, turn in enumerate(draft.turns):
        empty = [block for block in turn.of_kind("tool_result") if not block.content]
        for block in empty:
            yield Finding(
                place=block.place or turn.place,
                problem=f"the tool result {block.tool_id!r} has no content",
                action=f"put {_NOTHING!r} into it",
            )
        if empty:
            filler = (Block(kind="text", text=_NOTHING),)
            draft.turns[number] = turn.with_blocks(
                tuple(b.changed(content=filler) if b in empty else b for b in turn.blocks)
            )


def make_inputs_objects(draft: Draft) -> Iterator[Finding]:
    """Put what is no JSON object into one, under the key `input`."""
    for number, turn in enumerate(draft.turns):
        wrong = [b for b in turn.of_kind("tool_use") if not isinstance(b.arguments, Mapping)]
        for block in wrong:
            yield Finding(
                place=block.place or turn.place,
                problem=f"the input of the tool call {block.tool_id!r} is no JSON object",
                action="put it into an object, under the key 'input'",
            )
        if wrong:
            draft.turns[number] = turn.with_blocks(
                tuple(
                    b.changed(arguments=_as_object(b.arguments)) if b in wrong else b
                    for b in turn.blocks
                )
            )


def tell_tools_as_text(draft: Draft) -> Iterator[Finding]:
    """Say calls and results in words where the request has no tools."""
    if draft.target.has_tools is not False:
        return
    for number, turn in enumerate(draft.turns):
        kinds = Counter(block.kind for block in turn.blocks)
        if not kinds["tool_use"] and not kinds["tool_result"]:
            continue
        yield Finding(
            place=turn.place,
            problem="has tool blocks, and the request has no tools",
            action="said them as text",
        )
        told = [part for block in turn.blocks for part in _tell(block)]
        draft.turns[number] = turn.with_blocks(tuple(told))


def _answer(draft: Draft, number: int, uses: list[Block]) -> Iterator[Finding]:
    place = find_answer(draft.turns, number)
    answer = draft.turns[place] if place is not None else None
    given = {block.tool_id for block in answer.of_kind("tool_result")} if answer else set()
    missing = [use for use in uses if use.tool_id not in given]
    for use in missing:
        yield Finding(
            place=use.place or draft.turns[number].place,
            problem=f"the tool call {use.tool_id!r} has no result in the user's next message",
            action="added an error result that says so",
        )
    if not missing:
        return
    made = tuple(_lost_result(use.tool_id) for use in missing)
    if answer is None or place is None:
        turn = Turn(role="user", blocks=made, place=draft.turns[number].place)
        draft.turns.insert(number + 1, turn)
        return
    results = tuple(answer.of_kind("tool_result"))
    rest = tuple(block for block in answer.blocks if block.kind != "tool_result")
    draft.turns[place] = answer.with_blocks((*results, *made, *rest))


def _part(draft: Draft, kind: Kind, bridge: Turn) -> Iterator[Finding]:
    """Part blocks of tools from text and media; calls come last, results first."""
    turns: list[Turn] = []
    for turn in draft.turns:
        said = tuple(block for block in turn.blocks if block.kind in _SAID)
        if not turn.of_kind(kind) or not said:
            turns.append(turn)
            continue
        yield Finding(
            place=turn.place,
            problem=f"something else stands beside a {kind} block, which this model refuses",
            action=f"parted them by a turn of role {bridge.role!r}, {bridge.blocks[0].text!r}",
        )
        tools = tuple(block for block in turn.blocks if block.kind not in _SAID)
        words = Turn(role=turn.role, blocks=said, place=turn.place, sources=turn.sources[-1:])
        parted = [turn.with_blocks(tools), replace(bridge, place=turn.place), words]
        turns += parted if kind == "tool_result" else reversed(parted)
    draft.turns = turns


def _lost_result(tool_id: str) -> Block:
    content = (Block(kind="text", text=_LOST),)
    return Block(kind="tool_result", tool_id=tool_id, content=content, is_error=True)


def _drop(draft: Draft, number: int, blocks: list[Block]) -> None:
    if blocks:
        turn = draft.turns[number]
        draft.turns[number] = turn.with_blocks(tuple(b for b in turn.blocks if b not in blocks))


def _leading(kinds: Sequence[str]) -> int:
    """Count the results, and the cache points between them, that a message begins with."""
    count = 0
    while count < len(kinds) and kinds[count] in {"tool_result", "cache_point"}:
        count += 1
    return count


def _as_object(value: object) -> dict[str, object]:
    return {} if value is None else {"input": value}


def _tell(block: Block) -> Iterator[Block]:
    if block.kind == "tool_use":
        arguments = json.dumps(block.arguments, ensure_ascii=False, default=str)
        yield Block(kind="text", text=f"[called {block.name} with {arguments}]")
    elif block.kind == "tool_result":
        yield Block(kind="text", text="[error of the tool:]" if block.is_error else "[result:]")
        yield from (_say(inner) for inner in block.content if not inner.is_blank)
    else:
        yield block


def _say(block: Block) -> Block:
    """Say a JSON document in words, which only a tool result may hold as it is."""
    source = block.source
    if block.kind != "other" or not isinstance(source, Mapping) or "json" not in source:
        return block
    text = json.dumps(source["json"], ensure_ascii=False, default=str)
    return Block(kind="text", text=text, place=block.place)
