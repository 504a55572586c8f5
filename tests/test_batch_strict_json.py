"""JSON from outside is read as Python reads it, or refused where that would change it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_llm.batch.strict_json import DEEPEST, is_deeper, read_json
from bedrock_llm.errors import InputError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)  # fmt: skip


@given(value=VALUES)
def test_what_json_can_say_is_read_unchanged(value: object) -> None:
    assert read_json(json.dumps(value)) == value


@given(name=st.text(), first=VALUES, second=VALUES)
def test_a_key_that_stands_twice_is_refused_wherever_it_is(
    name: str, first: object, second: object
) -> None:
    key = json.dumps(name)
    inner = f"{{{key}: {json.dumps(first)}, {key}: {json.dumps(second)}}}"
    for text in (inner, f'[1, {{"outer": {inner}}}]'):
        with pytest.raises(InputError, match="stands twice"):
            read_json(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_the_deepest_value_is_read_and_one_level_more_is_refused(
    opening: str, closing: str
) -> None:
    deepest = opening * DEEPEST + "1" + closing * DEEPEST
    assert not is_deeper(read_json(deepest), DEEPEST)
    with pytest.raises(InputError, match=f"at most {DEEPEST} levels"):
        read_json(f"{opening}{deepest}{closing}")


def test_a_wide_value_is_not_a_deep_one() -> None:
    assert read_json(json.dumps([[]] * 5000)) == [[]] * 5000
