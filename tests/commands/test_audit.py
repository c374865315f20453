"""`consult audit verify` names the first bad entry, in the database and in an export."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from consult.audit import service as audit
from consult.db import Db, engine_for, sessions_for, unit_of_work
from tests.cast import World
from tests.commands.conftest import Run


@pytest.fixture
def logged(db: Db, world: World) -> World:
    for number in range(4):
        audit.record(db, None, "room.closed", f"room:{number}", chain=world.consultation.public_id)
    db.commit()
    return world


def test_an_untouched_log_holds(consult: Run, logged: World) -> None:
    done = consult("audit", "verify")
    assert (done.status, done.err) == (0, "")
    assert f"{logged.consultation.public_id}: 4 entries hold" in done.out


@pytest.mark.parametrize(
    ("tampering", "place"),
    [
        ("UPDATE audit_entry SET subject = 'room:9' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET actor = 'somebody' WHERE seq = 3", 3),
        ("UPDATE audit_entry SET salt = 'x' WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 4", 4),
    ],
)
def test_a_tampered_row_is_named(
    tampering: str, place: int, consult: Run, logged: World, database_url: str
) -> None:
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as raw:
        raw.execute(tampering)
        raw.commit()
    done = consult("audit", "verify")
    assert done.status == 1
    assert f"{logged.consultation.public_id}: BROKEN at entry {place}" in done.out
    assert len(done.err.strip().splitlines()) == 1


def test_a_tampered_row_is_named_on_postgresql(consult: Run, postgresql_url: str) -> None:
    engine = engine_for(postgresql_url)
    with unit_of_work(sessions_for(engine)) as db:
        for number in range(3):
            audit.record(db, None, "room.closed", f"room:{number}", chain="c", facts={"é": [1, 2.5, None]})
    engine.dispose()
    assert consult("audit", "verify", database_url=postgresql_url).status == 0
    raw = create_engine(postgresql_url)
    with raw.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET facts = '{}' WHERE seq = 2"))
    raw.dispose()
    assert "c: BROKEN at entry 2" in consult("audit", "verify", database_url=postgresql_url).out


@pytest.fixture
def exported(consult: Run, logged: World, tmp_path: Path) -> Path:
    done = consult("export", logged.consultation.public_id, "--format", "json", "-o", "record.json")
    assert done.status == 0, done.err
    return tmp_path / "record.json"


def test_an_exported_log_holds(consult: Run, exported: Path) -> None:
    done = consult("audit", "verify", "--file", exported.name)
    assert (done.status, done.out.split(",")[0]) == (0, "4 entries hold")


@pytest.mark.parametrize("tampering", ["act", "remove", "cut"])
def test_a_tampered_export_is_named(tampering: str, consult: Run, exported: Path) -> None:
    record = json.loads(exported.read_text())
    if tampering == "act":
        record["audit"][1]["act"] = "item.withdrawn"
    elif tampering == "remove":
        del record["audit"][1]
    else:
        del record["audit"][-1]
    exported.write_text(json.dumps(record))
    done = consult("audit", "verify", "--file", exported.name)
    assert done.status == 1
    assert f"broken at entry {4 if tampering == 'cut' else 2}" in done.err


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"audit": 7, "audit_head": ""}', '{"audit": [1], "audit_head": ""}', "\x00"]
)
def test_a_file_without_a_log_is_refused_in_one_line(content: str, consult: Run, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(content)
    done = consult("audit", "verify", "--file", "other.json")
    assert done.status == 1
    assert "is not an exported record" in done.err
