"""The hash chain of the audit log. Pure: no I/O, no clock.

Each entry's hash is SHA-256 over the previous hash and the entry's canonical JSON, so that changing, removing or
reordering any entry shows at the first place it was done.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
FIELDS = ("chain", "seq", "at", "actor", "act", "subject", "facts")


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    why: str


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: the entry's fields as JSON, keys sorted, no spaces, UTF-8."""
    content = {name: entry[name] for name in FIELDS}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entry_hash(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 of `previous` and the canonical entry, as 64 hexadecimal digits."""
    return hashlib.sha256(previous.encode() + canonical(entry)).hexdigest()


def first_break(entries: Iterable[Mapping[str, Any]]) -> Break | None:
    """The first bad entry of one chain given in order, or None when all hold."""
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry["seq"] != expected:
            return Break(expected, f"entry {expected} is missing; the next one found is {entry['seq']}")
        if entry["previous_hash"] != previous:
            return Break(expected, "it does not follow from the entry before it")
        if entry_hash(previous, entry) != entry["hash"]:
            return Break(expected, "its content is not what was recorded")
        previous, expected = entry["hash"], expected + 1
    return None
