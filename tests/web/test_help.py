"""The call for help on the room page and on the console."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from consult.db import Db
from consult.items import service as items
from tests.cast import World
from tests.conftest import post
from tests.factories.items import drafted

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def room(world: World) -> str:
    return f"/rooms/{world.rooms[0].public_id}"


@pytest.fixture
def queue(world: World) -> str:
    return f"/rounds/{world.round.public_id}/console?part=queue"


def test_a_room_asks_and_the_console_shows_what_about(client_for: Browser, room: str, queue: str) -> None:
    kenya, facilitator = client_for("kenya"), client_for("facilitator")
    assert "No room asks for help" in facilitator.get(queue).text
    assert post(kenya, f"{room}/help", category="wording").status_code == 303
    answer = facilitator.get(queue).text
    assert "Room 1" in answer
    assert "Wording" in answer
    assert 'data-state="waiting"' in answer
    shown = client_for("canada").get(f"{room}?part=help").text
    assert "Help asked for: wording" in shown
    assert "Ask for help" not in shown


def test_the_room_reads_who_comes_and_a_second_facilitator_that_somebody_does(
    client_for: Browser, room: str, queue: str
) -> None:
    post(client_for("kenya"), f"{room}/help", category="technical")
    first, second = client_for("facilitator"), client_for("cofacilitator")
    assert post(first, f"{room}/help/take", back="console").headers["Location"].endswith("/console")
    assert "Help is on the way: Delegate MEX-1 (technical)" in client_for("kenya").get(room).text
    refused = post(second, f"{room}/help/take", back="console")
    assert refused.status_code == 409
    assert "Delegate MEX-1 is on the way to this room already" in refused.text
    assert "You are on the way" in first.get(queue).text
    assert "Delegate MEX-1 is on the way" in second.get(queue).text


def test_what_it_is_about_must_be_said_and_asking_twice_is_answered_kindly(
    client_for: Browser, room: str
) -> None:
    kenya = client_for("kenya")
    assert post(kenya, f"{room}/help", category="").status_code == 422
    post(kenya, f"{room}/help", category="conduct")
    again = post(kenya, f"{room}/help", category="conduct")
    assert (again.status_code, "has asked for help already" in again.text) == (409, True)
    post(kenya, f"{room}/help/cancel")
    soon = post(kenya, f"{room}/help", category="conduct")
    assert (soon.status_code, "You can ask again in" in soon.text) == (429, True)


def test_facilitators_have_no_button_to_call_themselves(client_for: Browser, room: str) -> None:
    page = client_for("facilitator").get(room).text
    assert "Ask for help" not in page
    assert "Leave for the console" in page


def test_who_looks_on_is_offered_nothing_that_writes_and_stays_an_observer(
    db: Db, world: World, client_for: Browser, room: str
) -> None:
    """The next click on an item joined the room, which ended its call for help."""
    drafted(db, world, title="One", text="Said")
    ready = drafted(db, world, title="Other", text="Said")
    items.mark_ready(db, world.actor(db, "kenya"), ready)
    db.commit()
    post(client_for("canada"), f"{room}/hand", page=room, act="raise")
    post(client_for("kenya"), f"{room}/help", category="wording")
    facilitator = client_for("facilitator")
    joined, observed = (
        facilitator.get(address).text.partition("<main")[2].partition("</main>")[0]
        for address in (room, f"{room}?as=observer")
    )
    assert 'method="post"' in joined
    assert 'method="post"' not in observed
    assert "Put in order" not in observed
    assert f'href="{room}?item={ready.public_id}"' in joined
    links = set(re.findall(rf'href="({room}[^"]*)"', observed.replace("&amp;", "&")))
    assert {link for link in links if "as=observer" not in link} == {
        link for link in links if f"{link}" + '">Join the room' in observed
    }
    assert f"{room}?item={ready.public_id}&as=observer" in links
    for part in ("list", "commands", "queue", "help", "present", "symbol"):
        assert 'method="post"' not in facilitator.get(f"{room}?as=observer&part={part}").text, part


def test_somebody_with_a_seat_does_not_make_themselves_an_observer(client_for: Browser, room: str) -> None:
    page = client_for("kenya").get(f"{room}?as=observer").text
    assert "New action item" in page
    assert "as=observer" not in page
