"""The literal pieces of a public prompt template, as data."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolTemplate:
    """How a template shows tools, calls and results.

    Attributes:
        place: `system`: after the system prompt; `user`: before the first user text; `start`: a
            turn of its own before everything but the system prompt; `last`: before the last user
            turn.
        declaration: The text around the tools, with `{tools}` in it.
        form: A key of `TOOL_FORMS`.
        joint: The text between two tools.
        system_lead: The text before the system prompt where there are tools.
        call: The text of a call, with `{name}` and `{call}` in it.
        call_form: A key of `CALL_FORMS`.
        calls: The text around the calls of a message, with `{text}` and `{calls}` in it.
        call_joint: The text between two calls.
        result: The text of a result, with `{result}` and `{name}` in it.
        results: The text around the results of a turn, with `{results}` in it.
        tokens: The instructions that the template gives with the tools, counted once.
        call_tokens: More tokens per call.
        round_tokens: More tokens per turn with calls, its results' turn included.
    """

    place: str = "system"
    declaration: str = "{tools}"
    form: str = "function_json"
    joint: str = "\n"
    system_lead: str = ""
    call: str = "{call}"
    call_form: str = "json"
    calls: str = "{text}{calls}"
    call_joint: str = "\n"
    result: str = "{result}"
    results: str = "{results}"
    tokens: int = 0
    call_tokens: int = 0
    round_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePieces:
    """A template's literal pieces.

    Attributes:
        specials: The special tokens that the pieces spell.
        start: Before everything.
        system: The system prompt's turn, with `{content}` in it.
        no_system: What stands in its place where there is none.
        default_system: The system prompt of a request that has tools and none of its own.
        user: A user turn, with `{content}` in it.
        assistant: A finished assistant turn, with `{content}` in it.
        reply: The opening of the reply.
        system_in_user: How the system prompt is put into a user turn, with `{system}` and
            `{content}` in it; empty where it has a turn of its own.
        system_place: Which user turn takes it: `first` or `last`.
        message_joint: The text between two messages of one role; None where each has a turn.
        is_trimmed: Whether white space around a content is dropped.
        tools: How tools are shown.
        extra_tokens: What Bedrock counts beside the template.
    """

    specials: tuple[str, ...] = ()
    start: str = ""
    system: str = ""
    no_system: str = ""
    default_system: str = ""
    user: str = "{content}"
    assistant: str = "{content}"
    reply: str = ""
    system_in_user: str = ""
    system_place: str = "first"
    message_joint: str | None = None
    is_trimmed: bool = False
    tools: ToolTemplate = field(default_factory=ToolTemplate)
    extra_tokens: int = 0
