"""Turn what aiohttp raises before a reply into our exceptions."""

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientResponseError,
    ClientSSLError,
    RequestInfo,
)
from multidict import CIMultiDict, CIMultiDictProxy

from bedrock_llm.errors import BedrockLLMError, CallTimeoutError, ConnectionFailedError
from bedrock_llm.transport.calls import OPERATION_ROWS, Call
from bedrock_llm.transport.plan import CallPlan

__all__ = ["connection_error"]

_WAYS_OUT: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (ClientConnectorDNSError,),
        "no such host is known: check the region name, endpoint_url and the network",
    ),
    (
        (ClientConnectorCertificateError, ClientSSLError),
        "the server's certificate is not trusted: check AWS_CA_BUNDLE and the proxy",
    ),
)
_ELSE = "check the network, endpoint_url and the proxy, or send the call again"


def connection_error(error: Exception, call: Call, plan: CallPlan) -> BedrockLLMError:
    """Return our exception for a call that got no reply; raise it `from` the original.

    Args:
        error: What aiohttp or the operating system raised.
        call: The call.
        plan: Its plan, which names host and region.

    Returns:
        `CallTimeoutError` for a timeout, else `ConnectionFailedError`.
    """
    if isinstance(error, ClientResponseError):
        _hide_headers(error)
    place = f"host {plan.host!r}, region {plan.region_name!r}"
    found = _describe(error)
    if isinstance(error, TimeoutError):
        # The first byte of a stream is waited for as long as any later one.
        is_streaming = OPERATION_ROWS[call.operation].is_streaming
        waited = "idle_timeout_seconds=" if is_streaming else "timeout="
        return CallTimeoutError(
            f"{call.operation} on {call.model_id!r} got no reply in time ({place}): "
            f"{found}; raise {waited} or connect_timeout_seconds=",
            model_id=call.model_id,
        )
    way_out = next((row for kinds, row in _WAYS_OUT if isinstance(error, kinds)), _ELSE)
    return ConnectionFailedError(
        f"{call.operation} on {call.model_id!r} got no reply ({place}): {found}; {way_out}",
        model_id=call.model_id,
    )


def _hide_headers(error: ClientResponseError) -> None:
    """Take the headers, keys among them, out of what aiohttp shows of the request."""
    asked = error.request_info
    shown = RequestInfo(asked.url, asked.method, CIMultiDictProxy(CIMultiDict()), asked.real_url)
    error.request_info = shown
    error.args = (shown, *error.args[1:])


def _describe(error: Exception) -> str:
    """Say what the operating system said: aiohttp adds the address of an object in memory."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    return getattr(cause, "strerror", None) or str(cause) or type(error).__name__
