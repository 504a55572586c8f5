"""Connections are kept, bounded, checked, and let go with their loop or their process."""

import asyncio
import contextlib
import gc
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import ConnectionFailedError
from bedrock_llm.transport import Call, Operation, Transport, open_transport

pytestmark = pytest.mark.usefixtures("aws_environment")

BODY = {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}
CALL = Call(operation=Operation.CONVERSE, model_id="m", body=BODY)


def transport_of(**fields: Any) -> Transport:
    return open_transport(ModelConfig(model_id="m", **fields))


async def send_once(transport: Transport) -> Any:
    try:
        return await transport.send(CALL)
    finally:
        await transport.close()


def test_connections_are_kept_and_bounded(scripted_server: Any) -> None:
    async def send_many() -> None:
        transport = transport_of(max_concurrency=3)
        await asyncio.gather(*(transport.send(CALL) for _ in range(30)))
        await transport.close()

    asyncio.run(send_many())
    assert len(scripted_server.requests) == 30
    assert scripted_server.connections <= 3


def test_a_transport_outlives_its_loops_without_a_warning(scripted_server: Any) -> None:
    transport = transport_of()
    for _ in range(3):
        asyncio.run(transport.send(CALL))
        gc.collect()
    asyncio.run(transport.close())
    asyncio.run(send_once(transport))
    gc.collect()
    assert len(scripted_server.requests) == 4


def test_a_transport_may_be_used_from_two_loops_at_once(scripted_server: Any) -> None:
    transport = transport_of()
    threads = [threading.Thread(target=lambda: asyncio.run(transport.send(CALL))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(transport.close())
    assert len(scripted_server.requests) == 4


@pytest.mark.usefixtures("scripted_server")
def test_closing_from_one_loop_closes_what_another_running_loop_opened() -> None:
    transport, other = transport_of(), asyncio.new_event_loop()
    thread = threading.Thread(target=other.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(transport.send(CALL), other).result(10)
    (session,) = transport._transport._connections._sessions.values()
    asyncio.run(transport.close())
    assert session.closed
    other.call_soon_threadsafe(other.stop)
    thread.join(10)
    other.close()


def test_a_certificate_of_the_given_bundle_is_trusted(
    scripted_tls_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    assert asyncio.run(send_once(transport_of())).body["stopReason"] == "end_turn"
    assert len(scripted_tls_server.requests) == 1


def test_a_certificate_nobody_vouches_for_is_refused(scripted_tls_server: Any) -> None:
    with pytest.raises(ConnectionFailedError, match="certificate is not trusted"):
        asyncio.run(send_once(transport_of()))
    assert scripted_tls_server.requests == []


def test_a_certificate_of_another_host_is_refused(
    scripted_tls_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    url = scripted_tls_server.url.replace("127.0.0.1", "localhost")
    with pytest.raises(ConnectionFailedError, match="certificate is not trusted"):
        asyncio.run(send_once(transport_of(endpoint_url=url)))


class Tunnel(socketserver.StreamRequestHandler):
    """One connection of an HTTP proxy that knows CONNECT alone."""

    def handle(self) -> None:
        head = b"".join(iter(self.rfile.readline, b"\r\n")).decode()
        self.server.heads.append(head)
        host, _, port = head.split()[1].partition(":")
        with socket.create_connection((host, int(port))) as far:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=copy, args=(far, self.connection))
            back.start()
            copy(self.connection, far)
            back.join()


def copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel) as server:
        server.heads = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def test_a_proxy_of_the_environment_is_used_with_its_password(
    scripted_tls_server: Any, proxy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:p%40ss@127.0.0.1:{proxy.server_address[1]}")
    transport = transport_of()
    asyncio.run(send_once(transport))
    assert len(scripted_tls_server.requests) == len(proxy.heads) == 1
    assert "Proxy-Authorization: Basic dXNlcjpwQHNz" in proxy.heads[0]
    assert "Authorization: AWS4" not in proxy.heads[0]
    assert transport.fallback_reason is None


FORKING = """
import asyncio, os, sys
import boto3
from bedrock_llm.config import ModelConfig
from bedrock_llm.transport import Call, Operation, open_transport

client = boto3.client("bedrock-runtime") if sys.argv[1] == "client" else None
transport = open_transport(ModelConfig(model_id="m"), client=client)
for model_id in "mn":
    call = Call(operation=Operation.CONVERSE, model_id=model_id, body={"messages": []})
    child = model_id == "n" and os.fork()
    if not child:
        asyncio.run(transport.send(call))
if child:
    assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.parametrize("carrier", ["plan", "client"])
def test_a_forked_child_makes_threads_and_connections_of_its_own(
    scripted_server: Any, carrier: str
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", FORKING, carrier]
    subprocess.run(command, check=True, timeout=60)
    paths = {request.path for request in scripted_server.requests}
    assert paths == {"/model/m/converse", "/model/n/converse"}
