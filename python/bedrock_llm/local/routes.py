"""Read which operation and model a request line names.

    POST /model/{modelId}/{action}  ──find_route──► Route(operation, model_id)

The model id is percent-encoded in the path, an ARN's slash as `%2F`; what stands between `/model/`
and the last slash is the id, so an unencoded ARN is read too. One row per operation; the handler of
each is a row of `LocalService`.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from bedrock_llm.local.refusals import refuse

_PREFIX = "/model/"
_OPERATIONS = {
    "converse": "Converse",
    "converse-stream": "ConverseStream",
    "count-tokens": "CountTokens",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Hold what a request line names.

    Attributes:
        operation: The operation's name in the service model.
        model_id: The model id, decoded.
    """

    operation: str
    model_id: str


def find_route(method: str, raw_path: str) -> Route:
    """Find the operation and the model of a request line.

    Args:
        method: The HTTP method.
        raw_path: Path and query, still percent-encoded.

    Returns:
        The route.

    Raises:
        ServiceError: `UnknownOperationException`: no operation lives there.
    """
    path = raw_path.partition("?")[0]
    encoded_id, _, action = path.removeprefix(_PREFIX).rpartition("/")
    operation = _OPERATIONS.get(action)
    if method != "POST" or operation is None or not path.startswith(_PREFIX):
        raise refuse(
            "UnknownOperationException",
            f"{method} {path!r} is no operation of this endpoint; it serves POST "
            f"{_PREFIX}{{modelId}}/ with {', '.join(_OPERATIONS)}",
        )
    return Route(operation=operation, model_id=unquote(encoded_id, errors="replace"))
