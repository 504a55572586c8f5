"""What an endpoint is told at its start, besides its faults and its keys."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, field_validator

from bedrock_llm.local.configuration import build_configuration


class LocalSettings(BaseModel):
    """Configure a local endpoint.

    Attributes:
        host: The loopback address to listen on; nothing else is accepted.
        region_name: The region that signatures must name.
        seed: Changes every reply and every request id.
        base_models: For ids that hide their model (application profiles, provisioned or imported
            models), the id of the model to answer as.
        counts_every_model: CountTokens answers for every id; otherwise it refuses, as Bedrock
            does, a geography prefix and every model that it does not count for.
        requires_profiles: Refuse a bare id whose model is sold through inference profiles only.
        clock_skew_seconds: How far a signature's date may be off.
        max_body_bytes: The largest request body.
        certificate_file: A PEM file with a certificate and its private key: the endpoint then
            speaks TLS. boto3 sends API keys over TLS only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    region_name: Annotated[str, Field(min_length=1)] = "us-east-1"
    seed: int = 0
    base_models: Mapping[str, str] = {}
    counts_every_model: bool = False
    requires_profiles: bool = False
    clock_skew_seconds: Annotated[float, Field(gt=0)] = 300.0
    max_body_bytes: Annotated[int, Field(gt=0)] = 64 * 1024 * 1024
    certificate_file: FilePath | None = None

    @classmethod
    def build(cls, values: Mapping[str, object]) -> Self:
        """Build settings from outside values.

        Args:
            values: Field names and values.

        Returns:
            The settings.

        Raises:
            ConfigurationError: A name is unknown or a value is refused.
        """
        return build_configuration(cls, values, noun="the endpoint's configuration")

    @field_validator("host")
    @classmethod
    def _check_loopback(cls, host: str) -> str:
        """Refuse an address that other machines reach: the keys are public and it answers all."""
        if host == "localhost":
            return "127.0.0.1"
        try:
            is_loopback = ip_address(host).is_loopback
        except ValueError:
            is_loopback = False
        if not is_loopback:
            raise ValueError(
                f"the local endpoint listens on loopback only, not on {host!r}; use 127.0.0.1 or "
                "::1, and a tunnel where another machine must reach it"
            )
        return host
