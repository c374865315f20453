"""Accounts and lists from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import func, select

from consult.commands import people
from consult.db import Db
from consult.people.models import Member, User
from tests.cast import World
from tests.conftest import post

HEADER = "name,email,delegation_iso3,organisation,stakeholder_type,role,languages,gender,age_band,needs"
Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Run:
    monkeypatch.setenv("CONSULT_DATABASE_URL", database_url)
    monkeypatch.setenv("CONSULT_SECRET_KEY", "x" * 40)
    monkeypatch.setenv("CONSULT_PUBLIC_URL", "http://consult.test")

    def command(*arguments: str) -> Result:
        commands = {found.name: found for found in people.COMMANDS}
        return CliRunner().invoke(commands[arguments[0]], list(arguments[1:]))

    return command


def test_the_first_organizer_signs_in_by_the_printed_link(
    run: Run, db: Db, client_for: Callable[[str], FlaskClient]
) -> None:
    done = run("create-organizer", "Ada@Example.org")
    assert done.exit_code == 0
    address = done.output.strip().splitlines()[-1].removeprefix("http://consult.test")
    client = client_for("anonymous")
    assert post(client, address, page=address).status_code == 303
    assert client.get("/account").status_code == 200
    user = db.scalars(select(User)).one()
    assert (user.email, user.is_secretariat) == ("ada@example.org", True)


def test_a_link_is_printed_for_those_who_have_an_account(run: Run, world: World) -> None:
    assert "/sign-in/link/" in run("sign-in-link", "KEN@example.org").output
    unknown = run("sign-in-link", "nobody@example.org")
    assert unknown.exit_code == 1
    assert "nobody can sign in" in unknown.output


def test_what_is_no_address_is_wrong_usage(run: Run, db: Db) -> None:
    assert run("create-organizer", "ada").exit_code == 2
    assert db.scalars(select(User)).all() == []


def test_a_list_is_imported(run: Run, db: Db, world: World, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{HEADER}\nDelegate FRA-1,fra-1@example.org,FRA,,member_state,delegate,fr,,,\n")
    consultation = world.consultation.public_id
    before = db.scalar(select(func.count(Member.id))) or 0
    db.rollback()
    dry = run("import", "people", consultation, str(file), "--dry-run")
    assert (dry.exit_code, dry.output.startswith("would add 1 of 1 people")) == (0, True)
    assert db.scalar(select(func.count(Member.id))) == before
    db.rollback()
    done = run("import", "people", consultation, str(file))
    assert (done.exit_code, done.output.startswith("added 1 of 1 people")) == (0, True)
    assert db.scalar(select(func.count(Member.id))) == before + 1


def test_a_bad_list_names_its_cells_and_changes_nothing(
    run: Run, db: Db, world: World, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{HEADER}\nA,no address,FRA,,member_state,delegate,fr,,,\n")
    done = run("import", "people", world.consultation.public_id, str(file))
    assert done.exit_code == 1
    assert "Row 2, column “email”" in done.output
    assert "nothing was imported" in done.output


def test_an_unknown_consultation_is_said_to_be_unknown(run: Run, world: World, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{HEADER}\nA,a@example.org,FRA,,member_state,delegate,fr,,,\n")
    done = run("import", "people", "nosuchone", str(file))
    assert (done.exit_code, "there is no consultation nosuchone" in done.output) == (1, True)
