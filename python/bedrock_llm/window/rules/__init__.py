"""Every rule of conversations, in the order they are mended: a row each.

The order matters: what is left out may leave a message empty, an empty message may leave two of one
role side by side, and only then is it settled which result answers which call. A repair that makes
another one needed is caught in the next round; the rounds end, because none brings back what an
earlier one mended.

What is deliberately no rule: blank text inside a tool result, and a result without content on
Claude, which were measured to be taken (https://github.com/NousResearch/hermes-agent/issues/55092,
read 2026-11-22); reasoning before text, because reasoning between tool calls is legal and must
stay as it came.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from bedrock_llm.window.rules.cache_rules import (
    drop_refused_points,
    limit_points,
    place_points,
    put_text_to_documents,
    shorten_lifetimes,
)
from bedrock_llm.window.rules.name_rules import (
    part_ids_everywhere,
    part_ids_in_a_turn,
    rename_documents,
    rename_ids,
    rename_tools,
)
from bedrock_llm.window.rules.order_rules import (
    ask_to_go_on,
    drop_leading_replies,
    merge_neighbours,
    need_a_message,
    settle_late_system,
)
from bedrock_llm.window.rules.rule import Draft, Finding, Rule, Target, Walk
from bedrock_llm.window.rules.text_rules import (
    drop_blank_text,
    drop_empty_turns,
    drop_last_reasoning,
    drop_misplaced_blocks,
    note_refused_media,
    replace_surrogates,
    strip_prefill,
)
from bedrock_llm.window.rules.tool_rules import (
    answer_every_use,
    drop_orphan_results,
    drop_second_results,
    fill_empty_results,
    make_inputs_objects,
    part_text_from_calls,
    part_text_from_results,
    put_results_first,
    tell_tools_as_text,
)
from bedrock_llm.window.turns import MEDIA_KINDS, Kind

__all__ = ["RULES", "Draft", "Finding", "Rule", "Target", "Walk"]

_READ_ON: Final = date(2026, 11, 22)
_CLAUDE: Final = ("anthropic.",)
_CALLS: Final[tuple[Kind, ...]] = ("tool_use",)
_RESULTS: Final[tuple[Kind, ...]] = ("tool_result",)
_TOOLS: Final[tuple[Kind, ...]] = _CALLS + _RESULTS
_POINTS: Final[tuple[Kind, ...]] = ("cache_point",)
_REASONING: Final[tuple[Kind, ...]] = ("reasoning",)
_DOCUMENTS: Final[tuple[Kind, ...]] = ("document",)
_MEDIA: Final = MEDIA_KINDS + _RESULTS
_GITHUB: Final = "https://github.com/"


def _row(
    name: str, says: str, walk: Walk, source: str, *prefixes: str, of: Iterable[Kind] = ()
) -> Rule:
    return Rule(
        name=name,
        says=says,
        walk=walk,
        source=source,
        verified_on=_READ_ON,
        prefixes=prefixes,
        kinds=frozenset(of),
    )


RULES: Final = (
    _row(
        "lone_surrogate",
        "No text holds a lone surrogate.",
        replace_surrogates,
        "RFC 3629, section 3: UTF-8 has none",
    ),
    _row(
        "block_role",
        "Tool calls and reasoning are the assistant's, tool results the user's.",
        drop_misplaced_blocks,
        _GITHUB + "langchain-ai/langchain-aws/issues/401",
        of=(*_TOOLS, *_REASONING),
    ),
    _row(
        "blank_text",
        "No text block is blank.",
        drop_blank_text,
        _GITHUB + "aws-samples/bedrock-engineer/issues/8",
    ),
    _row(
        "refused_media",
        "Images, videos and sounds are for models that take them.",
        note_refused_media,
        "catalog: supports_vision, supports_video, supports_audio",
        of=_MEDIA,
    ),
    _row(
        "last_reasoning",
        "An assistant message does not end with reasoning.",
        drop_last_reasoning,
        _GITHUB + "tailcallhq/forgecode/issues/2107",
        *_CLAUDE,
        of=_REASONING,
    ),
    _row(
        "tool_config",
        "Tool blocks are for a request that has tools.",
        tell_tools_as_text,
        _GITHUB + "langgenius/dify/issues/16421",
        of=_TOOLS,
    ),
    _row(
        "cache_support",
        "Cache points are for models that take them.",
        drop_refused_points,
        "catalog: supports_prompt_cache",
        of=_POINTS,
    ),
    _row(
        "cache_place",
        "A cache point follows a block of its message that is neither reasoning nor a document "
        "other than PDF.",
        place_points,
        _GITHUB
        + "strands-agents/harness-sdk/pull/3677; "
        + _GITHUB
        + "anomalyco/opencode/issues/36517; "
        + _GITHUB
        + "strands-agents/harness-sdk/issues/1966",
        of=_POINTS,
    ),
    _row(
        "empty_message",
        "Every message has content.",
        drop_empty_turns,
        _GITHUB + "anthropics/claude-code/issues/13709",
    ),
    _row(
        "starts_with_user",
        "The user speaks first.",
        drop_leading_replies,
        _GITHUB + "langgenius/dify/issues/12340",
    ),
    _row(
        "late_system",
        "A system message in mid-conversation is for models that take one.",
        settle_late_system,
        "botocore 1.44.5, ConversationRole; catalog",
    ),
    _row(
        "alternation",
        "No two neighbours are of one role.",
        merge_neighbours,
        _GITHUB + "langchain-ai/langchain-aws/issues/130",
    ),
    _row(
        "tool_input",
        "The input of a tool call is a JSON object.",
        make_inputs_objects,
        "botocore 1.44.5, ToolUseBlock.input; Anthropic messages API, tool_use.input",
        of=_CALLS,
    ),
    _row(
        "tool_name",
        "A tool's name is 1 to 64 letters, digits, '_' or '-'.",
        rename_tools,
        "botocore 1.44.5, ToolUseBlock.name",
        of=_CALLS,
    ),
    _row(
        "tool_id",
        "A tool call's id has the characters and length that its model takes.",
        rename_ids,
        "botocore 1.44.5, ToolUseBlock.toolUseId; families: see name_rules",
        of=_TOOLS,
    ),
    _row(
        "tool_id_in_turn",
        "The calls of one turn have ids of their own.",
        part_ids_in_a_turn,
        _GITHUB + "double16/Cyber-AutoAgent-ng/issues/27",
        of=_CALLS,
    ),
    _row(
        "tool_id_everywhere",
        "The calls of one conversation have ids of their own.",
        part_ids_everywhere,
        _GITHUB + "musistudio/claude-code-router/issues/599",
        *_CLAUDE,
        of=_CALLS,
    ),
    _row(
        "orphan_result",
        "Every tool result answers a call of the turn before.",
        drop_orphan_results,
        _GITHUB + "strands-agents/harness-sdk/issues/1435",
        of=_RESULTS,
    ),
    _row(
        "result_count",
        "A tool call has one result: results are no more than calls.",
        drop_second_results,
        _GITHUB + "pydantic/pydantic-ai/issues/2327",
        of=_RESULTS,
    ),
    _row(
        "missing_result",
        "Every tool call has its result in the one next message of the user.",
        answer_every_use,
        _GITHUB + "OpenHands/OpenHands/issues/4912",
        of=_CALLS,
    ),
    _row(
        "results_first",
        "Tool results stand before everything else in their message.",
        put_results_first,
        _GITHUB + "langchain-ai/langchain-aws/pull/389",
        *_CLAUDE,
        of=_RESULTS,
    ),
    _row(
        "empty_result",
        "A tool result has content.",
        fill_empty_results,
        _GITHUB + "strands-agents/harness-sdk/pull/2123",
        "nvidia.nemotron",
        of=_RESULTS,
    ),
    _row(
        "document_name",
        "A document's name is 1 to 200 letters, digits, single spaces, '-', '_', '()' or '[]', "
        "and its own.",
        rename_documents,
        _GITHUB + "anomalyco/opencode/pull/48756; " + _GITHUB + "vercel/ai/pull/20366",
        of=_DOCUMENTS + _RESULTS,
    ),
    _row(
        "document_text",
        "A message with a document has text as well.",
        put_text_to_documents,
        _GITHUB + "BerriAI/litellm/pull/36499",
        of=_DOCUMENTS,
    ),
    _row(
        "text_beside_result",
        "A message with tool results holds nothing else.",
        part_text_from_results,
        _GITHUB + "strands-agents/harness-sdk/issues/1223 (Llama 4); "
        "Mistral: " + _GITHUB + "langchain-ai/langchain-aws/issues/141",
        "meta.llama",
        "mistral.",
        of=_RESULTS,
    ),
    _row(
        "text_beside_call",
        "A message with tool calls holds no text.",
        part_text_from_calls,
        _GITHUB + "langchain-ai/langchain-aws/pull/1118 (Mistral Large, Llama 3.2)",
        "meta.llama",
        "mistral.",
        of=_CALLS,
    ),
    _row(
        "cache_count",
        "A request has four cache points at most.",
        limit_points,
        _GITHUB + "twentyhq/twenty/issues/26217",
        of=_POINTS,
    ),
    _row(
        "cache_lifetime",
        "No cache point lives longer than one before it.",
        shorten_lifetimes,
        _GITHUB + "strands-agents/harness-sdk/pull/3858",
        of=_POINTS,
    ),
    _row(
        "prefill_end",
        "A reply begun for the model does not end with white space.",
        strip_prefill,
        _GITHUB + "langchain-ai/langchain-aws/pull/599",
        *_CLAUDE,
    ),
    _row(
        "ends_with_user",
        "The user has the last word, or the model takes a reply that was begun for it.",
        ask_to_go_on,
        _GITHUB + "langgenius/dify/issues/9294; catalog: supports_prefill",
    ),
    _row(
        "has_message",
        "The user says something.",
        need_a_message,
        _GITHUB + "langgenius/dify/issues/12340",
    ),
)
"""Every rule, in the order they are mended."""
