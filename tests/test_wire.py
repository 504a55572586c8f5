"""The wire models: exact both ways, refusing in one clear line."""

import json
import math
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import Field, ValidationError

from bedrock_llm.errors import MessageError, ParameterError
from bedrock_llm.wire import (
    Blob,
    BlockUnion,
    JsonDocument,
    Matching,
    OneOf,
    OrderedModel,
    Text,
    UnionModel,
    UnknownBlock,
    WireModel,
    encode_json,
    nearest_name,
    read_blob,
    show_place,
    show_value,
    suggest_name,
)


class Inner(OrderedModel):
    """A nested structure."""

    first_name: Text
    last_name: Text | None = None
    years: int | None = None


class Outer(OrderedModel):
    """A structure with a key of its own."""

    wire_key: ClassVar[str] = "outer"

    inner: Inner
    items: Annotated[tuple[Inner, ...], Field(strict=False)] = ()
    kind: Annotated[Literal["red", "green"], OneOf()] | None = None
    code: Annotated[str, Matching(r"[a-z]{3}", "three letters")] | None = None
    data: Blob | None = Field(None, alias="bytes")
    document: JsonDocument = None


class Either(UnionModel):
    """A structure of one member at a time."""

    left: Text | None = None
    right: int | None = None


BLOCKS = BlockUnion(noun="block", rows={"outer": Outer})


class Holder(WireModel):
    """A structure that holds blocks."""

    refusal: ClassVar[type[ParameterError]] = ParameterError

    blocks: Annotated[tuple[Annotated[Outer | UnknownBlock, BLOCKS], ...], Field(strict=False)]


def test_a_structure_gives_back_what_it_was_given_in_its_order() -> None:
    body = {
        "code": "abc",
        "items": [{"years": 3, "firstName": "Ada"}, {"firstName": "Bo", "years": 4}],
        "inner": {"lastName": "L", "firstName": "A"},
    }
    assert json.dumps(Outer.from_converse(body).to_converse()) == json.dumps({"outer": body})


def test_only_what_was_set_is_given_back_and_an_explicit_null_is_set() -> None:
    assert Inner(first_name="A").to_converse() == {"firstName": "A"}
    assert Inner.from_converse({"firstName": "A", "years": None}).to_converse() == {
        "firstName": "A",
        "years": None,
    }


def test_names_and_camel_case_keys_are_both_taken() -> None:
    assert Inner(first_name="A", last_name="B") == Inner(firstName="A", lastName="B")  # type: ignore[call-arg]  # the alias is the point


def test_order_of_keys_plays_no_part_in_equality_and_hash() -> None:
    one = Outer.from_converse({"inner": {"firstName": "A"}, "document": {"a": 1, "b": [2, {}]}})
    two = Outer.from_converse({"document": {"b": [2, {}], "a": 1.0}, "inner": {"firstName": "A"}})
    assert one == two
    assert hash(one) == hash(two)
    assert one != Outer.from_converse({"inner": {"firstName": "B"}})


def test_a_structure_is_immutable_and_survives_copy_and_pickle_with_its_order() -> None:
    body = {"code": "abc", "inner": {"lastName": "L", "firstName": "A"}}
    outer = Outer.from_converse(body)
    with pytest.raises(ValidationError, match="frozen"):
        outer.code = "xyz"  # type: ignore[misc]  # refused at run time too
    for twin in (outer.model_copy(), pickle.loads(pickle.dumps(outer))):  # noqa: S301  our own bytes
        assert twin == outer
        assert json.dumps(twin.to_converse()) == json.dumps({"outer": body})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"inner": {"firstNane": "A"}},
            r"^Outer.inner: unknown key 'firstNane'; did you mean 'firstName'\?$",
        ),
        (
            {"inner": {"firstName": "A"}, "zzz": 1},
            r"^Outer: unknown key 'zzz'; known: bytes, code, document, inner, items, kind$",
        ),
        ({"inner": {}}, r"^Outer.inner: key 'firstName' is missing$"),
        ({"inner": 3}, r"^Outer.inner: must be a mapping; got 3$"),
        (
            {"inner": {"firstName": "A"}, "items": [{"firstName": 5}]},
            r"^Outer.items\[0\].firstName: must be text; got 5$",
        ),
        (
            {"inner": {"firstName": "A", "years": True}},
            r"^Outer.inner.years: must be a whole number; got True$",
        ),
        (
            {"inner": {"firstName": "A"}, "kind": "gren"},
            r"^Outer.kind: must be one of 'red', 'green'; did you mean 'green'\?; got 'gren'$",
        ),
        ({"inner": {"firstName": "A"}, "code": "ab1"}, r"^Outer.code: must be three letters;"),
        ({"inner": {"firstName": "A"}, "bytes": 3}, r"^Outer.bytes: must be bytes, or text in"),
        (
            {"inner": {"firstName": "ab\ud800c"}},
            r"^Outer.inner.firstName: holds a lone surrogate '\\ud800' at character 2",
        ),
    ],
)
def test_a_refusal_is_one_line_that_names_place_value_and_way_out(
    body: dict[str, object], message: str
) -> None:
    with pytest.raises(MessageError, match=message) as caught:
        Outer.from_converse(body)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, ValidationError)


def test_a_constructor_refuses_in_the_same_way_and_counts_the_rest() -> None:
    with pytest.raises(MessageError, match=r"^Inner.first_name: must be text; got 1 \(and 1 more"):
        Inner(first_name=1, years="x")  # type: ignore[arg-type]  # the wrong type is the point


def test_a_nested_constructor_is_not_called_so_that_places_are_kept() -> None:
    with pytest.raises(MessageError, match=r"^Outer.inner.firstName: "):
        Outer(inner={"firstName": 3})  # type: ignore[arg-type]  # a mapping is taken at run time


@pytest.mark.parametrize(("body", "count"), [({}, 0), ({"left": "a", "right": 1}, 2)])
def test_a_union_has_exactly_one_member(body: dict[str, object], count: int) -> None:
    with pytest.raises(MessageError, match=f"must have one of left, right; got {count}$"):
        Either.from_converse(body)
    assert Either(left="a").to_converse() == {"left": "a"}


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"outr": {}}, r"^blocks\[0\]: a block has one key.*got 'outr'; did you mean 'outer'\?$"),
        ({}, r"^blocks\[0\]: a block has one key, such as outer; got none"),
        ({"outer": {}, "more": 1}, r"got 'outer', 'more'; known: outer$"),
        ({"outer": {"inner": {}}}, r"^blocks\[0\].outer.inner: key 'firstName' is missing$"),
        (3, r"^blocks\[0\]: must be a block: .*outer; got 3$"),
        ("words", r"^blocks\[0\]: must be a block"),
    ],
)
def test_a_block_is_read_by_its_one_key(block: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Holder.parse({"blocks": [block]}, place="")


def test_a_reply_keeps_what_is_new_and_a_request_refuses_it() -> None:
    known = {"outer": {"inner": {"firstName": "A", "born": 1815}, "kind": "blue", "code": "x"}}
    body = {"blocks": [known, {"weird": [1]}, {"outer": {"inner": 3}}], "extra": {"a": 1}}
    holder = Holder.parse_reply(body, place="reply")
    assert holder.to_converse() == body
    assert [type(block) for block in holder.blocks] == [Outer, UnknownBlock, UnknownBlock]
    with pytest.raises(ParameterError, match="unknown key 'extra'"):
        Holder.parse(body, place="")


@pytest.mark.parametrize("data", [b"", b"\x00\xff", bytearray(b"ab"), memoryview(b"ab")])
def test_blobs_are_held_as_bytes(data: bytes) -> None:
    assert read_blob(data) == bytes(data)
    assert isinstance(read_blob(data), bytes)


def test_canonical_base64_becomes_bytes_and_any_other_text_stays_itself() -> None:
    assert read_blob("aGk=") == b"hi"
    for text in ("<stripped 37000 chars>", "aGk", "aGk=\n", "aGl=", "é"):
        assert read_blob(text) == text


def test_bodies_are_encoded_as_compact_utf8_with_blobs_in_base64() -> None:
    assert (
        encode_json({"a": "é", "b": [b"hi", None, 1.0]})
        == '{"a":"é","b":["aGk=",null,1.0]}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": ["\udfff"]}, r"^a\[0\]: holds a lone surrogate at character 0"),
        ({"a": {"b": math.nan}}, r"^a\.b: .*got nan$"),
        ({"a": object}, r"^a: type has no place in JSON"),
    ],
)
def test_what_json_cannot_carry_is_refused_at_its_place(
    value: dict[str, object], message: str
) -> None:
    with pytest.raises(MessageError, match=message):
        encode_json(value)


def test_a_body_that_holds_itself_is_refused() -> None:
    body: dict[str, object] = {}
    body["self"] = body
    with pytest.raises(MessageError, match="nested too deep, or holds itself"):
        encode_json(body)


def test_any_mapping_is_encoded_as_an_object() -> None:
    assert encode_json({"a": MappingProxyType({"b": 1})}) == b'{"a":{"b":1}}'


def test_names_are_compared_without_case_and_underscores() -> None:
    assert nearest_name("MaxTokns", ["max_tokens", "top_p"]) == "max_tokens"
    assert nearest_name("zzz", ["max_tokens"]) is None
    assert suggest_name("zzz", ["b", "a"]) == "; known: a, b"


def test_places_and_values_are_shown_short() -> None:
    assert show_place(("messages", 2, "content", 0, "toolUse", "input")) == (
        "messages[2].content[0].toolUse.input"
    )
    assert show_value(b"secret" * 100) == "<600 bytes>"
    assert len(show_value("x" * 1000)) == 80


def test_threads_that_meet_at_the_first_use_all_get_the_right_validator() -> None:
    meeting = threading.Barrier(8)

    class Fresh(OrderedModel):
        """A structure that nobody has used yet."""

        inner: Inner
        kind: Annotated[Literal["red"], OneOf()]

    def read(_: int) -> dict[str, object]:
        meeting.wait(10)
        return dict(Fresh.from_converse({"kind": "red", "inner": {"firstName": "A"}}).to_converse())

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(read, range(8)))
    assert results == [{"kind": "red", "inner": {"firstName": "A"}}] * 8
