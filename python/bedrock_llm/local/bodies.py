"""Read a request body.

    bytes ──► JSON object ──service model──► checked body ──conversation rules──► Converse body

JSON that Python takes and AWS does not (NaN, a lone surrogate, bytes that are no UTF-8) is refused
as `SerializationException`, the code of AWS's protocol layer; everything after that is a
`ValidationException`.
"""

import json
import re
from typing import Any, NoReturn

from bedrock_llm.errors import ServiceError
from bedrock_llm.local.conversation import check_conversation
from bedrock_llm.local.refusals import refuse, refuse_invalid
from bedrock_llm.local.routes import Route
from bedrock_llm.local.service_model import Problems, describe_problems, find_input_check

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_converse(raw: bytes, route: Route) -> dict[str, Any]:
    """Read a body of Converse or ConverseStream.

    Args:
        raw: The body's bytes.
        route: The operation and the model it was sent to.

    Returns:
        The checked body without the model id; blobs are bytes.

    Raises:
        ServiceError: What AWS says to a body that is wrong.
    """
    body = read_body(raw, route)
    check_conversation(body)
    return body


def read_body(raw: bytes, route: Route) -> dict[str, Any]:
    """Read a body and hold it against the service model.

    Args:
        raw: The body's bytes.
        route: The operation and the model it was sent to.

    Returns:
        The body without the model id; blobs are bytes.

    Raises:
        ServiceError: The body is no JSON object, or breaks the model.
    """
    body = {**_parse_object(raw), "modelId": route.model_id}
    problems: Problems = []
    find_input_check(route.operation)(body, None, problems)
    if problems:
        raise refuse_invalid(describe_problems(problems))
    del body["modelId"]
    return body


def _parse_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw.decode() or "{}", parse_constant=_refuse_constant)
        if _SURROGATE_ESCAPE.search(raw):
            json.dumps(body, ensure_ascii=False).encode()
    except ValueError as error:  # no JSON, no UTF-8, a lone surrogate or a number of 5 000 digits
        raise _refuse_json(f"{type(error).__name__} in the request body") from None
    if not isinstance(body, dict):
        raise _refuse_json(f"the request body is a {type(body).__name__}, not an object")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise _refuse_json(f"{name} is no JSON number")


def _refuse_json(problem: str) -> ServiceError:
    return refuse("SerializationException", f"The request could not be read: {problem}")
