"""Tables of people. An account (`User`) is a person; a `Member` is that person in one consultation."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.db import Base, Id, Json, Moment, MomentOrNone, PublicId


class Role(StrEnum):
    """What a member is in a consultation; duties come on top."""

    ORGANIZER = "organizer"
    FACILITATOR = "facilitator"
    PANELIST = "panelist"
    DELEGATE = "delegate"
    OBSERVER = "observer"
    VIEWER = "viewer"


class User(Base):
    """An account. Disabled accounts keep their record and cannot sign in."""

    __tablename__ = "user"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    #: Lower case; the key people are known by.
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    #: argon2id; None means links only.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Moment]
    disabled_at: Mapped[MomentOrNone]
    #: May create consultations.
    is_secretariat: Mapped[bool] = mapped_column(default=False)


class SignIn(Base):
    """One signed-in browser. Revoking the row signs it out at once, its sockets included."""

    __tablename__ = "sign_in"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    #: SHA-256 of the random token in the cookie.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(200))
    shared_device: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    revoked_at: Mapped[MomentOrNone]

    user: Mapped[User] = relationship()


class SignInLink(Base):
    """A mailed or printed link: single use and 15 minutes, except in the sample consultation."""

    __tablename__ = "sign_in_link"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[MomentOrNone]
    reusable: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()


class Delegation(Base):
    """Whom a person speaks for. Member-State delegations have a UN regional group and one vote."""

    __tablename__ = "delegation"
    __table_args__ = (
        UniqueConstraint("consultation_id", "name"),
        UniqueConstraint("consultation_id", "iso3"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    #: A code of `reference.stakeholder_types()`.
    kind: Mapped[str] = mapped_column(String(40))
    #: Member and observer States only.
    iso3: Mapped[str | None] = mapped_column(String(3))
    #: UN regional group code (AFR, APG, EEG, LAC, WEOG); Member States only.
    group: Mapped[str | None] = mapped_column("regional_group", String(8))
    name: Mapped[str] = mapped_column(String(200))


class Member(Base):
    """One person in one consultation. Gender and age band are self-declared, may be absent, and are only ever aggregated."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("consultation_id", "user_id"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    #: Of "head_of_delegation", "rapporteur", "interpreter".
    duties: Mapped[Json] = mapped_column(default=list)
    #: Language codes, best first.
    languages: Mapped[Json] = mapped_column(default=list)
    gender: Mapped[str | None] = mapped_column(String(20))
    age_band: Mapped[str | None] = mapped_column(String(20))
    needs: Mapped[str] = mapped_column(Text, default="")
    joined_at: Mapped[Moment]
    withdrawn_at: Mapped[MomentOrNone]

    user: Mapped[User] = relationship()
    delegation: Mapped[Delegation] = relationship()


class Invitation(Base):
    """An offer to join a consultation: single use, expiring, revocable."""

    __tablename__ = "invitation"
    __table_args__ = (Index("ix_invitation_consultation_id_email", "consultation_id", "email"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    delegation_id: Mapped[int] = mapped_column(ForeignKey("delegation.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    accepted_at: Mapped[MomentOrNone]
    revoked_at: Mapped[MomentOrNone]

    delegation: Mapped[Delegation] = relationship()

    def is_open_at(self, now: datetime) -> bool:
        """Whether the invitation can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at
