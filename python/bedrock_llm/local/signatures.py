"""Check who calls: AWS Signature Version 4, or a Bedrock API key.

    request ─► Authorization ─┬─ AWS4-HMAC-SHA256 ─► parse ─► key, scope, clock, digest ─► SignedBy
                              └─ Bearer            ─► compare                           ─► SignedBy

The digest is computed by botocore's own `SigV4Auth` from the request as it arrived, so this check
shares no line with the library's signer. Digests and keys are compared in constant time. Nothing
here logs: botocore's signer logs only in `add_auth`, which is never called.

What AWS checks, in this order, and the codes it answers with:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html (2026-11-22).
The refusal of an API key reads as users quote it:
https://github.com/anomalyco/opencode/issues/47073 (2026-09-03).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, HTTPHeaders
from botocore.credentials import ReadOnlyCredentials

from bedrock_llm.errors import ServiceError
from bedrock_llm.local.credentials import LocalCredentials
from bedrock_llm.local.refusals import refuse

SERVICE_NAME = "bedrock"
"""The name that Bedrock's requests are signed for (`signingName` of the service model)."""

_ALGORITHM = "AWS4-HMAC-SHA256"
_TIMESTAMP = "%Y%m%dT%H%M%SZ"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<scope>[^,\s]+)\s*,\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>[^,\s]+)\s*"
)
_SCOPE_PARTS = 5
_TERMINATOR = "aws4_request"
_UNSIGNED = "UNSIGNED-PAYLOAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """Hold what a signature covers.

    Attributes:
        method: The HTTP method.
        raw_path: Path and query as they stood in the request line, still percent-encoded.
        headers: Header names and values as they arrived; look-ups do not regard case.
        body: The body's bytes.
    """

    method: str
    raw_path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """Hold what an Authorization header claims."""

    access_key_id: str
    day: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str


class _ReceivedSigner(SigV4Auth):
    """Sign again exactly the headers that the caller says it signed."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        """Return every header of the request: it was built from the signed ones alone."""
        return request.headers


class SignatureVerifier:
    """Decide whether a request comes from a known key.

    Args:
        credentials: The keys to accept.
        region_name: The region that a signature must name.
        clock: Tells the time, with a time zone.
        skew: How far the caller's clock may be off.
    """

    def __init__(
        self,
        credentials: Sequence[LocalCredentials],
        *,
        region_name: str,
        clock: Callable[[], datetime],
        skew: timedelta = timedelta(minutes=5),
    ) -> None:
        self._by_key_id = {known.access_key_id: known for known in credentials}
        self._api_keys = tuple(
            known.api_key.get_secret_value().encode()
            for known in credentials
            if known.api_key is not None
        )
        self._region_name = region_name
        self._clock = clock
        self._skew = skew

    def verify(self, request: ReceivedRequest) -> None:
        """Check one request.

        Args:
            request: The request as it arrived.

        Raises:
            ServiceError: The code AWS answers with: the signature, key, token, scope or date does
                not hold.
        """
        authorization = request.headers.get("Authorization", "")
        if not authorization:
            raise refuse("MissingAuthenticationTokenException", "Missing Authentication Token")
        scheme, _, parameters = authorization.partition(" ")
        try:
            _check_text(request)
            if scheme.lower() == "bearer":
                self._verify_api_key(parameters.strip())
            else:
                self._verify_signature(request, _parse_claim(request, authorization))
        except ValueError:  # bytes that are no UTF-8, or a Host that makes no URL
            raise _refuse_signature() from None

    def _verify_api_key(self, token: str) -> None:
        offered = token.encode()
        if not any([compare_digest(offered, known) for known in self._api_keys]):  # noqa: C419  every key is compared, so the time tells nothing
            raise refuse(
                "AccessDeniedException",
                "Authentication failed: Please make sure your API Key is valid.",
            )

    def _verify_signature(self, request: ReceivedRequest, claim: _Claim) -> None:
        known = self._find_credentials(claim, request.headers.get("X-Amz-Security-Token"))
        self._check_scope(claim)
        self._check_clock(claim)
        _check_signed_headers(claim, request.headers)
        _check_body_digest(request)
        if not compare_digest(_sign_again(request, claim, known), claim.signature.encode()):
            raise _refuse_signature()

    def _find_credentials(self, claim: _Claim, token: str | None) -> LocalCredentials:
        known = self._by_key_id.get(claim.access_key_id)
        if known is None or not _is_token_known(known, token):
            raise refuse(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        if known.expires_at is not None and known.expires_at <= self._clock():
            raise refuse(
                "ExpiredTokenException", "The security token included in the request is expired"
            )
        return known

    def _check_scope(self, claim: _Claim) -> None:
        if claim.region != self._region_name:
            raise refuse(
                "InvalidSignatureException",
                f"Credential should be scoped to a valid region, not {claim.region!r}; "
                f"this endpoint is {self._region_name!r}.",
            )
        if claim.service != SERVICE_NAME:
            raise refuse(
                "InvalidSignatureException",
                f"Credential should be scoped to correct service: {SERVICE_NAME!r}.",
            )

    def _check_clock(self, claim: _Claim) -> None:
        signed_at, now = _parse_timestamp(claim.timestamp), self._clock()
        earliest, latest = now - self._skew, now + self._skew
        minutes = f"{self._skew.total_seconds() / 60:g} min"
        if signed_at < earliest:
            raise refuse(
                "InvalidSignatureException",
                f"Signature expired: {claim.timestamp} is now earlier than "
                f"{earliest:{_TIMESTAMP}} ({now:{_TIMESTAMP}} - {minutes}.)",
            )
        if signed_at > latest:
            raise refuse(
                "InvalidSignatureException",
                f"Signature not yet current: {claim.timestamp} is still later than "
                f"{latest:{_TIMESTAMP}} ({now:{_TIMESTAMP}} + {minutes}.)",
            )
        if claim.day != claim.timestamp[:8]:
            raise refuse(
                "InvalidSignatureException",
                f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                f"from HTTP: {claim.day!r} != {claim.timestamp[:8]!r}.",
            )


def _check_text(request: ReceivedRequest) -> None:
    """Raise for header bytes that are no UTF-8: aiohttp hands them over as lone surrogates."""
    "".join((request.raw_path, *request.headers.values())).encode()


def _parse_claim(request: ReceivedRequest, authorization: str) -> _Claim:
    parsed = _AUTHORIZATION.fullmatch(authorization)
    scope = parsed["scope"].rsplit("/", _SCOPE_PARTS - 1) if parsed else []
    timestamp = request.headers.get("X-Amz-Date", "")
    if parsed is None or len(scope) != _SCOPE_PARTS or scope[-1] != _TERMINATOR or not timestamp:
        raise refuse(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' "
            f"parameters of {_ALGORITHM}, and existence of an 'X-Amz-Date' header.",
        )
    return _Claim(
        access_key_id=scope[0],
        day=scope[1],
        region=scope[2],
        service=scope[3],
        signed_headers=tuple(parsed["headers"].lower().split(";")),
        signature=parsed["signature"],
        timestamp=timestamp,
    )


@lru_cache(maxsize=64)
def _parse_timestamp(timestamp: str) -> datetime:
    try:
        return datetime.strptime(timestamp, _TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        raise refuse(
            "IncompleteSignatureException",
            f"Date must be in ISO-8601 'basic format'. Got {timestamp!r}.",
        ) from None


def _is_token_known(known: LocalCredentials, token: str | None) -> bool:
    if known.session_token is None or token is None:
        return known.session_token is None and token is None
    return compare_digest(known.session_token.get_secret_value().encode(), token.encode())


def _check_signed_headers(claim: _Claim, headers: Mapping[str, str]) -> None:
    """Require `host` and every `x-amz-…` header to be signed, and the signed ones to be there."""
    present = {name.lower() for name in headers}
    amazon = {name for name in present if name.startswith("x-amz-")}
    unsigned = ({"host"} | amazon).difference(claim.signed_headers)
    if unsigned:
        raise refuse(
            "InvalidSignatureException",
            f"{_quote(unsigned)} must be a 'SignedHeader' in the AWS Authorization.",
        )
    if not present.issuperset(claim.signed_headers):
        raise _refuse_signature()


def _quote(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def _check_body_digest(request: ReceivedRequest) -> None:
    claimed = request.headers.get("X-Amz-Content-SHA256", _UNSIGNED)
    if claimed != _UNSIGNED and not compare_digest(
        claimed.encode(), sha256(request.body).hexdigest().encode()
    ):
        raise _refuse_signature()


def _sign_again(request: ReceivedRequest, claim: _Claim, known: LocalCredentials) -> bytes:
    signer = _ReceivedSigner(
        ReadOnlyCredentials(
            known.access_key_id, known.secret_access_key.get_secret_value(), None, None
        ),
        claim.service,
        claim.region,
    )
    received = AWSRequest(
        method=request.method,
        url=f"http://{request.headers['Host']}{request.raw_path}",
        data=request.body,
        headers={name: request.headers[name] for name in claim.signed_headers},
    )
    received.context["timestamp"] = claim.timestamp
    canonical = signer.canonical_request(received)
    signature: str = signer.signature(signer.string_to_sign(received, canonical), received)
    return signature.encode()


def _refuse_signature() -> ServiceError:
    return refuse(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check "
        "your AWS Secret Access Key and signing method. Consult the service documentation for "
        "details.",
    )
