"""How a run is done: the options of `run_batch`, and what of them its replies depend on."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bedrock_llm.errors import ConfigurationError
from bedrock_llm.wire import explain, suggest_name

DEFAULT_MODEL_ID = "amazon.nova-lite-v1:0"
"""The model of rows that name none: cheap, and sold on demand by its bare id in eight regions
(this library's catalog, 2026-11-22)."""


class BatchOptions(BaseModel):
    """Options of a batch run.

    Attributes:
        model_id: The model of rows that name none; None refuses such rows.
        template: Makes a prompt of a record's columns: `Translate {text} to {language}`.
        parameters: Generation parameters of rows that do not set them.
        concurrency: Calls in flight at most.
        limit: Stop after this many rows of the input; None reads it all.
        is_overwriting: Start over, whatever an earlier run left.
        is_retrying_failed: Call the rows again that an earlier start recorded as failed.
        has_meta: Put request id and latency on each line. They differ from call to call, so
            an interrupted run no longer ends with the same bytes as an uninterrupted one.
        grace_seconds: How long calls in flight may go on after a stop.
        region_name: The region that is called, where the price depends on it; None if unknown.
        labels: What else the replies depend on, such as the endpoint; continuing a run with
            other labels is refused.

    Raises:
        ConfigurationError: A name is unknown (the message has the nearest known one) or a value
            is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_id: str | None = DEFAULT_MODEL_ID
    template: str | None = None
    parameters: Mapping[str, object] = Field(default_factory=dict)
    concurrency: int = Field(default=32, ge=1, le=10_000)
    limit: int | None = Field(default=None, ge=1)
    is_overwriting: bool = False
    is_retrying_failed: bool = False
    has_meta: bool = False
    grace_seconds: float = Field(default=30.0, ge=0)
    region_name: str | None = None
    labels: Mapping[str, str] = Field(default_factory=dict)

    def __init__(self, /, **fields: Any) -> None:
        unknown = [name for name in fields if name not in type(self).model_fields]
        if unknown:
            hint = suggest_name(unknown[0], type(self).model_fields)
            raise ConfigurationError(f"unknown batch option {unknown[0]!r}{hint}")
        try:
            super().__init__(**fields)
        except ValidationError as error:
            place, problem = explain(error)
            raise ConfigurationError(f"batch option {place}: {problem}") from error

    def settings(self) -> dict[str, object]:
        """Collect what the output depends on beside the input."""
        return {
            "model_id": self.model_id,
            "template": self.template,
            "parameters": dict(self.parameters),
            "has_meta": self.has_meta,
            "region_name": self.region_name,
            **self.labels,
        }


def digest_settings(settings: Mapping[str, object]) -> str:
    """Hash settings, whatever the order of their keys."""
    text = json.dumps(settings, sort_keys=True, default=str)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
