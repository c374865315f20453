"""Tables of seating."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId


class SeatingPlan(Base):
    """A proposed seating of a round: what went in, the seed, and what came out, so that anybody can run it again.

    It is adjusted by hand while it is the open one, then applied; what was applied stays as it was.
    """

    __tablename__ = "seating_plan"
    __table_args__ = (UniqueConstraint("round_id", "revision"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    seed: Mapped[int]
    #: Of the search that made the proposal.
    version: Mapped[int] = mapped_column(default=1)
    room_count: Mapped[int]
    #: SHA-256 of the canonical input.
    input_hash: Mapped[str] = mapped_column(String(64))
    #: What was asked for (`constraints.Constraints`).
    constraints: Mapped[Json] = mapped_column(default=dict)
    #: The whole input as `consult seat` reads it, declared gender included: never shown. None: made before it was kept.
    case: Mapped[Json] = mapped_column(default=None, nullable=True)
    #: A value of `case.Status`.
    status: Mapped[str] = mapped_column(String(12), default="ok")
    #: Wishes that contradict each other: [{"wishes", "message", "params"}].
    conflicts: Mapped[Json] = mapped_column(default=list)
    #: Wishes that were given up for the others: [{"kind", "people", "room", "round"}].
    dropped: Mapped[Json] = mapped_column(default=list)
    #: Member public id -> room number, as proposed.
    proposed: Mapped[Json]
    #: The same after moves by hand, until it was applied.
    assignment: Mapped[Json]
    #: Public ids of the members whose seat the next search leaves alone.
    locks: Mapped[Json] = mapped_column(default=list)
    #: Every act by hand, one entry a person (`acts`); only ever added to.
    moves: Mapped[Json] = mapped_column(default=list)
    #: Number, among all changes to the proposals of the round, of the last one of this plan. The highest is the current one.
    revision: Mapped[int]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[Moment]
    applied_at: Mapped[MomentOrNone]


class TopicWish(Base):
    """The topics a member would like to work on in a round; changed until the rooms open."""

    __tablename__ = "topic_wish"
    __table_args__ = (UniqueConstraint("round_id", "member_id"),)

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    #: The dearest first.
    topics: Mapped[Json]
    wished_at: Mapped[Moment]
