"""Keys are asked for on every call; a refresh runs once, in a thread, and never on the loop."""

import asyncio
import threading
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import CredentialRetrievalError

from bedrock_llm.errors import CredentialsError
from bedrock_llm.transport.credentials import CredentialSource


def refreshable(lifetime: timedelta, refresh_using: Any) -> RefreshableCredentials:
    return RefreshableCredentials(
        "old", "secret", "token", datetime.now(UTC) + lifetime, refresh_using, "test"
    )


def fresh(access_key: str) -> dict[str, str]:
    expiry = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    keys = {"access_key": access_key, "secret_key": "s", "token": "t"}
    return {**keys, "expiry_time": expiry}


def test_static_keys_are_read_in_place() -> None:
    source = CredentialSource(Credentials("key", "secret"))
    assert source.current().access_key == "key"


def test_keys_far_from_expiry_are_read_in_place() -> None:
    provider = refreshable(timedelta(hours=1), lambda: pytest.fail("no refresh is due"))
    source = CredentialSource(provider)
    assert source.current().access_key == "old"


def test_a_due_refresh_runs_once_in_a_thread_while_the_loop_goes_on() -> None:
    may_finish, threads = threading.Event(), []

    class Due:
        def refresh_needed(self) -> bool:
            return True

        def get_frozen_credentials(self) -> str:
            threads.append(threading.current_thread())
            may_finish.wait(10)
            return "new"

    source = CredentialSource(Due())
    assert source.current() is None

    async def ask_at_once() -> set[Any]:
        waiting = [asyncio.create_task(source.refreshed()) for _ in range(20)]
        await asyncio.sleep(0)
        may_finish.set()
        return set(await asyncio.gather(*waiting))

    assert asyncio.run(ask_at_once()) == {"new"}
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_keys_near_expiry_are_renewed() -> None:
    source = CredentialSource(refreshable(timedelta(minutes=1), lambda: fresh("new")))
    assert source.current() is None
    assert asyncio.run(source.refreshed()).access_key == "new"
    current = source.current()
    assert current is not None
    assert current.access_key == "new"


def test_a_caller_that_gives_up_does_not_cancel_the_refresh_of_the_others() -> None:
    source = CredentialSource(Credentials("key", "secret"))
    source._refresh = Future()

    async def ask_twice_and_cancel_one() -> Any:
        first, second = (asyncio.create_task(source.refreshed()) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        source._refresh.set_result("new")
        return await second

    assert asyncio.run(ask_twice_and_cancel_one()) == "new"


def test_keys_of_an_unknown_class_are_asked_for_in_a_thread() -> None:
    threads = []

    class Odd:
        def get_frozen_credentials(self) -> str:
            threads.append(threading.current_thread())
            return "keys"

    source = CredentialSource(Odd())
    assert source.current() is None
    assert asyncio.run(source.refreshed()) == "keys"
    assert threads[0] is not threading.main_thread()


def test_a_refresh_that_fails_on_expired_keys_is_told() -> None:
    def refresh() -> dict[str, str]:
        raise CredentialRetrievalError(provider="sso", error_msg="log in")

    source = CredentialSource(refreshable(-timedelta(minutes=1), refresh))
    with pytest.raises(CredentialsError, match="log in"):
        asyncio.run(source.refreshed())
