"""Give each request an identity that does not depend on when it arrived.

    path, body bytes ──► digest ──how often seen──► Identity(digest, attempt, request id)

The same bytes sent again are the next attempt: faults draw anew and the request id differs. What
was seen is remembered for the last 65 536 digests.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

_MOST_REMEMBERED = 65_536
_DIGEST_BYTES = 16
_UUID_VERSION = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Hold who a request is.

    Attributes:
        digest: A digest of its path and body.
        attempt: How often these bytes were seen, from 1.
        request_id: A UUID made of both and of the endpoint's seed.
    """

    digest: bytes
    attempt: int
    request_id: str


class IdentityBook:
    """Tell repeated requests apart.

    Args:
        seed: The endpoint's seed.
    """

    def __init__(self, seed: int) -> None:
        self._key = blake2b(str(seed).encode(), digest_size=_DIGEST_BYTES).digest()
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def identify(self, raw_path: str, body: bytes) -> Identity:
        """Identify one request, and remember it.

        Args:
            raw_path: Path and query.
            body: The body's bytes.

        Returns:
            Its identity.
        """
        digest = self._hash(raw_path.encode(errors="surrogateescape"), body)
        attempt = self._seen.pop(digest, 0) + 1
        self._seen[digest] = attempt
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)
        request_id = UUID(bytes=self._hash(digest, attempt.to_bytes(8)), version=_UUID_VERSION)
        return Identity(digest=digest, attempt=attempt, request_id=str(request_id))

    def _hash(self, first: bytes, second: bytes) -> bytes:
        digest = blake2b(first, key=self._key, digest_size=_DIGEST_BYTES)
        digest.update(b"\0")
        digest.update(second)
        return digest.digest()
