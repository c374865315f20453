"""The schema, safe copies, and what `consult check` finds."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, inspect, select, text

from consult import migrating, safekeeping
from consult.audit import service as audit
from consult.db import Base, engine_for, reading_session, sessions_for, unit_of_work
from consult.items.models import ActionItem
from consult.migrating import configuration
from consult.rooms.models import Room, Seat
from consult.sample.build import Stage, build
from tests.commands.conftest import Run
from tests.conftest import unavailable

CHAIN = "backup"
#: The migration that creates the tables.
FIRST = "20261120_2015"


def write_entry(url: str) -> None:
    engine = engine_for(url)
    with unit_of_work(sessions_for(engine)) as db:
        audit.record(db, None, "test.written", "test:x", chain=CHAIN)
    engine.dispose()


def entries(url: str) -> int:
    engine = engine_for(url)
    with sessions_for(engine)() as db:
        (verdict,) = audit.verify(db)
        assert verdict.broken is None
    engine.dispose()
    return verdict.entries


def differences(url: str) -> list[object]:
    """What the models say and the database does not, or the other way round."""
    engine = engine_for(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    return list(found)


def tables(url: str) -> set[str]:
    engine = engine_for(url)
    with engine.connect() as connection:
        found = set(inspect(connection).get_table_names())
    engine.dispose()
    return found


def up_and_down(url: str) -> None:
    migrating.downgrade(url, "base")
    assert tables(url) <= {"alembic_version"}
    assert migrating.pending(url) is not None
    migrating.upgrade(url)
    assert migrating.pending(url) is None
    assert differences(url) == []


def test_migrations_go_up_and_down_and_match_the_models_on_sqlite(database_url: str) -> None:
    import consult.app  # noqa: F401  (all models)

    up_and_down(database_url)


def test_a_meeting_that_is_under_way_is_brought_up_from_the_first_version(database_url: str) -> None:
    """On SQLite a table is altered by copying it, and rows of other tables refer to it."""
    engine = engine_for(database_url)
    with unit_of_work(sessions_for(engine)) as db:
        build(db, number=12, stage=Stage.DECISIONS)
    with reading_session(engine) as db:
        before = [db.scalar(select(func.count()).select_from(table)) for table in (Room, Seat, ActionItem)]
    engine.dispose()
    migrating.downgrade(database_url, FIRST)
    migrating.upgrade(database_url)
    assert differences(database_url) == []
    with reading_session(engine) as db:
        after = [db.scalar(select(func.count()).select_from(table)) for table in (Room, Seat, ActionItem)]
        assert db.execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()
    assert before == after
    assert all(before)


def test_migrations_go_up_and_down_and_match_the_models_on_postgresql(postgresql_url: str) -> None:
    import consult.app  # noqa: F401  (all models)

    up_and_down(postgresql_url)


def test_there_is_one_head() -> None:
    from alembic.script import ScriptDirectory

    assert len(ScriptDirectory.from_config(configuration("sqlite://")).get_heads()) == 1


def test_upgrade_brings_an_empty_database_up_and_check_says_so(consult: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'fresh.sqlite3'}"
    before = consult("db", "check", database_url=url)
    assert (before.status, "consult db upgrade" in before.err) == (1, True)
    assert consult("serve", "--port", "1", database_url=url).status == 1
    assert consult("db", "upgrade", database_url=url).status == 0
    assert consult("db", "check", database_url=url).status == 0


def test_a_copy_made_while_people_write_is_whole(database_url: str, tmp_path: Path) -> None:
    write_entry(database_url)
    stop = threading.Event()

    def keep_writing() -> None:
        while not stop.is_set():
            write_entry(database_url)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        size = safekeeping.backup(database_url, str(tmp_path / "copy.db"))
    finally:
        stop.set()
        writer.join()
    assert size == (tmp_path / "copy.db").stat().st_size
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert 1 <= entries(f"sqlite:///{tmp_path / 'copy.db'}") <= entries(database_url)


def test_opening_waits_for_whoever_has_the_whole_file_for_a_moment(tmp_path: Path) -> None:
    file = tmp_path / "fresh.db"
    held = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.3, lambda: held.execute("ROLLBACK"))
    release.start()
    engine = engine_for(f"sqlite:///{file}")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    release.join()
    held.close()


def test_restoring_brings_back_what_was_copied(consult: Run, database_url: str) -> None:
    write_entry(database_url)
    assert consult("db", "backup", "copy.db").status == 0
    write_entry(database_url)
    assert entries(database_url) == 2
    assert consult("db", "restore", "copy.db", "--yes").status == 0
    assert entries(database_url) == 1


def test_restoring_asks_first(consult: Run, database_url: str) -> None:
    write_entry(database_url)
    consult("db", "backup", "copy.db")
    write_entry(database_url)
    assert consult("db", "restore", "copy.db").status == 1
    assert entries(database_url) == 2


def test_postgresql_is_copied_and_restored(postgresql_url: str, consult: Run) -> None:
    if shutil.which("pg_dump") is None:
        unavailable("pg_dump")
    write_entry(postgresql_url)
    done = consult("db", "backup", "copy.dump", database_url=postgresql_url)
    assert (done.status, done.err) == (0, "")
    write_entry(postgresql_url)
    done = consult("db", "restore", "copy.dump", "--yes", database_url=postgresql_url)
    assert (done.status, done.err) == (0, "")
    assert entries(postgresql_url) == 1


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + b"\0" * 200])
def test_a_file_that_is_no_copy_replaces_nothing(
    content: bytes, consult: Run, database_url: str, tmp_path: Path
) -> None:
    write_entry(database_url)
    (tmp_path / "bad.db").write_bytes(content)
    done = consult("db", "restore", "bad.db", "--yes")
    assert done.status == 1
    assert len(done.err.strip().splitlines()) == 1
    assert entries(database_url) == 1


def test_another_programs_database_is_refused(consult: Run, database_url: str, tmp_path: Path) -> None:
    write_entry(database_url)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE something (id INTEGER)")
        other.commit()
    assert "not a sound copy of a consult database" in consult("db", "restore", "other.db", "--yes").err
    assert entries(database_url) == 1


def test_a_copy_that_cannot_be_written_is_one_line(consult: Run, tmp_path: Path) -> None:
    done = consult("db", "backup", "missing/folder/copy.db")
    assert (done.status, len(done.err.strip().splitlines())) == (1, 1)
    assert not list(tmp_path.glob("**/.backup-*"))


def test_check_passes_on_a_sound_installation(consult: Run) -> None:
    done = consult("check")
    assert (done.status, done.err) == (0, "")
    names = [line.split()[1] for line in done.out.splitlines()]
    assert names == ["configuration:", "database:", "migrations:", "clock:", "queue:", "mail:"]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"secret_key": None}, "configuration"),
        ({"public_url": "http://consult.example.org"}, "configuration"),
        ({"database_url": "postgresql://nobody@127.0.0.1:1/none"}, "database"),
        ({"message_queue_url": "redis://127.0.0.1:1/0"}, "queue"),
        ({"mail_url": "smtp://127.0.0.1:1"}, "mail"),
    ],
)
def test_check_names_what_is_wrong(settings: dict[str, str | None], name: str, consult: Run) -> None:
    done = consult("check", **settings)
    assert done.status == 1
    assert [line.split()[1] for line in done.out.splitlines() if line.startswith("FAIL")] == [f"{name}:"]


def test_check_finds_a_schema_that_is_behind(consult: Run, tmp_path: Path) -> None:
    done = consult("check", database_url=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert (done.status, "FAIL migrations" in done.out) == (1, True)


def test_check_looks_at_postgresql_too(consult: Run, postgresql_url: str) -> None:
    done = consult("check", database_url=postgresql_url)
    assert done.status == 0, done.out
    assert "PostgreSQL answers" in done.out
