"""Our models against the service model of the installed botocore: every member, word and range."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
import botocore.session
import pytest
from pydantic.fields import FieldInfo

from bedrock_llm.messages import Message
from bedrock_llm.parameters.rules import NumberRange, PromptVariables, RequestMetadata, TextList
from bedrock_llm.requests import Request
from bedrock_llm.responses import StopReason, Usage
from bedrock_llm.wire import BlockUnion, JsonDocument, Matching, UnionModel, WireModel

SERVICE: Any = botocore.session.get_session().get_service_model("bedrock-runtime")
LEFT_OUT: dict[str, str] = {}
"""Members of the service model that are not modelled, each with the reason: none at present."""
ROWS_OF_RULES = (PromptVariables, RequestMetadata, TextList)


def parts(annotation: Any) -> Iterator[Any]:
    """Give everything inside an annotation: classes, words, marks."""
    yield annotation
    if isinstance(annotation, (BlockUnion, Matching, NumberRange)):
        return
    inside = annotation.metadata if isinstance(annotation, FieldInfo) else get_args(annotation)
    for part in inside:
        yield from parts(part)


def fields(model: type[WireModel]) -> dict[str, Any]:
    return {
        model.aliases[name]: Annotated[(field.annotation, field, *field.metadata)]
        for name, field in model.model_fields.items()
        if name != "model_id"
    }


def models(annotation: Any) -> list[type[WireModel]]:
    found = [part for part in parts(annotation) if isinstance(part, type)]
    return [part for part in found if issubclass(part, WireModel)]


def marks(annotation: Any, kind: type) -> list[Any]:
    return [part for part in parts(annotation) if isinstance(part, kind)]


def differences(shape: Any, annotation: Any, place: str) -> Iterator[str]:
    """Compare one shape with the annotation of our field, and go on inside."""
    if getattr(shape, "is_document_type", False) or place in LEFT_OUT:
        return
    if any(marks(annotation, rule) for rule in ROWS_OF_RULES):
        return
    if shape.type_name == "list":
        yield from differences(shape.member, annotation, f"{place}[]")
    elif shape.type_name == "structure":
        yield from structure_differences(shape, annotation, place)
    else:
        yield from scalar_differences(shape, annotation, place)


def structure_differences(shape: Any, annotation: Any, place: str) -> Iterator[str]:
    unions = marks(annotation, BlockUnion)
    if unions:
        rows = unions[0].rows
        yield from name_differences(set(shape.members), set(rows), place)
        for key in set(shape.members) & set(rows):
            inside = rows[key] if rows[key].wire_key else fields(rows[key])[key]
            yield from differences(shape.members[key], inside, f"{place}.{key}")
        return
    model = models(annotation)[0]
    ours = fields(model)
    yield from name_differences(set(shape.members), set(ours), place)
    is_union = shape.is_tagged_union and len(shape.members) > 1
    if is_union != issubclass(model, UnionModel):
        yield f"{place}: {model.__name__} must {'' if is_union else 'not '}be a UnionModel"
    if not shape.is_tagged_union:
        needed = {
            model.aliases[name] for name, field in model.model_fields.items() if field.is_required()
        }
        if needed != set(shape.required_members) - {"modelId"}:
            yield f"{place}: required {sorted(needed)}, the service {shape.required_members}"
    for key in set(shape.members) & set(ours):
        yield from differences(shape.members[key], ours[key], f"{place}.{key}")


def name_differences(theirs: set[str], ours: set[str], place: str) -> Iterator[str]:
    yield from (f"{place}.{key}: not modelled" for key in theirs - ours - {"modelId"})
    yield from (f"{place}.{key}: not in the service model" for key in ours - theirs)


def scalar_differences(shape: Any, annotation: Any, place: str) -> Iterator[str]:
    words = {
        word for part in parts(annotation) if get_origin(part) is Literal for word in get_args(part)
    }
    if words != set(getattr(shape, "enum", ())):
        yield f"{place}: words {sorted(words)}, the service {shape.enum}"
    pattern = shape.metadata.get("pattern")
    if pattern:
        limits = f"{{{shape.metadata.get('min')},{shape.metadata.get('max')}}}"
        allowed = {pattern, pattern.removesuffix("+") + limits}
        if not any(mark.pattern in allowed for mark in marks(annotation, Matching)):
            yield f"{place}: no pattern {pattern}"
    yield from range_differences(shape, annotation, place)


def range_differences(shape: Any, annotation: Any, place: str) -> Iterator[str]:
    if shape.type_name not in {"integer", "float"}:
        return
    rules = marks(annotation, NumberRange)
    lows = marks(annotation, annotated_types.Ge)
    ours = (rules[0].minimum, rules[0].maximum) if rules else (lows[0].ge if lows else None, None)
    theirs = (shape.metadata.get("min"), shape.metadata.get("max"))
    if ours != theirs:
        yield f"{place}: range {ours}, the service {theirs}"


@pytest.mark.parametrize("operation", ["Converse", "ConverseStream"])
def test_every_member_of_a_request_is_modelled_as_the_service_has_it(operation: str) -> None:
    shape = SERVICE.operation_model(operation).input_shape
    found = set(differences(shape, Request, operation))
    # One model serves both operations; this member belongs to the stream alone.
    found.discard("Converse.guardrailConfig.streamProcessingMode: not in the service model")
    assert found == set()


def test_every_member_of_a_reply_message_is_modelled_as_the_service_has_it() -> None:
    shape = SERVICE.operation_model("Converse").output_shape.members["output"].members["message"]
    assert set(differences(shape, Message, "output.message")) == set()


def test_the_walk_reaches_the_leaves_and_sees_a_difference() -> None:
    shape = SERVICE.operation_model("Converse").input_shape

    class Short(WireModel):
        """A message without content and with another member."""

        role: Literal["user"]
        words: JsonDocument

    found = set(differences(shape.members["messages"], Short, "messages"))
    assert "messages[].content: not modelled" in found
    assert "messages[].words: not in the service model" in found
    assert any(line.startswith("messages[].role: words ['user']") for line in found)
    assert any(line.startswith("messages[]: required") for line in found)


def test_stop_reasons_and_usage_are_those_of_the_service() -> None:
    reply = SERVICE.operation_model("Converse").output_shape.members
    assert {reason.value for reason in StopReason} == set(reply["stopReason"].enum)
    counts = {name for name in reply["usage"].members if name.endswith("Tokens")}
    ours = {name.replace("_", "").lower() for name in Usage.__dataclass_fields__}
    assert ours == {name.lower() for name in counts}
