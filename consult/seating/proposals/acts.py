"""The log of what was done to a proposal by hand: acts, each of one or several people. Pure: no I/O, no clock.

The log is a list of JSON entries, one a person, numbered by act, and only ever grows: taking an act back is an act of
its own. Entries written before acts were numbered are acts of their own too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ActKind(StrEnum):
    """What was done."""

    MOVED = "moved"
    EXCHANGED = "exchanged"
    #: Late joiners were given the seat that serves balance best.
    SEATED = "seated"
    #: A move that was offered for balance was made.
    ACCEPTED = "accepted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    #: The act that `Act.undoes` names was taken back.
    UNDONE = "undone"


@dataclass(frozen=True)
class Entry:
    """What an act did to one person: the number of the room before and after, None without a seat."""

    member: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Act:
    """One thing that somebody did."""

    #: From 1, in the order things were done.
    number: int
    kind: ActKind
    #: Public id of the member who did it.
    by: str
    #: ISO 8601, UTC.
    at: str
    reason: str
    entries: tuple[Entry, ...]
    #: Whether it moved real seats, after the proposal was applied.
    in_rooms: bool = False
    #: Number of the act that this one took back.
    undoes: int | None = None
    #: Whether a later act took it back.
    is_undone: bool = False


def acts(log: Sequence[Mapping[str, Any]]) -> list[Act]:
    """The acts of a log, in the order they were done."""
    grouped: dict[int, list[Mapping[str, Any]]] = {}
    for position, row in enumerate(log, 1):
        grouped.setdefault(row.get("act", position), []).append(row)
    undone = {row["undoes"] for row in log if row.get("undoes")}
    return [
        Act(
            number=number,
            kind=ActKind(rows[0].get("kind", ActKind.MOVED)),
            by=rows[0]["by"],
            at=rows[0]["at"],
            reason=rows[0].get("reason", ""),
            entries=tuple(Entry(row["member"], row["from"], row["to"]) for row in rows),
            in_rooms=bool(rows[0].get("in_rooms")),
            undoes=rows[0].get("undoes"),
            is_undone=number in undone,
        )
        for number, rows in grouped.items()
    ]


def with_act(
    log: Sequence[Mapping[str, Any]],
    kind: ActKind,
    entries: Sequence[Entry],
    *,
    by: str,
    at: str,
    reason: str = "",
    in_rooms: bool = False,
    undoes: int | None = None,
) -> list[dict[str, Any]]:
    """The log with one more act; as it was when the act touched nobody."""
    number = max((act.number for act in acts(log)), default=0) + 1
    shared: dict[str, Any] = {"act": number, "kind": kind.value, "by": by, "at": at, "reason": reason}
    shared |= ({"in_rooms": True} if in_rooms else {}) | ({"undoes": undoes} if undoes else {})
    rows = [{**shared, "member": e.member, "from": e.before, "to": e.after} for e in entries]
    return [*map(dict, log), *rows]


def undoable(log: Sequence[Mapping[str, Any]]) -> Act | None:
    """The newest act that can be taken back; None when there is none. Moves of real seats are moved back by hand."""
    found = [a for a in acts(log) if a.kind != ActKind.UNDONE and not a.is_undone and not a.in_rooms]
    return found[-1] if found else None


def replayed(
    seats: Mapping[str, int], log: Sequence[Mapping[str, Any]], *, in_rooms: bool = False
) -> dict[str, int]:
    """The seats after the acts of a log.

    Args:
        seats: member -> room number, before the first act.
        in_rooms: replay the moves of real seats; otherwise those of the proposal.
    """
    found = dict(seats)
    for act in acts(log):
        if act.in_rooms == in_rooms:
            for entry in act.entries:
                found.pop(entry.member, None)
                if entry.after is not None:
                    found[entry.member] = entry.after
    return found


def last_entries(log: Sequence[Mapping[str, Any]]) -> dict[str, Act]:
    """Member -> the last act that changed their seat."""
    return {e.member: act for act in acts(log) for e in act.entries if e.before != e.after}
