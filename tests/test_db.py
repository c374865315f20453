"""Who writes to SQLite when many want to: one after the other, without anybody trying again and again.

And the connection of somebody who writes all the time, on both databases.
"""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from psycopg import DataError
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from consult import db as database
from consult.db import (
    Db,
    Sessions,
    StandingWriter,
    driver_alone,
    driver_rows,
    driver_writes,
    engine_for,
    sessions_for,
    unit_of_work,
)

MANY = 24


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    found = sessions_for(engine)
    with unit_of_work(found) as db:
        db.execute(text("CREATE TABLE kept (word TEXT)"))
    return found


def write(sessions: Sessions, word: str = "yes", seconds: float = 0.0) -> None:
    with unit_of_work(sessions) as db:
        db.execute(text("INSERT INTO kept VALUES (:word)"), {"word": word})
        time.sleep(seconds)


def test_what_is_committed_is_on_the_disk_before_anybody_is_told(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}, "2: FULL"


def test_many_who_write_stand_in_a_queue(engine: Engine, sessions: Sessions) -> None:
    begun: list[str] = []

    def trace(raw: Any, _record: Any) -> None:
        raw.set_trace_callback(lambda statement: begun.append(statement) if "BEGIN" in statement else None)

    engine.dispose()
    event.listen(engine, "connect", trace)
    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(lambda n: write(sessions, str(n), 0.02), range(MANY)))
    assert begun == MANY * ["BEGIN IMMEDIATE"], "each began once: nobody was turned away and tried again"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM kept")).scalar() == MANY


def test_whoever_fails_lets_the_next_one_in(engine: Engine, sessions: Sessions) -> None:
    with pytest.raises(OperationalError), unit_of_work(sessions) as db:
        db.execute(text("INSERT INTO no_such_table VALUES (1)"))
    begun = time.monotonic()
    with unit_of_work(sessions) as db:
        db.execute(text("INSERT INTO kept VALUES ('lost')"))
        db.connection().invalidate()
        db.rollback()
    write(sessions)
    assert time.monotonic() - begun < database.LOCK_PATIENCE_SECONDS / 2
    with engine.connect() as connection:
        assert connection.execute(text("SELECT word FROM kept")).scalars().all() == ["yes"]


def test_who_waits_too_long_is_told(
    engine: Engine, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_PATIENCE_SECONDS", 0.1)
    with unit_of_work(sessions) as db:
        db.execute(text("INSERT INTO kept VALUES ('first')"))
        with pytest.raises(OperationalError, match="locked"):
            write(sessions)
    write(sessions, "third")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT word FROM kept")).scalars().all() == ["first", "third"]


class Fault(Exception):
    """An act that fails."""


def connection_of(db: Db) -> int:
    """Which connection of the driver is used."""
    return id(db.connection().connection.driver_connection)


def test_a_standing_writer_keeps_its_connection_while_nothing_fails(sessions: Sessions) -> None:
    writer, seen = StandingWriter(sessions), []
    for word in ("one", "two"):
        with writer.unit_of_work() as db:
            driver_writes(db, "INSERT INTO kept VALUES (?)", (word,))
            seen.append(connection_of(db))
    with pytest.raises(Fault), writer.unit_of_work() as db:  # noqa: PT012
        driver_writes(db, "INSERT INTO kept VALUES (?)", ("never",))
        raise Fault
    with writer.unit_of_work() as db:
        assert driver_rows(db, "SELECT word FROM kept", ()) == [("one",), ("two",)]
    assert seen[0] == seen[1]
    write(sessions)
    writer.end()


def test_somebody_who_comes_in_between_has_a_connection_of_their_own(sessions: Sessions) -> None:
    """On SQLite only readers may; a second writer waits for the first."""
    writer = StandingWriter(sessions)
    reader = StandingWriter(sessions_for(sessions.kw["bind"].execution_options(consult_writing=False)))
    with writer.unit_of_work() as db, reader.unit_of_work() as outer, reader.unit_of_work() as inner:
        driver_writes(db, "INSERT INTO kept VALUES (?)", ("one",))
        assert driver_rows(inner, "SELECT word FROM kept", ()) == []
        assert len({connection_of(each) for each in (db, outer, inner)}) == 3
    for each in (writer, reader):
        each.end()


@pytest.mark.parametrize("begins", ["driver", "session"])
@pytest.mark.parametrize("ends", ["well", "ill"])
def test_a_session_joins_what_the_driver_began(sessions: Sessions, begins: str, ends: str) -> None:
    """What was written either way stands or falls together, and the next who writes has not to wait."""
    writer, insert = StandingWriter(sessions), "INSERT INTO kept VALUES ('{}')"
    write(sessions)
    with contextlib.suppress(ZeroDivisionError), writer.unit_of_work() as db:
        for how in ("driver", "session") if begins == "driver" else ("session", "driver"):
            if how == "driver":
                driver_writes(db, insert.format(how), ())
            else:
                db.execute(text(insert.format(how)))
        if ends == "ill":
            raise ZeroDivisionError
    with writer.unit_of_work() as db:
        words = {word for (word,) in driver_rows(db, "SELECT word FROM kept", ())}
    assert words >= {"driver", "session"} if ends == "well" else not words & {"driver", "session"}
    write(sessions)
    writer.end()


@pytest.mark.parametrize("moment", ["between", "within"])
def test_a_standing_writer_outlives_its_connection(
    postgresql_url: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_for(postgresql_url)
    writer = StandingWriter(sessions_for(engine))

    def end(process: int) -> None:
        with engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})

    with writer.unit_of_work() as db:
        driver_writes(db, "CREATE TABLE kept (word TEXT)", ())
        ((process,),) = driver_rows(db, "SELECT pg_backend_pid()", ())
    if moment == "between":
        monkeypatch.setattr(database, "IDLE_SECONDS", 0.0)
        end(process)
    else:
        with pytest.raises(Exception, match=r"terminat|closed|lost"), writer.unit_of_work() as db:  # noqa: PT012
            driver_writes(db, "INSERT INTO kept VALUES (%s)", ("lost",))
            end(process)
            driver_writes(db, "INSERT INTO kept VALUES (%s)", ("lost",))
    with writer.unit_of_work() as db:
        driver_writes(db, "INSERT INTO kept VALUES (%s)", ("here",))
        assert driver_rows(db, "SELECT word FROM kept", ()) == [("here",)]
    writer.end()
    engine.dispose()


def test_a_statement_alone_is_a_transaction_of_its_own(postgresql_url: str) -> None:
    """Whatever becomes of it, who has the connection next has an ordinary one."""
    engine = engine_for(postgresql_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (word TEXT)"))
    writer = StandingWriter(sessions_for(engine))
    insert = "INSERT INTO kept VALUES (%s) RETURNING word"
    with writer.unit_of_work() as db:
        assert driver_alone(db, insert, ("one",)) == [("one",)]
        used = connection_of(db)
    with pytest.raises(DataError), writer.unit_of_work() as db:
        driver_alone(db, "SELECT 1 / %s::integer", (0,))
    with pytest.raises(Fault), writer.unit_of_work() as db:  # noqa: PT012
        assert connection_of(db) == used
        driver_writes(db, insert, ("never",))
        raise Fault
    with writer.unit_of_work() as db:
        ((process,),) = driver_rows(db, "SELECT pg_backend_pid()", ())
    with engine.begin() as other:
        other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    with pytest.raises(Exception, match=r"terminat|closed|lost"), writer.unit_of_work() as db:
        driver_alone(db, insert, ("never",))
    with writer.unit_of_work() as db:
        assert driver_rows(db, "SELECT word FROM kept", ()) == [("one",)]
    writer.end()
    engine.dispose()
