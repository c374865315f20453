"""Fixtures of the web tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, Select, event

from consult.db import reading_session

Read = Callable[[Select[Any]], list[Any]]


@pytest.fixture
def read(engine: Engine) -> Read:
    """What the database holds now; unlike `db`, reading with it keeps no request waiting."""

    def look(query: Select[Any]) -> list[Any]:
        with reading_session(engine) as db:
            return list(db.scalars(query))

    return look


@pytest.fixture
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements sent since the list was last cleared, transaction control left out."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
