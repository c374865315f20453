"""What is read once for many readers: the same as what each would read, also after anybody wrote anything."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update

from consult import clock
from consult.db import Db
from consult.programme.models import Session
from consult.web.context import close
from consult.web.shared import MOST_SECONDS, MOST_VALUES, SharedReadings, shared
from tests.cast import World


class Titles:
    """The titles of all sessions, and how often they were read."""

    def __init__(self) -> None:
        self.read = 0

    def __call__(self, db: Db) -> list[str]:
        self.read += 1
        return list(db.scalars(select(Session.title).order_by(Session.id)))


@pytest.fixture
def readings(engine: Engine, world: World) -> SharedReadings:
    return SharedReadings(engine)


@pytest.fixture
def titles() -> Titles:
    return Titles()


def test_a_value_is_read_once_while_nobody_writes(readings: SharedReadings, titles: Titles, db: Db) -> None:
    first = readings.get("titles", titles)
    assert len(first) == db.scalar(select(func.count(Session.id)))
    assert [readings.get("titles", titles) for _ in range(3)] == [first] * 3
    assert titles.read == 1
    assert readings.get("others", titles) == first
    assert titles.read == 2, "another key is another value"


def test_after_a_commit_it_is_read_anew(
    readings: SharedReadings, titles: Titles, world: World, db: Db
) -> None:
    readings.get("titles", titles)
    world.session.title = "Changed here"
    db.flush()
    assert "Changed here" not in readings.get("titles", titles), "not committed yet"
    db.commit()
    assert "Changed here" in readings.get("titles", titles)
    assert titles.read == 2


def test_after_a_commit_of_another_process_it_is_read_anew(
    readings: SharedReadings, titles: Titles, engine: Engine
) -> None:
    readings.get("titles", titles)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE session SET title = ?', ('Elsewhere',)); c.commit()"
    subprocess.run([sys.executable, "-c", script, engine.url.database or ""], check=True, timeout=30)
    assert set(readings.get("titles", titles)) == {"Elsewhere"}


def test_what_was_read_while_somebody_committed_is_not_kept(
    readings: SharedReadings, titles: Titles, db: Db
) -> None:
    def slowly(fresh: Db) -> list[str]:
        found = titles(fresh)
        db.execute(update(Session).values(title="Meanwhile"))
        db.commit()
        return found

    assert "Meanwhile" not in readings.get("titles", slowly)
    assert set(readings.get("titles", titles)) == {"Meanwhile"}


def test_a_value_ages_also_where_nobody_writes(
    readings: SharedReadings, titles: Titles, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    readings.get("titles", titles)
    now += MOST_SECONDS
    readings.get("titles", titles)
    assert titles.read == 1
    now += 0.1
    readings.get("titles", titles)
    assert titles.read == 2


def test_values_are_not_kept_without_end(readings: SharedReadings) -> None:
    for number in range(3 * MOST_VALUES):
        readings.get(number, lambda _db: "value")
    assert len(readings._kept) <= MOST_VALUES


@pytest.fixture
def in_a_request(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app
        close(None)


def test_requests_share_where_the_database_tells_of_commits(in_a_request: Flask, titles: Titles) -> None:
    assert shared("titles", titles) == shared("titles", titles)
    assert titles.read == 1


def test_without_that_everybody_reads_for_themselves(in_a_request: Flask, titles: Titles) -> None:
    del in_a_request.extensions["consult.readings"]
    assert shared("titles", titles) == shared("titles", titles)
    assert titles.read == 2
