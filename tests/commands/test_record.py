"""`consult export` writes what the web hands out, with the rights of the secretariat."""

from pathlib import Path

import pytest

from consult.audit.models import AuditEntry
from consult.db import Db
from consult.summaries import service
from tests.cast import World
from tests.commands.conftest import Run

STARTS = {"docx": b"PK", "pdf": b"%PDF", "html": b"<!doctype html", "md": b"#", "json": b"{"}


@pytest.mark.parametrize("form", sorted(STARTS))
def test_a_session_is_written_in_every_format(
    form: str, consult: Run, db: Db, world: World, tmp_path: Path
) -> None:
    service.generate(db, world.actor(db, "facilitator"), world.session)
    db.commit()
    done = consult(
        "export",
        world.consultation.public_id,
        "--session",
        world.session.public_id,
        "--format",
        form,
        "-o",
        "out",
    )
    assert (done.status, done.err) == (0, "")
    assert (tmp_path / "out").read_bytes().lower().startswith(STARTS[form].lower())
    db.rollback()
    entry = db.query(AuditEntry).filter_by(act="record.exported").one()
    assert (entry.actor, entry.facts) == ("server", {"format": form})


def test_the_file_is_named_after_the_title(consult: Run, world: World, tmp_path: Path) -> None:
    assert consult("export", world.consultation.public_id, "--format", "md").status == 0
    assert [path.name for path in tmp_path.glob("*.md")] == ["Third-thematic-consultation.md"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("zzzzzzzzzzzz", "--format", "md"),
        ("CONSULTATION", "--session", "zzzzzzzzzzzz", "--format", "md"),
        ("CONSULTATION", "--format", "md", "-o", "missing/folder/file.md"),
    ],
)
def test_what_cannot_be_written_is_one_line(arguments: tuple[str, ...], consult: Run, world: World) -> None:
    given = [world.consultation.public_id if word == "CONSULTATION" else word for word in arguments]
    done = consult("export", *given)
    assert (done.status, len(done.err.strip().splitlines())) == (1, 1)


def test_an_unknown_format_is_wrong_usage(consult: Run, world: World) -> None:
    assert consult("export", world.consultation.public_id, "--format", "exe").status == 2
