"""Rate limits when Redis is there, away, or silent: counted in any case, and nobody waits for it."""

import socket
import time
from collections.abc import Iterator

import pytest
from limits import parse

from consult.web.limiter import Limiter
from tests.running import free_port

TWO = parse("2 per minute")


@pytest.fixture
def silent() -> Iterator[str]:
    """A Redis that takes connections and never answers, as a frozen one does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def _attempts(limiter: Limiter, key: str) -> list[bool]:
    return [limiter.hit(TWO, "sign-in", key) for _ in range(3)]


def test_attempts_are_counted_while_redis_is_away() -> None:
    limiter = Limiter(f"redis://127.0.0.1:{free_port()}/0")
    assert _attempts(limiter, "kenya") == [True, True, False]
    assert not limiter.test(TWO, "sign-in", "kenya")
    limiter.clear(TWO, "sign-in", "kenya")
    assert limiter.test(TWO, "sign-in", "kenya")


def test_a_silent_redis_is_waited_for_once_and_not_long(silent: str) -> None:
    limiter, began = Limiter(silent), time.monotonic()
    assert _attempts(limiter, "canada") == [True, True, False]
    assert time.monotonic() - began < 2


def test_processes_count_together_in_redis(redis_url: str) -> None:
    key = f"chile-{time.time()}"
    here, there = Limiter(redis_url), Limiter(redis_url)
    assert [here.hit(TWO, "sign-in", key), there.hit(TWO, "sign-in", key), here.hit(TWO, "sign-in", key)] == [
        True,
        True,
        False,
    ]
    here.clear(TWO, "sign-in", key)
