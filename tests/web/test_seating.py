"""The seating page: propose, see the balance, move, apply; without script as well."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.db import Db
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round, Seat
from consult.seating.models import SeatingPlan
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def second(db: Db, world: World) -> Round:
    made = rooms.create_round(
        db, world.actor(db, "facilitator"), world.session, topic="Reintegration", minutes=30
    )
    db.commit()
    return made


@pytest.fixture
def address(second: Round) -> str:
    return f"/rounds/{second.public_id}/seating"


def propose(browser: FlaskClient, address: str, **fields: object) -> object:
    return post(
        browser, address, page=address, **{"rooms": "2", "minutes": "25", "topic": "Documents", **fields}
    )


def test_only_staff_sees_the_seating(client_for: Browser, address: str) -> None:
    for name in cast.CAST:
        expected = 200 if name in ("organizer", "facilitator", "cofacilitator") else 403
        assert client_for(name).get(address).status_code == expected, name


def test_an_empty_seating_says_what_to_do(client_for: Browser, address: str) -> None:
    assert "No proposal yet" in client_for("facilitator").get(address).text


def test_a_proposal_shows_its_table_its_report_and_a_move_per_person(
    client_for: Browser, address: str, second: Round, read: Read
) -> None:
    browser = client_for("facilitator")
    assert propose(browser, address).status_code == 303
    page = browser.get(address).text
    assert "Proposed seating" in page
    assert 'aria-label="Balance report"' in page
    assert page.count("Move to…<span") == 6
    assert "Apply seating" in page
    assert read(select(Round.topic).where(Round.id == second.id)) == ["Documents"]


def test_the_report_names_people_and_languages_in_words(
    client_for: Browser, address: str, db: Db, world: World
) -> None:
    world.members["kenya"].languages = ["sw"]
    db.commit()
    browser = client_for("facilitator")
    propose(browser, address)
    page = browser.get(address).text
    kenya = world.members["kenya"]
    assert f"{kenya.user.name} could follow in no language of this room." in page
    assert f"{kenya.public_id} could follow" not in page


def test_applying_makes_the_rooms(client_for: Browser, address: str, second: Round, read: Read) -> None:
    browser = client_for("facilitator")
    propose(browser, address, seed="4821", facilitator="1")
    plan = read(select(SeatingPlan).where(SeatingPlan.round_id == second.id))[0]
    assert plan.seed == 4821
    assert post(browser, f"{address}/apply", page=address, plan=plan.public_id).status_code == 303
    assert read(select(Room.state).where(Room.round_id == second.id)) == ["staged", "staged"]
    assert len(read(select(Seat).where(Seat.round_id == second.id))) == 8
    assert post(browser, f"{address}/apply", page=address, plan=plan.public_id).status_code == 409
    assert post(browser, f"{address}/apply", page=address, plan="nosuchplanno").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rooms": "0"}, "from 1 to 200"),
        ({"rooms": "x"}, "from 1 to 200"),
        ({"rooms": "20"}, "not more rooms than people"),
        ({"minutes": "999"}, "from 1 to 240"),
        ({"topic": " "}, "Fill this in"),
        ({"seed": "-1"}, "from 0 to 999999"),
    ],
)
def test_what_cannot_be_proposed_is_named_and_kept(
    client_for: Browser, address: str, second: Round, read: Read, fields: dict[str, str], words: str
) -> None:
    answer = propose(client_for("facilitator"), address, **{"topic": "A topic I typed", **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert "A topic I typed" in answer.text or "topic" in fields
    assert read(select(Round.topic).where(Round.id == second.id)) == ["Reintegration"]
    assert read(select(SeatingPlan).where(SeatingPlan.round_id == second.id)) == []


def test_a_person_can_be_moved_without_script(
    client_for: Browser, address: str, world: World, second: Round, read: Read
) -> None:
    browser, kenya = client_for("facilitator"), world.members["kenya"].public_id
    propose(browser, address)
    page = browser.get(f"{address}?move={kenya}").text
    assert '<section class="card card--now move-plain" id="move-plain"' in page
    plan = select(SeatingPlan).where(SeatingPlan.round_id == second.id)
    to = 3 - read(plan)[0].assignment[kenya]
    post(browser, f"/rounds/{second.public_id}/moves", page=address, member=kenya, room=str(to))
    assert read(plan)[0].assignment[kenya] == to


def test_open_rooms_are_not_proposed_anew(client_for: Browser, world: World) -> None:
    address = f"/rounds/{world.round.public_id}/seating"
    browser = client_for("facilitator")
    assert "Propose seating" not in browser.get(address).text
    assert propose(browser, address).status_code == 409
