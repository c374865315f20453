"""Fixtures: a database made by the real migrations, the app, the cast signed in, and the services a test may need.

Tests that need PostgreSQL, Redis or Chromium use the fixtures `postgresql_url`, `redis_url`, `chromium`: where the
service is not there they are skipped with the reason; with CONSULT_REQUIRE_SERVICES=1 (as in CI) they fail instead.
"""

import gc
import os
import re
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, text

from consult import clock, migrating
from consult.config import Settings
from consult.db import Db, engine_for, sessions_for
from tests import cast
from tests.once import (
    check_passwords_once,
    compile_routes_once,
    compile_statements_once,
    compiled_once,
    pair_once,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Machines differ in speed; what a property test finds does not depend on it.
hypothesis.settings.register_profile("consult", deadline=None)
hypothesis.settings.load_profile("consult")
compile_routes_once()
compile_statements_once()
check_passwords_once()
gc.set_threshold(20_000)  # a test makes many objects, and few that refer to each other in a circle

PUBLIC_URL = "http://consult.test"
REQUIRED = os.environ.get("CONSULT_REQUIRE_SERVICES") == "1"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


#: Folders whose tests take longest; they begin first, so that no worker is left waiting for them at the end.
SLOW_FIRST = ("faults", "journeys", "live", "browser_client", "permissions", "drafting")


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: many tests wait for a server, a page or the clock."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first."""
    place = {name: position for position, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: place.get(item.path.parent.name, len(place)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Spare the garbage collector what stays to the end anyway: looking through it again and again took a tenth of the time."""
    gc.collect()
    gc.freeze()


def unavailable(what: str) -> NoReturn:
    """Skip for want of a service; in CI that is a failure."""
    if REQUIRED:
        pytest.fail(f"{what} is required here and was not found")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest migration; tests copy it."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    migrating.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def database_url(migrated: Path, tmp_path: Path) -> str:
    """A fresh database of this test's own."""
    path = tmp_path / "consult.sqlite3"
    shutil.copyfile(migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = engine_for(database_url)
    yield found
    found.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Db]:
    """A session for services; what it wrote is seen by the app after `db.commit()`."""
    with sessions_for(engine)() as session:
        yield session


@pytest.fixture
def world(db: Db) -> cast.World:
    """The cast in their consultation, with an unrelated consultation beside it so that a missing filter shows."""
    return pair_once(db)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, secret_key="x" * 40, public_url=PUBLIC_URL)


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Flask:
    from consult.app import create_app

    made = compiled_once(create_app(settings, engine=engine))
    made.config["SERVER_NAME"] = (
        "consult.test"  # what the test client asks for; the app answers to no other name
    )
    return made


@pytest.fixture
def client_for(app: Flask) -> Callable[[str], FlaskClient]:
    """A browser signed in as one of the cast (by name or e-mail address); "anonymous" is nobody."""

    def open_browser(name: str) -> FlaskClient:
        client = app.test_client()
        if name != "anonymous":
            email = cast.CAST[name].email if name in cast.CAST else name
            page = client.get("/sign-in")
            answer = client.post(
                "/sign-in", data={"csrf_token": csrf_of(page.text), "email": email, "password": cast.PASSWORD}
            )
            assert answer.status_code == 303, answer.text
        return client

    return open_browser


def csrf_of(page: str) -> str:
    """The anti-forgery token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found.group(1)


def post(client: FlaskClient, address: str, *, page: str | None = None, **fields: object) -> object:
    """Send a form as a browser would: with the token of the page it is on."""
    token = csrf_of(client.get(page or "/account").text)
    return client.post(address, data={"csrf_token": token, **fields})


@pytest.fixture(autouse=True)
def system_clock() -> Iterator[None]:
    """No test leaves a wrong clock behind."""
    yield
    clock.set_source(None)


@pytest.fixture(scope="session")
def migrated_postgresql() -> Iterator[tuple[str, str, Connection]]:
    """An empty PostgreSQL database at the newest migration, that tests copy: its server, its name, and who may copy it."""
    server = os.environ.get("CONSULT_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432")
    name = f"consult_{uuid.uuid4().hex[:12]}"
    try:
        admin = create_engine(
            f"{server}/postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
        )
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except Exception as error:
        unavailable(f"PostgreSQL at 127.0.0.1:5432 ({type(error).__name__})")
        return
    with admin.connect() as connection:
        try:
            migrating.upgrade(f"{server}/{name}")
            yield server, name, connection
        finally:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def postgresql_url(migrated_postgresql: tuple[str, str, Connection]) -> Iterator[str]:
    """A fresh PostgreSQL database at the newest migration."""
    server, template, connection = migrated_postgresql
    name = f"consult_{uuid.uuid4().hex[:12]}"
    connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield f"{server}/{name}"
    finally:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def redis_url() -> str:
    """A Redis that answers."""
    import redis

    url = os.environ.get("CONSULT_TEST_REDIS", "redis://127.0.0.1:6379/15")
    try:
        redis.Redis.from_url(url, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        unavailable(f"Redis at 127.0.0.1:6379 ({type(error).__name__})")
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that can be driven."""
    if not Path(CHROMIUM).exists():
        unavailable(f"Chromium at {CHROMIUM} (set CHROMIUM to its path)")
    return CHROMIUM


@pytest.fixture(scope="module")
def running_browser(chromium: str) -> "Iterator[Browser]":
    """One Chromium for all tests of a module."""
    from tests.browsing import browser_at

    with browser_at(chromium) as found:
        yield found


@pytest.fixture
def browser(running_browser: "Browser") -> "Iterator[Browser]":
    """A Chromium in which nobody is, and in which nobody is left behind."""
    yield running_browser
    for context in running_browser.contexts:
        context.close()
