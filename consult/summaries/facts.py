"""What a session's summary is composed from: numbers and words of the record, no persons. Pure: no I/O, no clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroupCount:
    """Participants of one regional group or family; ``None`` when hidden: few (under five) or withheld."""

    label: str
    number: int | None
    hidden: str = ""


@dataclass(frozen=True)
class CommentFacts:
    """One comment. ``voice`` only tells speakers apart while counting (a delegation, a person); it is never shown.

    ``lane`` is panelists, member_states or others; ``kind`` is support, question, concern or proposal.
    """

    source: str
    lane: str
    kind: str
    voice: str


@dataclass(frozen=True)
class ItemFacts:
    """One submitted action item. ``brackets`` are the passages still open; ``term`` short, medium, long or empty."""

    source: str
    reference: str
    title: str
    term: str = ""
    brackets: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    has_means: bool = False
    has_review: bool = False
    has_gender: bool = False
    comments: tuple[CommentFacts, ...] = ()


@dataclass(frozen=True)
class RoomFacts:
    """One breakout group, its theme and what it submitted."""

    source: str
    title: str
    theme: str
    items: tuple[ItemFacts, ...] = ()


@dataclass(frozen=True)
class PollFacts:
    """The answers of all Member States together in one closed indicative poll."""

    source: str
    item: str
    in_favour: int
    against: int
    abstention: int
    not_voting: int


@dataclass(frozen=True)
class SessionFacts:
    """A session, ready to be summarised.

    ``panelists`` and ``member_states`` are how many panelists and Member State delegations take part: "most" is
    measured against them. ``dates`` and ``comments_until`` are written out in ``language``.
    """

    source: str
    language: str
    title: str
    consultation: str
    mode: str
    place: str
    dates: str
    delegations: int
    participants: int
    panelists: int
    member_states: int
    groups: tuple[GroupCount, ...] = ()
    questions: tuple[str, ...] = ()
    rooms: tuple[RoomFacts, ...] = ()
    polls: tuple[PollFacts, ...] = ()
    next_sessions: tuple[str, ...] = ()
    comments_until: str = ""

    @property
    def items(self) -> list[ItemFacts]:
        """Every submitted item, room by room."""
        return [item for room in self.rooms for item in room.items]
