"""Which models the endpoint answers for.

    model id ──ModelDirectory.find──► HostedModel(id, profile, tokenizer), or Bedrock's refusal

The catalog says what a model can do and the tokenizer counts for it; both are looked up once per
id. `count_input` is the only place where the endpoint counts a request, and it counts with the
library's own core: what the endpoint bills is what the library predicts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bedrock_llm.catalog import ModelId, ModelProfile, find_profile, parse_model_id
from bedrock_llm.context import count_request
from bedrock_llm.errors import InvalidRequestError, ModelIdError, UnknownModelError
from bedrock_llm.local.refusals import refuse, refuse_invalid
from bedrock_llm.local.settings import LocalSettings
from bedrock_llm.requests import Request
from bedrock_llm.tokens import Tokenizer

_MOST_KNOWN = 1_024
_DEFAULT_OUTPUT_TOKENS = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedModel:
    """Hold a model that the endpoint answers for.

    Attributes:
        model_id: The id as the caller wrote it.
        identity: The id, read.
        profile: What the catalog knows.
        tokenizer: What counts for it.
    """

    model_id: str
    identity: ModelId
    profile: ModelProfile
    tokenizer: Tokenizer

    @property
    def max_output_tokens(self) -> int:
        """The longest reply, in tokens; 4 096 where no source says."""
        return self.profile.max_output_tokens or _DEFAULT_OUTPUT_TOKENS

    def count_input(self, body: Mapping[str, object]) -> int:
        """Count the input tokens of a Converse body.

        Args:
            body: A checked body, blobs as bytes.

        Returns:
            Tokens; at least 1, as Bedrock reports.

        Raises:
            ServiceError: The library cannot read the body as a request.
        """
        try:
            request = Request.from_converse(body, model_id=self.model_id)
        except InvalidRequestError as error:
            raise refuse_invalid(f"Malformed input request: {error.message}") from error
        return max(1, count_request(request, tokenizer=self.tokenizer).tokens)


class ModelDirectory:
    """Find models, and remember them.

    Args:
        settings: Names the models behind ids that hide theirs, and how strict to be.
    """

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings
        self._known: dict[str, HostedModel] = {}

    def find(self, model_id: str) -> HostedModel:
        """Find a model.

        Args:
            model_id: The id of the request's path, decoded.

        Returns:
            The model.

        Raises:
            ServiceError: What Bedrock says to an id it does not know.
        """
        known = self._known.get(model_id)
        if known is None:
            known = self._look_up(model_id)
            if len(self._known) < _MOST_KNOWN:
                self._known[model_id] = known
        return known

    def _look_up(self, model_id: str) -> HostedModel:
        named = self._settings.base_models.get(model_id, model_id)
        try:
            identity = parse_model_id(named)
            profile = find_profile(named)
        except ModelIdError as error:
            raise refuse_invalid("The provided model identifier is invalid.") from error
        except UnknownModelError as error:
            if not model_id.startswith("arn:"):
                raise refuse_invalid("The provided model identifier is invalid.") from error
            raise refuse(
                "ResourceNotFoundException", "The specified resource ARN was not found."
            ) from error
        self._check_throughput(identity, profile)
        return HostedModel(
            model_id=model_id,
            identity=identity,
            profile=profile,
            tokenizer=Tokenizer.for_model(named),
        )

    def _check_throughput(self, identity: ModelId, profile: ModelProfile) -> None:
        """Source of the wording: https://github.com/cline/cline/issues/2482 (2026-11-22)."""
        is_bare = identity.geography is None and identity.base_id is not None
        if self._settings.requires_profiles and is_bare and profile.is_sold_in_region is False:
            raise refuse_invalid(
                f"Invocation of model ID {identity.raw} with on-demand throughput isn't "
                "supported. Retry your request with the ID or ARN of an inference profile that "
                "contains this model."
            )
