"""The question of a seating: what a person meant by what they typed, and nothing typed is lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from consult.db import Db
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.rooms.queries import Person
from consult.seating.models import SeatingPlan
from consult.web.seating_form import People, numbers_of, ranges
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def address(db: Db, world: World) -> str:
    made = rooms.create_round(
        db, world.actor(db, "facilitator"), world.session, topic="Reintegration", minutes=30
    )
    db.commit()
    return f"/rounds/{made.public_id}/seating"


def ask(browser: FlaskClient, address: str, **fields: object) -> Any:
    usual = {"rooms": "2", "minutes": "25", "topic": "Documents", "asked": "1", "balance": ["region", "role"]}
    return post(browser, address, page=address, **{**usual, **fields})


def constraints(read: Read, address: str) -> dict[str, Any]:
    number = address.split("/")[2]
    query = select(SeatingPlan).join(Round, Round.id == SeatingPlan.round_id)
    return read(query.where(Round.public_id == number).order_by(SeatingPlan.id.desc()))[0].constraints


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1, 3-5", [1, 3, 4, 5]),
        ("3 – 5;1", [1, 3, 4, 5]),
        (" 2 2 ", [2]),
        ("5-3", None),
        ("all", None),
        ("0", None),
        ("201", None),
        ("1-", None),
    ],
)
def test_room_numbers_are_read_as_people_write_them(text: str, numbers: list[int] | None) -> None:
    assert numbers_of(text) == numbers


@given(st.sets(st.integers(1, 200), min_size=1))
def test_room_numbers_are_read_again_as_they_are_written(numbers: set[int]) -> None:
    assert numbers_of(ranges(numbers)) == sorted(numbers)


def test_a_person_is_named_by_label_by_name_or_by_part_and_never_guessed() -> None:
    def person(key: str, name: str, delegation: str) -> Person:
        return Person(0, key, name, delegation, "AF", "delegate")

    people = People(
        [
            person("aaaa1", "Ama Mensah", "Ghana"),
            person("bbbb1", "Ama Mensah", "Togo"),
            person("cccc1", "Li Na", "China"),
            person("dddd1", "Li Na", "China"),
        ]
    )
    assert people.named("ama mensah,  GHANA") == "aaaa1"
    assert people.named("Togo") == "bbbb1"
    assert people.named("Ama Mensah") is None
    assert people.named("Li Na, China (dddd)") == "dddd1"
    assert people.named("nobody") is None


@pytest.mark.complaint(29)
def test_everything_that_is_asked_reaches_the_proposal_and_is_shown_again(
    client_for: Browser, address: str, world: World, read: Read
) -> None:
    browser = client_for("facilitator")
    kenya, canada = (world.members[name] for name in ("kenya", "canada"))
    answer = ask(
        browser,
        address,
        facilitator="1",
        topic_rooms=["1", "2"],
        topic_of=["Papers", "Work"],
        language_fr="2",
        pin_new="Delegate KEN-1",
        pin_new_room="2",
        apart_new_1="Delegate KEN-1",
        apart_new_2="Delegate CAN-1, Canada",
        nobody_isolated="1",
        largest="6",
    )
    assert answer.status_code == 303
    found = constraints(read, address)
    assert found["roles"] == ["delegate", "observer", "facilitator"]
    assert found["topics"] == {"1": "Papers", "2": "Work"}
    assert found["languages"] == {"2": ["fr"]}
    assert found["pins"] == {kenya.public_id: 2}
    assert found["apart"] == [[kenya.public_id, canada.public_id]]
    assert found["balance"] == ["region", "role"]
    assert (found["nobody_isolated"], found["largest"], found["smallest"]) == (True, 6, None)
    page = browser.get(address).text
    assert f'name="pin" value="{kenya.public_id}" checked' in page
    assert re.search(r'name="topic_of" value="Papers"', page)
    assert "fixed seats: 1" in page
    assert "groups kept apart: 1" in page


def test_who_is_unticked_is_no_longer_asked_for(
    client_for: Browser, address: str, world: World, read: Read
) -> None:
    browser = client_for("facilitator")
    kenya, canada, ngo = (world.members[name].public_id for name in ("kenya", "canada", "ngo"))
    group = {"together_count": "1", "together_0": [kenya, canada, ngo]}
    ask(browser, address, pin=[kenya], **{f"pin_room_{kenya}": "2"}, **group)
    assert constraints(read, address)["pins"] == {kenya: 2}
    ask(browser, address, **{f"pin_room_{kenya}": "2"}, **(group | {"together_0": [kenya, ngo]}))
    assert constraints(read, address)["pins"] == {}
    assert constraints(read, address)["together"] == [[kenya, ngo]]


def test_adding_a_person_proposes_nothing(
    client_for: Browser, address: str, world: World, read: Read
) -> None:
    browser, kenya = client_for("facilitator"), world.members["kenya"]
    answer = ask(browser, address, more="1", pin_new="Delegate KEN-1", pin_new_room="1", topic="Typed before")
    assert answer.status_code == 200
    assert f'name="pin" value="{kenya.public_id}" checked' in answer.text
    assert "Typed before" in answer.text
    assert (
        read(select(SeatingPlan).where(SeatingPlan.room_count == 2, SeatingPlan.applied_at.is_(None))) == []
    )


@pytest.mark.parametrize(
    ("fields", "words", "kept"),
    [
        ({"pin_new": "Nobody Such", "pin_new_room": "1"}, "Choose a person from the list", "Nobody Such"),
        ({"pin_new": "Delegate KEN-1"}, "Write the number of the room", "Delegate KEN-1"),
        ({"together_new_1": "Delegate KEN-1"}, "Name at least two people", "Delegate KEN-1"),
        (
            {"apart_new_1": "x", "apart_new_2": "Delegate KEN-1"},
            "Choose a person from the list",
            "Delegate KEN-1",
        ),
        ({"topic_of": ["Papers"], "topic_rooms": ["some"]}, "Give a topic, and the rooms", "some"),
        ({"topic_of": ["Papers"], "topic_rooms": ["7"]}, "Rooms are numbered 1 to 2 here", "Papers"),
        ({"language_fr": "1 to 3"}, "Write numbers of rooms", "1 to 3"),
        ({"smallest": "5", "largest": "2"}, "the largest not below the smallest", "5"),
        ({"mix": "topics"}, "Give at least one room a topic", ""),
    ],
)
def test_what_cannot_be_understood_is_named_beside_its_field_and_kept(
    client_for: Browser, address: str, fields: dict[str, object], words: str, kept: str
) -> None:
    answer = ask(client_for("facilitator"), address, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert kept in answer.text


def test_people_to_a_room_stand_for_the_number_of_rooms(
    client_for: Browser, address: str, read: Read
) -> None:
    assert ask(client_for("facilitator"), address, rooms="", size="3").status_code == 303
    assert read(select(SeatingPlan.room_count).order_by(SeatingPlan.id.desc()))[0] == 2


def test_how_many_items_a_room_is_asked_for_is_said_where_the_round_is_set_up(
    client_for: Browser, address: str, read: Read
) -> None:
    facilitator = client_for("facilitator")

    def shown() -> str:
        field = re.search(r'<input[^>]*name="items"[^>]*>', facilitator.get(address).text)
        assert field
        return field.group()

    assert 'value="3"' in shown()
    assert ask(facilitator, address, items="5").status_code == 303
    wanted = select(Round.items_wanted).where(Round.public_id == address.split("/")[2])
    assert read(wanted) == [5]
    assert 'value="5"' in shown()
    assert ask(facilitator, address).status_code == 303
    assert read(wanted) == [5], "a form that does not ask leaves it as it is"
    refused = ask(facilitator, address, items="31")
    assert (refused.status_code, "from 1 to 30" in refused.text) == (422, True)
    assert 'value="31"' in refused.text
