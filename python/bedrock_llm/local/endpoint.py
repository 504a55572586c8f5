"""An endpoint on this machine that speaks Bedrock's wire protocol.

    async with LocalEndpoint() as endpoint:      with local_endpoint() as endpoint:
        endpoint.url                                 the same, on a thread with its own loop

It listens on loopback, holds no model and sends nothing anywhere. Everything a caller meets is in
`LocalService`; this file opens and closes the server. A closed endpoint leaves no task, no socket
and no thread behind: requests that are stalled on purpose are cut off, and delays end.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from ssl import Purpose, SSLContext, SSLError, create_default_context
from threading import Thread
from types import TracebackType
from typing import Self

from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web import BaseRequest, Server, ServerRunner, TCPSite
from aiohttp.web_protocol import RequestHandler

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.local.credentials import LocalCredentials
from bedrock_llm.local.faults import FaultPlan
from bedrock_llm.local.service import LocalService
from bedrock_llm.local.settings import LocalSettings
from bedrock_llm.local.statistics import Statistics

_BACKLOG = 1_024
_CLOSE_SECONDS = 10.0  # for replies under way; stalls and waits end at once


def _tell_time() -> datetime:
    return datetime.now(UTC)


class LocalEndpoint:
    """Serve Converse, ConverseStream and CountTokens on loopback while the context is open.

    Args:
        fault_plan: What goes wrong on purpose; nothing by default.
        credentials: The keys to accept; the first is the endpoint's own.
        port: The port to listen on; 0 takes a free one.
        settings: Host, region, seed and strictness.
        clock: Tells the time that signatures are held against, with a time zone.

    Raises:
        ConfigurationError: No credentials were given, or the port is out of range.
    """

    def __init__(
        self,
        fault_plan: FaultPlan | None = None,
        credentials: Sequence[LocalCredentials] = (LocalCredentials(),),
        port: int = 0,
        *,
        settings: LocalSettings | None = None,
        clock: Callable[[], datetime] = _tell_time,
    ) -> None:
        _check_port(port)
        if not credentials:
            raise ConfigurationError(
                "the endpoint accepts no key at all; pass credentials, or leave them out for the "
                "default ones"
            )
        self._plan = fault_plan or FaultPlan()
        self._credentials = tuple(credentials)
        self._port = port
        self._settings = settings or LocalSettings()
        self._clock = clock
        self._service: LocalService | None = None
        self._runner: ServerRunner | None = None
        self._closing: asyncio.Event | None = None

    async def __aenter__(self) -> Self:
        closing = asyncio.Event()
        service = LocalService(
            self._plan, self._settings, self._credentials, clock=self._clock, closing=closing
        )
        runner = ServerRunner(
            Server(
                service.handle,
                request_factory=_RequestFactory(self._settings.max_body_bytes),
                handler_cancellation=True,
                auto_decompress=False,  # a signature covers the bytes as they arrive
                access_log=None,
            ),
            shutdown_timeout=_CLOSE_SECONDS,
        )
        await self._listen(runner)
        self._closing, self._service, self._runner = closing, service, runner
        return self

    async def _listen(self, runner: ServerRunner) -> None:
        context = _load_certificate(self._settings.certificate_file)
        await runner.setup()
        site = TCPSite(
            runner, self._settings.host, self._port, ssl_context=context, backlog=_BACKLOG
        )
        try:
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise ConfigurationError(
                f"cannot listen on {self._settings.host} port {self._port}: "
                f"{error.strerror or error}; choose another port, or 0 for a free one"
            ) from error
        self._port = runner.addresses[0][1]

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._closing is not None:
            self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """The endpoint's URL, such as `http://127.0.0.1:40123`.

        Raises:
            ConfigurationError: The endpoint is not open.
        """
        if self._runner is None:
            raise ConfigurationError(
                "the endpoint is not open; use `async with LocalEndpoint() as endpoint` or `with "
                "local_endpoint() as endpoint`"
            )
        scheme = "http" if self._settings.certificate_file is None else "https"
        host = self._settings.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self._port}"

    @property
    def region_name(self) -> str:
        """The region that signatures must name."""
        return self._settings.region_name

    @property
    def access_key_id(self) -> str:
        """The access key id of the endpoint's own key."""
        return self._credentials[0].access_key_id

    @property
    def secret_access_key(self) -> str:
        """The secret of the endpoint's own key."""
        return self._credentials[0].secret_access_key.get_secret_value()

    @property
    def session_token(self) -> str | None:
        """The session token of the endpoint's own key, or None."""
        token = self._credentials[0].session_token
        return None if token is None else token.get_secret_value()

    @property
    def statistics(self) -> Statistics:
        """What was served so far; readable from any thread, also after the end.

        Raises:
            ConfigurationError: The endpoint was never opened.
        """
        if self._service is None:
            raise ConfigurationError("the endpoint was never opened, so it has no statistics")
        return self._service.counters.snapshot()

    def environment(self) -> dict[str, str]:
        """List the variables that point plain boto3 at this endpoint.

        Returns:
            `AWS_…` names and values: endpoint, region and the endpoint's own key.

        Raises:
            ConfigurationError: The endpoint is not open.
        """
        token = self.session_token
        return {
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_REGION": self.region_name,
            "AWS_DEFAULT_REGION": self.region_name,
            **({} if token is None else {"AWS_SESSION_TOKEN": token}),
        }


@contextmanager
def local_endpoint(
    fault_plan: FaultPlan | None = None,
    credentials: Sequence[LocalCredentials] = (LocalCredentials(),),
    port: int = 0,
    *,
    settings: LocalSettings | None = None,
    clock: Callable[[], datetime] = _tell_time,
) -> Iterator[LocalEndpoint]:
    """Run a `LocalEndpoint` on a thread with its own event loop.

    Args:
        fault_plan: As for `LocalEndpoint`.
        credentials: As for `LocalEndpoint`.
        port: As for `LocalEndpoint`.
        settings: As for `LocalEndpoint`.
        clock: As for `LocalEndpoint`.

    Yields:
        The open endpoint; its properties may be read from any thread.

    Raises:
        ConfigurationError: The endpoint cannot be opened.
    """
    endpoint = LocalEndpoint(fault_plan, credentials, port, settings=settings, clock=clock)
    opened: Future[Callable[[], None]] = Future()
    thread = Thread(target=_run, args=(endpoint, opened), name="bedrock-llm-local", daemon=True)
    thread.start()
    stop = opened.result()
    try:
        yield endpoint
    finally:
        stop()
        thread.join()


def _run(endpoint: LocalEndpoint, opened: Future[Callable[[], None]]) -> None:
    """Open the endpoint, hand out what stops it, and wait for that; errors go to the opener."""
    try:
        asyncio.run(_serve_until_stopped(endpoint, opened))
    except ConfigurationError as error:
        opened.set_exception(error)
    finally:
        opened.cancel()  # frees an opener whose endpoint died in another way; else does nothing


async def _serve_until_stopped(endpoint: LocalEndpoint, opened: Future[Callable[[], None]]) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    async with endpoint:
        opened.set_result(lambda: _stop(loop, stopped))
        await stopped.wait()


def _stop(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    loop.call_soon_threadsafe(stopped.set)


def _load_certificate(certificate_file: Path | None) -> SSLContext | None:
    if certificate_file is None:
        return None
    context = create_default_context(Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate_file)
    except SSLError as error:
        raise ConfigurationError(
            f"{str(certificate_file)!r} is no PEM file with a certificate and its private key: "
            f"{error}"
        ) from error
    return context


def _check_port(port: int) -> None:
    if not 0 <= port <= 65_535:  # noqa: PLR2004  what 16 bits hold
        raise ConfigurationError(f"port {port!r} is not between 0 and 65535; 0 takes a free one")


class _RequestFactory:
    """Build requests that may carry a body of the configured size."""

    def __init__(self, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes

    def __call__(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> BaseRequest:
        return BaseRequest(
            message,
            payload,
            protocol,
            writer,
            task,
            asyncio.get_running_loop(),
            client_max_size=self._max_body_bytes,
        )
