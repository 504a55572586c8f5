"""Turn what boto3 raises into our exceptions.

Design on one page: one table, read top to bottom, the first class that fits wins. `ClientError` is
the service speaking and goes through `service_errors`; everything else is this process, its
configuration or the network. The host and the region are named wherever the network is to blame,
because a mistyped region shows itself as a host that cannot be found.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.eventstream import ParserError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoAuthTokenError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from bedrock_llm.errors import (
    BedrockLLMError,
    CallTimeoutError,
    ConfigurationError,
    ConnectionFailedError,
    CredentialsError,
    FrameError,
    InvalidRequestError,
    ResponseError,
)
from bedrock_llm.transport.service_errors import error_from_service, retry_after_seconds

__all__ = ["BOTO_ERRORS", "Circumstances", "map_boto_error"]

BOTO_ERRORS = (BotoCoreError, ClientError, HTTPError, OSError, ParserError, ResponseParserError)
"""What a boto3 call may raise for a reason that is not a bug of the caller."""

_NO_KEYS = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with profile_name=, or give "
    "a Bedrock API key with api_key= or AWS_BEARER_TOKEN_BEDROCK"
)
_NO_REGION = "give region_name=, set AWS_DEFAULT_REGION, or name a profile that has a region"
_NETWORK = "check the region name, the network, the proxy and the CA bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Say what was being done when an error came up.

    Attributes:
        model_id: The model id of the call, or None outside a call.
        operation: The operation, or a few words on what was done.
        region_name: The region, or None where none is known yet.
        host: The host or URL that was called, or None.
    """

    model_id: str | None = None
    operation: str = "the set-up of the connection"
    region_name: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    kinds: tuple[type[Exception], ...]
    ours: type[BedrockLLMError]
    way_out: str
    names_host: bool = False


_ROWS = (
    _Row(
        kinds=(NoCredentialsError, PartialCredentialsError, NoAuthTokenError),
        ours=CredentialsError,
        way_out=_NO_KEYS,
    ),
    _Row(
        kinds=(CredentialRetrievalError, TokenRetrievalError, SSOError, LoginError),
        ours=CredentialsError,
        way_out="log in again (`aws sso login` or `aws login`), or " + _NO_KEYS,
    ),
    _Row(kinds=(NoRegionError,), ours=ConfigurationError, way_out=_NO_REGION),
    _Row(
        kinds=(ProfileNotFound,),
        ours=ConfigurationError,
        way_out="name a profile of ~/.aws/config (`aws configure list-profiles`)",
    ),
    _Row(
        kinds=(ParamValidationError,),
        ours=InvalidRequestError,
        way_out="boto3 checks requests against the service model; correct the named member",
    ),
    _Row(
        kinds=(ReadTimeoutError, ConnectTimeoutError),
        ours=CallTimeoutError,
        way_out="raise timeout= or connect_timeout_seconds=",
        names_host=True,
    ),
    _Row(
        kinds=(BotoConnectionError, HTTPClientError, HTTPError),
        ours=ConnectionFailedError,
        way_out=_NETWORK,
        names_host=True,
    ),
    _Row(
        kinds=(ParserError,),
        ours=FrameError,
        way_out="the bytes were damaged on the way or are no event stream, send the call again",
    ),
    _Row(
        kinds=(ResponseParserError,),
        ours=ResponseError,
        way_out="the endpoint does not speak Bedrock's protocol, check endpoint_url",
    ),
    _Row(
        kinds=(BotoCoreError, ValueError),
        ours=ConfigurationError,
        way_out="correct the AWS configuration (environment, ~/.aws/config, arguments)",
    ),
    _Row(kinds=(OSError,), ours=ConnectionFailedError, way_out=_NETWORK, names_host=True),
)


def map_boto_error(error: Exception, circumstances: Circumstances) -> BedrockLLMError:
    """Return our exception for one of `BOTO_ERRORS`; raise it `from` the original.

    Args:
        error: What boto3, botocore or urllib3 raised.
        circumstances: What was being done.

    Returns:
        The mapped exception.
    """
    if isinstance(error, BedrockLLMError):
        return error
    if isinstance(error, ClientError):
        return _map_client_error(error, circumstances)
    row = next(row for row in _ROWS if isinstance(error, row.kinds))
    place = ""
    if row.names_host:
        place = f" (host {circumstances.host!r}, region {circumstances.region_name!r})"
    return row.ours(
        f"{circumstances.operation} failed{place}: {str(error).rstrip('.')}; {row.way_out}",
        model_id=circumstances.model_id,
    )


def _map_client_error(error: ClientError, circumstances: Circumstances) -> BedrockLLMError:
    response: Mapping[str, object] = error.response
    named, metadata = _mapping(response.get("Error")), _mapping(response.get("ResponseMetadata"))
    original, status_code = response.get("originalStatusCode"), metadata.get("HTTPStatusCode")
    request_id = metadata.get("RequestId")
    headers = {
        str(name): str(value) for name, value in _mapping(metadata.get("HTTPHeaders")).items()
    }
    return error_from_service(
        str(named.get("Code", "")),
        str(named.get("Message", "")),
        status_code=status_code if isinstance(status_code, int) else None,
        model_id=circumstances.model_id,
        request_id=str(request_id) if request_id else None,
        retry_after_seconds=retry_after_seconds(headers),
        operation=circumstances.operation,
        original_status_code=original if isinstance(original, int) else None,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
