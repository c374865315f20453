"""What a test process does once, though nearly every test has an app and people of its own: templates, routes and
statements compiled, passwords checked, the cast put together."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Table, exists, insert, select
from sqlalchemy.sql import ClauseElement
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from consult import clock
from consult.db import Base, Db, public_id
from consult.people import passwords
from consult.people.models import User
from tests import cast


class _Compiled(BytecodeCache):
    def __init__(self) -> None:
        self._known: dict[str, tuple[str, object]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code  # type: ignore[assignment]

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.checksum, bucket.code


_COMPILED = _Compiled()


def compiled_once(app: Flask) -> Flask:
    """The app, with the templates of those before it."""
    app.jinja_env.bytecode_cache = _COMPILED
    return app


def compile_routes_once() -> None:
    """Let rules of the same address share the function that makes addresses of it, which is given the rule it works for."""
    compiled = Rule._compile_builder
    known: dict[tuple[str, bool], Callable[..., Any]] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults or rule.host or rule.subdomain:
            return compiled(rule, append_unknown)
        key = rule.rule, append_unknown
        if key not in known:
            known[key] = compiled(rule, append_unknown)
        return known[key]

    Rule._compile_builder = once  # type: ignore[method-assign]


def check_passwords_once() -> None:
    """Answer from memory whether a password belongs to a hash; the first answer is the real one, slow on purpose."""
    checked = cache(passwords._verify)

    def once(work: Callable[..., Any], *arguments: Any) -> Any:
        return checked(*arguments) if work is passwords._verify else work(*arguments)

    passwords.use_runner(once)


class _Statements:
    """A statement by what it asks and by the kind of database, not by the very engine."""

    def __init__(self) -> None:
        self._known: LRUCache[Any, Any] = LRUCache(5000)

    @staticmethod
    def _kind(key: Any) -> tuple[Any, ...]:
        dialect, *rest = key
        return type(dialect), dialect.paramstyle, dialect.server_version_info, *rest

    def get(self, key: Any) -> Any:
        return self._known.get(self._kind(key))

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._known[self._kind(key)] = compiled


def compile_statements_once() -> None:
    """Let the engines of tests share what SQLAlchemy made of a statement; one engine would remember it, but each has few requests."""
    compiled = ClauseElement._compile_w_cache
    statements = _Statements()

    def once(element: ClauseElement, dialect: Any, *, compiled_cache: Any, **more: Any) -> Any:
        shared = None if compiled_cache is None else statements
        return compiled(element, dialect, compiled_cache=shared, **more)

    ClauseElement._compile_w_cache = once  # type: ignore[method-assign,assignment]


#: When the world of the first `cast.pair` was made, and its rows by table.
_rows: list[tuple[datetime, list[tuple[Table, list[dict[str, Any]]]]]] = []


def pair_once(db: Db) -> cast.World:
    """`cast.pair`, committed: made once; then its rows are copied as if they were made now, with addresses of their own."""
    if db.get_bind().dialect.name != "sqlite" or db.scalar(select(exists(select(User.id)))):
        found = cast.pair(db)
        db.commit()
        return found
    if not _rows:
        found = cast.pair(db)
        tables = (
            (table, [*map(dict, db.execute(select(table)).mappings())])
            for table in Base.metadata.sorted_tables
        )
        _rows.append((found.consultation.created_at, [(table, rows) for table, rows in tables if rows]))
    else:
        then, tables = _rows[0]
        now = clock.now()
        for table, rows in tables:
            db.execute(insert(table), [_as_of(now, then, row) for row in rows])
        found = cast.found_in(db)
    db.commit()
    return found


def _as_of(now: datetime, then: datetime, row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times as long before or after `now` as they were before or after `then`."""
    moved = {
        name: value - then + now if isinstance(value, datetime) else value for name, value in row.items()
    }
    return moved | {"public_id": public_id()} if "public_id" in row else moved
