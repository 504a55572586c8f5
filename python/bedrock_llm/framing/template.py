"""Framings whose prompt template is public: literal pieces, counted as the rendered prompt.

    pieces ─render─► special tokens + runs of (owner, text) ─measure─► RequestParts

A special token counts as one and parts the text on its sides. Ordinary text of the template is
counted together with the content beside it, since the model's tokenizer merges across that border.
Special tokens are looked for in the template's own literals only, never in content.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bedrock_llm.framing.conversation import Conversation, Message, Turn
from bedrock_llm.framing.parts import CountText, Expression, RequestParts, express_sum
from bedrock_llm.framing.template_pieces import TemplatePieces
from bedrock_llm.framing.tool_forms import CALL_FORMS, TOOL_FORMS
from bedrock_llm.tokens import Tokenizer

# Owners of a run's text that are no message.
_SYSTEM: Final = -1
_TOOLS: Final = -2
_TEMPLATE: Final = -3


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFraming:
    """A framing made of a template's literal pieces."""

    pieces: TemplatePieces

    @property
    def counts_schemas(self) -> bool:
        """Whether a JSON schema of the reply is in the count; three recordings have none in it."""
        return True

    def count(self, conversation: Conversation, tokenizer: Tokenizer) -> RequestParts:
        """Count a conversation as the template renders it."""
        page = _Page(self.pieces, conversation)
        page.render()
        return page.measure(tokenizer.count)

    def express(self, conversation: Conversation, tokenizer: Tokenizer) -> Expression:
        """Write out the count of a conversation."""
        del tokenizer
        return express_sum(self, conversation)

    def count_prompt(self, prompt: str, tokenizer: Tokenizer) -> int:
        """Count a prompt that is already rendered; its special tokens are special."""
        return count_spelled(prompt, self.pieces.specials, tokenizer)


def count_spelled(prompt: str, specials: tuple[str, ...], tokenizer: Tokenizer) -> int:
    """Count a prompt whose special tokens are spelled out, one token each."""
    pieces = _split(prompt, specials)
    return sum(1 if is_special else tokenizer.count(text) for text, is_special in pieces)


class _Page:
    """A prompt on the way: special tokens, and runs of text with the owners of their contents."""

    def __init__(self, row: TemplatePieces, conversation: Conversation) -> None:
        self._row = row
        self._talk = conversation
        self._specials = 0
        self._runs: list[list[tuple[int, str]]] = [[]]
        self._names = {
            call.call_id: call.name for turn in conversation.turns for call in turn.calls
        }

    # --- writing ----------------------------------------------------------------------------

    def render(self) -> None:
        row, talk = self._row, self._talk
        self._put(row.start)
        self._put_system()
        if talk.tools and row.tools.place == "start":
            self._put_tools()
        users = [position for position, turn in enumerate(talk.turns) if turn.role == "user"]
        for position, turn in enumerate(talk.turns):
            if talk.tools and row.tools.place == "last" and users[-1:] == [position]:
                self._put_tools()
            is_open = position + 1 == len(talk.turns) and turn.role == "assistant"
            takes_system = users and position == users[-1 if row.system_place == "last" else 0]
            self._put_turn(
                turn, is_open=is_open, is_first=users[:1] == [position], takes=bool(takes_system)
            )
        if not talk.ends_with_assistant:
            self._put(row.reply)

    def _put_system(self) -> None:
        row, talk = self._row, self._talk
        in_system = bool(talk.tools) and row.tools.place == "system"
        if row.system_in_user or not (
            talk.system or in_system or (talk.tools and row.tools.system_lead)
        ):
            self._put(row.no_system)
            return
        before, _, after = row.system.partition("{content}")
        self._put(before)
        self._put(row.tools.system_lead if talk.tools else "")
        self._put("" if talk.system else row.default_system)
        self._own(_SYSTEM, talk.system)
        if in_system:
            self._put_tools()
        self._put(after)

    def _put_tools(self) -> None:
        tools = self._row.tools
        before, _, after = tools.declaration.partition("{tools}")
        self._put(before, _TOOLS)
        form = TOOL_FORMS[tools.form]
        self._own(_TOOLS, tools.joint.join(form(tool) for tool in self._talk.tools), is_kept=True)
        self._put(after, _TOOLS)

    def _put_turn(self, turn: Turn, *, is_open: bool, is_first: bool, takes: bool) -> None:
        row = self._row
        messages = turn.messages
        joint = row.message_joint
        groups = [messages] if joint is not None else [(message,) for message in messages]
        for number, group in enumerate(groups):
            if any(message.results for message in group):
                self._put_results(group)
                if not any(message.text for message in group):
                    continue
            piece = row.user if turn.role == "user" else row.assistant
            if is_open and number + 1 == len(groups):
                piece = row.reply + "{content}"
            before, _, after = piece.partition("{content}")
            self._put(before)
            is_head = number == 0 and turn.role == "user"
            self._put_contents(group, has_tools=is_head and is_first, has_system=is_head and takes)
            self._put(after)

    def _put_contents(
        self, group: tuple[Message, ...], *, has_tools: bool, has_system: bool
    ) -> None:
        row, talk = self._row, self._talk
        if has_tools and talk.tools and row.tools.place == "user":
            self._put_tools()
        tail = ""
        if has_system and row.system_in_user and talk.system:
            before, _, rest = row.system_in_user.partition("{system}")
            between, _, tail = rest.partition("{content}")
            self._put(before)
            self._own(_SYSTEM, talk.system)
            self._put(between)
        for number, message in enumerate(group):
            if number:
                self._put(row.message_joint or "")
            self._put_message(message)
        self._put(tail)

    def _put_message(self, message: Message) -> None:
        tools = self._row.tools
        if not message.calls:
            self._own(message.index, message.text)
            return
        before, _, rest = tools.calls.partition("{text}")
        between, _, after = rest.partition("{calls}")
        self._put(before)
        self._own(message.index, message.text)
        self._put(between)
        form = CALL_FORMS[tools.call_form]
        for number, call in enumerate(message.calls):
            lead, _, tail = tools.call.partition("{call}")
            self._put(tools.call_joint if number else "")
            self._put_named(lead, call.name, message.index)
            self._own(message.index, form(call), is_kept=True)
            self._put(tail)
        self._put(after)

    def _put_results(self, group: tuple[Message, ...]) -> None:
        tools = self._row.tools
        before, _, after = tools.results.partition("{results}")
        self._put(before)
        for message in group:
            for result in message.results:
                lead, _, tail = tools.result.partition("{result}")
                self._put_named(lead, self._names.get(result.call_id, ""), message.index)
                self._own(message.index, result.text)
                self._put(tail)
        self._put(after)

    def _put_named(self, literal: str, name: str, owner: int) -> None:
        before, mark, after = literal.partition("{name}")
        self._put(before)
        if mark:
            self._own(owner, name, is_kept=True)
            self._put(after)

    def _put(self, literal: str, owner: int = _TEMPLATE) -> None:
        """Write a piece of the template."""
        for text, is_special in _split(literal, self._row.specials):
            if is_special:
                self._specials += 1
                self._runs.append([])
            elif text:
                self._runs[-1].append((owner, text))

    def _own(self, owner: int, text: str, *, is_kept: bool = False) -> None:
        """Write a content; the special tokens it spells are text."""
        kept = text if is_kept or not self._row.is_trimmed else text.strip()
        if kept:
            self._runs[-1].append((owner, kept))

    # --- counting ---------------------------------------------------------------------------

    def measure(self, count: CountText) -> RequestParts:
        owned: dict[int, int] = {}
        framing = self._specials + self._row.extra_tokens + self._count_rounds()
        for run in self._runs:
            total = count("".join(text for _, text in run)) if run else 0
            owners = {owner for owner, _ in run if owner != _TEMPLATE}
            for owner in owners:
                text = "".join(text for who, text in run if who == owner)
                tokens = total if len(run) == 1 else count(text)
                owned[owner] = owned.get(owner, 0) + tokens
                total -= tokens
            framing += total
        return RequestParts(
            system=owned.pop(_SYSTEM, 0),
            tools=owned.pop(_TOOLS, 0) + (self._row.tools.tokens if self._talk.tools else 0),
            messages=tuple(owned.get(i, 0) for i in range(self._talk.message_count)),
            framing=framing,
        )

    def _count_rounds(self) -> int:
        tools = self._row.tools
        calls = [len(turn.calls) for turn in self._talk.turns if turn.calls]
        return tools.round_tokens * len(calls) + tools.call_tokens * sum(calls)


def _split(literal: str, specials: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    if not literal:
        return
    known = set(specials)
    for piece in _pattern(specials).split(literal) if specials else (literal,):
        if piece:
            yield piece, piece in known


@lru_cache(maxsize=64)
def _pattern(specials: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(specials, key=len, reverse=True)
    return re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")
