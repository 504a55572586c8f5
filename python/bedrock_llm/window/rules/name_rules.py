"""Rules about names and ids: which characters they have, and that no two are the same.

An id that must go is replaced by nine letters and digits made from it, which every family takes;
its result is renamed with it.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from bedrock_llm.window.rules.rule import Draft, Finding, Target
from bedrock_llm.window.rules.tool_rules import find_answer
from bedrock_llm.window.turns import Block, Turn

_TOOL_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_DOCUMENT_NAME: Final = re.compile(r"(?=.{1,200}\Z)[\w\-()\[\]]+(?:\s[\w\-()\[\]]+)*", re.ASCII)
_NO_DOCUMENT_CHARACTER: Final = re.compile(r"[^\w\s\-()\[\]]", re.ASCII)
_ID_CHARACTERS: Final = 9
_LONGEST_NAME: Final = 64
_LONGEST_DOCUMENT_NAME: Final = 200

# Beginning of the base id, what an id must be; the longest beginning that fits is the row.
# Mistral: refused through Converse unless nine letters and digits, while ids that Bedrock itself
# made pass on the models of 2024 and Pixtral: https://github.com/anomalyco/opencode/pull/48843 and
# https://github.com/vercel/ai/issues/11802 . Claude: https://github.com/vercel/ai/pull/13326 .
# All read 2026-11-22.
_NINE: Final = r"[a-zA-Z0-9]{9}"
_NINE_OR_BEDROCKS: Final = rf"{_NINE}|tooluse_[a-zA-Z0-9_-]{{22}}"
_ID_ROWS: Final = (
    ("", re.compile(r"[a-zA-Z0-9_.:-]{1,64}")),
    ("anthropic.", re.compile(r"[a-zA-Z0-9_-]{1,64}")),
    ("mistral.", re.compile(_NINE)),
    ("mistral.mistral-large-24", re.compile(_NINE_OR_BEDROCKS)),
    ("mistral.mistral-small-24", re.compile(_NINE_OR_BEDROCKS)),
    ("mistral.pixtral", re.compile(_NINE_OR_BEDROCKS)),
)


def rename_ids(draft: Draft) -> Iterator[Finding]:
    """Give tool calls other ids where theirs have characters or a length the model refuses."""
    pattern = _id_pattern(draft.target)
    taken = {b.tool_id for turn in draft.turns for b in turn.blocks if b.tool_id}
    renamed: dict[str, str] = {}
    for number, turn in enumerate(draft.turns):
        blocks = list(turn.blocks)
        for index, block in enumerate(blocks):
            if block.kind not in {"tool_use", "tool_result"} or pattern.fullmatch(block.tool_id):
                continue
            if block.tool_id not in renamed:
                renamed[block.tool_id] = _make_id(block.tool_id, taken)
            blocks[index] = block.changed(tool_id=renamed[block.tool_id])
            yield Finding(
                place=block.place or turn.place,
                problem=f"the tool id {block.tool_id[:80]!r} is not {pattern.pattern}",
                action=f"made it {blocks[index].tool_id!r}",
            )
        _replace(draft, number, blocks)


def part_ids_in_a_turn(draft: Draft) -> Iterator[Finding]:
    """Give each call of one turn an id of its own; its results are renamed in their order."""
    for number, turn in enumerate(draft.turns):
        if turn.role == "assistant":
            yield from _part_ids(draft, number, set())


def part_ids_everywhere(draft: Draft) -> Iterator[Finding]:
    """Give each call of the conversation an id of its own."""
    seen: set[str] = set()
    for number, turn in enumerate(draft.turns):
        if turn.role == "assistant":
            yield from _part_ids(draft, number, seen)
            seen |= {block.tool_id for block in draft.turns[number].of_kind("tool_use")}


def rename_tools(draft: Draft) -> Iterator[Finding]:
    """Put `_` for characters that no tool's name may have."""
    for number, turn in enumerate(draft.turns):
        blocks = list(turn.blocks)
        for index, block in enumerate(blocks):
            if block.kind != "tool_use" or _TOOL_NAME.fullmatch(block.name):
                continue
            name = re.sub(r"[^a-zA-Z0-9_-]", "_", block.name)[:_LONGEST_NAME] or "unnamed"
            blocks[index] = block.changed(name=name)
            yield Finding(
                place=block.place or turn.place,
                problem=f"the tool name {block.name[:80]!r} is not {_TOOL_NAME.pattern}",
                action=f"made it {name!r}",
            )
        _replace(draft, number, blocks)


def rename_documents(draft: Draft) -> Iterator[Finding]:
    """Give documents names of allowed characters, each its own; those in results too."""
    seen: set[str] = set()
    for number, turn in enumerate(draft.turns):
        found: list[Finding] = []
        blocks = [_rename_document(block, seen, found) for block in turn.blocks]
        yield from found
        if found:
            _replace(draft, number, blocks)


def _rename_document(block: Block, seen: set[str], found: list[Finding]) -> Block:
    count = len(found)
    content = tuple(_rename_document(inner, seen, found) for inner in block.content)
    if len(found) > count:
        return block.changed(content=content)
    if block.kind != "document":
        return block
    is_legal = _DOCUMENT_NAME.fullmatch(block.name) is not None
    if is_legal and block.name not in seen:
        seen.add(block.name)
        return block
    name = _make_document_name(block.name, seen)
    seen.add(name)
    reason = "is used twice" if is_legal else "has characters or a length that are refused"
    found.append(
        Finding(
            place=block.place,
            problem=f"the document name {block.name[:80]!r} {reason}",
            action=f"made it {name!r}",
        )
    )
    return block.changed(name=name)


def _make_document_name(name: str, seen: set[str]) -> str:
    allowed = " ".join(_NO_DOCUMENT_CHARACTER.sub(" ", name).split())
    stem = allowed[: _LONGEST_DOCUMENT_NAME - 8].strip() or "document"
    candidate, number = stem, 1
    while candidate in seen:
        number += 1
        candidate = f"{stem} {number}"
    return candidate


def _part_ids(draft: Draft, number: int, seen: set[str]) -> Iterator[Finding]:
    """Rename calls of a turn whose id was seen, and as many results of that id after them."""
    turn = draft.turns[number]
    ids = [block.tool_id for block in turn.blocks if block.kind == "tool_use"]
    if len(set(ids)) == len(ids) and seen.isdisjoint(ids):
        return
    taken = {b.tool_id for other in draft.turns for b in other.blocks if b.tool_id}
    names: dict[str, list[str]] = {}
    blocks = list(turn.blocks)
    for index, block in enumerate(blocks):
        if block.kind != "tool_use":
            continue
        is_new = block.tool_id not in seen and block.tool_id not in names
        name = block.tool_id if is_new else _make_id(block.tool_id, taken)
        names.setdefault(block.tool_id, []).append(name)
        if not is_new:
            blocks[index] = block.changed(tool_id=name)
            yield Finding(
                place=block.place or turn.place,
                problem=f"the tool id {block.tool_id!r} is used twice",
                action=f"made the later one {name!r}",
            )
    if any([tool_id] != made for tool_id, made in names.items()):
        _replace(draft, number, blocks)
        _rename_results(draft, find_answer(draft.turns, number), names)


def _rename_results(draft: Draft, place: int | None, names: dict[str, list[str]]) -> None:
    if place is None:
        return
    blocks = list(draft.turns[place].blocks)
    for index, block in enumerate(blocks):
        made = names.get(block.tool_id) if block.kind == "tool_result" else None
        if made:
            name = made.pop(0) if len(made) > 1 else made[0]
            blocks[index] = block.changed(tool_id=name) if name != block.tool_id else block
    _replace(draft, place, blocks)


def _replace(draft: Draft, number: int, blocks: Sequence[Block]) -> None:
    turn: Turn = draft.turns[number]
    if any(new is not old for new, old in zip(blocks, turn.blocks, strict=True)):
        draft.turns[number] = turn.with_blocks(tuple(blocks))


def _id_pattern(target: Target) -> re.Pattern[str]:
    base_id = target.base_id or ""
    fitting = [row for row in _ID_ROWS if base_id.startswith(row[0])]
    return max(fitting, key=lambda row: len(row[0]))[1]


def _make_id(tool_id: str, taken: set[str]) -> str:
    """Make nine letters and digits out of an id, the same ones each time, that nobody has."""
    salt = 0
    while True:
        digest = sha256(f"{tool_id}\n{salt}".encode(errors="replace")).hexdigest()
        made = digest[:_ID_CHARACTERS]
        if made not in taken:
            taken.add(made)
            return made
        salt += 1
