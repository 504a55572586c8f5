"""A raw HTTP server whose every answer a test writes down, faults included.

It speaks just enough HTTP/1.1 over asyncio streams and encodes event-stream frames by hand, so
that neither botocore nor the code under test checks itself. It runs in a thread of its own: a test
may call it from any event loop, or from none.
"""

import asyncio
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack
from types import SimpleNamespace
from zlib import crc32

import pytest

EVENT_STREAM = "application/vnd.amazon.eventstream"
USAGE = {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5}
CONVERSE_REPLY = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Grüße"}]}},
    "stopReason": "end_turn",
    "usage": USAGE,
    "metrics": {"latencyMs": 7},
}


@dataclass
class Answer:
    """What the server does with one request.

    `ending` is "whole", "cut" (the connection closes inside the reply), "stall" (nothing more
    comes until the client goes away) or "silence" (as stall, before the status line).
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    ending: str = "whole"


@dataclass
class SeenRequest:
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedServer:
    def __init__(self, tls_context: ssl.SSLContext | None = None) -> None:
        self.requests: list[SeenRequest] = []
        self.connections = 0
        self.client_went_away = threading.Event()
        self.answer: Callable[[SeenRequest], Answer] = lambda _request: json_answer(CONVERSE_REPLY)
        self.url = ""
        self._tls_context = tls_context
        self._loop = asyncio.new_event_loop()

    def run(self, is_ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(is_ready))

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def _serve(self, is_ready: threading.Event) -> None:
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls_context)
        scheme = "http" if self._tls_context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        is_ready.set()
        await self._stopping.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._converse(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await self._read(reader)) is not None:
                self.requests.append(request)
                await self._give(self.answer(request), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.client_went_away.set()
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> SeenRequest | None:
        first = await reader.readline()
        if not first:
            return None
        headers = {}
        while line := (await reader.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return SeenRequest(path=first.split()[1].decode(), headers=headers, body=body)

    async def _give(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if answer.ending != "silence":
            head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
            writer.write(
                f"HTTP/1.1 {answer.status} X\r\n{head}transfer-encoding: chunked\r\n\r\n".encode()
            )
        for chunk in answer.chunks:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
        if answer.ending == "whole":
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            return
        if answer.ending != "cut" and not await reader.read():
            self.client_went_away.set()
        raise ConnectionError(answer.ending)


def json_answer(body: object, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named = {"content-type": "application/json", "x-amzn-requestid": "request-1"} | named
    return Answer(status=status, headers=named, chunks=[json.dumps(body).encode()])


def encode_frame(payload: bytes, **headers: str) -> bytes:
    block = b""
    for name, value in headers.items():
        wire_name, wire_value = f":{name.replace('_', '-')}".encode(), value.encode()
        block += pack(">B", len(wire_name)) + wire_name
        block += pack(">BH", 7, len(wire_value)) + wire_value
    prelude = pack(">II", 16 + len(block) + len(payload), len(block))
    message = prelude + pack(">I", crc32(prelude)) + block + payload
    return message + pack(">I", crc32(message))


def event_frame(event_type: str, payload: object) -> bytes:
    return encode_frame(
        json.dumps(payload).encode(),
        event_type=event_type,
        content_type="application/json",
        message_type="event",
    )


def whole_stream(texts: tuple[str, ...] = ("Hello", " world")) -> list[bytes]:
    deltas = [
        event_frame("contentBlockDelta", {"delta": {"text": text}, "contentBlockIndex": 0})
        for text in texts
    ]
    return [
        event_frame("messageStart", {"role": "assistant"}),
        *deltas,
        event_frame("contentBlockStop", {"contentBlockIndex": 0}),
        event_frame("messageStop", {"stopReason": "end_turn"}),
        event_frame("metadata", {"usage": USAGE, "metrics": {"latencyMs": 7}}),
    ]


def stream_answer(chunks: list[bytes], ending: str = "whole") -> Answer:
    headers = {"content-type": EVENT_STREAM, "x-amzn-requestid": "request-1"}
    return Answer(headers=headers, chunks=chunks, ending=ending)


@pytest.fixture(scope="session")
def wire() -> SimpleNamespace:
    """The builders of answers and frames, which a test file cannot import from here."""
    return SimpleNamespace(
        json_answer=json_answer,
        stream_answer=stream_answer,
        encode_frame=encode_frame,
        event_frame=event_frame,
        whole_stream=whole_stream,
        converse_reply=CONVERSE_REPLY,
        answer=Answer,
    )


@contextmanager
def running(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    is_ready = threading.Event()
    thread = threading.Thread(target=server.run, args=(is_ready,))
    thread.start()
    is_ready.wait(10)
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
    yield server
    server.stop()
    thread.join(10)


@pytest.fixture
def scripted_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """A running server that the AWS environment points at."""
    with running(ScriptedServer(), monkeypatch) as server:
        yield server


@pytest.fixture
def scripted_tls_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ScriptedServer]:
    """The same over TLS; its certificate is `certificate.pem` in `tmp_path`."""
    program = shutil.which("openssl") or pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=nobody -addext"
    named = ["subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([program, *made.split(), *named], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with running(ScriptedServer(context), monkeypatch) as server:
        yield server


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An AWS environment with keys and a region, and nothing of the machine's own."""
    for name in ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret-key")
    return monkeypatch
