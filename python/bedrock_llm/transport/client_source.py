"""Make the boto3 client that knows everything about AWS, and ask it what it would send.

Design on one page:

    ModelConfig (+ session) ──► ClientSource.client() ──► a boto3 client, made once
                                ClientSource.ask(operation, model id) ──► AskedRequest
                                ClientSource.tls_context() ──► botocore's answer on certificates

Everything here may block (files, the instance's metadata service, single sign-on): call it in a
thread. boto3 stays the only authority for region, profile, endpoint rules, FIPS, dual-stack,
`AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, credentials and auth scheme; nothing of that is done again here.

boto3 is asked through the documented event `before-send`: a handler that returns a response keeps
the request from being sent. It answers only while `ask` runs in the same thread, so the same client
serves real calls too.

- boto3's sessions are not safe to make clients from in two threads at once, hence one lock.
- boto3's retries are off in this client: the one layer that retries stands above.
- A Bedrock API key given per client: boto3 1.44 reads such keys from the environment only, so the
  client is told not to sign, and the key is put on each request before it is sent. The process
  environment is never touched, and no credentials are looked up.

Sources: https://docs.aws.amazon.com/boto3/latest/guide/events.html (read 2026-11-22), botocore
1.44.5 (`endpoint.py`, `httpsession.py`).
"""

import os
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.httpsession import get_cert_path

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import ConfigurationError
from bedrock_llm.transport.boto_errors import BOTO_ERRORS, Circumstances, map_boto_error
from bedrock_llm.transport.calls import OPERATION_ROWS, Operation

__all__ = ["SERVICE_NAME", "AskedRequest", "ClientSource"]

SERVICE_NAME = "bedrock-runtime"

_CLIENT_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRequest:
    """Hold a request as boto3 would have sent it.

    Attributes:
        url: The whole URL, percent-encoded.
        headers: The headers; kept out of the representation, for they hold credentials.
        body: The bytes of the probe's body.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes


class ClientSource:
    """Own one boto3 client; every method may block."""

    def __init__(self, config: ModelConfig, *, session: Any = None) -> None:
        self._config = config
        self._session: Any = session
        self._client: Any = None
        self._tls_context: ssl.SSLContext | None = None
        self._asking = threading.local()

    @property
    def api_key(self) -> str | None:
        """Return the API key given for this client, or None."""
        key = self._config.api_key
        return None if key is None else key.get_secret_value()

    def client(self) -> Any:
        """Return the client, made at the first call.

        Raises:
            ConfigurationError: No region, an unknown profile, or a broken AWS configuration.
            CredentialsError: The credentials cannot be looked up.
        """
        with _CLIENT_LOCK:
            if self._client is None:
                try:
                    self._client = self._make_client()
                except (*BOTO_ERRORS, ValueError) as error:
                    region_name = self._config.region_name
                    raise map_boto_error(error, Circumstances(region_name=region_name)) from error
            return self._client

    def credentials(self) -> Any:
        """Return botocore's credentials object of the session, or None where there is none."""
        self.client()
        with _CLIENT_LOCK:
            return self._session.get_credentials()

    def ask(self, operation: Operation, model_id: str) -> AskedRequest:
        """Ask the client what it would send for an operation on a model; nothing is sent.

        Raises:
            CredentialsError: No credentials were found.
            InvalidRequestError: boto3 refuses the model id.
            ConfigurationError: boto3 cannot say where to send it.
        """
        client, row = self.client(), OPERATION_ROWS[operation]
        circumstances = Circumstances(
            model_id=model_id, operation=operation, region_name=client.meta.region_name
        )
        self._asking.is_under_way, self._asking.request = True, None
        try:
            getattr(client, row.client_method)(modelId=model_id, **row.probe_body)
        except (*BOTO_ERRORS, ValueError) as error:
            raise map_boto_error(error, circumstances) from error
        finally:
            self._asking.is_under_way = False
        return _as_asked(self._asking.request)

    def tls_context(self) -> ssl.SSLContext:
        """Return a TLS context that trusts what botocore would trust.

        Raises:
            ConfigurationError: The CA bundle cannot be read.
        """
        with _CLIENT_LOCK:
            if self._tls_context is None:
                self._tls_context = self._make_tls_context()
            return self._tls_context

    def close(self) -> None:
        """Close the client's connections; a later call makes a new client."""
        with _CLIENT_LOCK:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def answer(self, request: AWSPreparedRequest, **_event: object) -> AWSResponse | None:
        """Keep a request from being sent while `ask` runs in this thread (`before-send`)."""
        if not getattr(self._asking, "is_under_way", False):
            return None
        self._asking.request = request
        return AWSResponse(request.url, 200, HTTPHeaders(), _NothingToRead())

    def add_key(self, request: Any, **_event: object) -> None:
        """Put the API key on a request (`before-sign`)."""
        request.headers["Authorization"] = f"Bearer {self.api_key}"

    def _make_client(self) -> Any:
        config = self._config
        if self._session is None:
            self._session = boto3.Session(
                profile_name=config.profile_name, region_name=config.region_name
            )
        client = self._session.client(
            SERVICE_NAME,
            region_name=config.region_name,
            endpoint_url=config.endpoint_url,
            config=_client_config(config),
        )
        client.meta.events.register(f"before-send.{SERVICE_NAME}", self.answer)
        if config.api_key is not None:
            client.meta.events.register(f"before-sign.{SERVICE_NAME}", self.add_key)
        return client

    def _make_tls_context(self) -> ssl.SSLContext:
        # As botocore resolves it: ca_bundle (argument, AWS_CA_BUNDLE, profile), then
        # REQUESTS_CA_BUNDLE, then certifi's bundle.
        configured = self._session._session.get_config_variable("ca_bundle")  # noqa: SLF001  boto3 names no other door
        path: Any = configured or os.environ.get("REQUESTS_CA_BUNDLE") or get_cert_path(True)  # noqa: FBT003  its signature
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cafile=path)
        except OSError as error:
            raise ConfigurationError(
                f"the CA bundle {path!r} cannot be read: {error}; correct AWS_CA_BUNDLE or the "
                "profile's ca_bundle"
            ) from error
        return context


class _NothingToRead:
    """Stand for the body of a reply that never came."""

    def stream(self, *_sizes: object, **_options: object) -> Iterator[bytes]:
        yield b"{}"

    def close(self) -> None:
        """Close nothing."""


def _client_config(config: ModelConfig) -> Config:
    unsigned = {} if config.api_key is None else {"signature_version": UNSIGNED}
    return Config(
        connect_timeout=config.connect_timeout_seconds,
        read_timeout=config.timeout_seconds,
        max_pool_connections=config.max_concurrency,
        retries={"mode": "standard", "total_max_attempts": 1},
        **unsigned,
    )


def _as_asked(request: Any) -> AskedRequest:
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    return AskedRequest(url=request.url, headers=headers, body=request.body or b"")
