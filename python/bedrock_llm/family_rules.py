"""`FamilyRules`: where a family reads the parameters that Converse has no field for.

A rule is data. `top_k` for Claude is `additionalModelRequestFields.top_k`; for Nova it is
`additionalModelRequestFields.inferenceConfig.topK`; a family without a path for a parameter does
not take it, and saying so before the call is kinder than Bedrock's 400 after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bedrock_llm.catalog import ModelProfile
from bedrock_llm.errors import ParameterError
from bedrock_llm.parameters import GenerationParameters
from bedrock_llm.wire import JsonValue

# The parameters that Converse has no field for.
ADDITIONAL_PARAMETERS = ("top_k", "thinking")


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRules:
    """What a family needs beyond Converse's own fields.

    Attributes:
        name: The family's name in the catalog.
        additional_paths: For each parameter that Converse has no field for, the keys under
            `additionalModelRequestFields` at which this family reads it. A parameter without a
            path is refused.
    """

    name: str
    additional_paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def build_additional_fields(
        self, parameters: GenerationParameters, *, model_id: str
    ) -> dict[str, JsonValue]:
        """Build the `additionalModelRequestFields` of the parameters that are set.

        Raises:
            ParameterError: This family does not take one of them.
        """
        fields: dict[str, JsonValue] = {}
        for name in ADDITIONAL_PARAMETERS:
            value = getattr(parameters, name)
            if value is not None:
                _place(fields, self._path(name, model_id), value)
        return fields

    def _path(self, name: str, model_id: str) -> tuple[str, ...]:
        if name not in self.additional_paths:
            raise ParameterError(
                f"{name!r} is not taken by {model_id!r} (family {self.name!r}); leave it out, or "
                "pass the model's own field in additional_model_request_fields",
                model_id=model_id,
            )
        return self.additional_paths[name]


def check_output_limit(
    parameters: GenerationParameters, profile: ModelProfile | None, *, model_id: str
) -> None:
    """Check `max_tokens` against what the model can give.

    Only a limit that is known for this very model counts; a family's conservative guess does not.

    Raises:
        ParameterError: More is asked for than the model gives.
    """
    if profile is None or profile.is_conservative or profile.max_output_tokens is None:
        return
    asked = parameters.max_tokens
    if asked is not None and asked > profile.max_output_tokens:
        raise ParameterError(
            f"max_tokens={asked} is more than the {profile.max_output_tokens} tokens that "
            f"{model_id!r} can give; lower it, or correct the limit with register_model()",
            model_id=model_id,
        )


def _place(fields: dict[str, JsonValue], path: tuple[str, ...], value: JsonValue) -> None:
    *parents, last = path
    for key in parents:
        child = fields.setdefault(key, {})
        if not isinstance(child, dict):
            raise ParameterError(f"{key!r} in the path {path!r} already holds {child!r}")
        fields = child
    fields[last] = value
