"""Every live event: name, version, fields. The wire contract, documented in `docs/live-events.md`. Pure.

Events say what changed by public id; a page fetches what it shows. None carries text, a choice or a person's data.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    name: ClassVar[str]
    version: ClassVar[int] = 1

    def data(self) -> dict[str, Any]:
        """The fields, JSON-ready."""
        return asdict(self)


@dataclass(frozen=True)
class ConsultationChanged(Event):
    """Title, dates, programme or documents changed."""

    name: ClassVar[str] = "consultation.changed"
    consultation: str


@dataclass(frozen=True)
class SessionChanged(Event):
    """A session opened, closed or was edited."""

    name: ClassVar[str] = "session.changed"
    session: str
    state: str


@dataclass(frozen=True)
class RoundChanged(Event):
    """A round was created, or a seating applied."""

    name: ClassVar[str] = "round.changed"
    round: str


@dataclass(frozen=True)
class RoomStateChanged(Event):
    """A room opened, is closing, closed or reopened. `deadline`: milliseconds UTC or None."""

    name: ClassVar[str] = "room.state_changed"
    room: str
    round: str
    state: str
    deadline: int | None


@dataclass(frozen=True)
class RoomDeadlineChanged(Event):
    """The room has more or less time. `deadline`, `paused` (since when the clock stands still, or None): milliseconds UTC;
    `change`: more, less, set, paused or resumed; `minutes`: how many more, how many fewer, or how many are left."""

    name: ClassVar[str] = "room.deadline_changed"
    room: str
    deadline: int
    paused: int | None
    change: str
    minutes: int


@dataclass(frozen=True)
class StepChanged(Event):
    """A room went on to the next step of its way through the round, or back. `step`: names, ideas, discuss, choose, draft, read_back."""

    name: ClassVar[str] = "step.changed"
    room: str
    step: str


@dataclass(frozen=True)
class RoomBriefed(Event):
    """What a room is asked to do is put in other words."""

    name: ClassVar[str] = "room.briefed"
    room: str


@dataclass(frozen=True)
class RoomDocumentsPicked(Event):
    """Other sources were picked for a room to have at hand."""

    name: ClassVar[str] = "room.documents_picked"
    room: str


@dataclass(frozen=True)
class QueueChanged(Event):
    """The speaking queue of a room: a hand, a turn or the length of turns."""

    name: ClassVar[str] = "queue.changed"
    room: str


@dataclass(frozen=True)
class ChatPosted(Event):
    """Somebody wrote in the chat of a room."""

    name: ClassVar[str] = "chat.posted"
    room: str
    message: str


@dataclass(frozen=True)
class ChatRemoved(Event):
    """A message in the chat of a room was removed; its words are gone."""

    name: ClassVar[str] = "chat.removed"
    room: str
    message: str


@dataclass(frozen=True)
class SeatCalled(Event):
    """To one member: your room is open, go there."""

    name: ClassVar[str] = "seat.called"
    room: str


@dataclass(frozen=True)
class SeatMoved(Event):
    """To one member: your seat is elsewhere now; `room` is None when there is none."""

    name: ClassVar[str] = "seat.moved"
    room: str | None
    reason: str


@dataclass(frozen=True)
class HelpChanged(Event):
    """A room asked for help, somebody goes there, or the call ended."""

    name: ClassVar[str] = "help.changed"
    room: str
    round: str


@dataclass(frozen=True)
class BroadcastSent(Event):
    """Facilitators wrote to the room."""

    name: ClassVar[str] = "broadcast.sent"
    broadcast: str
    round: str


@dataclass(frozen=True)
class BroadcastRead(Event):
    """To staff: somebody has confirmed that they read it."""

    name: ClassVar[str] = "broadcast.read"
    broadcast: str
    round: str


@dataclass(frozen=True)
class MemberChanged(Event):
    """To one member: role or membership changed; what the page shows may no longer be theirs."""

    name: ClassVar[str] = "member.changed"
    member: str


@dataclass(frozen=True)
class ItemCreated(Event):
    name: ClassVar[str] = "item.created"
    item: str
    room: str


@dataclass(frozen=True)
class ItemChanged(Event):
    """Title, facts or text of an item changed enough to redraw lists."""

    name: ClassVar[str] = "item.changed"
    item: str
    room: str


@dataclass(frozen=True)
class ItemReadyChanged(Event):
    name: ClassVar[str] = "item.ready_changed"
    item: str
    room: str
    ready: bool


@dataclass(frozen=True)
class ItemSubmitted(Event):
    name: ClassVar[str] = "item.submitted"
    item: str
    room: str


@dataclass(frozen=True)
class ItemReturned(Event):
    name: ClassVar[str] = "item.returned"
    item: str
    room: str


@dataclass(frozen=True)
class ItemWithdrawn(Event):
    name: ClassVar[str] = "item.withdrawn"
    item: str
    room: str


@dataclass(frozen=True)
class ItemMerged(Event):
    """An item goes on in another one (`into`): appended to one of its room, or brought along to another room."""

    name: ClassVar[str] = "item.merged"
    item: str
    into: str
    room: str


@dataclass(frozen=True)
class ItemMoved(Event):
    """An item has another place among those of its room."""

    name: ClassVar[str] = "item.moved"
    item: str
    room: str


@dataclass(frozen=True)
class NotePosted(Event):
    """Somebody wrote a note in the margin of a draft, or a reply to one."""

    name: ClassVar[str] = "note.posted"
    item: str
    room: str
    note: str


@dataclass(frozen=True)
class NoteChanged(Event):
    """A note in the margin was resolved or opened again, or the words it is about stand elsewhere."""

    name: ClassVar[str] = "note.changed"
    item: str
    room: str
    note: str


@dataclass(frozen=True)
class LateKept(Event):
    """Text that came after the end of the round waits for those who keep the room's record."""

    name: ClassVar[str] = "late.kept"
    item: str
    room: str


@dataclass(frozen=True)
class LateDecided(Event):
    name: ClassVar[str] = "late.decided"
    item: str
    room: str
    accepted: bool


@dataclass(frozen=True)
class CommentPosted(Event):
    name: ClassVar[str] = "comment.posted"
    item: str
    lane: str


@dataclass(frozen=True)
class CommentAnswered(Event):
    name: ClassVar[str] = "comment.answered"
    item: str


@dataclass(frozen=True)
class ReportBackOpened(Event):
    name: ClassVar[str] = "report_back.opened"
    session: str


@dataclass(frozen=True)
class DecisionOpened(Event):
    name: ClassVar[str] = "decision.opened"
    decision: str
    item: str


@dataclass(frozen=True)
class DecisionCast(Event):
    """Somebody answered; which way is not said."""

    name: ClassVar[str] = "decision.cast"
    decision: str


@dataclass(frozen=True)
class DecisionClosed(Event):
    name: ClassVar[str] = "decision.closed"
    decision: str
    item: str


@dataclass(frozen=True)
class SummaryGenerated(Event):
    name: ClassVar[str] = "summary.generated"
    session: str


@dataclass(frozen=True)
class SummaryPublished(Event):
    name: ClassVar[str] = "summary.published"
    session: str


@dataclass(frozen=True)
class SourceAdded(Event):
    name: ClassVar[str] = "source.added"
    consultation: str


@dataclass(frozen=True)
class SignInEnded(Event):
    """To the servers only: close the sockets of this sign-in (row id)."""

    name: ClassVar[str] = "sign_in.ended"
    sign_in: int


@dataclass(frozen=True)
class PresenceChanged(Event):
    """Who is here changed; sent at most every few seconds and not kept in the outbox. A room hears its own; its session hears one for all rooms, with `room` None."""

    name: ClassVar[str] = "presence.changed"
    session: str | None
    room: str | None


ALL: tuple[type[Event], ...] = tuple(Event.__subclasses__())
#: Heard by every process, sent to no page.
INTERNAL = frozenset({SignInEnded.name})
