"""The hash chain of the audit log. Pure: no I/O, no clock.

An entry has an open part (which chain, which place, what act) and a sealed part (who, when, about what, which facts).
The seal is SHA-256 over a random salt and the sealed part; the entry's hash is SHA-256 over the previous hash, the open
part and the seal. So a changed, removed or reordered entry shows at the first place it was done, and an exported chain
can be verified without its sealed parts: what the attribution rule hides stays hidden, and the salt keeps it from
being guessed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
OPEN = ("chain", "seq", "act")
SEALED = ("at", "actor", "subject", "facts")


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    why: str


def canonical(entry: Mapping[str, Any], names: Sequence[str]) -> bytes:
    """The bytes that are hashed: the named fields as JSON, keys sorted, no spaces, UTF-8."""
    content = {name: entry[name] for name in names}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal(entry: Mapping[str, Any]) -> str:
    """SHA-256 of the entry's salt and its sealed part, as 64 hexadecimal digits."""
    return hashlib.sha256(entry["salt"].encode() + canonical(entry, SEALED)).hexdigest()


def entry_hash(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 of `previous`, the open part and the seal, as 64 hexadecimal digits."""
    content = previous.encode() + canonical(entry, OPEN) + _seal_of(entry).encode()
    return hashlib.sha256(content).hexdigest()


def sealed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry as it may leave the house under any attribution rule."""
    shown = {name: entry[name] for name in OPEN}
    return {**shown, "seal": _seal_of(entry), "previous_hash": entry["previous_hash"], "hash": entry["hash"]}


def first_break(entries: Iterable[Mapping[str, Any]]) -> Break | None:
    """The first bad entry of one chain given in order, sealed or whole, or None when all hold."""
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


def _seal_of(entry: Mapping[str, Any]) -> str:
    """Computed wherever the content is there; only of an exported entry it is taken as given."""
    return seal(entry) if "salt" in entry else str(entry["seal"])
