"""How much one connection and one document may bring, and the bucket that counts it.

Pure: no I/O, no clock (the caller passes seconds of a clock that never jumps).
"""

from dataclasses import dataclass

#: Of an item's title, and of a structured field that holds words: UTF-16 units, as browsers and the library count.
LONGEST_TITLE, LONGEST_FACT = 300, 2000


@dataclass(frozen=True)
class Limits:
    """Bounds of the drafting protocol. Sizes are bytes of the decoded update, rates are per second."""

    update_bytes: int = 64 * 1024
    state_vector_bytes: int = 32 * 1024
    awareness_bytes: int = 2 * 1024
    awareness_clients: int = 4
    #: Client ids, parts and deleted ranges of one update.
    clients: int = 64
    structs: int = 8192
    deletions: int = 16_384
    #: Letters one client may claim in one update; a larger claim would lock the owner of the client id out.
    run_units: int = 1 << 20
    title_units: int = LONGEST_TITLE
    fact_units: int = LONGEST_FACT
    fact_keys: int = 200
    #: Encoded document; from `document_warning` on, every acknowledgement says how full it is.
    document_bytes: int = 1024 * 1024
    document_warning: int = 768 * 1024
    messages_rate: float = 20.0
    messages_burst: float = 40.0
    bytes_rate: float = 32 * 1024.0
    bytes_burst: float = 256 * 1024.0
    awareness_rate: float = 5.0
    awareness_burst: float = 10.0
    #: Joins of one connection, all drafts together: a page joins every draft of its room at once.
    joins_rate: float = 2.0
    joins_burst: float = 40.0
    drafts_per_connection: int = 40
    connections_per_member: int = 3
    connections_per_room: int = 40
    #: How often a page compares what it shows with what the writer has, seconds.
    check_every: float = 30.0
    #: Undecided late contributions kept from one author in one draft.
    late_per_author: int = 5


class TokenBucket:
    """Starts full at `burst` and refills at `rate` a second. `now`: seconds of a clock that never jumps."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = float(burst)
        self._at: float | None = None

    def wait_for(self, amount: float, now: float) -> float:
        """Seconds until `amount` can be taken, 0 when it can be taken now; more than `burst` waits for a full bucket."""
        if self._at is not None:
            if now > self._at:
                self._level += (now - self._at) * self._rate
            if self._level > self._burst:
                self._level = self._burst
        self._at = now
        missing = min(self._burst, amount) - self._level
        return missing / self._rate if missing > 0.0 else 0.0

    def take(self, amount: float, now: float) -> bool:
        """Take `amount` (of more than `burst`, a full bucket), or nothing when there is not enough; asked at every frame."""
        level, at = self._level, self._at
        if at is not None and now > at:
            level += (now - at) * self._rate
        if level > self._burst:
            level = float(self._burst)
        self._at = now
        if amount > self._burst:
            amount = self._burst
        is_enough = amount <= level
        self._level = level - amount if is_enough else level
        return is_enough

    def give_back(self, amount: float) -> None:
        """Undo what was just taken."""
        self._level += amount


class Allowance:
    """What one connection may still send: messages, bytes, awareness and joins, each in its own bucket."""

    def __init__(self, limits: Limits) -> None:
        self._messages = TokenBucket(limits.messages_rate, limits.messages_burst)
        self._bytes = TokenBucket(limits.bytes_rate, limits.bytes_burst)
        self._awareness = TokenBucket(limits.awareness_rate, limits.awareness_burst)
        self._joins = TokenBucket(limits.joins_rate, limits.joins_burst)

    def update(self, size: int, now: float) -> float:
        """Seconds to wait before an update of `size` bytes may come; 0 takes it."""
        messages, data = self._messages, self._bytes
        if messages.take(1, now):
            if data.take(size, now):
                return 0.0
            messages.give_back(1)
        return max(messages.wait_for(1, now), data.wait_for(size, now))

    def awareness(self, now: float) -> bool:
        """Whether one more awareness message may pass."""
        return self._awareness.take(1, now)

    def join(self, now: float) -> float:
        """Seconds to wait before another join; 0 takes it."""
        wait = self._joins.wait_for(1, now)
        if wait == 0.0:
            self._joins.take(1, now)
        return wait
