"""Accounts and sign-ins: passwords, single-use links, revocable sign-ins."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from consult import clock
from consult.announce import audiences, outbox
from consult.announce.events import SignInEnded
from consult.db import Db
from consult.errors import Invalid, NotAllowed
from consult.i18n import N_, text
from consult.mail import Mail
from consult.people import passwords
from consult.people.models import SignIn, SignInLink, User

LINK_MINUTES = 15
#: A sign-in that was not used for this long has ended.
IDLE_DAYS = 30
#: On a shared device.
IDLE_HOURS_SHARED = 2
#: How often `last_seen_at` is written.
SEEN_EVERY = timedelta(minutes=1)


_LETTER = r"[^@\s,;:<>()\[\]\"\\\x00-\x1f\x7f-\x9f]"
_ADDRESS = re.compile(rf"{_LETTER}+@{_LETTER}+\.{_LETTER}{{2,}}")


def is_address(email: str) -> bool:
    """Whether this could be an e-mail address."""
    return len(email) <= 254 and _ADDRESS.fullmatch(email) is not None


def account_for(db: Db, email: str) -> User | None:
    """The account with this address."""
    return db.scalar(select(User).where(User.email == email.strip().lower()))


def create_account(
    db: Db,
    *,
    email: str,
    name: str,
    password: str | None = None,
    password_hash: str | None = None,
    secretariat: bool = False,
) -> User:
    """A new account, or the existing one with this address, whose name and password stay as they are.

    Args:
        password_hash: made by `new_password_hash` before the transaction began, instead of `password`.

    Raises:
        Invalid: the password cannot be taken.
    """
    found = account_for(db, email)
    if found is not None:
        found.is_secretariat = found.is_secretariat or secretariat
        return found
    if password is not None:
        password_hash = new_password_hash(password, email=email)
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        password_hash=password_hash,
        created_at=clock.now(),
        is_secretariat=secretariat,
    )
    db.add(user)
    db.flush()
    return user


def check_hash(stored: str, password: str) -> None:
    """Check a password against the hash that was read before.

    Raises:
        NotAllowed: `sign_in.failed`.
    """
    if not passwords.matches(stored, password):
        raise NotAllowed("sign_in.failed")


def new_password_hash(password: str, *, email: str) -> str:
    """What to store of a new password. Slow on purpose: make it before a transaction holds anything.

    Raises:
        Invalid: the password cannot be taken.
    """
    if problem := passwords.problem_with(password, email=email):
        raise Invalid("form.invalid", fields={"password": problem})
    return passwords.hashed(password)


def set_password(db: Db, user: User, password_hash: str, *, keep: int | None = None) -> None:
    """Change a password; every other sign-in of the account ends, and links on their way are void.

    Args:
        keep: row id of the sign-in that made the change.
    """
    user.password_hash = password_hash
    end_all_sign_ins(db, user.id, keep=keep)
    db.execute(
        update(SignInLink)
        .where(SignInLink.user_id == user.id, SignInLink.used_at.is_(None), SignInLink.reusable.is_(False))
        .values(used_at=clock.now())
    )


def rename(db: Db, user: User, name: str) -> None:
    """Change the name an account is shown by."""
    user.name = name


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


def link_for(db: Db, token: str, *, demo: bool = False) -> SignInLink:
    """The link with this token, still usable.

    Args:
        demo: whether this server serves the sample consultation; only there do links work many times.

    Raises:
        NotAllowed: `sign_in.link_used`, for every link that cannot be used, whatever the reason.
    """
    query = select(SignInLink).where(SignInLink.token_hash == passwords.token_hash(token))
    link = db.scalar(query.options(joinedload(SignInLink.user)).with_for_update(of=SignInLink))
    if link is None or link.user.disabled_at is not None or not _is_usable(link, clock.now(), demo):
        raise NotAllowed("sign_in.link_used")
    return link


def _is_usable(link: SignInLink, now: datetime, demo: bool) -> bool:
    return now < link.expires_at and (demo if link.reusable else link.used_at is None)


def use_link(db: Db, token: str, *, demo: bool = False) -> User:
    """Use a link up and return its account.

    Raises:
        NotAllowed: `sign_in.link_used`.
    """
    link = link_for(db, token, demo=demo)
    link.used_at = clock.now()
    return link.user


def link_mail(email: str, address: str, language: str) -> Mail:
    """The message that carries a sign-in link."""
    lines = (
        text(language, N_("Open this address and press the button to sign in:")),
        address,
        text(
            language,
            N_("It works once, for 15 minutes. If you did not ask for it, you need not do anything."),
        ),
    )
    return Mail(email, text(language, N_("Your sign-in link")), "\n\n".join(lines) + "\n")


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


def end_all_sign_ins(db: Db, user_id: int, *, keep: int | None = None) -> None:
    """Sign an account out everywhere, except in the sign-in with the row id `keep`."""
    for row in live_sign_ins(db, user_id):
        if row.id != keep:
            end_sign_in(db, row)


def live_sign_ins(db: Db, user_id: int) -> list[SignIn]:
    """The browsers an account is signed in with now, the one used last first."""
    query = (
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.revoked_at.is_(None))
        .options(joinedload(SignIn.user))
        .order_by(SignIn.last_seen_at.desc())
    )
    return [row for row in db.scalars(query) if is_live(row, clock.now())]


def handle_of(row: SignIn) -> str:
    """A name for one sign-in in an address. It is of no use to anybody else."""
    return row.token_hash[:12]


def is_stale(row: SignIn) -> bool:
    """Whether the last use written down is more than a minute ago."""
    return clock.now() - row.last_seen_at > SEEN_EVERY


def touch(db: Db, row_id: int) -> None:
    """Note that a sign-in was used."""
    db.execute(update(SignIn).where(SignIn.id == row_id).values(last_seen_at=clock.now()))


def is_page_of(person: str | None, account: str) -> bool:
    """Whether something asked by this account comes from a page made for it; who does not say whose page it is may be anybody.

    Args:
        person: the public id of the account the page was made for, as the page says.
    """
    return not person or person == account
