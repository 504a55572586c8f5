"""What goes over the wire and what comes back, without a word about how.

Design on one page:

    Call(operation, model_id, body) ── Transport.send ──► Reply(body, request_id, status_code)
                                    └─ Transport.stream ─► EventStream of StreamFrame

A `Call` is what Bedrock is asked; `body` has the shape boto3 takes (camelCase, without `modelId`),
and blobs are `bytes`. A `Reply` and a `StreamFrame` hold the JSON the service wrote: blobs are
base64 `str`, whichever transport carried them, so that the layers above see one shape. An
operation is a row of `OPERATION_ROWS`, not a branch.

A transport sends a call once. It never retries: the one layer that does stands above and asks the
error. It raises only classes of `bedrock_llm.errors`:

- the service's own errors, outside and inside a stream, as the `ServiceError` of
  `transport.service_errors`;
- no connection, or one that broke before a reply: `ConnectionFailedError`; nothing in time:
  `CallTimeoutError`; a reply or frame that cannot be read: `ResponseError`, `FrameError`;
- a stream that broke, stalled or ended before `messageStop`: `StreamError`.

This module imports neither boto3 nor aiohttp.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

__all__ = [
    "OPERATION_ROWS",
    "Call",
    "EventStream",
    "Operation",
    "OperationRow",
    "Reply",
    "StreamFrame",
    "Transport",
]


class Operation(StrEnum):
    """Name the operations of the `bedrock-runtime` API that a transport carries."""

    CONVERSE = "Converse"
    CONVERSE_STREAM = "ConverseStream"
    COUNT_TOKENS = "CountTokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRow:
    """Hold the facts of one operation.

    The paths are those of botocore's service model `bedrock-runtime` 2023-09-30
    (`/model/{modelId}/converse`, ...; botocore 1.44.5, read 2026-11-22).

    Attributes:
        path_suffix: What follows `/model/{modelId}/` in the URL.
        client_method: The method of a boto3 client.
        is_streaming: The reply is an event stream.
        probe_body: A smallest valid body, for asking boto3 what it would send.
        stream_member: The member of boto3's reply that holds the events, or None.
        final_event: The event without which a streamed reply is not whole, or None.
    """

    path_suffix: str
    client_method: str
    is_streaming: bool
    probe_body: Mapping[str, object]
    stream_member: str | None = None
    final_event: str | None = None


_PROBE_MESSAGES = {"messages": [{"role": "user", "content": [{"text": "."}]}]}

OPERATION_ROWS: Mapping[Operation, OperationRow] = {
    Operation.CONVERSE: OperationRow(
        path_suffix="converse",
        client_method="converse",
        is_streaming=False,
        probe_body=_PROBE_MESSAGES,
    ),
    Operation.CONVERSE_STREAM: OperationRow(
        path_suffix="converse-stream",
        client_method="converse_stream",
        is_streaming=True,
        probe_body=_PROBE_MESSAGES,
        stream_member="stream",
        final_event="messageStop",
    ),
    Operation.COUNT_TOKENS: OperationRow(
        path_suffix="count-tokens",
        client_method="count_tokens",
        is_streaming=False,
        probe_body={"input": {"converse": _PROBE_MESSAGES}},
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Ask Bedrock one thing.

    Attributes:
        operation: The operation; its row says how it is spelled.
        model_id: The model id or ARN as the caller wrote it; the transport encodes it.
        body: The request without `modelId`, in the shape boto3 takes; blobs are `bytes`.
    """

    operation: Operation
    model_id: str
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Hold a successful reply.

    Attributes:
        body: The JSON object the service wrote; blobs are base64 `str`.
        request_id: AWS's request id, or None where the server sent none.
        status_code: The HTTP status, 200 to 299.
    """

    body: Mapping[str, object]
    request_id: str | None
    status_code: int


class StreamFrame(NamedTuple):
    """Hold one event of a stream; a tuple, made in half a dataclass's time, by the thousand.

    Attributes:
        event_type: The event's name, such as `contentBlockDelta`.
        payload: The event's JSON object; blobs are base64 `str`.
    """

    event_type: str
    payload: Mapping[str, object]


class EventStream(Protocol):
    """Iterate over the events of one reply, once.

    The iterator ends after the last event of a whole stream (`messageStop` seen, nothing left in
    the decoder) and raises otherwise: the mapped `ServiceError` for an exception frame,
    `FrameError` for a broken frame, `StreamError` for a break, a stall or an early end.
    """

    @property
    def request_id(self) -> str | None:
        """Return AWS's request id, or None where the server sent none."""

    def __aiter__(self) -> Self:
        """Return the stream itself."""

    async def __anext__(self) -> StreamFrame:
        """Return the next event."""

    async def aclose(self) -> None:
        """Close the connection; safe to call twice."""


class Transport(Protocol):
    """Carry calls to Bedrock and replies back, each exactly once."""

    async def send(self, call: Call) -> Reply:
        """Send a call and wait for its whole reply.

        Raises:
            ServiceError: Bedrock answered with an error.
            ConnectionFailedError: No connection, or it broke before the reply.
            CallTimeoutError: No whole reply within the timeout.
            ResponseError: The reply is not a JSON object.
            ConfigurationError: Region, profile or credentials are missing or wrong.
        """

    def stream(self, call: Call) -> AbstractAsyncContextManager[EventStream]:
        """Send a streaming call; leaving the block closes the connection.

        Raises:
            BedrockLLMError: As `send`, when the block is entered; as `EventStream` inside.
        """

    async def close(self) -> None:
        """Close every connection; safe to call twice."""
