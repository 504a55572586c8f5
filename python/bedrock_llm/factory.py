"""`ModelFactory`: from a model id to the implementation of its family."""

from typing import Any

from bedrock_llm.catalog import find_family, parse_model_id
from bedrock_llm.config import parse_config
from bedrock_llm.families import IMPLEMENTATIONS, ConverseImplementation
from bedrock_llm.model import BaseModelImplementation, Connections

_CONNECTIONS = ("session", "client", "transport")
_COMPANIONS = ("observers", "retry_policy", "base_model")


class ModelFactory:
    """Create models by id.

    Example:
        ::

            model = ModelFactory.create_model(
                "us.anthropic.claude-sonnet-4-6", region_name="us-east-1", max_tokens=512
            )
    """

    @staticmethod
    def create_model(model_name: str, **kwargs: Any) -> BaseModelImplementation:
        """Create the implementation that serves a model id.

        Args:
            model_name: A model id, a geography's inference profile id, or any ARN that Converse
                takes.
            **kwargs: In any order: fields of `ModelConfig` (`region_name`, `timeout`, ...),
                default generation parameters (`max_tokens`, `temperature`, ...), live objects
                (`session`, `client`, `transport`), `observers`, `retry_policy`, and `base_model`
                for an id that hides its model.

        Returns:
            The family's implementation; `ConverseImplementation` where no family has one.

        Raises:
            ModelIdError: The id cannot be read.
            UnknownModelError: No family is known for the id; the message lists them.
            ConfigurationError: A keyword is unknown (the nearest known one is named) or its value
                is refused.
            ParameterError: A generation parameter is refused.
        """
        connections = _take(kwargs, _CONNECTIONS)
        companions = _take(kwargs, _COMPANIONS)
        implementation = _find_implementation(companions.get("base_model") or model_name)
        return implementation(
            parse_config(model_name, kwargs),
            connections=Connections(**connections),
            **companions,
        )


def _take(keywords: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: keywords.pop(name) for name in names if name in keywords}


def _find_implementation(model_name: str) -> type[BaseModelImplementation]:
    model_id = parse_model_id(model_name)
    if model_id.base_id is None:
        return ConverseImplementation
    return IMPLEMENTATIONS.get(find_family(model_id).name, ConverseImplementation)
