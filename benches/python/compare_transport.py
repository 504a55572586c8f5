"""CPU time of the call plan against boto3 in threads, on the same work in the same run.

    python benches/python/compare_transport.py [--quick] [--gate]

A local server in a process of its own answers at once: a 500 B reply for Converse, 104 event-stream
frames for ConverseStream. Both sides send the same 1 KB prompt with 32 calls in flight and read the
whole reply; boto3 decodes its streams as it always does. Counted is the CPU time of this process
(`time.process_time`: all threads), per call, warm; rounds are interleaved and the medians compared.
The wall clock is not compared: it is the server's as much as the client's.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from struct import pack
from zlib import crc32

IN_FLIGHT = 32
EVENTS = 100
GOALS = {"converse_cpu_ratio": 6.0, "stream_cpu_ratio": 6.0}
MODEL_ID = "anthropic.claude-3-haiku-20240307-v1:0"
BODY = {
    "messages": [{"role": "user", "content": [{"text": "Why is the sky blue? " * 48}]}],
    "inferenceConfig": {"maxTokens": 256},
}
USAGE = {"usage": {"inputTokens": 9, "outputTokens": 9, "totalTokens": 18}}
METRICS = {"metrics": {"latencyMs": 5}}


def encode_frame(event_type: str, payload: object) -> bytes:
    """Encode one event-stream frame."""
    named = {":event-type": event_type, ":content-type": "application/json"}
    block = b""
    for name, value in (named | {":message-type": "event"}).items():
        block += pack(">B", len(name)) + name.encode()
        block += pack(">BH", 7, len(value)) + value.encode()
    body = json.dumps(payload).encode()
    prelude = pack(">II", 16 + len(block) + len(body), len(block))
    message = prelude + pack(">I", crc32(prelude)) + block + body
    return message + pack(">I", crc32(message))


def converse_reply() -> bytes:
    """Return a whole HTTP reply to Converse."""
    message = {"role": "assistant", "content": [{"text": "Because of Rayleigh. " * 16}]}
    body = {"output": {"message": message}, "stopReason": "end_turn", **USAGE, **METRICS}
    text = json.dumps(body).encode()
    return head_of("application/json", f"content-length: {len(text)}") + text


def stream_reply() -> bytes:
    """Return a whole HTTP reply to ConverseStream, each frame in an HTTP chunk of its own."""
    deltas = [{"delta": {"text": f"word {n} "}, "contentBlockIndex": 0} for n in range(EVENTS)]
    frames = [
        encode_frame("messageStart", {"role": "assistant"}),
        *(encode_frame("contentBlockDelta", delta) for delta in deltas),
        encode_frame("contentBlockStop", {"contentBlockIndex": 0}),
        encode_frame("messageStop", {"stopReason": "end_turn"}),
        encode_frame("metadata", {**USAGE, **METRICS}),
    ]
    chunks = (b"%x\r\n%s\r\n" % (len(frame), frame) for frame in frames)
    head = head_of("application/vnd.amazon.eventstream", "transfer-encoding: chunked")
    return head + b"".join(chunks) + b"0\r\n\r\n"


def head_of(content_type: str, framing: str) -> bytes:
    """Return the head of an HTTP reply."""
    named = f"content-type: {content_type}\r\nx-amzn-requestid: r\r\n{framing}\r\n\r\n"
    return b"HTTP/1.1 200 OK\r\n" + named.encode()


class Server(asyncio.Protocol):
    """Answer every request with bytes made beforehand."""

    replies = (converse_reply(), stream_reply())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        self._seen += data
        head, found, rest = self._seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        if len(rest) >= length:
            self._seen = rest[length:]
            self._transport.write(self.replies[b"/converse-stream " in head[:400]])


async def serve() -> None:
    """Serve until killed; the first line printed is the port."""
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def cpu_microseconds(work: Callable[[], object], calls: int) -> float:
    """Return the CPU time of this process per call, in microseconds."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / calls * 1e6


class BotoSide:
    """boto3 as its users run it: one client, one pool of threads."""

    def __init__(self) -> None:
        import boto3  # noqa: PLC0415  the server process needs none of it
        from botocore.config import Config  # noqa: PLC0415  as above

        config = Config(max_pool_connections=IN_FLIGHT, retries={"total_max_attempts": 1})
        self._client = boto3.client("bedrock-runtime", config=config)
        self._pool = ThreadPoolExecutor(IN_FLIGHT)

    def run(self, *, is_stream: bool, calls: int) -> None:
        """Make the calls and wait for all of them."""
        one = self._stream if is_stream else self._converse
        for _ in self._pool.map(one, range(calls)):
            pass

    def _converse(self, _number: int) -> None:
        assert self._client.converse(modelId=MODEL_ID, **BODY)["usage"]

    def _stream(self, _number: int) -> None:
        events = list(self._client.converse_stream(modelId=MODEL_ID, **BODY)["stream"])
        assert len(events) == EVENTS + 4


class PlanSide:
    """The call plan: one transport, one event loop, as many calls in flight."""

    def __init__(self) -> None:
        from bedrock_llm.config import ModelConfig  # noqa: PLC0415  as above
        from bedrock_llm.transport import (  # noqa: PLC0415  as above
            Call,
            Operation,
            open_transport,
        )

        self._runner = asyncio.Runner()
        self._transport = open_transport(ModelConfig(model_id=MODEL_ID, max_concurrency=IN_FLIGHT))
        self._converse = Call(operation=Operation.CONVERSE, model_id=MODEL_ID, body=BODY)
        self._stream = Call(operation=Operation.CONVERSE_STREAM, model_id=MODEL_ID, body=BODY)

    def run(self, *, is_stream: bool, calls: int) -> None:
        """Make the calls and wait for all of them."""
        self._runner.run(self._run(is_stream=is_stream, calls=calls))

    async def _run(self, *, is_stream: bool, calls: int) -> None:
        left = iter(range(calls))
        one = self._read_stream if is_stream else self._send

        async def worker() -> None:
            for _number in left:
                await one()

        await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))

    async def _send(self) -> None:
        assert (await self._transport.send(self._converse)).body["usage"]

    async def _read_stream(self) -> None:
        async with self._transport.stream(self._stream) as stream:
            assert len([event async for event in stream]) == EVENTS + 4

    def close(self) -> None:
        """Close the connections and the loop."""
        self._runner.run(self._transport.close())
        self._runner.close()


def compare(*, is_stream: bool, calls: int, rounds: int) -> float:
    """Return boto3's CPU time over the plan's, medians of interleaved rounds."""
    boto, plan = BotoSide(), PlanSide()
    sides = {"boto3 in threads": boto, "call plan": plan}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for round_number in range(rounds + 1):
        for name, side in sides.items():
            spent = cpu_microseconds(lambda s=side: s.run(is_stream=is_stream, calls=calls), calls)
            if round_number:  # the first round warms up
                taken[name].append(spent)
    plan.close()
    medians = {name: statistics.median(values) for name, values in taken.items()}
    what = f"{EVENTS}-event stream" if is_stream else "Converse"
    for name, median in medians.items():
        print(f"{what:18} {name:18} {median:8.0f} us CPU per call")
    return medians["boto3 in threads"] / medians["call plan"]


@contextmanager
def local_server() -> Iterator[None]:
    """Run the server in a process of its own and point the AWS environment at it."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        port = server.stdout.readline().strip() if server.stdout else ""
        os.environ |= {
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        try:
            yield
        finally:
            server.kill()


def main() -> int:
    """Measure, print one line per target, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, about ten seconds")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve())
    rounds, scale = (9, 1) if arguments.quick else (15, 4)
    with local_server():
        measured = {
            "converse_cpu_ratio": compare(is_stream=False, calls=300 * scale, rounds=rounds),
            "stream_cpu_ratio": compare(is_stream=True, calls=80 * scale, rounds=rounds),
        }
    missed = 0
    for name, goal in GOALS.items():
        is_hit = measured[name] >= goal
        missed += not is_hit
        verdict = "hit" if is_hit else "miss"
        print(f"TARGET {name} measured={measured[name]:.2f} goal={goal:.2f} {verdict}")
    return int(arguments.gate and missed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
