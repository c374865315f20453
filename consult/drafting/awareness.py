"""Carets: what one page says about where its person is, checked, and signed by the server.

Decides which carets are taken and in which form they go out; refuses to decide under which name a person appears (the caller
passes it). Pure: no I/O, no clock.
Source: y-protocols `awareness.js`: count, then per entry client id, clock and a JSON state; the state `null` means gone.
"""

import json
from dataclasses import dataclass
from typing import Any

from consult.drafting import schema
from consult.drafting.lib0 import (
    MAX_SAFE_INTEGER,
    Malformed,
    Reader,
    write_text,
    write_uint,
)
from consult.drafting.limits import Limits
from consult.drafting.protocol import invalid
from consult.drafting.walker import ClientId

#: Which field a person is in, when it is not the text: "title", or the name of a fact.
_FIELD = "field"
_CURSOR = "cursor"
#: Made once, since `json.dumps` would make an encoder for every caret.
_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Caret:
    """What one client id says; `state` None means that it is gone."""

    client: ClientId
    clock: int
    state: dict[str, Any] | None

    def signed(self, user: dict[str, str]) -> "Caret":
        """The same caret under the name the server gives."""
        return self if self.state is None else Caret(self.client, self.clock, {**self.state, "user": user})

    def gone(self) -> "Caret":
        """What tells the others that this caret is gone."""
        return Caret(self.client, self.clock + 1, None)


def carets(data: bytes, limits: Limits) -> tuple[Caret, ...]:
    """The carets in an awareness message; everything but position and field is dropped.

    Raises:
        Refused: `invalid`.
    """
    if len(data) > limits.awareness_bytes:
        invalid("awareness: too long")
    reader = Reader(data)
    try:
        count = reader.count(4)
        if count > limits.awareness_clients:
            invalid("awareness: too many clients")
        found = tuple(_caret(reader, limits) for _ in range(count))
    except Malformed as error:
        invalid(f"awareness: {error}")
    if not reader.at_end:
        invalid("awareness: bytes left over")
    return found


def message(shown: list[Caret]) -> bytes:
    """Carets as one awareness message."""
    parts = [write_uint(len(shown))]
    for caret in shown:
        parts += [write_uint(caret.client), write_uint(caret.clock), write_text(_json(caret.state))]
    return b"".join(parts)


def _caret(reader: Reader, limits: Limits) -> Caret:
    client, clock = reader.uint(), reader.uint()
    if clock >= MAX_SAFE_INTEGER >> 8:
        raise Malformed("clock")
    try:
        state = json.loads(reader.text(limits.awareness_bytes))
    except (ValueError, RecursionError):
        raise Malformed("state") from None
    if state is None:
        return Caret(client, clock, None)
    if not isinstance(state, dict):
        raise Malformed("state")
    return Caret(client, clock, _kept(state))


def _kept(state: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {_CURSOR: _cursor(state.get(_CURSOR))}
    name = state.get(_FIELD)
    if isinstance(name, str) and (name == schema.TITLE_ROOT or schema.is_fact_key(name)):
        kept[_FIELD] = name
    return kept


def _cursor(cursor: object) -> dict[str, Any] | None:
    if not isinstance(cursor, dict):
        return None
    ends = {end: _position(cursor.get(end)) for end in ("anchor", "head")}
    return None if None in ends.values() else ends


def _position(value: object) -> dict[str, Any] | None:
    """A relative position: beside a letter, or at the end of an element or root."""
    if not isinstance(value, dict):
        return None
    assoc = value.get("assoc", 0)
    root = value.get("tname")
    if (
        root not in (None, schema.TEXT_ROOT, schema.TITLE_ROOT)
        or assoc not in (-1, 0)
        or isinstance(assoc, bool)
    ):
        return None
    return {
        "type": _id(value.get("type")),
        "tname": root,
        "item": _id(value.get("item")),
        "assoc": assoc,
    }


def _id(value: object) -> dict[str, int] | None:
    if not isinstance(value, dict):
        return None
    pair = {name: value.get(name) for name in ("client", "clock")}
    if any(
        not isinstance(part, int) or isinstance(part, bool) or not 0 <= part <= MAX_SAFE_INTEGER
        for part in pair.values()
    ):
        return None
    return pair  # type: ignore[return-value]
