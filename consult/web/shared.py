"""What many readers ask for at the same moment is read once: after a recall, hundreds open the page of the same session.

Such a value is kept until anything at all is committed, by whatever process, so it is never older than what its reader would have
read: SQLite tells by a number that costs microseconds to ask for. PostgreSQL has no such number; there everybody reads for themselves.

Source: https://www.sqlite.org/pragma.html#pragma_data_version: the number that a connection is told changes when another commits.
"""

import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from flask import Flask, current_app
from sqlalchemy import Engine, event

from consult import clock
from consult.db import Db, reading_session
from consult.web.context import db

T = TypeVar("T")
#: Where nothing is committed a value still ages: who is here depends on the time.
MOST_SECONDS = 5.0
#: Values kept at once; each commit throws all of them away.
MOST_VALUES = 1_000


class SharedReadings:
    """The values of one process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watch: sqlite3.Connection | None = None
        self._version: int | None = None
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        event.listen(engine, "engine_disposed", self._close)

    def get(self, key: Hashable, read: Callable[[Db], T]) -> T:
        """The value of this key, or what `read` makes of a database session of its own.

        The value is given to several readers: it must depend on nothing but the key and the database, nobody may change it, and
        whatever of its rows is shown has to be loaded.
        """
        version = self._committed()
        if version != self._version or len(self._kept) >= MOST_VALUES:
            self._kept.clear()
            self._version = version
        now = clock.monotonic()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] <= MOST_SECONDS:
            known: T = kept[1]
            return known
        with reading_session(self._engine) as fresh:
            value = read(fresh)
        if self._committed() == version == self._version:
            self._kept[key] = now, value
        return value

    def _committed(self) -> int:
        """A number that is another one after each commit of anybody."""
        if self._watch is None:
            path = self._engine.url.database or ""
            self._watch = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        version: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _close(self, _engine: Engine) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        self._kept.clear()


def shared(key: Hashable, read: Callable[[Db], T]) -> T:
    """As `SharedReadings.get`, for the request at hand; without anything to share, read in its own session."""
    readings: SharedReadings | None = current_app.extensions.get("consult.readings")
    return readings.get(key, read) if readings is not None else read(db())


def register(app: Flask) -> None:
    engine: Engine = app.extensions["consult.engine"]
    if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
        app.extensions["consult.readings"] = SharedReadings(engine)
