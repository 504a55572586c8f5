"""Ask botocore for credentials on every call without ever blocking the event loop.

Design on one page:

    CredentialSource.current ───► far from expiry: read in place, about a microsecond
                     └► None ───► refreshed: one refresh in a thread, shared by all waiters

botocore's credentials refresh themselves inside `get_frozen_credentials()`, which then talks to
the metadata service, STS or single sign-on. Whether it would is asked first, with botocore's own
`refresh_needed()`; an object of an unknown class is always asked in the thread.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from botocore.credentials import Credentials

from bedrock_llm.transport.boto_errors import BOTO_ERRORS, Circumstances, map_boto_error
from bedrock_llm.transport.setup_threads import result_of, start_in_thread
from bedrock_llm.transport.signing import FrozenCredentials

__all__ = ["CredentialSource"]


class CredentialSource:
    """Give the current keys of one botocore credentials object."""

    def __init__(self, provider: Any) -> None:
        self._provider = provider
        self._refresh_needed: Callable[[], bool] | None = getattr(provider, "refresh_needed", None)
        self._is_unknown = type(provider) is not Credentials
        self._lock = threading.Lock()
        self._refresh: Future[FrozenCredentials] | None = None

    def current(self) -> FrozenCredentials | None:
        """Return one consistent set of keys, or None where asking for them may block."""
        may_block = self._is_unknown if self._refresh_needed is None else self._refresh_needed()
        if may_block:
            return None
        keys: FrozenCredentials = self._provider.get_frozen_credentials()
        return keys

    async def refreshed(self) -> FrozenCredentials:
        """Return one consistent set of keys, asked for in a thread.

        Raises:
            CredentialsError: The keys expired and cannot be refreshed.
        """
        with self._lock:
            if self._refresh is None or self._refresh.done():
                self._refresh = start_in_thread(self._provider.get_frozen_credentials)
            refresh = self._refresh
        try:
            return await result_of(refresh)
        except BOTO_ERRORS as error:
            circumstances = Circumstances(operation="the refresh of the credentials")
            raise map_boto_error(error, circumstances) from error
