"""Tables of action items."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId
from consult.people.models import Member
from consult.rooms.models import Room


class ItemState(StrEnum):
    """Life of an item in an informal session. Adoption comes with its issue."""

    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    UNDER_COMMENT = "under_comment"
    TABLED = "tabled"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


#: Out of the room's list; what the items said stays in the record.
GONE = (ItemState.WITHDRAWN.value, ItemState.MERGED.value)


class ActionItem(Base):
    """What a room drafts. `title`, `text` and `facts` mirror the live draft; the draft is the authority while drafting."""

    __tablename__ = "action_item"
    __table_args__ = (UniqueConstraint("room_id", "number"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"), index=True)
    #: What the item is called for good; `position` is its place among the items of the room.
    number: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
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
    #: The item it was made from, and how: "copy_of", "part_of"; empty when it began by itself.
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"))
    origin_act: Mapped[str] = mapped_column(String(10), default="")
    #: The item its text was appended to.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("action_item.id"), index=True)

    room: Mapped[Room] = relationship()
    origin: Mapped["ActionItem | None"] = relationship(foreign_keys=origin_id, remote_side="ActionItem.id")
    merged_into: Mapped["ActionItem | None"] = relationship(
        foreign_keys=merged_into_id, remote_side="ActionItem.id"
    )
    merged_here: Mapped[list["ActionItem"]] = relationship(
        foreign_keys=merged_into_id, order_by="ActionItem.number", viewonly=True
    )
    versions: Mapped[list["ItemVersion"]] = relationship(back_populates="item", order_by="ItemVersion.number")


class VersionReason(StrEnum):
    """Why a version was kept."""

    SUBMITTED = "submitted"
    RECALLED = "recalled"
    CLOSED = "closed"
    PUBLISHED = "published"
    NAMED = "named"
    RESTORED = "restored"


class ItemVersion(Base):
    """The item as it stood at a named moment. Never changed, never deleted."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    number: Mapped[int]
    #: One of `VersionReason`.
    reason: Mapped[str] = mapped_column(String(20))
    #: What somebody called it; empty for versions kept by the house.
    name: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[Json]
    facts: Mapped[Json]
    at: Mapped[Moment]
    #: Row of the draft's log up to which it says what the draft said; None for versions kept before this was noted.
    seq: Mapped[int | None]
    #: Who named it, restored it, submitted the item, or called the room back; None for what the clock did, and under attribution "none".
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    #: For a restored version: the version it was taken from, if it was one, and when that text stood.
    from_number: Mapped[int | None]
    from_at: Mapped[MomentOrNone]

    item: Mapped[ActionItem] = relationship(back_populates="versions")
    made_by: Mapped[Member | None] = relationship()


class PlainSave(Base):
    """What a page without the editor sent last, for as long as it may ask whether that arrived."""

    __tablename__ = "plain_save"

    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), primary_key=True)
    #: What the page calls itself, made by chance: nothing here says who wrote.
    page: Mapped[str] = mapped_column(String(32), primary_key=True)
    save: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment] = mapped_column(index=True)


@dataclass(frozen=True)
class Origin:
    """Where a new item comes from. `act`: as in `ActionItem.origin_act`."""

    item: ActionItem
    act: str
