"""The chat of a room on its page: plain forms, authors under the attribution rule, read-only where it has to be."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from consult.db import Db
from consult.rooms import chat
from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]


def shown(client: FlaskClient, world: World, query: str = "") -> str:
    return client.get(f"/rooms/{world.rooms[0].public_id}?part=chat{query}").text


def test_a_plain_form_writes_and_removes(world: World, client_for: Browser) -> None:
    room = f"/rooms/{world.rooms[0].public_id}"
    canada, ngo = client_for("canada"), client_for("ngo")
    answer = post(canada, f"{room}/chat", text="<b>Add</b> consular services")
    assert (answer.status_code, answer.location) == (303, f"{room}#chat")
    for page in (shown(ngo, world), ngo.get(room).text):
        assert "&lt;b&gt;Add&lt;/b&gt; consular services" in page
        assert 'role="log"' in page
        assert "/remove" not in page, "only who may remove is offered it"
    act = re.search(r'action="(/rooms/\w+/chat/\w+/remove)"', shown(canada, world))
    assert act
    assert post(ngo, act[1]).status_code == 403
    assert post(canada, act[1]).status_code == 303
    page = shown(ngo, world)
    assert "consular" not in page
    assert "Removed by its author" in page
    assert post(canada, act[1]).status_code == 409


def test_what_is_wrong_is_said(world: World, client_for: Browser) -> None:
    room, canada = f"/rooms/{world.rooms[0].public_id}", client_for("canada")
    assert post(canada, f"{room}/chat", text="   ").status_code == 422
    assert post(canada, f"{room}/chat", text="x" * 501).status_code == 422
    for number in range(chat.MOST_IN_A_MINUTE):
        assert post(canada, f"{room}/chat", text=str(number)).status_code == 303
    refused = post(canada, f"{room}/chat", text="Nothing of this is lost")
    assert refused.status_code == 429
    assert "You can write again in" in refused.text
    assert "Nothing of this is lost" in refused.text


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        ("name", "Delegate CAN-1 (Canada)"),
        ("delegation", "Canada"),
        ("region", "Western European and Others Group (WEOG)"),
        ("none", "A participant"),
    ],
)
def test_authors_appear_under_the_attribution_rule(
    world: World, db: Db, client_for: Browser, rule: str, label: str
) -> None:
    world.consultation.attribution = rule
    chat.post(db, world.actor(db, "canada"), world.rooms[0], text="Hello")
    db.commit()
    page = shown(client_for("ngo"), world)
    assert re.findall(r'class="chat__author">([^<]*)<', page) == [label]
    assert ("CAN-1" in page) == (rule == "name")
    assert ('class="mark' in page) == (rule != "none")


def test_who_looks_on_reads_and_a_closed_room_is_read_only(world: World, db: Db, client_for: Browser) -> None:
    chat.post(db, world.actor(db, "canada"), world.rooms[0], text="Hello")
    db.commit()
    facilitator = client_for("facilitator")
    field = 'name="text"'
    assert field in shown(facilitator, world)
    looking = shown(facilitator, world, "&as=observer")
    assert "Hello" in looking
    assert field not in looking
    world.rooms[0].state = "closed"
    db.commit()
    closed = shown(client_for("ngo"), world)
    assert "Hello" in closed
    assert "its chat can be read, not written in" in closed
    assert field not in closed


def test_the_chat_is_no_part_of_the_record(world: World, db: Db, client_for: Browser) -> None:
    chat.post(db, world.actor(db, "canada"), world.rooms[0], text="Only-said-in-the-chat")
    db.commit()
    record = client_for("organizer").get(f"/c/{world.consultation.public_id}/record/json")
    assert record.status_code == 200
    assert b"Only-said-in-the-chat" not in record.data


def test_one_message_costs_a_page_little(world: World, client_for: Browser, statements: list[str]) -> None:
    canada = client_for("canada")
    for number in range(5):
        post(canada, f"/rooms/{world.rooms[0].public_id}/chat", text=str(number))
    statements.clear()
    shown(canada, world)
    assert len(statements) <= 12, statements
