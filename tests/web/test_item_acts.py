"""Order, copies, parts and mergers of items as a browser meets them; all of it works without script."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import richtext
from consult.db import Db
from consult.errors import Invalid
from consult.items import combining, service
from consult.items.models import ActionItem
from tests.cast import World
from tests.conftest import post
from tests.factories.items import suggested
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def two(db: Db, world: World) -> tuple[ActionItem, ActionItem]:
    """Two items of room 1 whose details contradict each other."""
    kenya = world.actor(db, "kenya")
    made = []
    for title, facts in (
        ("Training", {"term": "short", "target:10.7": "aligns", "means": "A fund"}),
        ("Officers", {"term": "long", "target:10.7": "adds", "means": "Secondment"}),
    ):
        item = service.create_item(db, kenya, world.rooms[0], title=title)
        service.write_item(
            db, kenya, item, text=richtext.from_text(f"One {title}.\n\nTwo {title}."), facts=facts
        )
        made.append(item)
    db.commit()
    return made[0], made[1]


def room_of(world: World) -> str:
    return f"/rooms/{world.rooms[0].public_id}"


def order(read: Read) -> list[str]:
    return read(select(ActionItem.title).order_by(ActionItem.position))


def test_moving_leads_back_to_the_item_that_was_looked_at(
    read: Read, world: World, two: tuple[ActionItem, ActionItem], client_for: Browser
) -> None:
    first, second = two
    browser = client_for("canada")
    answer = post(browser, f"/items/{second.public_id}/place", step="up", at=first.public_id)
    assert answer.location == f"{room_of(world)}?item={first.public_id}"
    assert order(read) == ["Officers", "Training"]
    assert "Item 2 is now at place 1 of 2." in browser.get(answer.location).text
    post(browser, f"/items/{second.public_id}/place", after=first.public_id)
    assert order(read) == ["Training", "Officers"]
    assert post(browser, f"/items/{second.public_id}/place", step="sideways").status_code == 422


def test_the_first_and_the_last_item_say_why_they_cannot_be_moved_further(
    read: Read, world: World, two: tuple[ActionItem, ActionItem], client_for: Browser
) -> None:
    first, last = two
    browser = client_for("canada")
    page = browser.get(room_of(world)).text
    for item, step, why in ((first, "up", "is-first"), (last, "down", "is-last")):
        button = re.search(rf'<button[^>]* id="{step}-{item.public_id}"[^>]*>', page)
        assert button
        assert 'aria-disabled="true"' in button[0]
        assert " disabled" not in button[0], "it keeps the focus"
        assert f'aria-describedby="{why}"' in button[0]
        assert page.count(f'id="{why}"') == 1
    for item, step, why in ((first, "up", "the first of 2 already"), (last, "down", "the last of 2 already")):
        answer = post(browser, f"/items/{item.public_id}/place", step=step, at=first.public_id)
        assert why in browser.get(answer.location).text
    assert order(read) == ["Training", "Officers"]


def test_a_structure_is_begun_with_and_an_unknown_one_is_an_empty_item(
    read: Read, world: World, client_for: Browser
) -> None:
    browser = client_for("kenya")
    page = browser.get(room_of(world)).text
    codes = re.findall(r'name="template" value="(\w+)"', page)
    assert codes == ["commitment", "amendment", "practice"]
    for code in (*codes, "nothing"):
        assert post(browser, f"{room_of(world)}/items", template=code).status_code == 303
    texts = [richtext.to_text(text) for text in read(select(ActionItem.text).order_by(ActionItem.number))]
    assert "[Who acts] will" in texts[0]
    assert "[The proposed wording]." in texts[1]
    assert texts[3] == ""


def test_a_passage_is_chosen_and_becomes_an_item(
    read: Read, world: World, two: tuple[ActionItem, ActionItem], client_for: Browser
) -> None:
    browser = client_for("kenya")
    address = f"/items/{two[0].public_id}/split"
    (value,) = re.findall(r'name="at" value="([\w.]+)"', browser.get(address).text)
    missing = post(browser, address, title="The rest")
    assert missing.status_code == 422
    assert "Choose the passage with which the new item begins." in missing.text
    assert 'value="The rest"' in missing.text, "what was typed stays"
    answer = post(browser, address, at=value, title="The rest")
    assert answer.status_code == 303
    assert order(read) == ["Training", "The rest", "Officers"]
    page = browser.get(answer.location).text
    assert "The rest of item 1 is item 3 now" in page
    new = answer.location.split("item=")[1]
    assert "Split from item 1: Training" in browser.get(f"/items/{new}").text
    assert post(browser, address, at=value).status_code == 409, "the passage is elsewhere now"


def test_contradictions_are_shown_and_answered_before_two_items_are_one(
    read: Read, world: World, two: tuple[ActionItem, ActionItem], client_for: Browser
) -> None:
    into, item = two
    browser = client_for("kenya")
    address = f"/items/{item.public_id}/merge"
    assert "1: Training" in browser.get(address).text
    page = browser.get(f"{address}?into={into.public_id}").text
    for words in (
        "Short term",
        "Long term",
        "SDG target 10.7",
        "adds to",
        "aligns with",
        "A fund",
        "Secondment",
    ):
        assert words in page
    unanswered = post(browser, address, into=into.public_id, **{"fact.term": "taken", "fact.means": "both"})
    assert unanswered.status_code == 422
    assert re.search(r'name="fact.term" value="taken"[^>]* checked', unanswered.text), "what was chosen stays"
    choices = {"fact.term": "taken", "fact.means": "both", "fact.target:10.7": "kept"}
    answer = post(browser, address, into=into.public_id, **choices)
    assert answer.location == f"{room_of(world)}?item={into.public_id}"
    assert read(select(ActionItem.facts).where(ActionItem.id == into.id)) == [
        {"term": "long", "target:10.7": "aligns", "means": "A fund\nSecondment"}
    ]
    gone = browser.get(f"{room_of(world)}?item={item.public_id}").text
    assert "This item was merged into another one" in gone
    assert gone.count('class="itemline"') == 1
    assert "Takes in item 2: Officers" in browser.get(f"/items/{into.public_id}").text


def test_an_item_that_stands_alone_is_not_offered_to_be_merged_or_split(
    db: Db, world: World, client_for: Browser
) -> None:
    item = service.create_item(db, world.actor(db, "kenya"), world.rooms[0], title="Alone")
    db.commit()
    browser = client_for("kenya")
    assert "There is nothing to split" in browser.get(f"/items/{item.public_id}/split").text
    assert "There is no other item to merge it into" in browser.get(f"/items/{item.public_id}/merge").text
    page = browser.get(room_of(world)).text
    assert "Put in order" not in page
    assert "/merge" not in page


def test_a_title_of_another_room_is_not_told_to_who_may_not_read_it(
    db: Db, world: World, client_for: Browser
) -> None:
    facilitator, kenya = world.actor(db, "facilitator"), world.actor(db, "kenya")
    item = service.create_item(db, kenya, world.rooms[0], title="A secret of room 1")
    brought = combining.bring_over(db, facilitator, item, world.rooms[1])
    service.write_item(
        db, facilitator, brought, title="What room 2 made of it", text=richtext.from_text("One.")
    )
    db.commit()
    address = f"/items/{brought.public_id}"
    theirs = client_for("philippines").get(address).text
    assert "Brought along from another room: item 1" in theirs
    assert "A secret of room 1" not in theirs
    assert f"/items/{item.public_id}" not in theirs
    assert "A secret of room 1" in client_for("facilitator").get(address).text
    ours = client_for("kenya").get(f"{room_of(world)}?item={item.public_id}").text
    assert "This item was merged into another one" in ours
    assert "What room 2 made of it" not in ours
    assert brought.public_id not in ours
    there = f"/rooms/{world.rooms[1].public_id}?item={brought.public_id}"
    assert there in client_for("facilitator").get(f"{room_of(world)}?item={item.public_id}").text


def test_what_becomes_of_open_suggestions_is_said_before_an_item_is_split_or_merged(
    db: Db, world: World, two: tuple[ActionItem, ActionItem], client_for: Browser
) -> None:
    item, into = two
    browser, address = client_for("kenya"), f"/items/{item.public_id}"
    for page in ("split", f"merge?into={into.public_id}"):
        assert "open suggestion" not in browser.get(f"{address}/{page}").text
    suggested(db, item, name="abcdef12", line=1)
    db.commit()
    for page in ("split", f"merge?into={into.public_id}"):
        assert "1 open suggestion<" in browser.get(f"{address}/{page}").text
        assert "not taken along" in browser.get(f"{address}/{page}").text
    regroup = client_for("facilitator").get(f"{room_of(world)}/regroup").text
    assert regroup.count("1 open suggestion<") == 2, "in all, and beside the item"


def test_a_merger_that_fails_half_way_leaves_no_trace_on_the_page(
    read: Read, two: tuple[ActionItem, ActionItem], client_for: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun must be gone before the page is made: it would call the item merged, and refuse it with 403."""
    item, into = two

    def refuses(*_arguments: object, **_more: object) -> None:
        raise Invalid("draft.content")

    monkeypatch.setattr(combining, "_rewritten", refuses)
    choices = {"fact.term": "kept", "fact.means": "kept", "fact.target:10.7": "kept"}
    browser = client_for("kenya")
    answer = post(browser, f"/items/{item.public_id}/merge", into=into.public_id, **choices)
    assert answer.status_code == 422
    assert 'value="kept" required checked' in answer.text
    (value,) = re.findall(r'name="at" value="([\w.]+)"', browser.get(f"/items/{item.public_id}/split").text)
    answer = post(browser, f"/items/{item.public_id}/split", at=value, title="The rest")
    assert answer.status_code == 422
    assert "The rest" in answer.text
    assert read(select(ActionItem.state)) == ["drafting", "drafting"]
