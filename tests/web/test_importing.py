"""Importing a list through the page: checked first, every bad cell named, nothing half done."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select
from urllib3 import encode_multipart_formdata

from consult.db import Db
from consult.people.models import Member, User
from tests.cast import World
from tests.conftest import csrf_of

Browser = Callable[[str], FlaskClient]
SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "name,email,delegation_iso3,organisation,stakeholder_type,role,languages,gender,age_band,needs"
GOOD = f"{HEADER}\nDelegate FRA-1,fra-1@example.org,FRA,,member_state,delegate,fr,woman,35-44,\n".encode()


@pytest.fixture
def address(world: World) -> str:
    return f"/c/{world.consultation.public_id}/people/import"


def send(
    client: FlaskClient, address: str, data: bytes | None, *, name: str = "list.csv", **fields: str
) -> object:
    token = csrf_of(client.get(address).text)
    form: dict[str, object] = {"csrf_token": token, **fields}
    if data is not None:
        form["file"] = (name, data, "application/octet-stream")
    body, kind = encode_multipart_formdata(form)
    return client.post(address, data=body, content_type=kind)


def people(db: Db) -> int:
    db.rollback()
    found = db.scalar(select(func.count(Member.id)))
    db.rollback()
    return found or 0


def test_a_list_is_checked_then_imported_without_choosing_it_again(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    client, before = client_for("organizer"), people(db)
    checked = send(client, address, GOOD, act="check")
    assert checked.status_code == 200
    assert "Nothing has been changed yet." in checked.text
    assert "France" in checked.text
    assert people(db) == before
    carried = re.search(r'name="carried" value="([^"]+)"', checked.text)
    assert carried
    done = send(client, address, None, act="import", carried=carried.group(1), name="list.csv")
    assert done.status_code == 303
    assert people(db) == before + 1
    assert "1 people were imported" in client.get(done.headers["Location"]).text


def test_a_workbook_is_imported_at_once(db: Db, world: World, client_for: Browser, address: str) -> None:
    book, data, before = Workbook(), io.BytesIO(), people(db)
    for line in GOOD.decode().splitlines():
        book.active.append(line.split(","))  # type: ignore[union-attr]
    book.save(data)
    assert (
        send(client_for("organizer"), address, data.getvalue(), name="list.xlsx", act="import").status_code
        == 303
    )
    assert people(db) == before + 1


def test_every_bad_cell_is_listed_with_row_and_column(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    bad = GOOD + (
        b"Delegate X-1,not an address,FRA,,member_state,delegate,fr,,,\n"
        b"Delegate X-2,x-2@example.org,FRA,,member_state,emperor,fr,,,\n"
        b"<script>alert(1)</script>,x-3@example.org,QQQ,,member_state,delegate,fr,,,\n"
    )
    before = people(db)
    for act in ("check", "import"):
        answer = send(client_for("organizer"), address, bad, act=act)
        assert answer.status_code == 422
        rows = re.findall(
            r'<th scope="row"><span class="soft">Row</span> (\d+)</th><td data-label="Column"><bdi>(\w+)',
            answer.text,
        )
        assert rows == [("3", "email"), ("4", "role"), ("5", "delegation_iso3")]
        assert "emperor" in answer.text
        assert "<script>alert" not in answer.text
        assert people(db) == before


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (None, "Choose a file."),
        (b"\x00\x01\x02", "This is not a list of people"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"PK\x03\x04junk", "damaged"),
        (b"name,email\nA,a@b.org\n", "missing"),
        (b"x" * (5 * 1024 * 1024 + 1), "at most 5 MB"),
    ],
    ids=["empty", "none", "binary", "pdf", "broken archive", "columns missing", "too big"],
)
def test_what_is_no_list_is_said_to_be_none(
    db: Db, world: World, client_for: Browser, address: str, data: bytes | None, said: str
) -> None:
    answer = send(client_for("organizer"), address, data, act="import")
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_beyond_all_limits_is_refused(world: World, client_for: Browser, address: str) -> None:
    body, kind = b"x" * (7 * 1024 * 1024), "multipart/form-data; boundary=x"
    answer = client_for("organizer").post(address, data=body, content_type=kind)
    assert answer.status_code == 413


@pytest.mark.parametrize("carried", ["no base64!", "AAAA", "é"])
def test_a_forged_list_carried_along_is_refused(
    db: Db, world: World, client_for: Browser, address: str, carried: str
) -> None:
    before = people(db)
    assert send(client_for("organizer"), address, None, act="import", carried=carried).status_code == 422
    assert people(db) == before


def test_an_import_makes_nobody_more_than_the_list_says(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    send(
        client_for("organizer"),
        address,
        GOOD,
        act="import",
        role="organizer",
        is_secretariat="1",
        delegation_id="1",
    )
    found = db.scalars(
        select(Member).join(User, User.id == Member.user_id).where(User.email == "fra-1@example.org")
    ).one()
    assert (found.role, found.user.is_secretariat, found.user.password_hash) == ("delegate", False, None)


@pytest.mark.skipif(not SHARED.exists(), reason="the sample lists are not beside the project")
def test_the_largest_sample_list_is_imported(db: Db, world: World, client_for: Browser, address: str) -> None:
    before = people(db)
    data = (SHARED / "delegates_2000.csv").read_bytes()
    assert send(client_for("organizer"), address, data, act="import").status_code == 303
    assert people(db) == before + 2000
