"""Messages to rooms, from the console to the room page and back."""

from collections.abc import Callable

from flask.testing import FlaskClient

from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]


def test_a_message_reaches_the_room_as_text_and_the_console_counts_readers(
    world: World, client_for: Browser
) -> None:
    address, room = f"/rounds/{world.round.public_id}", f"/rooms/{world.rooms[0].public_id}"
    facilitator, kenya = client_for("facilitator"), client_for("kenya")
    assert (
        post(facilitator, f"{address}/broadcasts", text="<b>Read back</b> now", rooms="").status_code == 303
    )
    page = kenya.get(f"{room}?part=messages").text
    assert "&lt;b&gt;Read back&lt;/b&gt; now" in page
    act = page[page.index('action="') + 8 :].split('"')[0]
    assert post(kenya, act).status_code == 303
    assert "I have read this" not in kenya.get(f"{room}?part=messages").text
    assert "read by 1 of 5" in facilitator.get(f"{address}/console?part=messages").text


def test_some_rooms_only_and_what_is_wrong_is_said(world: World, client_for: Browser) -> None:
    address, facilitator = f"/rounds/{world.round.public_id}", client_for("facilitator")
    assert post(facilitator, f"{address}/broadcasts", text="Two", rooms="2").status_code == 303
    assert "Two" not in client_for("kenya").get(f"/rooms/{world.rooms[0].public_id}?part=messages").text
    assert "to Room 2" in facilitator.get(f"{address}/console?part=messages").text
    assert post(facilitator, f"{address}/broadcasts", text="X", rooms="9").status_code == 422
    assert post(facilitator, f"{address}/broadcasts", text="w" * 501).status_code == 422


def test_every_unread_message_can_be_reached_and_confirmed(world: World, client_for: Browser) -> None:
    address, room = f"/rounds/{world.round.public_id}", f"/rooms/{world.rooms[0].public_id}"
    facilitator, kenya = client_for("facilitator"), client_for("kenya")
    for number in range(1, 6):
        post(facilitator, f"{address}/broadcasts", text=f"Message {number}")
    page = kenya.get(f"{room}?part=messages").text
    assert [f"Message {number}" in page for number in range(1, 6)] == [True] * 5
    assert page.count("I have read this") == 5
    assert "2 older messages" in page
    assert page.index("Message 5") < page.index("older messages") < page.index("Message 2")
