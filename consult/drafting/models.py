"""Tables of live drafting."""

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, MomentOrNone, PublicId
from consult.rooms.models import Room


class Draft(Base):
    """The shared document of one action item: a snapshot and the log of updates behind it.

    Life: created with its item; frozen while the item is submitted; thawed when it is sent back. The log is the truth,
    the snapshot only spares reading all of it, and no row of the log is deleted while the room is kept.
    """

    __tablename__ = "draft"

    id: Mapped[Id]
    #: The item's public id: what a draft is called on the wire.
    public_id: Mapped[str] = mapped_column(String(12), unique=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), unique=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    #: Number of the newest row of the log.
    seq: Mapped[int] = mapped_column(default=0)
    #: How often it was thawed; with the room's epoch it tells old offline text from new.
    epoch: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[MomentOrNone]
    snapshot: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    snapshot_seq: Mapped[int] = mapped_column(default=0)
    snapshot_crc: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Number of the row up to which the item's columns follow.
    mirrored_seq: Mapped[int] = mapped_column(default=0)
    #: Makes the pseudonym of a member in this draft; replaced after the close when attribution is "none", which
    #: destroys the link between text and person.
    salt: Mapped[str] = mapped_column(String(32))

    room: Mapped[Room] = relationship()


class RoomLease(Base):
    """Which process has a room's drafts in memory and may write them. Times are milliseconds of the database's clock.

    Life: taken when the first page of the room joins; renewed every two seconds; given up when the last draft is unloaded, when
    the process stops, or when another process asks for it; taken over when it has run out.
    """

    __tablename__ = "room_lease"

    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), primary_key=True, autoincrement=False)
    #: Name and start of the process; empty when nobody holds it.
    owner: Mapped[str] = mapped_column(String(80), default="")
    #: Counts the changes of owner.
    fence: Mapped[int] = mapped_column(default=0)
    expires_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    #: Another process that pages of the room come to, and when it last said so.
    wanted_by: Mapped[str] = mapped_column(String(80), default="")
    wanted_ms: Mapped[int] = mapped_column(BigInteger, default=0)


class DraftUpdate(Base):
    """One row of a draft's log: what one tick changed, as the CRDT library encoded it. Append-only."""

    __tablename__ = "draft_update"
    __table_args__ = (UniqueConstraint("draft_id", "seq"),)

    id: Mapped[Id]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    #: 1, 2, 3, … within the draft.
    seq: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    #: CRC-32 of `data`: a damaged row is left out with an alarm.
    crc: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment]


class DraftClient(Base):
    """Whose a client id is: first seen wins, for good. One member has many (every page load makes one)."""

    __tablename__ = "draft_client"

    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), primary_key=True)
    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: Pseudonym of the member in this draft.
    owner: Mapped[str] = mapped_column(String(32))
    #: None when attribution is "none".
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    at: Mapped[Moment]


class LateContribution(Base):
    """Text that came after the room closed: kept, until the rapporteur or a facilitator accepts or drops it."""

    __tablename__ = "late_contribution"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    owner: Mapped[str] = mapped_column(String(32))
    #: None when attribution is "none".
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    #: The words it would add, shortened.
    preview: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    decided_at: Mapped[MomentOrNone]
    #: "accepted" or "dropped".
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))

    draft: Mapped[Draft] = relationship()
