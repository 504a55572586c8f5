"""Messages and blocks: what is taken, what is given back, what is refused."""

import json
from collections.abc import Mapping
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from bedrock_llm.errors import MessageError
from bedrock_llm.messages import (
    CONTENT,
    CachePointBlock,
    CitationsBlock,
    CitedText,
    ContentBlock,
    DocumentBlock,
    GuardContentBlock,
    ImageBlock,
    JsonBlock,
    MediaSource,
    Message,
    ReasoningBlock,
    ReasoningText,
    TextBlock,
    ToolResultBlock,
    ToolUseBlock,
    UnknownBlock,
    parse_messages,
)

SERVICE: Any = botocore.session.get_session().get_service_model("bedrock-runtime")
MESSAGES = SERVICE.operation_model("Converse").input_shape.members["messages"]
S3 = {"s3Location": {"uri": "s3://my-bucket/a/b.mp4", "bucketOwner": "123456789012"}}
BLOCKS: dict[str, list[dict[str, Any]]] = {
    "text": [{"text": "hi"}],
    "image": [{"image": {"format": "png", "source": {"bytes": b"1"}}}],
    "document": [
        {"document": {"format": "pdf", "name": "a b", "source": {"bytes": b"1"}}},
        {"document": {"name": "n", "source": {"text": "t"}, "citations": {"enabled": True}}},
        {"document": {"name": "n", "source": {"content": [{"text": "t"}]}, "context": "c"}},
        {"document": {"name": "n", "source": S3}},
    ],
    "video": [{"video": {"format": "mp4", "source": S3}}],
    "audio": [{"audio": {"format": "x-aac", "source": {"bytes": b"1"}}}],
    "toolUse": [
        {"toolUse": {"toolUseId": "t:1", "name": "f", "input": {"a": [1, None, {"b": 0.5}]}}},
        {"toolUse": {"toolUseId": "1", "name": "f", "input": {}, "type": "server_tool_use"}},
    ],
    "toolResult": [
        {
            "toolResult": {
                "toolUseId": "t:1",
                "content": [
                    {"json": {"a": 1}},
                    {"text": "t"},
                    {"image": {"format": "gif", "source": {"bytes": b"1"}}},
                    {"document": {"name": "n", "source": {"text": "t"}}},
                    {"video": {"format": "mov", "source": S3}},
                    {"searchResult": {"source": "s", "title": "t", "content": [{"text": "c"}]}},
                ],
                "status": "error",
            }
        }
    ],
    "guardContent": [
        {"guardContent": {"text": {"text": "t", "qualifiers": ["query", "guard_content"]}}},
        {"guardContent": {"image": {"format": "jpeg", "source": {"bytes": b"1"}}}},
    ],
    "cachePoint": [{"cachePoint": {"type": "default", "ttl": "1h"}}],
    "reasoningContent": [
        {"reasoningContent": {"reasoningText": {"text": "", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": b"1"}},
    ],
    "citationsContent": [
        {
            "citationsContent": {
                "content": [{"text": "t"}],
                "citations": [
                    {
                        "title": "t",
                        "source": "s",
                        "sourceContent": [{"text": "x"}],
                        "location": {"documentPage": {"documentIndex": 0, "start": 1, "end": 2}},
                    },
                    {"location": {"web": {"url": "https://a", "domain": "a"}}},
                    {"location": {"searchResultLocation": {"searchResultIndex": 0}}},
                ],
            }
        }
    ],
    "searchResult": [
        {
            "searchResult": {
                "source": "s",
                "title": "t",
                "content": [{"text": "c"}],
                "citations": {"enabled": False},
            }
        }
    ],
    "toolAddition": [{"toolAddition": {"tool": {"type": "t", "name": "n", "serverName": "s"}}}],
    "toolRemoval": [{"toolRemoval": {"tool": {"name": "n"}}}],
}


def test_there_is_a_sample_of_every_kind_of_block() -> None:
    assert set(BLOCKS) == set(CONTENT.rows)


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_block_is_given_back_exactly_and_botocore_takes_it(kind: str) -> None:
    message = Message("user", BLOCKS[kind])
    assert message.to_converse() == {"role": "user", "content": BLOCKS[kind]}
    validator: Any = ParamValidator()
    report = validator.validate([message.to_converse()], MESSAGES)
    assert not report.has_errors(), report.generate_report()
    assert parse_messages([message]) == (message,)
    assert hash(message) == hash(Message("user", BLOCKS[kind]))


def test_content_is_text_or_blocks_in_any_form() -> None:
    forms: list[Any] = ["hi", ["hi"], [TextBlock(text="hi")], [{"text": "hi"}], ({"text": "hi"},)]
    for form in (*forms, iter(["hi"]), {"text": "hi"}, TextBlock(text="hi")):
        assert Message.user(form) == Message("user", "hi")
    assert Message.assistant("a").role == "assistant"
    assert Message.system("a").role == "system"


def test_blocks_are_built_from_python_values_by_their_own_names() -> None:
    content: list[ContentBlock] = [
        ImageBlock.from_bytes(b"1", format="png"),
        ToolUseBlock(tool_use_id="a", name="f", input={"x": 1}),
        ToolResultBlock(tool_use_id="a", content=(JsonBlock(document={"y": 2}),), status="success"),
        CachePointBlock(type="default"),
        ReasoningBlock(reasoning_text=ReasoningText(text="t", signature="s")),
    ]
    assert Message.user(content).to_converse()["content"] == [
        {"image": {"format": "png", "source": {"bytes": b"1"}}},
        {"toolUse": {"toolUseId": "a", "name": "f", "input": {"x": 1}}},
        {"toolResult": {"toolUseId": "a", "content": [{"json": {"y": 2}}], "status": "success"}},
        {"cachePoint": {"type": "default"}},
        {"reasoningContent": {"reasoningText": {"text": "t", "signature": "s"}}},
    ]
    assert MediaSource(data=b"1").to_converse() == {"bytes": b"1"}


def test_base64_and_bytes_are_the_same_blob() -> None:
    from_json = DocumentBlock.from_converse({"name": "n", "source": {"bytes": "aGk="}})
    from_bytes = DocumentBlock.from_converse({"name": "n", "source": {"bytes": b"hi"}})
    assert from_json == from_bytes
    assert from_json.source.data == b"hi"


def test_text_joins_text_and_cited_passages_alone() -> None:
    message = Message(
        "assistant",
        [
            "a",
            {"reasoningContent": {"reasoningText": {"text": "hidden"}}},
            CitationsBlock(content=(CitedText(text="b"), CitedText(text="c"))),
            "d",
        ],
    )
    assert message.text == "abcd"


def test_a_prompt_a_message_a_mapping_and_a_list_of_them_are_read() -> None:
    hi = Message.user("hi")
    mapping = {"role": "user", "content": [{"text": "hi"}]}
    forms: list[Any] = ["hi", hi, mapping, [mapping], ["hi"], (hi,), iter([hi])]
    for form in forms:
        assert parse_messages(form) == (hi,)
    assert parse_messages([hi])[0] is hi
    assert [m.role for m in parse_messages(["a", Message.assistant("b"), mapping])] == [
        "user",
        "assistant",
        "user",
    ]


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ("", r"^messages\[0\].content\[0\]: text is blank \(''\), which Bedrock refuses; give it"),
        (" \n\t", r"text is blank \(' \\n\\t'\)"),
        ([], r"^messages is empty; give a prompt"),
        (["a", {"role": "user", "content": []}], r"^messages\[1\].content is empty"),
        (
            ["a", {"role": "user", "content": ["b", {"text": " "}]}],
            r"^messages\[1\].content\[1\]: ",
        ),
        (None, r"^messages must be a prompt, .*; got None$"),
        (b"abc", r"^messages must be a prompt, .*; got <3 bytes>$"),
        ([3], r"^messages\[0\]: must be a mapping; got 3$"),
        ([{"role": "user"}], r"^messages\[0\]: key 'content' is missing$"),
        (
            [{"rol": "user", "content": "a"}],
            r"^messages\[0\]: unknown key 'rol'; did you mean 'role'",
        ),
        (
            [{"role": "usr", "content": "a"}],
            r"^messages\[0\].role: .*'user', 'assistant' or 'system'",
        ),
        ({"role": "user", "content": 5}, r"^messages\[0\].content: must be a list; got 5$"),
        (
            [{"role": "user", "content": ["a", {"imge": {}}]}],
            r"^messages\[0\].content\[1\]: a content block has one key.*did you mean 'image'",
        ),
        (
            [{"role": "user", "content": [{"type": "text", "text": "a"}]}],
            r"^messages\[0\].content\[0\]: a content block has one key.*got 'type', 'text'",
        ),
        (
            [
                {
                    "role": "user",
                    "content": [{"toolUse": {"toolUseId": "a b", "name": "f", "input": 1}}],
                }
            ],
            r"^messages\[0\].content\[0\].toolUse.toolUseId: must be 1 to 64 letters.*got 'a b'$",
        ),
        (
            [
                {
                    "role": "user",
                    "content": [{"image": {"format": "bmp", "source": {"bytes": b"1"}}}],
                }
            ],
            r"^messages\[0\].content\[0\].image.format: must be one of 'png'.*got 'bmp'$",
        ),
        (
            [
                {
                    "role": "user",
                    "content": [{"image": {"format": "png", "source": {"bytes": "<x>"}}}],
                }
            ],
            r"^messages\[0\].content\[0\].image.source.bytes is neither bytes nor canonical base64",
        ),
        (
            ["a", "b\udc80"],
            r"^messages\[1\].content\[0\].text: holds a lone surrogate '\\udc80' at character 1",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_with_place_and_way_out(messages: Any, message: str) -> None:
    with pytest.raises(MessageError, match=message) as caught:
        parse_messages(messages)
    assert "\n" not in str(caught.value)


def test_an_undecoded_blob_is_found_inside_a_tool_result() -> None:
    image = {"image": {"format": "png", "source": {"bytes": "<stripped>"}}}
    content = [{"toolResult": {"toolUseId": "a", "content": [{"text": "t"}, image]}}]
    with pytest.raises(
        MessageError, match=r"toolResult.content\[1\].image.source.bytes is neither"
    ):
        parse_messages([{"role": "user", "content": content}])


def test_blank_text_of_a_reply_is_held_and_can_be_left_out() -> None:
    call = {"toolUse": {"toolUseId": "a", "name": "f", "input": {}}}
    message = Message("assistant", ["\n\n", call])
    with pytest.raises(MessageError, match="without_blank_text"):
        parse_messages([message])
    assert message.without_blank_text().to_converse()["content"] == [call]
    assert Message.user("a").without_blank_text() == Message.user("a")
    with pytest.raises(MessageError, match="nothing but blank text"):
        Message.assistant(" ").without_blank_text()


def test_an_unknown_block_of_a_reply_can_be_sent_back_but_not_written_anew() -> None:
    body = {"role": "assistant", "content": [{"novelty": {"a": 1}}, {"text": "t"}]}
    message = Message.parse_reply(body, place="reply")
    assert isinstance(message.content[0], UnknownBlock)
    assert parse_messages([message])[0].to_converse() == body
    with pytest.raises(MessageError, match="got 'novelty'"):
        parse_messages([body])


def test_keys_keep_their_order_where_one_class_stands_in_many_places() -> None:
    def document(*, name_first: bool) -> Mapping[str, Any]:
        pairs = [("name", "n"), ("source", {"text": "t"}), ("format", "md")]
        return {"document": dict(pairs if name_first else pairs[::-1])}

    result = {"content": [document(name_first=True), document(name_first=False)], "toolUseId": "a"}
    body = {
        "content": [document(name_first=False), {"toolResult": result}, document(name_first=True)],
        "role": "user",
    }
    assert json.dumps(Message.from_converse(body).to_converse()) == json.dumps(body)


def test_a_guarded_text_is_no_plain_text() -> None:
    with pytest.raises(MessageError, match=r"guardContent.text: must be a mapping"):
        Message.user([{"guardContent": {"text": "t"}}])
    assert GuardContentBlock.from_converse({"text": {"text": "t"}}).text is not None
