"""Build a configuration from outside values, and say in one line what is wrong with them."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bedrock_llm.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


def build_configuration(kind: type[Model], values: Mapping[str, object], *, noun: str) -> Model:
    """Build a pydantic model.

    Args:
        kind: The model.
        values: Field names and values.
        noun: What the values are, for the message, such as `the fault plan`.

    Returns:
        The model.

    Raises:
        ConfigurationError: A name is unknown or a value is refused; the message names it.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        problems = [_describe(problem, kind.model_fields) for problem in error.errors()]
        raise ConfigurationError(f"{noun} is invalid: {'; '.join(problems)}") from error


def _describe(problem: ErrorDetails, known: Iterable[str]) -> str:
    """Write one of pydantic's problems: the name, the value, the range or the nearest name."""
    name = ".".join(map(str, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        nearest = get_close_matches(name, list(known), n=1)
        way_out = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}"
        return f"{name!r} is unknown; {way_out}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{name} is {problem['input']!r}: {message}" if name else message
