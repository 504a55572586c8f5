"""Carry calls to Bedrock.

`open_transport` gives the transport that fits what the caller brought:

    client given  ─────────────────► ClientTransport: any ready boto3 client, in bounded threads
    otherwise ─► PlanTransport: asks a real boto3 client what it would send, sends it over aiohttp
                     └─ cannot carry what boto3 would do? ─► ClientTransport, and a log line

Importing this package loads neither boto3 nor aiohttp; the first call does, in a thread.
"""

from functools import partial

from bedrock_llm.config import ModelConfig
from bedrock_llm.errors import ConfigurationError
from bedrock_llm.transport.calls import (
    OPERATION_ROWS,
    Call,
    EventStream,
    Operation,
    OperationRow,
    Reply,
    StreamFrame,
    Transport,
)
from bedrock_llm.transport.deferred import DeferredTransport

__all__ = [
    "OPERATION_ROWS",
    "Call",
    "EventStream",
    "Operation",
    "OperationRow",
    "Reply",
    "StreamFrame",
    "Transport",
    "open_transport",
]


def open_transport(
    config: ModelConfig, *, session: object | None = None, client: object | None = None
) -> Transport:
    """Return a transport for a configuration; nothing is connected or looked up yet.

    Args:
        config: Region, profile, endpoint, API key, timeouts and concurrency.
        session: A ready `boto3.Session`, or None for one made from the configuration.
        client: A ready boto3 `bedrock-runtime` client; it then decides everything itself
            (region, credentials, timeouts, handlers) and runs in bounded threads.

    Returns:
        A transport; close it with `await transport.close()`. Its `fallback_reason` says why boto3
        itself sends the calls where the plan cannot.

    Raises:
        ConfigurationError: Both a session and a profile name were given, or a client and
            other keys than its own.
    """
    if client is not None:
        _check_one_identity(config, session)
        return DeferredTransport(partial(_over_client, client, config))
    if session is not None and config.profile_name is not None:
        raise ConfigurationError(
            f"both session= and profile_name={config.profile_name!r} were given, and a session has "
            "a profile already; give one of the two"
        )
    return DeferredTransport(partial(_over_plan, session, config))


def _check_one_identity(config: ModelConfig, session: object | None) -> None:
    given = {
        "session": session,
        "api_key": config.api_key,
        "profile_name": config.profile_name,
    }
    ignored = [f"{name}=" for name, value in given.items() if value is not None]
    if ignored:
        raise ConfigurationError(
            f"client= was given, and so was {', '.join(ignored)}, but a client has its own keys; "
            "leave out the one or the other"
        )


def _over_client(client: object, config: ModelConfig) -> Transport:
    from bedrock_llm.transport.client_transport import (  # noqa: PLC0415  import of bedrock_llm must load no boto3
        ClientTransport,
    )

    return ClientTransport(client, max_concurrency=config.max_concurrency)


def _over_plan(session: object | None, config: ModelConfig) -> Transport:
    from bedrock_llm.transport.client_source import (  # noqa: PLC0415  import of bedrock_llm must load no boto3
        ClientSource,
    )
    from bedrock_llm.transport.plan_transport import (  # noqa: PLC0415  nor aiohttp
        PlanTransport,
    )

    return PlanTransport(ClientSource(config, session=session), config=config)
