"""Which endpoint a run calls: AWS as it is configured, or one on this machine.

    --local            ─► local_endpoint() ─► its URL, region and key, in a session of its own
    otherwise          ─► boto3's own configuration, --region, --profile, --endpoint-url over it

The session of the local endpoint reads neither `~/.aws` nor any `AWS_` variable, and no proxy: an
offline run never touches, and is never disturbed by, what the user has set up for AWS.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session as CoreSession

from bedrock_llm.batch import CreateModel
from bedrock_llm.errors import ConfigurationError
from bedrock_llm.factory import ModelFactory
from bedrock_llm.local import FaultPlan, LocalEndpoint, local_endpoint

# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (2026-11-22)
_URL_VARIABLES = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTarget:
    """Hold an endpoint that can be called.

    Attributes:
        create_model: Makes models that call it.
        region_name: The region that is called, which some prices depend on; None if unknown.
    """

    create_model: CreateModel
    region_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Name the endpoint a run was asked to call.

    Attributes:
        is_local: Start an endpoint on this machine and call that.
        faults: What goes wrong there on purpose, as `name=value`.
        region_name: The AWS region, or None for the configured one.
        profile_name: The profile of `~/.aws/config`, or None for the configured one.
        endpoint_url: The URL to call in place of AWS's own, or None.
    """

    is_local: bool = False
    faults: Sequence[str] = ()
    region_name: str | None = None
    profile_name: str | None = None
    endpoint_url: str | None = None

    @property
    def label(self) -> str:
        """Name the endpoint in the settings of a run: replies of one are not those of another."""
        return "local" if self.is_local else self.endpoint_url or _environment_url() or "aws"

    @contextmanager
    def open(self) -> Iterator["OpenTarget"]:
        """Open the endpoint; it is closed with the context.

        Raises:
            ConfigurationError: Options contradict each other, or a fault is unknown.
        """
        self._check()
        if not self.is_local:
            yield OpenTarget(create_model=self._aws_models(), region_name=self._configured_region())
            return
        with local_endpoint(FaultPlan.parse(self.faults)) as endpoint:
            create_model = partial(
                ModelFactory.create_model,
                session=isolated_session(endpoint),
                region_name=endpoint.region_name,
                endpoint_url=endpoint.url,
            )
            yield OpenTarget(create_model=create_model, region_name=endpoint.region_name)

    def _check(self) -> None:
        aws = {
            "--region": self.region_name,
            "--profile": self.profile_name,
            "--endpoint-url": self.endpoint_url,
        }
        named = [option for option, value in aws.items() if value is not None]
        if self.is_local and named:
            raise ConfigurationError(f"--local calls this machine; leave out {', '.join(named)}")
        if self.faults and not self.is_local:
            raise ConfigurationError("--fault breaks the endpoint of --local only; add --local")

    def _configured_region(self) -> str | None:
        if self.region_name is not None:
            return self.region_name
        try:
            return boto3.Session(profile_name=self.profile_name).region_name
        except BotoCoreError:
            return None  # the first call says what is wrong with the configuration

    def _aws_models(self) -> CreateModel:
        given = {
            "region_name": self.region_name,
            "profile_name": self.profile_name,
            "endpoint_url": self.endpoint_url,
        }
        settings: dict[str, Any] = {name: value for name, value in given.items() if value}
        return partial(ModelFactory.create_model, **settings)


def _environment_url() -> str | None:
    """Find the URL that boto3 takes from the environment, without a password in it."""
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    found = next(filter(None, map(os.environ.get, _URL_VARIABLES)), None)
    return None if found is None else re.sub(r"//[^/]*@", "//", found)


def isolated_session(endpoint: LocalEndpoint) -> boto3.Session:
    """Make a session that knows the endpoint's key and nothing of the user's AWS set-up."""
    core = CoreSession(
        session_vars={
            "profile": (None, [], None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    # Explicit, because AWS_BEARER_TOKEN_BEDROCK and HTTP_PROXY would win otherwise.
    core.set_default_client_config(Config(signature_version="v4", proxies={}))
    return boto3.Session(
        aws_access_key_id=endpoint.access_key_id,
        aws_secret_access_key=endpoint.secret_access_key,
        region_name=endpoint.region_name,
        botocore_session=core,
    )
