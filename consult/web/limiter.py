"""Counting attempts: shared by all processes where there is Redis, and going on without it.

Nobody is kept from signing in because Redis is away or does not answer; this process then counts by itself.
"""

import logging
from typing import Any

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from consult import clock

log = logging.getLogger("consult.web")
#: How long Redis may take before this process counts by itself, and for how long it then asks no more.
PATIENCE_SECONDS = 0.3
PAUSE_SECONDS = 10.0


class Limiter:
    """`hit`, `test`, `get_window_stats` and `clear` of a moving window, as in the limits library."""

    def __init__(self, url: str = "") -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if url:
            patience = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
            storage: Any = storage_from_string(url, wrap_exceptions=True, **patience)
            self._shared = MovingWindowRateLimiter(storage)
        self._ask_again_at = float("-inf")

    def hit(self, limit: RateLimitItem, *key: str) -> bool:
        """Count one attempt; False, and not counted, when the limit is used up."""
        return bool(self._call("hit", limit, *key))

    def test(self, limit: RateLimitItem, *key: str) -> bool:
        """Whether one more attempt is allowed."""
        return bool(self._call("test", limit, *key))

    def get_window_stats(self, limit: RateLimitItem, *key: str) -> tuple[float, int]:
        """When the window begins anew (seconds since 1970 UTC), and attempts left."""
        reset, left = self._call("get_window_stats", limit, *key)
        return reset, left

    def clear(self, limit: RateLimitItem, *key: str) -> None:
        """Forget the attempts."""
        self._own.clear(limit, *key)
        self._call("clear", limit, *key)

    def _call(self, name: str, limit: RateLimitItem, *key: str) -> Any:
        if self._shared is not None and clock.monotonic() >= self._ask_again_at:
            try:
                return getattr(self._shared, name)(limit, *key)
            except StorageError as error:
                self._ask_again_at = clock.monotonic() + PAUSE_SECONDS
                log.warning("rate limits: counted by this process alone for a while: %s", error)
        return getattr(self._own, name)(limit, *key)
