"""Closed families: constants read off recorded requests, on an estimated vocabulary.

All were read off on 2026-11-22; they are fits on the recordings that test them.
"""

from typing import Final

from bedrock_llm.framing.measured import CallRule, MeasuredFraming, ToolRule

NOVA_1: Final = MeasuredFraming(
    per_turn=2,
    start=-2,
    message_joint="",
    message_tokens=1,
    tools=ToolRule(tokens=348, each=-4, form="bare_json"),
    calls=CallRule(form="json", per_round=8, per_call=9, text_joint="\n"),
)
NOVA_2: Final = MeasuredFraming(
    start=45,
    per_turn=1,
    message_joint="\n",
    tools=ToolRule(tokens=816, each=0, form="bare_json"),
    calls=CallRule(form="json", per_round=16, per_call=16, text_joint="\n"),
    thinking=48,
    thinking_with_tools=48,
)
COHERE: Final = MeasuredFraming(
    message_joint="\n",
    tools=ToolRule(form="described"),
    calls=CallRule(form="json", per_round=8, per_call=8, text_joint="\n"),
)
TITAN: Final = MeasuredFraming(
    start=3,
    message_joint="",
    tools=ToolRule(form="function_json"),
    calls=CallRule(form="json", text_joint="\n"),
)
UNKNOWN: Final = MeasuredFraming(
    start=8,
    per_turn=4,
    tools=ToolRule(tokens=350, each=8, form="function_json"),
    calls=CallRule(form="json", per_round=12, per_call=12, text_joint="\n"),
    thinking=50,
    thinking_with_tools=50,
)
