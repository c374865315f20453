"""A draft and its room as the rules see them, read in one go. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from consult.rooms import timing


@dataclass(frozen=True, slots=True)
class RoomView:
    """What the rules ask about a room, as last read from the database."""

    id: int
    public_id: str
    state: str
    deadline_at: datetime | None
    paused_at: datetime | None
    closed_at: datetime | None
    epoch: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rules ask about a draft: its item's state and its room. Times are UTC."""

    consultation_id: int
    public_id: str
    state: str
    room: RoomView
    room_id: int

    def is_over_at(self, moment: datetime) -> bool:
        """Whether the room's time had run out at this moment, whatever its state says."""
        return timing.is_over_at(self.room.deadline_at, moment, paused=self.room.paused_at)


class LeaseView(NamedTuple):
    """Who holds a room's drafts: the process, and how often they changed hands."""

    owner: str
    fence: int


class DraftState(NamedTuple):
    """A draft as its row and its room's row say at one moment."""

    id: int
    seq: int
    snapshot_seq: int
    mirrored_seq: int
    public_id: str
    item_id: int
    epoch: int
    salt: str
    subject: Subject
    lease: LeaseView | None
    #: What the database said from `public_id` on, to see at the next reading whether anything changed.
    seen: tuple[Any, ...]
