"""Whether this installation can do its work: configuration, database, schema, queue, mail, clock."""

import smtplib
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from consult import clock, migrating
from consult.config import Settings
from consult.db import engine_for

#: Seconds the database's clock may differ from this machine's.
CLOCK_TOLERANCE = 2.0


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    good: bool
    what: str


def findings(settings: Settings) -> list[Finding]:
    """Everything that can be checked, in the order a person would mend it."""
    database = _database(settings)
    found = [_configuration(settings), database]
    if database.good:
        found += [_schema(settings), _clock(settings)]
    return [*found, _queue(settings), _mail(settings)]


def _configuration(settings: Settings) -> Finding:
    if not settings.secret_key:
        return Finding("configuration", False, "CONSULT_SECRET_KEY is not set: the server will not start")
    if not settings.is_https and not settings.public_host.startswith(("127.", "localhost", "[::1]")):
        return Finding(
            "configuration", False, f"{settings.public_url} is not https: cookies would travel in the clear"
        )
    return Finding("configuration", True, f"people use {settings.public_url}")


def _database(settings: Settings) -> Finding:
    shown = "SQLite" if settings.is_sqlite else "PostgreSQL"
    try:
        with engine_for(settings.database_url).connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return Finding("database", False, f"{shown} cannot be reached ({type(error).__name__})")
    return Finding("database", True, f"{shown} answers")


def _schema(settings: Settings) -> Finding:
    pending = migrating.pending(settings.database_url)
    return Finding("migrations", pending is None, pending or "up to date")


def _clock(settings: Settings) -> Finding:
    if settings.is_sqlite:
        return Finding("clock", True, f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")
    with engine_for(settings.database_url).connect() as connection:
        theirs = connection.scalar(text("SELECT clock_timestamp() AT TIME ZONE 'UTC'"))
    apart = (
        abs((clock.now() - theirs.replace(tzinfo=UTC)).total_seconds())
        if isinstance(theirs, datetime)
        else 0.0
    )
    return Finding("clock", apart <= CLOCK_TOLERANCE, f"{apart:.1f} s apart from the database's")


def _queue(settings: Settings) -> Finding:
    if not settings.message_queue_url:
        return Finding("queue", True, "none set: one process, or a second's delay between processes")
    import redis

    try:
        redis.Redis.from_url(settings.message_queue_url, socket_connect_timeout=2, socket_timeout=2).ping()
    except redis.RedisError as error:
        return Finding("queue", False, f"Redis cannot be reached ({type(error).__name__})")
    return Finding("queue", True, "Redis answers")


def _mail(settings: Settings) -> Finding:
    if not settings.mail_url:
        return Finding("mail", True, "none set: sign-in links are written to the log")
    parts = urlsplit(settings.mail_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(parts.hostname or "localhost", parts.port or 25, timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException, socket.gaierror) as error:
        return Finding("mail", False, f"{parts.hostname} cannot be reached ({type(error).__name__})")
    return Finding("mail", True, f"{parts.hostname} answers")
