"""Rules about cache points and the documents they stand by.

Points of tools and of the system prompt count as well; the caller's tools are looked at, the system
prompt is not here. Of too many points the last stay: each covers all that stands before it.
"""

from collections.abc import Iterator
from typing import Final

from bedrock_llm.window.rules.rule import Draft, Finding
from bedrock_llm.window.turns import Block, Turn

_MOST_POINTS: Final = 4


def place_points(draft: Draft) -> Iterator[Finding]:
    """Move cache points off places that are refused, or leave them out."""
    for number, turn in enumerate(draft.turns):
        found: list[Finding] = []
        blocks = _place_points(turn, found)
        yield from found
        if found:
            draft.turns[number] = turn.with_blocks(tuple(blocks))


def limit_points(draft: Draft) -> Iterator[Finding]:
    """Leave the first cache points out where there are more than four."""
    points = [b for turn in draft.turns for b in turn.of_kind("cache_point")]
    room = max(0, _MOST_POINTS - len(draft.target.tool_lifetimes))
    yield from _drop_points(
        draft,
        points[: max(0, len(points) - room)],
        f"the request has {len(points) + len(draft.target.tool_lifetimes)} cache points, and "
        f"{_MOST_POINTS} are the most",
    )


def shorten_lifetimes(draft: Draft) -> Iterator[Finding]:
    """Let no cache point live longer than one before it."""
    is_short = "5m" in draft.target.tool_lifetimes
    for number, turn in enumerate(draft.turns):
        blocks = list(turn.blocks)
        for index, block in enumerate(blocks):
            if block.kind != "cache_point":
                continue
            if is_short and block.lifetime != "5m":
                blocks[index] = block.changed(lifetime="5m")
                yield Finding(
                    place=block.place or turn.place,
                    problem=f"a cache point of {block.lifetime} stands after one of 5m",
                    action="made it 5m",
                )
            is_short = is_short or block.lifetime == "5m"
        if any(map(_is_other, blocks, turn.blocks)):
            draft.turns[number] = turn.with_blocks(tuple(blocks))


def drop_refused_points(draft: Draft) -> Iterator[Finding]:
    """Leave cache points out where the catalog says the model takes none."""
    if draft.target.knows("supports_prompt_cache", value=False):
        points = [b for turn in draft.turns for b in turn.of_kind("cache_point")]
        yield from _drop_points(draft, points, "the model takes no cache points")


def put_text_to_documents(draft: Draft) -> Iterator[Finding]:
    """Put a line of text before the documents of a message that has no text."""
    for number, turn in enumerate(draft.turns):
        documents = turn.of_kind("document")
        if not documents or any(block.text for block in turn.of_kind("text")):
            continue
        names = ", ".join(block.name for block in documents)
        line = Block(kind="text", text=f"Attached: {names}", place=documents[0].place)
        yield Finding(
            place=documents[0].place or turn.place,
            problem="a document stands in a message without text",
            action=f"added the text {line.text[:80]!r}",
        )
        at = turn.blocks.index(documents[0])
        draft.turns[number] = turn.with_blocks((*turn.blocks[:at], line, *turn.blocks[at:]))


def _place_points(turn: Turn, found: list[Finding]) -> list[Block]:
    blocks: list[Block] = []
    for block in turn.blocks:
        if block.kind != "cache_point":
            blocks.append(block)
            continue
        at = len(blocks)
        while at and _refuses_point(blocks[at - 1]):
            at -= 1
        if at == len(blocks) and at:
            blocks.append(block)
            continue
        where = f"right after a {blocks[-1].kind} block" if blocks else "first in its message"
        # Next to another point it would cover the same: the one there is enough.
        is_wanted = at > 0 and blocks[at - 1].kind != "cache_point"
        found.append(
            Finding(
                place=block.place or turn.place,
                problem=f"a cache point stands {where}, where it is refused",
                action="moved it before that" if is_wanted else "left the point out",
            )
        )
        if is_wanted:
            blocks.insert(at, block)
    return blocks


def _refuses_point(block: Block) -> bool:
    is_text_document = block.kind == "document" and block.format != "pdf"
    return block.kind == "reasoning" or is_text_document


def _drop_points(draft: Draft, points: list[Block], problem: str) -> Iterator[Finding]:
    for number, turn in enumerate(draft.turns):
        dropped = [block for block in turn.blocks if block in points]
        for block in dropped:
            yield Finding(
                place=block.place or turn.place, problem=problem, action="left the point out"
            )
        if dropped:
            kept = tuple(block for block in turn.blocks if block not in dropped)
            draft.turns[number] = turn.with_blocks(kept)


def _is_other(one: object, other: object) -> bool:
    return one is not other
