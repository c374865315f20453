"""The database: declarative base, column types, engine, and the unit of work.

SQLite runs in WAL mode with synchronous=FULL and waits for a lock cooperatively (`timeout=0` and a retry that yields to
other greenlets), because SQLite's own busy time-out would stall every connection of a gevent process. Who waits for somebody of
the same process stands in a queue instead: dozens that try again and again take the time of the one who writes.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Engine, MetaData, String, create_engine, event, func, select
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, sessionmaker
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeDecorator

LOCK_PATIENCE_SECONDS = 5.0
LOCK_RETRY_SECONDS = 0.005
#: How long a standing writer's connection may lie idle before the pool looks whether it is still there.
IDLE_SECONDS = 1.0
#: What a session's `info` says: the driver's connection and since when, and that of a standing writer, whose transaction the session has
#: not joined yet.
_DRIVER, _STANDING = "consult.driver", "consult.standing"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class Base(DeclarativeBase):
    """Base of every table. Constraint names are fixed, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always UTC and always aware, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def public_id() -> str:
    """A short random name for use in addresses: 12 characters, about 59 bits, no look-alike letters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))


class database_ms(FunctionElement[int]):  # noqa: N801  (an SQL function)
    """Milliseconds since 1970 by the database's own clock, at this moment and not at the start of the transaction."""

    type = BigInteger()
    inherit_cache = True


@compiles(database_ms)
def _postgresql_ms(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(database_ms, "sqlite")
def _sqlite_ms(_element: Any, _compiler: Any, **_more: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


Id = Annotated[int, mapped_column(primary_key=True)]
PublicId = Annotated[str, mapped_column(String(12), unique=True, default=public_id)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
MomentOrNone = Annotated[datetime | None, mapped_column(UtcDateTime)]
Json = Annotated[Any, mapped_column(JSON)]

#: The product owns the word "session" (a meeting on one theme); a database session is a `Db`, its variable is `db`.
Db = Session
Sessions = sessionmaker[Session]


def engine_for(url: str, *, pause: Callable[[float], None] = time.sleep) -> Engine:
    """An engine for `url`; `pause` is how a greenlet waits (gevent patches `time.sleep`).

    The connection used last is used next: whoever writes all the time finds its pages and prepared statements still there.
    The values of a statement that failed are in no error and so in no log: they may be a ballot or somebody's text.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed,
            connect_args={"timeout": 0, "check_same_thread": False},
            pool_size=20,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        _tune_sqlite(engine, pause)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    options = "-c statement_timeout=5000 -c lock_timeout=5000 -c timezone=UTC"
    return create_engine(
        parsed,
        pool_size=10,
        max_overflow=20,
        pool_use_lifo=True,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 5},
    )


def _tune_sqlite(engine: Engine, pause: Callable[[float], None]) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # BEGIN is ours to emit
        cursor = raw.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            # Locked for a moment while another process opens the database or is the last to leave it.
            _once_unlocked(partial(cursor.execute, f"PRAGMA {pragma}"), pause)
        cursor.close()

    queue = _Writers(engine.dialect, pause)

    @event.listens_for(engine, "close")
    @event.listens_for(engine, "close_detached")
    def on_close(raw: Any, _record: Any = None) -> None:
        queue.leave(raw)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        queue.begin(connection, connection.connection.dbapi_connection)


class _Writers:
    """The queue of one engine's writing transactions: from before BEGIN until after COMMIT or ROLLBACK there is one."""

    def __init__(self, dialect: Dialect, pause: Callable[[float], None]) -> None:
        self._pause = pause
        self._lock = threading.Lock()
        self._inside: object = None
        #: How a COMMIT is carried out (`commit_through`).
        self.commit: Callable[[Any], Any] = dialect.do_commit
        self._rollback = dialect.do_rollback
        dialect.do_commit = self._do_commit  # type: ignore[method-assign,assignment]
        dialect.do_rollback = self._do_rollback  # type: ignore[method-assign,assignment]

    def begin(self, connection: Connection, raw: Any) -> None:
        """Begin a transaction, one that writes in its turn; unless a standing writer has begun it already."""
        if raw.in_transaction:
            return
        if not connection.get_execution_options().get("consult_writing", True):
            _begun(connection, raw, "BEGIN", self._pause)
            return
        self.enter(raw)
        try:
            _begun(connection, raw, "BEGIN IMMEDIATE", self._pause)
        except BaseException:
            self.leave(raw)
            raise

    def enter(self, raw: Any) -> None:
        """Wait for one's turn; who has waited too long is told so by the database."""
        if self._lock.acquire(timeout=LOCK_PATIENCE_SECONDS):
            self._inside = raw

    def leave(self, raw: Any) -> None:
        """Let the next one in, if this connection of the sqlite3 module was inside."""
        if self._inside is not None and self._inside is raw:
            self._inside = None
            self._lock.release()

    # As the dialect's: `raw` is the pool's proxy of a connection.

    def _do_commit(self, raw: Any) -> None:
        self.commit(raw)
        self.leave(raw.dbapi_connection)

    def _do_rollback(self, raw: Any) -> None:
        try:
            self._rollback(raw)
        finally:
            self.leave(raw.dbapi_connection)


def _begun(connection: Connection, raw: Any, begin: str, pause: Callable[[float], None]) -> None:
    """Begin a transaction by the driver itself; where that fails the longer way waits, and tells in the words of SQLAlchemy."""
    try:
        raw.execute(begin)
    except sqlite3.OperationalError:
        _once_unlocked(partial(connection.exec_driver_sql, begin), pause)


def _once_unlocked(act: Callable[[], object], pause: Callable[[float], None]) -> None:
    give_up = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            act()
            return
        except (OperationalError, sqlite3.OperationalError) as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
        pause(LOCK_RETRY_SECONDS)


def commit_through(engine: Engine, run: Callable[..., Any]) -> None:
    """Let `run(function, argument)` carry out each COMMIT of SQLite: a flush to a busy disk takes long enough to stop a server.

    The sqlite3 module lets other threads work meanwhile; nothing else happens on the connection until `run` returns.
    """
    if engine.dialect.name == "sqlite":
        queue: _Writers = engine.dialect.do_commit.__self__  # type: ignore[attr-defined]
        commit = queue.commit
        queue.commit = lambda raw: run(commit, raw)


def wait_at_most(db: Db, seconds: float) -> None:
    """Give up on a row somebody else holds after so long, until the end of this transaction (`is_held_elsewhere`).

    SQLite knows one lock only, which is taken when the transaction begins.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.set_config("lock_timeout", f"{round(seconds * 1000)}ms", True)))


def is_held_elsewhere(error: DBAPIError) -> bool:
    """Whether an act failed because somebody held for too long what it needs."""
    return getattr(error.orig, "sqlstate", None) == "55P03"


def sessions_for(engine: Engine) -> Sessions:
    """A factory of sessions that write."""
    return sessionmaker(engine, expire_on_commit=False)


def reading_session(engine: Engine) -> Db:
    """A session that only reads: on SQLite it takes no write lock and never waits for one."""
    return Session(engine.execution_options(consult_writing=False), expire_on_commit=False)


@contextmanager
def unit_of_work(sessions: Sessions) -> Iterator[Db]:
    """One act, one transaction: committed at the end, rolled back on any error."""
    with sessions() as db:
        try:
            yield db
            db.commit()
        except BaseException:
            db.rollback()
            raise


class StandingWriter:
    """Units of work of somebody who writes all the time: one after the other, on a connection that is kept in between.

    Fetching it from the pool, seeing whether it is still there, and tidying it up cost more than what is written; so does the
    session's own book of transactions. One that only speaks to the driver (`driver_rows`, `driver_writes`) is begun and ended there.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._connection: Connection | None = None
        self._used_at = 0.0
        self._is_busy = False

    @contextmanager
    def unit_of_work(self) -> Iterator[Db]:
        """As the function of this name. Who comes while another one is under way gets a connection of their own."""
        if self._is_busy:
            with unit_of_work(self._sessions) as db:
                yield db
            return
        self._is_busy = True
        try:
            connection = self._kept()
            with self._sessions(bind=connection) as db:
                db.info[_STANDING] = connection
                yield db
                if db.in_transaction() or db.new:
                    db.commit()
                elif _DRIVER in db.info:
                    connection.dialect.do_commit(connection.connection)
        except BaseException:  # whatever state the connection is in now, the pool knows what to do
            self.end()
            raise
        finally:
            self._is_busy = False
            self._used_at = time.monotonic()

    def end(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _kept(self) -> Connection:
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            self.end()
        if self._connection is None:
            self._connection = self._sessions.kw["bind"].connect()
        return self._connection


def driver_rows(db: Db, sql: str, values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement that is written as the driver wants it, where every microsecond counts."""
    return _driver(db).execute(sql, values).fetchall()  # type: ignore[no-any-return]


def driver_writes(db: Db, sql: str, values: Any, *, many: bool = False) -> None:
    """As `driver_rows`, for a statement without rows; `many`: once for each of the values."""
    cursor = _driver(db).cursor()
    (cursor.executemany if many else cursor.execute)(sql, values)
    cursor.close()


def driver_alone(db: Db, sql: str, values: Any) -> list[tuple[Any, ...]]:
    """As `driver_rows`, on PostgreSQL, for a statement that is a transaction of its own, before anything else in its unit of work."""
    raw = _driver(db)
    raw.autocommit = True
    try:
        return raw.execute(sql, values).fetchall()  # type: ignore[no-any-return]
    finally:
        if raw.info.transaction_status.name == "IDLE":
            raw.autocommit = False
        else:  # cut off in the middle: nobody else gets a connection that commits by itself
            raw.close()


#: A connection, what others have committed, and what it has written: numbers that only tell whether something changed.
Standing = tuple[object, int, int]


def standing(db: Db) -> Standing | None:
    """Where the database stands, for this connection: as long as the answer is the same, nothing has been changed by anybody.

    None where the database does not say. An answer from a transaction that was rolled back means nothing.
    Sources: https://www.sqlite.org/pragma.html#pragma_data_version (commits of others) and
    https://www.sqlite.org/c3ref/total_changes.html (rows this connection has written).
    """
    raw = _driver(db)
    if not isinstance(raw, sqlite3.Connection):
        return None
    return raw, raw.execute("PRAGMA data_version").fetchone()[0], raw.total_changes


def _driver(db: Db) -> Any:
    """The driver's connection of a session's transaction; found once in each."""
    transaction, raw = db.info.get(_DRIVER, (None, None))
    if raw is None or transaction is not db.get_transaction():
        kept = None if db.in_transaction() else db.info.get(_STANDING)
        raw = (kept or db.connection()).connection.driver_connection
        if kept is not None and kept.dialect.name == "sqlite":  # PostgreSQL's begins by itself
            queue: _Writers = kept.dialect.do_commit.__self__
            queue.begin(kept, raw)
        db.info[_DRIVER] = db.get_transaction(), raw
    return raw
