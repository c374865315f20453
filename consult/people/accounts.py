"""Accounts and sign-ins: passwords, single-use links, revocable sign-ins."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import SignInEnded
from consult.db import Db
from consult.errors import Invalid, NotAllowed
from consult.people import passwords
from consult.people.models import SignIn, SignInLink, User

LINK_MINUTES = 15
#: A sign-in that was not used for this long has ended.
IDLE_DAYS = 30
#: On a shared device.
IDLE_HOURS_SHARED = 2
#: How often `last_seen_at` is written.
SEEN_EVERY = timedelta(minutes=1)


def account_for(db: Db, email: str) -> User | None:
    """The account with this address."""
    return db.scalar(select(User).where(User.email == email.strip().lower()))


def create_account(
    db: Db, *, email: str, name: str, password: str | None = None, secretariat: bool = False
) -> User:
    """A new account, or the existing one with this address.

    Raises:
        Invalid: the password cannot be taken.
    """
    found = account_for(db, email)
    if found is not None:
        found.is_secretariat = found.is_secretariat or secretariat
        return found
    if password is not None and (problem := passwords.problem_with(password, email=email)):
        raise Invalid("form.invalid", fields={"password": problem})
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        password_hash=passwords.hashed(password) if password is not None else None,
        created_at=clock.now(),
        is_secretariat=secretariat,
    )
    db.add(user)
    db.flush()
    return user


def set_password(db: Db, user: User, password: str, *, keep: SignIn | None = None) -> None:
    """Change a password; every other sign-in of the account ends.

    Raises:
        Invalid: the password cannot be taken.
    """
    if problem := passwords.problem_with(password, email=user.email):
        raise Invalid("form.invalid", fields={"password": problem})
    user.password_hash = passwords.hashed(password)
    end_all_sign_ins(db, user, keep=keep)


def check_password(db: Db, email: str, password: str) -> User:
    """The account these belong to. Takes the same time whether or not there is such an account.

    Raises:
        NotAllowed: `sign_in.failed`.
    """
    user = account_for(db, email)
    good = passwords.matches(user.password_hash if user else None, password)
    if user is None or not good or user.disabled_at is not None:
        raise NotAllowed("sign_in.failed")
    return user


def issue_link(db: Db, user: User, *, reusable: bool = False, days: int = 0) -> str:
    """A token for a sign-in link: single use and 15 minutes, unless `reusable` (the sample consultation only)."""
    token = passwords.new_token()
    now = clock.now()
    lifetime = timedelta(days=days) if days else timedelta(minutes=LINK_MINUTES)
    db.add(
        SignInLink(
            user_id=user.id,
            token_hash=passwords.token_hash(token),
            created_at=now,
            expires_at=now + lifetime,
            reusable=reusable,
        )
    )
    db.flush()
    return token


def link_for(db: Db, token: str) -> SignInLink:
    """The link with this token, still usable.

    Raises:
        NotAllowed: `sign_in.link_used`, for every link that cannot be used, whatever the reason.
    """
    query = select(SignInLink).where(SignInLink.token_hash == passwords.token_hash(token))
    link = db.scalar(query.options(joinedload(SignInLink.user)).with_for_update(of=SignInLink))
    spent = link is None or (link.used_at is not None and not link.reusable) or clock.now() >= link.expires_at
    if link is None or spent or link.user.disabled_at is not None:
        raise NotAllowed("sign_in.link_used")
    return link


def use_link(db: Db, token: str) -> User:
    """Use a link up and return its account.

    Raises:
        NotAllowed: `sign_in.link_used`.
    """
    link = link_for(db, token)
    link.used_at = clock.now()
    return link.user


def begin_sign_in(db: Db, user: User, *, device: str, shared: bool = False) -> tuple[SignIn, str]:
    """A new sign-in row and the token for its cookie."""
    token = passwords.new_token()
    now = clock.now()
    row = SignIn(
        user_id=user.id,
        token_hash=passwords.token_hash(token),
        device=device[:200],
        shared_device=shared,
        created_at=now,
        last_seen_at=now,
    )
    db.add(row)
    db.flush()
    return row, token


def sign_in_for(db: Db, token: str) -> SignIn | None:
    """The live sign-in of a cookie; None when it was revoked, idle for too long, or its account disabled."""
    query = (
        select(SignIn)
        .where(SignIn.token_hash == passwords.token_hash(token))
        .options(joinedload(SignIn.user))
    )
    row = db.scalar(query)
    return row if row is not None and is_live(row, clock.now()) else None


def is_live(row: SignIn, now: datetime) -> bool:
    """Whether a sign-in still holds at `now`."""
    idle = timedelta(hours=IDLE_HOURS_SHARED) if row.shared_device else timedelta(days=IDLE_DAYS)
    return row.revoked_at is None and row.user.disabled_at is None and now - row.last_seen_at < idle


def end_sign_in(db: Db, row: SignIn) -> None:
    """Sign one browser out; its sockets are closed within two seconds."""
    row.revoked_at = clock.now()
    outbox.add(db, SignInEnded(sign_in=row.id), to=[audiences.SERVERS])


def end_all_sign_ins(db: Db, user: User, *, keep: SignIn | None = None) -> None:
    """Sign an account out everywhere, except where `keep` says."""
    query = select(SignIn).where(SignIn.user_id == user.id, SignIn.revoked_at.is_(None))
    for row in db.scalars(query).all():
        if keep is None or row.id != keep.id:
            end_sign_in(db, row)


def touch(db: Db, row: SignIn) -> None:
    """Note that a sign-in was used, at most once a minute."""
    now = clock.now()
    if now - row.last_seen_at > SEEN_EVERY:
        db.execute(update(SignIn).where(SignIn.id == row.id).values(last_seen_at=now))
