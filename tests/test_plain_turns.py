import pytest

from bedrock_llm.context import count_request
from bedrock_llm.framing import FRAMING_ROWS
from bedrock_llm.framing.conversation import Conversation
from bedrock_llm.framing.parts import CountText
from bedrock_llm.framing.plain_turns import find_plain_turns
from bedrock_llm.requests import Request
from bedrock_llm.tokens import Tokenizer

TOKENIZER = Tokenizer.for_name("o200k")
COUNT: CountText = TOKENIZER.count
ROWS = [(row.prefix, row.api) for row in FRAMING_ROWS]
TEXTS = ("Hello there.", "\n well?", "Good day!", "x", "And then \n", " so it was", "7")
WHOLE_TEXT = ("anthropic.claude-v", "anthropic.claude-instant", "mistral.mistral-7b")
WHOLE_TEXT += ("mistral.mixtral-8x7b",)


def turns_of(prefix, api, system):
    body = {"system": [{"text": system}]} if system else {}
    head = Conversation(system=system, body=body)
    return find_plain_turns(head, f"{prefix}x", api or "converse", TOKENIZER, COUNT)


@pytest.mark.parametrize("system", ["", "You are kind.", "You are kind.\n"])
@pytest.mark.parametrize(("prefix", "api"), ROWS)
def test_plain_turns_add_up_to_the_count_of_the_request(prefix, api, system):
    plain = turns_of(prefix, api, system)
    if plain is None:
        assert prefix in WHOLE_TEXT
        return
    for length in (1, 3, 5, 7):
        tokens = plain.base_tokens + plain.pair_tokens * (length // 2)
        for number in range(length):
            role = "assistant" if number % 2 else "user"
            place = {0: "first_user", length - 1: "last_user"}.get(number, role)
            before, after = getattr(plain, "only_user" if length == 1 else place)
            edges = getattr(plain, f"{role}_edges")
            text = TEXTS[number] if edges == "kept" else TEXTS[number].strip()
            tokens += COUNT(before + text + after)
        messages = [
            {"role": "assistant" if number % 2 else "user", "content": [{"text": TEXTS[number]}]}
            for number in range(length)
        ]
        body = {"messages": messages} | ({"system": [{"text": system}]} if system else {})
        request = Request.from_converse(body)
        counted = count_request(
            request, tokenizer=TOKENIZER, model_id=f"{prefix}x", api=api or "converse"
        )
        if "unknown" not in {plain.user_edges, plain.assistant_edges}:
            assert tokens == counted.tokens


def test_a_prompt_of_one_text_has_no_plain_turns():
    assert turns_of("anthropic.claude-v2", None, "") is None


def test_a_blank_system_prompt_has_none_either():
    assert turns_of("anthropic.claude-3-haiku", None, " \n") is None
