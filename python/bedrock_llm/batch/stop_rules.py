"""Which failures end a run, because the next row would fail the same way.

    always                     nothing configured works without it: settings, credentials, tokens
                               that expired on the way
    before the first reply     the endpoint does not answer at all
    before the default model's first reply, on a row of it
                               the account may not use it, or this region has none such
                                   (Bedrock says so with a refusal, too: `MODEL_REFUSALS`)
    again and again            as many outages in a row as twice the calls in flight

Anything else is the row's own failure and is written in place of its reply. A row whose failure
ended the run is not in the journal: the next start calls it again.
"""

from bedrock_llm.errors import (
    AccessDeniedError,
    AuthenticationError,
    BedrockLLMError,
    ConfigurationError,
    ConnectionFailedError,
    ModelNotFoundError,
    QuotaExceededError,
    RequestRefusedError,
)

ALWAYS = (ConfigurationError, AuthenticationError)
BEFORE_A_REPLY = (ConnectionFailedError,)
BEFORE_THE_DEFAULTS_REPLY = (AccessDeniedError, ModelNotFoundError)
MODEL_REFUSALS = (
    "model identifier is invalid",
    "with on-demand throughput",
    "support the model that you provided",
)
"""What Bedrock's ValidationException says of an id that cannot be called, whatever the row."""
OUTAGES = (ConnectionFailedError, QuotaExceededError)

_FEWEST_OUTAGES = 20


class StopRules:
    """Watch the outcomes of a run and say when it must end.

    Args:
        concurrency: Calls in flight, which may all fail from one outage.
    """

    def __init__(self, concurrency: int) -> None:
        self._most_outages = max(_FEWEST_OUTAGES, 2 * concurrency)
        self._outages = 0
        self._has_reply = False
        self._has_default_reply = False

    def replied(self, *, is_default: bool) -> None:
        """Note a reply."""
        self._outages = 0
        self._has_reply = True
        self._has_default_reply = self._has_default_reply or is_default

    def must_stop(self, error: BedrockLLMError, *, is_default: bool) -> bool:
        """Note a failure and tell whether it ends the run."""
        self._outages = self._outages + 1 if isinstance(error, OUTAGES) else 0
        return (
            isinstance(error, ALWAYS)
            or (isinstance(error, BEFORE_A_REPLY) and not self._has_reply)
            or (is_default and not self._has_default_reply and _blames_model(error))
            or self._outages >= self._most_outages
        )


def _blames_model(error: BedrockLLMError) -> bool:
    if isinstance(error, RequestRefusedError):
        return any(text in error.message for text in MODEL_REFUSALS)
    return isinstance(error, BEFORE_THE_DEFAULTS_REPLY)
