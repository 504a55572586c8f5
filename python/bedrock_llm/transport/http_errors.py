"""Turn what aiohttp raises before a reply into our exceptions."""

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientSSLError,
)

from bedrock_llm.errors import BedrockLLMError, CallTimeoutError, ConnectionFailedError
from bedrock_llm.transport.calls import Call
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
    place = f"host {plan.host!r}, region {plan.region_name!r}"
    found = _describe(error)
    if isinstance(error, TimeoutError):
        return CallTimeoutError(
            f"{call.operation} on {call.model_id!r} got no reply in time ({place}): "
            f"{found}; raise timeout= or connect_timeout_seconds=",
            model_id=call.model_id,
        )
    way_out = next((row for kinds, row in _WAYS_OUT if isinstance(error, kinds)), _ELSE)
    return ConnectionFailedError(
        f"{call.operation} on {call.model_id!r} got no reply ({place}): {found}; {way_out}",
        model_id=call.model_id,
    )


def _describe(error: Exception) -> str:
    """Say what the operating system said: aiohttp adds the address of an object in memory."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    return getattr(cause, "strerror", None) or str(cause) or type(error).__name__
