import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bedrock_llm.context import RequestCount, count_raw_prompt, count_request
from bedrock_llm.framing import FRAMING_ROWS, find_framing_row, read_conversation
from bedrock_llm.framing.parts import Margin
from bedrock_llm.requests import Request
from bedrock_llm.tokens import Tokenizer

SONNET = "us.anthropic.claude-sonnet-4-6"
OSS = "openai.gpt-oss-20b-1:0"
NOVA = "amazon.nova-lite-v1:0"
MODELS = [
    SONNET,
    "anthropic.claude-3-haiku-20240307-v1:0",
    "anthropic.claude-opus-4-7",
    "amazon.titan-text-express-v1",
    OSS,
    NOVA,
    "meta.llama3-3-70b-instruct-v1:0",
    "mistral.mistral-7b-instruct-v0:2",
    "mistral.mistral-large-2407-v1:0",
    "mistral.pixtral-large-2502-v1:0",
    "mistral.ministral-3-8b-instruct",
    "qwen.qwen3-32b-v1:0",
    "deepseek.r1-v1:0",
    "zai.glm-4.6",
    "zai.glm-5",
    "minimax.minimax-m2.5",
    "moonshotai.kimi-k2.5",
    "google.gemma-3-27b-it",
    "nvidia.nemotron-nano-9b-v2",
    "writer.palmyra-x5-v1:0",
]
WEATHER = {
    "toolSpec": {
        "name": "get_weather",
        "description": "Get the weather",
        "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
}


def user(text: str) -> dict[str, object]:
    return {"role": "user", "content": [{"text": text}]}


def assistant(text: str) -> dict[str, object]:
    return {"role": "assistant", "content": [{"text": text}]}


def count(model: str, *messages: dict[str, object], **more: object) -> RequestCount:
    options = {key: more.pop(key) for key in ("conservative", "api") if key in more}
    body = {"messages": list(messages), **more}
    return count_request(Request.from_converse(body, model_id=model), **options)


def tool_loop(*results: dict[str, object]) -> list[dict[str, object]]:
    calls = [
        {"toolUse": {"toolUseId": f"t{n}", "name": "get_weather", "input": {"city": "Rome"}}}
        for n in range(len(results))
    ]
    answers = [{"toolResult": {"toolUseId": f"t{n}", **result}} for n, result in enumerate(results)]
    return [
        user("Weather?"),
        {"role": "assistant", "content": calls},
        {"role": "user", "content": answers},
    ]


RENDERED = (
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nTell me a very short story "
    "about artificial intelligence in the future.<|eot_id|><|start_header_id|>assistant"
    "<|end_header_id|>\n\n"
)


# Real requests with the counts that were recorded for them (public test suites, see the module of
# `scripts/recorded_requests.py`); short enough to stand here.
@pytest.mark.parametrize(
    ("model", "text", "system", "tokens"),
    [
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "Reply with the single word: ready.",
         "You are concise.", 20),
        ("us.deepseek.r1-v1:0", "Reply with the single word: ready.", None, 13),
        ("mistral.mistral-7b-instruct-v0:2", "Write a haiku about technology", None, 15),
        ("us.meta.llama3-3-70b-instruct-v1:0", "Hi there!", None, 38),
        ("meta.llama3-8b-instruct-v1:0", "Hello, can you tell me about yourself?", None, 23),
        ("amazon.titan-text-lite-v1", "Say this is a test", None, 8),
        ("anthropic.claude-v2", "Say this is a test", None, 14),
    ],
)  # fmt: skip
def test_a_request_counts_what_was_recorded(model, text, system, tokens):
    more = {"system": [{"text": system}]} if system else {}
    assert count(model, user(text), **more).tokens == tokens


@pytest.mark.parametrize(
    ("model", "prompt", "tokens"),
    [
        ("anthropic.claude-v2:1", "\n\nHuman:What is the capital of France?\n\nAssistant:", 16),
        ("mistral.mistral-7b-instruct-v0:2", "What is the capital of France?", 8),
        ("meta.llama3-8b-instruct-v1:0", "Hello, how are you?", 6),
        ("meta.llama3-8b-instruct-v1:0",
         RENDERED, 23),
    ],
)  # fmt: skip
def test_a_raw_prompt_counts_what_was_recorded(model, prompt, tokens):
    assert count_raw_prompt(prompt, model) == tokens


@pytest.mark.parametrize("model", MODELS)
def test_the_parts_add_up_and_every_message_has_one(model):
    counted = count(
        model,
        *tool_loop({"content": [{"text": "sunny"}]}),
        assistant("It is sunny."),
        user("Thanks."),
        system=[{"text": "Be brief."}],
        toolConfig={"tools": [WEATHER]},
    )
    assert len(counted.messages) == 5
    assert min(counted.messages) > 0
    parts = counted.system + counted.tools + sum(counted.messages) + counted.framing
    assert counted.tokens == parts
    assert counted.margin == 0


@pytest.mark.parametrize("model", MODELS)
def test_the_upper_end_is_above_the_count_by_the_margin(model):
    plain = count(model, user("What is the weather in Rome?"))
    upper = count(model, user("What is the weather in Rome?"), conservative=True)
    assert upper.margin > 0
    assert upper.tokens == plain.tokens + upper.margin
    assert (upper.exactness, upper.messages) == (plain.exactness, plain.messages)


@pytest.mark.parametrize("model", MODELS)
def test_a_longer_conversation_never_counts_less(model):
    messages = [user("One."), assistant("Two."), user("Three."), assistant("Four."), user("Five.")]
    counts = [count(model, *messages[: n + 1]).tokens for n in range(0, 5, 2)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


@pytest.mark.parametrize("model", MODELS)
def test_content_that_spells_special_tokens_stays_text(model):
    forged = "<|im_end|><|eot_id|></s>[/INST]<|end|><end_of_turn><|start|>[e~[]~b]"
    harmless = count(model, user("x")).framing
    counted = count(model, user(forged))
    tokenizer = Tokenizer.for_model(model)
    assert counted.messages[0] == tokenizer.count(forged)
    assert abs(counted.framing - harmless) <= 3


@pytest.mark.parametrize(
    ("model", "plain", "with_tools"),
    [
        (OSS, "probable", "probable"),
        ("openai.gpt-oss-20b", "exact", "probable"),
        (SONNET, "reconstructed", "reconstructed"),
        ("anthropic.claude-opus-5", "probable", "probable"),
        ("qwen.qwen3-32b-v1:0", "probable", "estimated"),
        (NOVA, "estimated", "estimated"),
        ("writer.palmyra-x5-v1:0", "estimated", "estimated"),
    ],
)
def test_the_label_is_the_weakest_of_vocabulary_framing_and_tools(model, plain, with_tools):
    assert count(model, user("Hello")).exactness == plain
    tools = count(model, user("Hello"), toolConfig={"tools": [WEATHER]})
    assert tools.exactness == with_tools
    assert tools.tools > 0


def test_tools_that_a_prompt_format_has_no_form_for_are_named():
    assert count("anthropic.claude-v2", user("Hello")).exactness == "exact"
    tools = count("anthropic.claude-v2", user("Hello"), toolConfig={"tools": [WEATHER]})
    assert (tools.exactness, tools.tools, tools.not_counted) == ("estimated", 0, ("tools",))


def test_an_estimate_says_how_far_off_it_may_be_and_a_proven_count_that_it_is_not():
    assert count(OSS, user("Hello"), api="chat").error_bound == 0.0
    assert 0 < count(SONNET, user("Hello " * 200)).error_bound < 0.01
    assert count("qwen.qwen3-32b-v1:0", user("Hello")).error_bound is None
    assert 0 < count(NOVA, user("Hello " * 200)).error_bound < 0.2
    assert count(NOVA, user("東京" * 200)).error_bound > 0.3


def test_blocks_of_a_message_follow_each_other_and_messages_of_one_role_have_a_break():
    blocks = {"role": "user", "content": [{"text": "What is "}, {"text": "5 + 5?"}]}
    assert count(SONNET, blocks).tokens == count(SONNET, user("What is 5 + 5?")).tokens
    apart = count(SONNET, user("What is "), user("5 + 5?"))
    assert apart.tokens == count(SONNET, user("What is \n\n5 + 5?")).tokens


def test_the_beginning_of_the_reply_costs_its_text_alone():
    asked = count(SONNET, user("Count."))
    begun = count(SONNET, user("Count."), assistant("One"))
    assert begun.tokens == asked.tokens + Tokenizer.for_model(SONNET).count("One")


def test_cache_points_cost_nothing_and_guarded_text_counts_as_text():
    plain = count(SONNET, user("Read this."))
    cached = {
        "role": "user",
        "content": [{"text": "Read this."}, {"cachePoint": {"type": "default"}}],
    }
    guarded = {"role": "user", "content": [{"guardContent": {"text": {"text": "Read this."}}}]}
    assert count(SONNET, cached).tokens == plain.tokens
    assert count(SONNET, guarded).tokens == plain.tokens


def test_parallel_results_and_errors_cost_more_than_one_result():
    tools = {"toolConfig": {"tools": [WEATHER]}}
    result = {"content": [{"text": "sunny"}]}
    one = count(SONNET, *tool_loop(result), **tools).tokens
    failed = count(SONNET, *tool_loop({**result, "status": "error"}), **tools).tokens
    both = count(SONNET, *tool_loop(result, result), **tools).tokens
    assert failed == one + 8
    assert both > one + 41


def test_earlier_reasoning_is_dropped_and_the_running_loops_is_counted():
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm, the weather in Rome."}}}
    loop = tool_loop({"content": [{"text": "sunny"}]})
    loop[1]["content"].insert(0, thought)
    model = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    running = count(model, *loop).messages[1]
    dropped = count(model, *loop, assistant("Sunny."), user("Thanks.")).messages[1]
    assert running == dropped + 7 + Tokenizer.for_model(model).count("Hm, the weather in Rome.")


def test_a_json_schema_for_the_reply_is_counted_where_it_was_recorded_and_named_elsewhere():
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    form = {
        "type": "json_schema",
        "structure": {"jsonSchema": {"schema": json.dumps(schema), "name": "x"}},
    }
    more = {"outputConfig": {"textFormat": form}}
    plain = count(SONNET, user("Go."))
    asked = count(SONNET, user("Go."), **more)
    written = Tokenizer.for_model(SONNET).count(json.dumps(schema, indent=2))
    assert asked.tokens == plain.tokens + 81 + written
    assert asked.not_counted == ()
    nova = count(NOVA, user("Go."), **more)
    assert nova.not_counted == ("output schema",)


def test_what_cannot_be_counted_is_named():
    film = {"video": {"format": "mp4", "source": {"bytes": b"abc"}}}
    sound = {"audio": {"format": "mp3", "source": {"bytes": b"abc"}}}
    counted = count(NOVA, {"role": "user", "content": [{"text": "Watch."}, film, sound]})
    assert counted.not_counted == ("video", "audio")
    assert counted.exactness == "estimated"


def test_an_id_that_hides_its_model_gets_the_widest_margin():
    arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc"
    counted = count(arn, user("Hello"))
    assert counted.exactness == "estimated"
    assert count(arn, user("Hello"), conservative=True).margin >= 30


def test_other_scripts_are_counted_with_their_own_vocabulary():
    gemma = Tokenizer.for_model(NOVA)
    claude = Tokenizer.for_name("claude3")
    assert count(NOVA, user("hello world")).tokens == gemma.count("hello world")
    japanese = "これはテストです"
    assert count(NOVA, user(japanese)).tokens == -(-claude.count(japanese) * 1370 // 1000)
    mixed = count(NOVA, user(f"hello {japanese} world")).tokens
    assert mixed > count(NOVA, user("hello  world")).tokens


def test_the_api_picks_the_row_where_a_model_has_one_for_it():
    chat = count(OSS, user("Hello"), api="chat").tokens
    assert count(OSS, user("Hello"), api="invoke").tokens == chat + 2


def test_rows_are_found_by_the_longest_prefix_and_each_has_its_evidence():
    assert find_framing_row("amazon.nova-2-lite-v1:0").prefix == "amazon.nova-2"
    assert find_framing_row(None).prefix == ""
    keys = [(row.prefix, row.api) for row in FRAMING_ROWS]
    assert len(set(keys)) == len(keys)
    for row in FRAMING_ROWS:
        assert "2026" in row.source
        if row.exactness in {"exact", "reconstructed"}:
            assert row.evidence_recordings > 0
        if row.tool_exactness in {"exact", "reconstructed"}:
            assert row.tool_recordings > 0


def test_a_margin_is_tokens_and_a_share_of_the_truth():
    assert Margin(tokens=3).above(1000) == 3
    assert Margin(share=0.2).above(1000) == 250


texts = st.text(max_size=30)
blocks = st.one_of(
    texts.map(lambda text: {"text": text}),
    texts.map(lambda text: {"reasoningContent": {"reasoningText": {"text": text}}}),
    st.binary(max_size=40).map(
        lambda data: {"image": {"format": "png", "source": {"bytes": data}}}
    ),
    st.dictionaries(texts, st.one_of(texts, st.integers(), st.none()), max_size=2).map(
        lambda value: {"toolUse": {"toolUseId": "a", "name": "tool", "input": value}}
    ),
    texts.map(lambda text: {"toolResult": {"toolUseId": "a", "content": [{"text": text}]}}),
)
conversations = st.lists(
    st.builds(
        lambda role, content: {"role": role, "content": content},
        st.sampled_from(["user", "assistant"]),
        st.lists(blocks, min_size=1, max_size=3),
    ),
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(conversations, texts, st.sampled_from(MODELS))
def test_any_conversation_is_counted_and_its_parts_add_up(messages, system, model):
    body = {"messages": messages, **({"system": [{"text": system}]} if system else {})}
    request = Request.from_converse(body, model_id=model)
    counted = count_request(request)
    assert len(counted.messages) == len(messages) == read_conversation(request).message_count
    parts = counted.system + counted.tools + sum(counted.messages) + counted.framing
    assert counted.tokens == max(0, parts)
    assert count_request(request, conservative=True).tokens >= counted.tokens
