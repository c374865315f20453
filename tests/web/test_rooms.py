"""The room page: who may enter, what they find there, and how it stands when the room is closed."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from consult import richtext
from consult.db import Db
from consult.items import service as items
from consult.items.models import ActionItem
from consult.library import service as library
from tests import cast
from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]
INSIDE = ("organizer", "facilitator", "cofacilitator", "kenya", "canada", "ngo")


@pytest.fixture
def address(world: World) -> str:
    return f"/rooms/{world.rooms[0].public_id}"


@pytest.fixture
def item(db: Db, world: World) -> ActionItem:
    """An item of the first room with text, facts and a script that must not run."""
    kenya = world.actor(db, "kenya")
    source = library.add_source(
        db,
        world.actor(db, "organizer"),
        world.consultation,
        library.SourceDetails("statement", "A title", "Canada"),
    )
    made = items.create_item(db, kenya, world.rooms[0], title="Training <script>alert(1)</script>")
    facts = {
        "term": "short",
        "means": "IOM pays",
        "target:10.7": "aligns",
        f"source:{source.public_id}": True,
    }
    items.write_item(db, kenya, made, text=richtext.from_text("States offer [ten] places."), facts=facts)
    db.commit()
    return made


def test_only_those_seated_and_staff_enter(world: World, client_for: Browser, address: str) -> None:
    for name in cast.CAST:
        expected = 200 if name in INSIDE else 403
        assert client_for(name).get(address).status_code == expected, name
    assert client_for(cast.STRANGER).get(address).status_code == 404
    assert client_for("kenya").get("/rooms/nosuchroomno").status_code == 404


def test_several_parts_come_in_one_answer_each_as_it_comes_alone(
    client_for: Browser, address: str, item: ActionItem
) -> None:
    browser = client_for("canada")
    names = ("list", "present", "chat", "help")
    alone = {name: browser.get(f"{address}?part={name}").text for name in names}
    together = browser.get(f"{address}?" + "&".join(f"part={name}" for name in names)).text
    found = re.findall(r'<template data-part="(\w+)">(.*?)</template>', together, re.DOTALL)
    assert [name for name, _html in found] == list(names)
    forms = re.compile(r'name="csrf_token" value="[^"]+"')
    assert {name: forms.sub("", html) for name, html in found} == {
        name: forms.sub("", html) for name, html in alone.items()
    }
    assert browser.get(f"{address}?part=list&part=nothing_of_that_name").status_code == 404


def test_a_page_fetched_ahead_is_kept_for_seconds_and_uses_no_message_up(
    client_for: Browser, address: str
) -> None:
    browser = client_for("kenya")
    assert browser.get(address).headers["Cache-Control"] == "no-store"
    post(browser, f"{address}/help", page=address, category="wording")
    ahead = browser.get(address, headers={"Consult-Ahead": "1"})
    assert ahead.headers["Cache-Control"] == "private, max-age=15"
    assert "Cookie" in ahead.headers["Vary"], "who signs in next on the same device is not shown it"
    said = "The facilitators see that your room needs help."
    assert said not in ahead.text
    assert said in browser.get(address).text, "the page that is looked at says it"
    refused = browser.get("/rooms/nosuchroomno", headers={"Consult-Ahead": "1"})
    assert "max-age" not in refused.headers["Cache-Control"]


def test_the_text_is_readable_before_any_script(
    world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    page = client_for("canada").get(address).text
    assert '<span class="bracket">[ten]</span>' in page
    assert "Training &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "IOM pays" in page
    assert 'data-code="10.7"' in page
    assert "1 bracket left" in page


def test_what_scripts_expect_is_there(
    world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    page = client_for("canada").get(address).text
    assert f'data-draft-id-value="{item.public_id}"' in page
    assert f'data-draft-user-value="{world.users["canada"].public_id}"' in page
    assert re.search(r'data-controller="title"[^>]* readonly', page)
    assert re.search(r'<fieldset[^>]* data-controller="facts"[^>]* disabled', page)
    assert f'data-live-query-value="room={world.rooms[0].public_id}"' in page


def test_the_names_of_the_contract(world: World, client_for: Browser, address: str, item: ActionItem) -> None:
    page = client_for("kenya").get(address).text
    for words in (
        '<h1>Room 1</h1>', 'aria-label="Action items"', "New action item", "<legend>Details</legend>", "Mark ready",
        "Submit to plenary", 'aria-label="Present"', 'data-editor-label-value="Text of the action item"',
        'role="timer"',
    ):  # fmt: skip
        assert words in page, words


def test_an_item_is_chosen_by_its_address(
    db: Db, world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    other = items.create_item(db, world.actor(db, "kenya"), world.rooms[0], title="Another")
    db.commit()
    page = client_for("kenya").get(f"{address}?item={other.public_id}").text
    assert f'data-draft-id-value="{other.public_id}"' in page
    assert client_for("kenya").get(f"{address}?item=nosuchitemno").status_code == 200


def test_a_closed_room_is_read_only_with_a_way_back(
    db: Db, world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    world.rooms[0].state = "closed"
    db.commit()
    page = client_for("kenya").get(address).text
    assert "New action item" not in page
    assert "Mark ready" not in page
    assert "<noscript>" not in page
    assert "Back to the session" in page


def test_the_history_of_an_item_is_found_in_its_room_by_all_who_may_see_it(
    db: Db, world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    link = f'<a href="/items/{item.public_id}/history">'
    for state in ("open", "closed"):
        world.rooms[0].state = state
        db.commit()
        for name in INSIDE:
            assert client_for(name).get(address).text.count(link) == 1, (name, state)
    assert link in client_for("facilitator").get(f"{address}?as=observer").text
    assert (
        f"{address}?item={item.public_id}"
        in client_for("canada").get(f"/items/{item.public_id}/history").text
    )


def test_before_the_rooms_open_people_wait_in_the_lobby(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    world.rooms[0].state = "staged"
    db.commit()
    answer = client_for("kenya").get(address)
    assert answer.headers["Location"] == f"/rounds/{world.round.public_id}"
    assert client_for("facilitator").get(address).status_code == 200


def test_parts_are_served_alone(world: World, client_for: Browser, address: str, item: ActionItem) -> None:
    browser = client_for("kenya")
    for part in ("clock", "head", "list", "late", "present", "commands", "sheet", "symbol"):
        answer = browser.get(f"{address}?part={part}")
        assert f'id="{part}"' in answer.text, part
        assert "<body" not in answer.text


def test_what_follows_an_item_stays_with_it(
    db: Db, world: World, client_for: Browser, address: str, item: ActionItem
) -> None:
    """A page that was opened without naming an item must not act on another one after the first was submitted."""
    browser = client_for("kenya")
    named = f'data-part-query-value=\'{{"item": "{item.public_id}"}}\''
    assert browser.get(address).text.count(named) == 6
    other = items.create_item(db, world.actor(db, "kenya"), world.rooms[0], title="Another")
    item.state = "submitted"
    db.commit()
    commands = browser.get(f"{address}?item={item.public_id}&part=commands").text
    assert f"Item {item.number} was submitted" in commands
    assert other.public_id not in commands
    assert "Submitted" in browser.get(f"{address}?item={item.public_id}&part=symbol").text


def test_the_first_item_comes_into_a_page_that_had_none(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    browser = client_for("canada")
    assert 'data-part-name-value="sheet"' in browser.get(address).text
    made = items.create_item(db, world.actor(db, "kenya"), world.rooms[0], title="The first")
    db.commit()
    sheet = browser.get(f"{address}?part=sheet").text
    assert f'data-draft-id-value="{made.public_id}"' in sheet
    assert 'data-part-name-value="sheet"' not in sheet


def test_the_reader_is_present_in_their_own_page(world: World, client_for: Browser, address: str) -> None:
    page = client_for("kenya").get(f"{address}?part=present").text
    assert "1 of 3" in page


def test_an_empty_room_says_what_to_begin_with(world: World, client_for: Browser, address: str) -> None:
    assert "Begin with one concrete step" in client_for("kenya").get(address).text
