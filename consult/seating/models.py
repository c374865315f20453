"""Tables of seating."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId


class SeatingPlan(Base):
    """A proposed seating of a round: what went in, the seed, and what came out, so that anybody can run it again."""

    __tablename__ = "seating_plan"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    seed: Mapped[int]
    room_count: Mapped[int]
    #: SHA-256 of the canonical input.
    input_hash: Mapped[str] = mapped_column(String(64))
    #: Member public id -> room number, as proposed.
    proposed: Mapped[Json]
    #: The same after moves by hand.
    assignment: Mapped[Json]
    #: Moves by hand: [{"member", "from", "to", "by", "at"}].
    moves: Mapped[Json] = mapped_column(default=list)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[Moment]
    applied_at: Mapped[MomentOrNone]
