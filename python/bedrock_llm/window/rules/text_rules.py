"""Rules about what stands inside a message: text that can be sent, blocks where they belong."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from bedrock_llm.window.rules.rule import Draft, Finding
from bedrock_llm.window.shapes import read_turns
from bedrock_llm.window.turns import Block, Kind, Role

_HOMES: Final[Mapping[Kind, Role]] = {
    "tool_use": "assistant",
    "reasoning": "assistant",
    "tool_result": "user",
}
_MEDIA_FACTS: Final[Mapping[Kind, str]] = {
    "image": "supports_vision",
    "video": "supports_video",
    "audio": "supports_audio",
}


def replace_surrogates(draft: Draft) -> Iterator[Finding]:
    """Put U+FFFD for each lone surrogate, and its character for a pair of them."""
    if not all(turn.is_untouched for turn in draft.turns):
        return  # the first round has cleaned everything before any rule touched it
    if all(_is_clean(body) for turn in draft.turns for body in turn.sources):
        return
    cleaned = [tuple(_clean(body) for body in turn.sources) for turn in draft.turns]
    read = read_turns(draft.shape, [body for bodies in cleaned for body in bodies])
    for number, (turn, bodies) in enumerate(zip(draft.turns, cleaned, strict=True)):
        if all(map(_is_same, bodies, turn.sources)):
            continue
        yield Finding(
            place=turn.place,
            problem="holds a lone surrogate, which no UTF-8 body can carry",
            action="put U+FFFD in its place",
        )
        draft.turns[number] = replace(read[number], as_read=None)


def drop_blank_text(draft: Draft) -> Iterator[Finding]:
    """Leave blank text blocks of messages out; results may hold them."""
    for number, turn in enumerate(draft.turns):
        blank = [block for block in turn.blocks if block.is_blank]
        for block in blank:
            yield Finding(
                place=block.place or turn.place,
                problem=f"text is blank ({block.text[:20]!r})",
                action="left the block out",
            )
        if blank:
            kept = tuple(block for block in turn.blocks if not block.is_blank)
            draft.turns[number] = turn.with_blocks(kept)


def drop_empty_turns(draft: Draft) -> Iterator[Finding]:
    """Leave messages without content out."""
    for turn in draft.turns:
        if not turn.blocks:
            yield Finding(place=turn.place, problem="has no content", action="left the message out")
    draft.turns = [turn for turn in draft.turns if turn.blocks]


def drop_misplaced_blocks(draft: Draft) -> Iterator[Finding]:
    """Leave blocks out that stand in a message of a role which may not have them."""
    for number, turn in enumerate(draft.turns):
        strays = [block for block in turn.blocks if _HOMES.get(block.kind, turn.role) != turn.role]
        for block in strays:
            yield Finding(
                place=block.place or turn.place,
                problem=f"a {block.kind} block stands in a message of role {turn.role!r}",
                action="left the block out",
            )
        if strays:
            kept = tuple(block for block in turn.blocks if block not in strays)
            draft.turns[number] = turn.with_blocks(kept)


def drop_last_reasoning(draft: Draft) -> Iterator[Finding]:
    """Leave reasoning out after which the assistant says nothing."""
    for number, turn in enumerate(draft.turns):
        spoken = [block for block in turn.blocks if block.kind != "cache_point"]
        if turn.role != "assistant" or not spoken or spoken[-1].kind != "reasoning":
            continue
        yield Finding(
            place=spoken[-1].place or turn.place,
            problem="an assistant message ends with reasoning",
            action="left the reasoning out that nothing follows",
        )
        kept = list(turn.blocks)
        while kept and kept[-1].kind in {"reasoning", "cache_point"}:
            kept.pop()
        draft.turns[number] = turn.with_blocks(tuple(kept))


def note_refused_media(draft: Draft) -> Iterator[Finding]:
    """Put a note for media that the catalog says the model does not take."""
    refused = {kind for kind, fact in _MEDIA_FACTS.items() if draft.target.knows(fact, value=False)}
    if not refused:
        return
    for number, turn in enumerate(draft.turns):
        found: list[Finding] = []
        blocks = tuple(_note_media(block, refused, found) for block in turn.blocks)
        yield from found
        if found:
            draft.turns[number] = turn.with_blocks(blocks)


def strip_prefill(draft: Draft) -> Iterator[Finding]:
    """Cut white space off the end of a reply that was begun for the model."""
    if not draft.turns or draft.turns[-1].role != "assistant":
        return
    turn = draft.turns[-1]
    last = turn.blocks[-1] if turn.blocks else None
    if last is None or last.kind != "text" or last.is_blank or last.text == last.text.rstrip():
        return
    yield Finding(
        place=last.place or turn.place,
        problem="the last message is the assistant's and ends with white space",
        action="cut the white space off",
    )
    stripped = last.changed(text=last.text.rstrip())
    if isinstance(last.source, str):
        stripped = stripped.changed(source=stripped.text)
    draft.turns[-1] = turn.with_blocks((*turn.blocks[:-1], stripped))


def _note_media(block: Block, refused: set[Kind], found: list[Finding]) -> Block:
    if block.kind in refused:
        found.append(
            Finding(
                place=block.place,
                problem=f"the model takes no {block.kind}",
                action="put a note in its place",
            )
        )
        return Block(kind="text", text=f"[{block.kind} left out]", place=block.place)
    count = len(found)
    content = tuple(_note_media(inner, refused, found) for inner in block.content)
    return block.changed(content=content) if len(found) > count else block


def _is_clean(value: object) -> bool:
    """Tell whether UTF-8 can carry every text inside a value."""
    if isinstance(value, str):
        return value.isascii() or _clean_text(value) is value
    if isinstance(value, dict | Mapping):
        return all(map(_is_clean, value)) and all(map(_is_clean, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_clean, value))


def _clean(value: object) -> object:
    """Clean every text inside a value; give the very value back where nothing was to clean."""
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, Mapping):
        pairs = [(_clean(key), _clean(item)) for key, item in value.items()]
        same = all(
            new_key is key and new is item
            for (new_key, new), (key, item) in zip(pairs, value.items(), strict=True)
        )
        return value if same else dict(pairs)
    if isinstance(value, list | tuple):
        items = [_clean(item) for item in value]
        return value if all(map(_is_same, items, value)) else items
    return value


def _clean_text(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _is_same(one: object, other: object) -> bool:
    return one is other
