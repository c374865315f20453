"""Who writes to SQLite when many want to: one after the other, without anybody trying again and again."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from consult import db as database
from consult.db import Sessions, sessions_for, unit_of_work

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

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement == "BEGIN IMMEDIATE":
            begun.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(lambda n: write(sessions, str(n), 0.02), range(MANY)))
    assert len(begun) == MANY, "each began once: nobody was turned away and tried again"
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
