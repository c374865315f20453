"""Tables of deliberation."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Moment, PublicId
from consult.people.models import Member


class Lane(StrEnum):
    """The three lanes comments are shown in."""

    PANELISTS = "panelists"
    MEMBER_STATES = "member_states"
    OTHERS = "others"


class CommentKind(StrEnum):
    SUPPORT = "support"
    QUESTION = "question"
    CONCERN = "concern"
    PROPOSAL = "proposal"


class Answer(StrEnum):
    """How a comment was disposed of."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NOTED = "noted"
    NOT_ACCEPTED = "not_accepted"


class Comment(Base):
    """A comment on an item, or a reply to one. The lane is fixed when it is posted."""

    __tablename__ = "comment"
    __table_args__ = (UniqueConstraint("member_id", "message_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("action_item.id"), index=True)
    #: The comment this one replies to; replies have no replies.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("comment.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    lane: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
    #: The page's own name for what it sends, so that sending it again makes no second comment; None: it gave none.
    message_id: Mapped[str | None] = mapped_column(String(40))

    member: Mapped[Member] = relationship()
    replies: Mapped[list["Comment"]] = relationship(order_by="Comment.id")
    dispositions: Mapped[list["Disposition"]] = relationship(
        back_populates="comment", order_by="Disposition.id"
    )


class Disposition(Base):
    """The answer to a comment, with its reason. A later row replaces an earlier one; both stay."""

    __tablename__ = "disposition"

    id: Mapped[Id]
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    answer: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    at: Mapped[Moment]

    comment: Mapped[Comment] = relationship(back_populates="dispositions")
    by: Mapped[Member] = relationship()
