"""Tables of action items."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId
from consult.rooms.models import Room


class ItemState(StrEnum):
    """Life of an item in an informal session. Merging and adoption come with their issues."""

    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    UNDER_COMMENT = "under_comment"
    TABLED = "tabled"
    WITHDRAWN = "withdrawn"


class ActionItem(Base):
    """What a room drafts. `title`, `text` and `facts` mirror the live draft; the draft is the authority while drafting."""

    __tablename__ = "action_item"
    __table_args__ = (UniqueConstraint("room_id", "number"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default=ItemState.DRAFTING.value, index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    #: ProseMirror JSON.
    text: Mapped[Json]
    #: Structured fields, keys as in `drafting.protocol`.
    facts: Mapped[Json] = mapped_column(default=dict)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[Moment]
    text_changed_at: Mapped[MomentOrNone]
    ready_at: Mapped[MomentOrNone]
    submitted_at: Mapped[MomentOrNone]
    #: Why a facilitator sent the item back to its room; empty when it was not.
    returned_reason: Mapped[str] = mapped_column(Text, default="")

    room: Mapped[Room] = relationship()
    versions: Mapped[list["ItemVersion"]] = relationship(back_populates="item", order_by="ItemVersion.number")


class ItemVersion(Base):
    """The item as it stood at a named moment: submitted, at the close of the room."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    number: Mapped[int]
    #: "submitted" or "closed".
    reason: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[Json]
    facts: Mapped[Json]
    at: Mapped[Moment]

    item: Mapped[ActionItem] = relationship(back_populates="versions")
