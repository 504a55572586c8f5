"""What to try after an error, one row per kind of error.

The first row whose class fits wins, so narrow classes stand above wide ones. Messages say the way
out of their own case; a hint is what holds for the whole kind on a command line.
"""

from dataclasses import dataclass

from bedrock_llm.errors import (
    AccessDeniedError,
    AuthenticationError,
    BedrockLLMError,
    CallTimeoutError,
    ConfigurationError,
    ConnectionFailedError,
    CredentialsError,
    MissingExtraError,
    ModelNotFoundError,
    ThrottledError,
    UnknownModelError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Say what to try after one kind of error.

    Attributes:
        kind: The class of the error.
        text: What to try.
        about: Words of the messages the hint is for; empty for all of the kind.
    """

    kind: type[BedrockLLMError]
    text: str
    about: str = ""


HINTS = (
    Hint(
        kind=CredentialsError,
        text="`aws configure` or `aws sso login` makes credentials; --profile chooses them; "
        "--local runs without any",
    ),
    Hint(
        kind=AuthenticationError,
        text="the credentials were refused: renew them (`aws sso login`) or choose others with "
        "--profile",
    ),
    Hint(
        kind=AccessDeniedError,
        text="allow the identity bedrock:InvokeModel on this model, or choose another --model",
    ),
    Hint(
        kind=ModelNotFoundError,
        text="`bedrock-llm models` lists ids and the geographies they are sold in; check --region",
    ),
    Hint(kind=UnknownModelError, text="`bedrock-llm models` lists the ids known here"),
    Hint(
        kind=ConnectionFailedError,
        text="check --region, --endpoint-url and the network; --local needs none",
    ),
    Hint(kind=CallTimeoutError, text="check the network, or lower --max-tokens"),
    Hint(kind=ThrottledError, text="lower --concurrency, or ask for a higher quota"),
    Hint(
        kind=ConfigurationError,
        text="--region names one, such as us-east-1; --local needs none",
        about="specify a region",
    ),
    Hint(kind=MissingExtraError, text="install the extra and start again"),
)


def find_hint(error: BedrockLLMError) -> str | None:
    """Find what to try after an error, or None."""
    return next(
        (row.text for row in HINTS if isinstance(error, row.kind) and row.about in error.message),
        None,
    )
