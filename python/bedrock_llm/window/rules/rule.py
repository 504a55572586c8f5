"""A rule of conversations: one row, one walk that both finds and mends.

    Draft(turns, target) ──walk──► Finding(place, problem, action), the draft mended as it goes

Checking and mending are one walk, so that they cannot disagree: a check walks a draft that is
thrown away. A rule with prefixes holds for models whose base id begins with one of them; a rule
that asks the catalog holds only where the catalog knows: what nobody knows refuses nothing.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from bedrock_llm.catalog.profiles import ModelProfile
from bedrock_llm.window.shapes import Shape
from bedrock_llm.window.turns import Kind, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the conversation is for.

    Attributes:
        base_id: The plain id of the model, None where no model is named or the id hides it.
        profile: What the catalog knows about it, None where it knows nothing.
        has_tools: Whether the request has tools; None where the caller did not say.
        tool_lifetimes: Lifetimes of the cache points among the tools.
    """

    base_id: str | None = None
    profile: ModelProfile | None = None
    has_tools: bool | None = None
    tool_lifetimes: tuple[str, ...] = ()

    def knows(self, fact: str, *, value: bool) -> bool:
        """Tell whether the catalog says this about the model."""
        return self.profile is not None and getattr(self.profile, fact) is value

    def begins_with(self, prefixes: tuple[str, ...]) -> bool:
        """Tell whether the model's base id begins with one of these."""
        return self.base_id is not None and self.base_id.startswith(prefixes)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A conversation under repair.

    Attributes:
        turns: The turns; a rule replaces them, the turns themselves never change.
        target: What it is for.
        shape: The shape it came in.
    """

    turns: list[Turn]
    target: Target
    shape: Shape = field(repr=False)

    @property
    def kinds(self) -> set[Kind]:
        """The kinds of its blocks; those inside a result are not among them."""
        return {block.kind for turn in self.turns for block in turn.blocks}

    def copy(self) -> "Draft":
        """Give a draft that can be mended without changing this one."""
        return Draft(turns=list(self.turns), target=self.target, shape=self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a rule found.

    Attributes:
        place: Where it stands in what was given.
        problem: What is wrong.
        action: What was done about it; None where nothing can be.
    """

    place: str
    problem: str
    action: str | None


Walk: TypeAlias = Callable[[Draft], Iterator[Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: Its name in reports.
        says: What it says, a sentence.
        walk: Finds what breaks it, and mends the draft.
        source: Where the rule is known from.
        verified_on: The day the source was read.
        prefixes: Beginnings of base ids it holds for; empty where it holds for every model.
        kinds: The kinds of block it speaks of; empty where it speaks of every conversation.
    """

    name: str
    says: str
    walk: Walk
    source: str
    verified_on: date
    prefixes: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset()

    def holds_for(self, target: Target) -> bool:
        """Tell whether the rule holds for a model."""
        return not self.prefixes or target.begins_with(self.prefixes)

    def speaks_of(self, kinds: AbstractSet[Kind]) -> bool:
        """Tell whether a conversation of these kinds of block can break the rule."""
        return not self.kinds or not self.kinds.isdisjoint(kinds)
