"""Fixed seats from a list, a person and a room in each row, as CSV or XLSX: all of it or nothing."""

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from consult.db import Db
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating.models import SeatingPlan
from tests.cast import World
from tests.conftest import csrf_of, post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
QUESTION = {"rooms": "2", "minutes": "25", "topic": "Documents", "asked": "1"}


@pytest.fixture
def address(db: Db, world: World) -> str:
    staff = world.actor(db, "facilitator")
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    db.commit()
    return f"/rounds/{made.public_id}/seating"


def add(
    browser: FlaskClient, address: str, data: bytes, name: str = "rooms.csv", **more: str
) -> TestResponse:
    fields = {**QUESTION, **more, "more": "1", "csrf_token": csrf_of(browser.get(address).text)}
    return browser.post(address, data={**fields, "list": (io.BytesIO(data), name)})


def pins(page: str) -> dict[str, int]:
    return {one: int(number) for one, number in re.findall(r'name="pin_room_(\w+)" value="(\d+)"', page)}


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, data = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


LISTS = {
    "csv": b"person;room\nken@example.org;2\nDelegate CAN-1;Room 1\n\"Person NGO-1, Caritas\";1\n",
    "no heading": b"KEN@example.org,2\ncanada,1\nngo-1,1\n",
    "xlsx": workbook(("Name", "Room"), ("Delegate KEN-1", 2), ("can@example.org", 1), ("Person NGO-1", "1")),
}  # fmt: skip


@pytest.mark.complaint(20)
@pytest.mark.parametrize("data", LISTS.values(), ids=LISTS)
def test_a_list_says_who_sits_where_and_the_others_are_seated_around(
    world: World, client_for: Browser, address: str, read: Read, data: bytes
) -> None:
    browser = client_for("facilitator")
    answer = add(browser, address, data)
    assert answer.status_code == 200, answer.text
    wanted = {world.members[name].public_id: room for name, room in (("kenya", 2), ("canada", 1), ("ngo", 1))}
    assert pins(answer.text) == wanted
    assert "3 fixed seats were read from the list" in answer.text
    assert read(select(SeatingPlan.id)) == [], "nothing is proposed by it"
    asked = {"pin": list(wanted)} | {f"pin_room_{one}": str(room) for one, room in wanted.items()}
    assert post(browser, address, page=address, **QUESTION, **asked).status_code == 303
    seats = read(select(SeatingPlan.assignment))[0]
    assert {one: seats[one] for one in wanted} == wanted
    assert len(seats) == 6, "nobody is left out"


def test_what_is_asked_already_stays_and_the_list_counts(
    world: World, client_for: Browser, address: str
) -> None:
    kenya, late = (world.members[name].public_id for name in ("kenya", "late"))
    browser = client_for("facilitator")
    fields = {"pin": late, f"pin_room_{late}": "1", "topic": "Kept"}
    answer = add(browser, address, b"ken@example.org;2\n", **fields)
    assert pins(answer.text) == {late: 1, kenya: 2}
    assert 'value="Kept"' in answer.text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"person;room\nken@example.org;2\nnobody;1\nDelegate;1\ncan@example.org;x\n", "no room, or somebody who has another room above: 3, 4, 5."),
        (b"ken@example.org;1\nDelegate KEN-1;2\n", "above: 2."),
        (b"ken@example.org;1\ncan@example.org;0\ncan@example.org;201\nphl@example.org\n", "above: 2, 3, 4."),
        (b"press@example.org;1\nstranger@example.org;1\n", "above: 1, 2."),
        (b"person;room\n", "The list names nobody."),
        (b"%PDF-1.4", "This is a PDF."),
        (b"PK\x03\x04 no workbook", "damaged"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_read_is_not_taken(
    client_for: Browser, address: str, data: bytes, words: str
) -> None:
    answer = add(client_for("facilitator"), address, data, topic="Kept")
    assert (answer.status_code, pins(answer.text)) == (422, {})
    assert words in answer.text
    assert 'value="Kept"' in answer.text


def test_a_list_that_was_chosen_and_not_added_is_not_passed_over_in_silence(
    client_for: Browser, address: str, read: Read
) -> None:
    """Sent with the other button the browser sends the name of the file alone."""
    answer = post(client_for("facilitator"), address, page=address, **QUESTION, list="rooms.csv")
    assert (answer.status_code, "The list was not read" in answer.text) == (422, True)
    assert read(select(SeatingPlan.id)) == []


def test_only_who_may_propose_uploads_a_list(client_for: Browser, address: str, read: Read) -> None:
    browser = client_for("kenya")
    fields = {**QUESTION, "more": "1", "csrf_token": csrf_of(browser.get("/account").text)}
    answer = browser.post(address, data={**fields, "list": (io.BytesIO(LISTS["csv"]), "rooms.csv")})
    assert answer.status_code == 403
    assert read(select(Round.id).where(Round.topic == "Documents")) == []
