"""Put a reply on the wire, or break it off on purpose.

    body ──► JSON reply            frames, plan ──► paced, spoiled event stream

A reset is a real one: with linger 0 the kernel sends RST instead of FIN, so a client sees
"connection reset by peer". A stall holds the connection open until the client leaves (the server
then cancels the handler) or the endpoint closes.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from aiohttp.web import BaseRequest, Response, StreamResponse

from bedrock_llm.local.faults import FaultPlan
from bedrock_llm.local.stream_faults import Ending, SpoiledStream

_LINGER_ZERO = struct.pack("ii", 1, 0)
_EVENT_STREAM = "application/vnd.amazon.eventstream"


def build_json_reply(body: Mapping[str, object], request_id: str) -> Response:
    """Build a plain reply.

    Args:
        body: The reply's members.
        request_id: The request id to send along.

    Returns:
        The reply, with status 200.
    """
    return Response(
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        headers={"x-amzn-RequestId": request_id},
        content_type="application/json",
    )


def reset_connection(request: BaseRequest) -> StreamResponse:
    """Reset the connection of a request.

    Args:
        request: The request; nothing more can be sent in answer to it.

    Returns:
        A reply that the server will fail to send, because it wants one.
    """
    transport = request.transport
    if transport is not None:
        held = transport.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    return Response()


class Deliverer:
    """Deliver streams at the pace of a plan.

    Args:
        plan: How long to wait where.
        closing: Set when the endpoint closes: every wait ends then.
    """

    def __init__(self, plan: FaultPlan, *, closing: asyncio.Event) -> None:
        self._plan = plan
        self._closing = closing

    async def wait_for_reply(self) -> None:
        """Wait as long as the plan delays every reply."""
        await self._pause(self._plan.latency_seconds)

    async def stall(self, request: BaseRequest) -> StreamResponse:
        """Hold a request open until somebody leaves.

        Args:
            request: The request.

        Returns:
            A reply that the server will fail to send.
        """
        await self._closing.wait()
        return reset_connection(request)

    async def stream(
        self, request: BaseRequest, stream: SpoiledStream, request_id: str
    ) -> StreamResponse:
        """Deliver an event stream.

        Args:
            request: The request to answer.
            stream: What to write and how to end.
            request_id: The request id to send along.

        Returns:
            The reply, delivered.
        """
        response = StreamResponse(headers={"x-amzn-RequestId": request_id})
        response.content_type = _EVENT_STREAM
        response.enable_chunked_encoding()
        await response.prepare(request)
        await self._write(response, stream)
        return await _ENDINGS[stream.ending](self, request, response)

    async def _write(self, response: StreamResponse, stream: SpoiledStream) -> None:
        """Write piece by piece where pieces are to be apart, else all at once."""
        await self._pause(self._plan.first_byte_seconds)
        for index, piece in enumerate(self._cut(stream.frames)):
            if index:
                await self._pause(self._plan.chunk_interval_seconds)
            await response.write(piece)

    def _cut(self, frames: Sequence[bytes]) -> Sequence[bytes]:
        size = self._plan.chunk_bytes
        if size is None and self._plan.chunk_interval_seconds:
            return frames
        whole = b"".join(frames)
        size = size or len(whole)
        return [whole[start : start + size] for start in range(0, len(whole), size)]

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than the endpoint is open."""
        if seconds:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    async def _end_cleanly(self, _request: BaseRequest, response: StreamResponse) -> StreamResponse:
        await response.write_eof()
        return response

    async def _end_with_reset(
        self, request: BaseRequest, response: StreamResponse
    ) -> StreamResponse:
        reset_connection(request)
        return response

    async def _end_with_stall(
        self, request: BaseRequest, response: StreamResponse
    ) -> StreamResponse:
        await self.stall(request)
        return response


_ENDINGS: dict[
    Ending,
    Callable[[Deliverer, BaseRequest, StreamResponse], Awaitable[StreamResponse]],
] = {
    Ending.CLEAN: Deliverer._end_cleanly,  # noqa: SLF001  the rows belong to the class
    Ending.RESET: Deliverer._end_with_reset,  # noqa: SLF001  as above
    Ending.STALL: Deliverer._end_with_stall,  # noqa: SLF001  as above
}
