"""The call plan: what boto3 would send, learnt once, so that it need not be worked out each time.

Design on one page:

    ClientSource.ask ──► AskedRequest ─┐
    client.meta (handlers, proxies) ───┼─► make_plan ──► CallPlan        sent over aiohttp
    credentials, TLS context ──────────┘            └──► Unplannable     sent by boto3 itself

Per (client, operation, model id) the plan keeps the URL, the fixed headers (User-Agent among
them), the auth scheme, the proxy and the TLS context. Per call it adds the signature with the
credentials of that moment, or the bearer token, and a fresh invocation id.

A plan is made only where it sends what boto3 would have sent. `Unplannable` says why not:
- handlers that somebody registered on the data path would be passed over (botocore's own may be:
  their effect is in the request that was asked for);
- an auth scheme other than Signature Version 4 or a static bearer token;
- a client certificate, proxy settings, or a proxy that is not plain HTTP in front of HTTPS;
- a URL with a query or a user in it;
- our signature of the very request boto3 signed is not bit for bit the same.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies
from yarl import URL

from bedrock_llm.errors import CredentialsError
from bedrock_llm.transport.calls import Operation
from bedrock_llm.transport.client_source import SERVICE_NAME, AskedRequest, ClientSource
from bedrock_llm.transport.credentials import CredentialSource
from bedrock_llm.transport.signing import RequestTemplate, Signer, host_of

__all__ = ["CallPlan", "Unplannable", "make_plan"]

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)"
    r"/aws4_request, SignedHeaders=(?P<names>[^,]+), Signature=[0-9a-f]{64}"
)
_BEARER = "Bearer "
_BEARER_VARIABLE = "AWS_BEARER_TOKEN_BEDROCK"
_TRACE_HEADER, _TRACE_VARIABLE = "x-amzn-trace-id", "_X_AMZN_TRACE_ID"
_TRACE_SAFE = "-=;:+&[]{}\"',"  # as botocore quotes it, `handlers.py`
_INVOCATION_HEADER = "amz-sdk-invocation-id"
_DATED_HEADERS = frozenset(("x-amz-date", "x-amz-security-token", "host"))
_PER_CALL_HEADERS = _DATED_HEADERS | {"authorization", "content-length", _INVOCATION_HEADER}
_DATA_PATH_EVENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "request-created",
    "choose-signer",
    "before-sign",
    "before-send",
    "response-received",
    "before-parse",
    "needs-retry",
    "after-call",
    "after-call-error",
)
_MONITORING = "botocore.monitoring"
_OWN_MODULES = ("botocore", "boto3", __package__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplannable:
    """Say why boto3 itself must send the calls.

    Attributes:
        reason: A half sentence without secrets.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """Hold everything about a call that does not change from one call to the next.

    Attributes:
        url: The URL, percent-encoded as boto3 encoded it.
        host: The `Host` header, which is signed.
        region_name: The region, for messages.
        headers: The fixed headers; a bearer token is among them, so they are not shown.
        signer: Signs a request, or None where a bearer token does.
        credentials: The current keys, or None as above.
        request_options: What aiohttp needs beside: TLS context and proxy.
    """

    url: URL
    host: str
    region_name: str
    headers: Mapping[str, str] = field(repr=False)
    signer: Signer | None
    credentials: CredentialSource | None = field(repr=False)
    request_options: Mapping[str, Any] = field(repr=False)

    async def headers_for(self, body: bytes) -> dict[str, str]:
        """Return the headers of one request.

        Args:
            body: The request body, exactly as it is sent.

        Raises:
            CredentialsError: The credentials expired and cannot be refreshed.
        """
        headers = {**self.headers, _INVOCATION_HEADER: _random_id()}
        if _TRACE_HEADER in headers:
            trace = os.environ.get(_TRACE_VARIABLE, "")
            headers[_TRACE_HEADER] = quote(trace, safe=_TRACE_SAFE)
        if self.signer is not None and self.credentials is not None:
            keys = self.credentials.current() or await self.credentials.refreshed()
            headers.update(self.signer.sign(keys, body))
        return headers


def make_plan(source: ClientSource, operation: Operation, model_id: str) -> CallPlan | Unplannable:
    """Learn from boto3 how to call an operation on a model; blocks, call it in a thread.

    Args:
        source: The boto3 client to ask.
        operation: The operation.
        model_id: The model id or ARN.

    Returns:
        The plan, or why there can be none.

    Raises:
        ConfigurationError: Region, profile, credentials or CA bundle are missing or wrong.
        InvalidRequestError: boto3 refuses the model id.
    """
    client = source.client()
    reason = _foreign_handler(client, operation) or _unusual_setting(client)
    if reason is not None:
        return Unplannable(reason=reason)
    asked = source.ask(operation, model_id)
    url = urlsplit(asked.url)
    if url.query or url.fragment or url.username:
        return Unplannable(reason="the endpoint URL has a query, a fragment or a user in it")
    options = _request_options(source, asked.url)
    if isinstance(options, Unplannable):
        return options
    return _with_auth(source, asked, options)


def _with_auth(
    source: ClientSource, asked: AskedRequest, options: Mapping[str, Any]
) -> CallPlan | Unplannable:
    authorization = asked.headers.get("Authorization", "")
    signer: Signer | None = None
    credentials: CredentialSource | None = None
    fixed = _fixed_headers(asked)
    if authorization.startswith(_BEARER):
        token = authorization.removeprefix(_BEARER)
        if token not in (source.api_key, os.environ.get(_BEARER_VARIABLE)):
            return Unplannable(reason="the bearer token comes from a provider that may renew it")
        fixed["Authorization"] = authorization
    else:
        checked = _checked_signer(source, asked)
        if isinstance(checked, Unplannable):
            return checked
        signer = checked
        credentials = CredentialSource(source.credentials())
    return CallPlan(
        url=URL(asked.url, encoded=True),
        host=host_of(asked.url),
        region_name=str(source.client().meta.region_name),
        headers=fixed,
        signer=signer,
        credentials=credentials,
        request_options=options,
    )


def _fixed_headers(asked: AskedRequest) -> dict[str, str]:
    headers = {
        _TRACE_HEADER if name.lower() == _TRACE_HEADER else name: value
        for name, value in asked.headers.items()
        if name.lower() not in _PER_CALL_HEADERS
    }
    headers["Host"] = host_of(asked.url)
    headers["Accept-Encoding"] = "identity"  # as urllib3 under botocore
    return headers


def _checked_signer(source: ClientSource, asked: AskedRequest) -> Signer | Unplannable:
    """Return a signer that reproduces boto3's own signature of the asked request."""
    found = _AUTHORIZATION.fullmatch(asked.headers.get("Authorization", ""))
    if found is None:
        return Unplannable(
            reason="the auth scheme is neither Signature Version 4 nor a bearer token"
        )
    values = {name.lower(): value for name, value in asked.headers.items()}
    names = found["names"].split(";")
    unknown = [name for name in names if name not in _DATED_HEADERS and name not in values]
    moving = [name for name in names if name in _PER_CALL_HEADERS - _DATED_HEADERS]
    if unknown or moving:
        return Unplannable(reason=f"the signature covers the headers {unknown + moving!r}")
    signed = {name: values[name] for name in names if name not in _DATED_HEADERS}
    template = RequestTemplate(
        url=asked.url,
        region_name=found["region"],
        service_name=found["service"],
        signed_headers={**signed, "host": host_of(asked.url)},
    )
    provider = source.credentials()
    if provider is None:
        raise CredentialsError("boto3 signs, but its session names no credentials")
    signer = Signer(template)
    ours = signer.sign(
        provider.get_frozen_credentials(), asked.body, timestamp=values.get("x-amz-date", "")
    )
    if ours["Authorization"] != asked.headers["Authorization"]:
        return Unplannable(reason="our signature of a probe differs from botocore's")
    return signer


def _request_options(source: ClientSource, url: str) -> Mapping[str, Any] | Unplannable:
    is_tls = url.startswith("https:")
    options: dict[str, Any] = {"ssl": source.tls_context()} if is_tls else {}
    proxies = source.client().meta.config.proxies
    configuration = ProxyConfiguration(get_environ_proxies(url) if proxies is None else proxies)
    proxy_url = configuration.proxy_url_for(url)
    if proxy_url is None:
        return options
    parts = urlsplit(proxy_url)
    if parts.scheme != "http" or not is_tls:
        return Unplannable(reason="the proxy is not a plain HTTP proxy in front of HTTPS")
    options["proxy"] = URL(proxy_url).with_user(None)
    options["proxy_headers"] = configuration.proxy_headers_for(proxy_url)
    return options


def _unusual_setting(client: Any) -> str | None:
    config = client.meta.config
    rows = {
        "the client has a client certificate": config.client_cert,
        "the client has proxy settings": config.proxies_config,
    }
    return next((reason for reason, setting in rows.items() if setting), None)


def _foreign_handler(client: Any, operation: Operation) -> str | None:
    """Name a handler on the data path that is not boto3's own and would be passed over."""
    for event in _DATA_PATH_EVENTS:
        handlers = _handlers_of(client.meta.events, f"{event}.{SERVICE_NAME}.{operation}")
        if handlers is None:
            return "this botocore does not show which handlers are registered"
        for handler in handlers:
            module = getattr(handler, "__module__", None) or type(handler).__module__
            if not _is_own(module):
                return f"a handler of {module!r} is registered for {event!r}"
    return None


def _is_own(module: str) -> bool:
    if module.startswith(_MONITORING):
        return False
    return any(module == own or module.startswith(f"{own}.") for own in _OWN_MODULES)


def _handlers_of(events: object, event_name: str) -> Iterable[object] | None:
    # botocore has no public way to list handlers; where this one is gone, boto3 sends.
    emitter = getattr(events, "_emitter", events)
    search: Callable[[str], Iterable[object]] | None = getattr(
        getattr(emitter, "_handlers", None), "prefix_search", None
    )
    return None if search is None else search(event_name)


def _random_id() -> str:
    """Return a random UUID; `uuid.uuid4` takes four times as long."""
    text = os.urandom(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
