"""One request, one unit of work: the database session, settings and sign-in of the request at hand."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from consult.config import Settings
from consult.db import Db, Sessions, is_held_elsewhere, reading_session, wait_at_most
from consult.errors import Conflict

T = TypeVar("T")
#: How long the writer of all rooms waits for what an act of one room needs and somebody else holds; how often, and how long after.
WRITER_PATIENCE_SECONDS = 0.05
WRITER_ATTEMPTS = 12
WRITER_PAUSE_SECONDS = 0.2
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ConsultFlask(Flask):
    """Flask whose dispatch is one transaction: committed when the answer is below 400, rolled back otherwise.

    A uniqueness or serialization conflict is tried once more, then answered as `Conflict`.
    """

    def dispatch_request(self) -> Response:  # type: ignore[override]
        for attempt in (1, 2):
            try:
                response = self.make_response(super().dispatch_request())
                if "db" in g:
                    if response.status_code < 400 and not _only_reads():
                        g.db.commit()
                    else:
                        g.db.rollback()
                return response
            except DBAPIError as error:
                _roll_back()
                if not _is_conflict(error):
                    raise
                if attempt == 2:
                    raise Conflict("conflict") from error
            except BaseException:
                _roll_back()
                raise
        raise AssertionError("unreachable")


def _is_conflict(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlstate", None)
    return isinstance(error, IntegrityError) or (
        isinstance(error, OperationalError) and code in ("40001", "40P01")
    )


def _roll_back() -> None:
    if "db" in g:
        g.db.rollback()


def _only_reads() -> bool:
    """Whether the request takes no write lock; then there is nothing to commit, and nothing that waits for the disk."""
    return getattr(g, "reads_first", False) or (request.method in READING and not getattr(g, "writes", False))


def db() -> Db:
    """The request's database session; requests that only read take no write lock."""
    if "db" not in g:
        sessions: Sessions = current_app.extensions["consult.sessions"]
        if _only_reads():
            _take_a_turn()
            g.db = reading_session(current_app.extensions["consult.engine"])
        else:
            g.db = sessions()
    session: Db = g.db
    return session


def _take_a_turn() -> None:
    """Pages are made in turn where the server says so (`live.turns`). What prepares a request that will write is no page."""
    turns = current_app.extensions.get("consult.turns")
    if turns is not None and request.method in READING and turns.take():
        g.turns = turns


def writes_on_get() -> None:
    """Say that this GET writes (a sample sign-in link). Must be called before the first use of `db()`."""
    close(None)
    g.writes = True


@contextmanager
def reading_first() -> Iterator[None]:
    """Let a request that will write read for a while without a write lock, to prepare what takes long.

    What was read has to be loaded again afterwards: `db()` is another session then.
    """
    _save_and_close()
    g.reads_first = True
    try:
        yield
    finally:
        close(None)
        g.reads_first = False
        _forget_the_account()


def in_the_writer(act: Callable[[Db], T]) -> T:
    """Do what ends the writing in a room: whatever this process received before is written first, and nothing comes in between.

    What was loaded before has to be loaded again inside: `act` gets a session of its own, which is committed when it is done.
    While it waits for what somebody else holds, nothing is saved in any room; so it gives up soon, and is tried again.

    Raises:
        Conflict: `conflict`, somebody else held what it needs all the time.
    """
    _save_and_close()
    _forget_the_account()
    drafting = current_app.extensions["consult.hub"].drafting

    def act_soon(db: Db) -> T:
        wait_at_most(db, WRITER_PATIENCE_SECONDS)
        return act(db)

    for attempt in range(WRITER_ATTEMPTS):
        if attempt:
            time.sleep(WRITER_PAUSE_SECONDS)
        try:
            done: T = drafting.barrier(act_soon)
            return done
        except DBAPIError as error:
            if not is_held_elsewhere(error):
                raise
    raise Conflict("conflict")


def _save_and_close() -> None:
    """Keep what the sign-in wrote before the route began."""
    if "db" in g:
        g.db.commit()
    close(None)


def _forget_the_account() -> None:
    """As Flask-Login keeps it: it is loaded again with the next session."""
    g.pop("_login_user", None)


def settings() -> Settings:
    """The process's settings."""
    found: Settings = current_app.extensions["consult.settings"]
    return found


def close(_error: BaseException | None) -> None:
    """Give the connection back."""
    session = g.pop("db", None)
    if session is not None:
        session.close()
    turns = g.pop("turns", None)
    if turns is not None:
        turns.give_back()


def register(app: Flask) -> None:
    app.teardown_appcontext(close)


def client_address() -> str:
    """The caller's address as far as the configured number of proxies can be trusted."""
    return request.remote_addr or "unknown"


def wants_json() -> bool:
    """Whether the caller asked for JSON rather than a page."""
    best: Any = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
