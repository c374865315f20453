"""The items of a room: put in order by mouse, by keyboard and on a phone; begun, copied, split and merged, while others look on."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.items.models import ActionItem
from consult.items.service import create_item
from consult.people.models import Role
from consult.rooms.actors import actor_for
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture
def room(engine: Engine, sample: Sample) -> str:
    """Room 1 with three more items, Alpha, Beta and Gamma, behind those of the sample."""
    with unit_of_work(sessions_for(engine)) as db:
        actor = actor_for(db, sample.staff(Role.FACILITATOR).user_id, sample.consultation.id)
        assert actor is not None
        found = db.scalars(select(Room).where(Room.number == 1)).one()
        for title in ("Alpha", "Beta", "Gamma"):
            create_item(db, actor, found, title=title)
        return found.public_id


def id_of(engine: Engine, title: str) -> str:
    with reading_session(engine) as db:
        return db.scalars(select(ActionItem.public_id).where(ActionItem.title == title)).one()


def titles(page: Page) -> list[str]:
    """What the list says, in its order."""
    lines = page.get_by_role("list", name="Action items", exact=True).locator(".itemline__title")
    return [words.strip() for words in lines.all_text_contents()]


def says(page: Page, *last: str) -> None:
    """The list ends with these titles, soon."""
    wait_until(lambda: titles(page)[-len(last) :] == list(last), what=f"{last}; it is {titles(page)}")


@pytest.mark.parametrize("width", [1280, 375])
def test_items_are_put_in_order(
    width: int, sample: Sample, room: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    one, other = (Person(browser, server.url, email, width=width) for email in delegates_in(engine, room)[:2])
    for person in (one, other):
        person.go(f"/rooms/{room}?item={id_of(engine, 'Alpha')}")
        expect(person.page.locator("#status")).to_have_text("All changes saved")
        person.tab("Items")
    says(one.page, "Alpha", "Beta", "Gamma")
    page = one.page

    # By keyboard: the focus stays on the button, and what came of it is said.
    page.get_by_text("Put in order").click()
    up = page.get_by_role("button", name="Move up: Gamma")
    up.focus()
    page.keyboard.press("Enter")
    says(page, "Alpha", "Gamma", "Beta")
    says(other.page, "Alpha", "Gamma", "Beta")
    expect(up).to_be_focused()
    expect(page.locator("#flashes")).to_contain_text(re.compile(r"Item \d+ is now at place \d+ of \d+\."))
    page.keyboard.press("Enter")
    says(other.page, "Gamma", "Alpha", "Beta")
    expect(up).to_be_focused()

    # To a place that is chosen; the number stays.
    number = page.locator(f"#line-{id_of(engine, 'Gamma')} .itemline__number").text_content()
    page.get_by_role("combobox", name="Place of Gamma").select_option(value=id_of(engine, "Beta"))
    page.get_by_role("button", name="Move Gamma", exact=True).click()
    says(page, "Alpha", "Beta", "Gamma")
    says(other.page, "Alpha", "Beta", "Gamma")
    expect(page.locator(f"#line-{id_of(engine, 'Gamma')} .itemline__number")).to_have_text(number or "")
    page.get_by_role("button", name="Move down: Gamma").focus()
    page.keyboard.press("Enter")  # it is the last one: dimmed, and nothing happens but that it is said
    expect(page.locator("#flashes")).to_contain_text(re.compile(r"Item \d+ is the last of \d+ already\."))
    expect(page.get_by_role("button", name="Move down: Gamma")).to_be_focused()
    says(page, "Alpha", "Beta", "Gamma")

    # By mouse.
    if not one.is_on_a_phone:
        gamma, alpha = (page.locator(f"#line-{id_of(engine, title)}") for title in ("Gamma", "Alpha"))
        gamma.drag_to(alpha, target_position={"x": 60, "y": 4})
        says(page, "Gamma", "Alpha", "Beta")
        says(other.page, "Gamma", "Alpha", "Beta")
        expect(page).to_have_url(re.compile(id_of(engine, "Alpha")))
    for person in (one, other):
        assert person.problems == [], person.email


@pytest.mark.parametrize("width", [1280, 375])
def test_an_item_is_begun_split_and_merged_while_others_look_on(
    width: int, sample: Sample, room: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    one, other = (Person(browser, server.url, email, width=width) for email in delegates_in(engine, room)[:2])
    one.go(f"/rooms/{room}")
    one.tab("Items")
    one.page.get_by_text("Begin with a structure").click()
    one.page.get_by_role("button", name="Amendment to an objective").click()
    one.tab("Draft")
    one.sees_saved()
    assert "Text proposed" in one.text
    assert "[The proposed wording]" in one.text
    one.page.get_by_role("textbox", name="Title", exact=True).fill("Objective 21")
    one.page.get_by_role("combobox", name="Term").select_option("short")
    one.sees_saved()
    item = one.page.url.split("item=")[1]
    other.go(f"/rooms/{room}?item={item}")
    other.tab("Draft")
    wait_until(lambda: "[The proposed wording]" in other.text, what="the text")

    # One splits the item; the other is writing in what stays, and goes on undisturbed.
    other.page.get_by_role("textbox", name="Text of the action item").locator("p").first.click()
    other.page.keyboard.press("End")
    other.page.keyboard.type(" As agreed", delay=5)
    other.sees_saved()
    one.page.get_by_text("More", exact=True).click()
    one.page.get_by_role("link", name=re.compile("^Split item")).click()
    one.page.get_by_role("radio", name="Text proposed").check()
    one.page.get_by_role("button", name=re.compile("^Split item")).click()
    one.tab("Draft")
    one.sees_saved()
    expect(one.page.get_by_role("textbox", name="Title", exact=True)).to_have_value("Text proposed")
    expect(one.page.get_by_role("combobox", name="Term")).to_have_value("short")
    wait_until(lambda: "[The proposed wording]" not in other.text, what="the rest to leave")
    other.page.keyboard.type(" by all.", delay=5)
    assert "As agreed by all." in other.text
    other.sees_saved()

    # The two parts say different things about the term: it is asked, and then they are one again.
    one.page.get_by_role("combobox", name="Term").select_option("long")
    one.sees_saved()
    one.page.get_by_text("More", exact=True).click()
    one.page.get_by_role("link", name=re.compile("^Merge item")).click()
    one.page.get_by_role("radio", name=re.compile("Objective 21")).check()
    one.page.get_by_role("button", name="Go on").click()
    expect(one.page.get_by_role("heading", name="The details contradict each other")).to_be_visible()
    one.page.get_by_role("radio", name=re.compile("^Long term")).check()
    one.page.get_by_role("button", name=re.compile("^Merge item")).click()
    one.tab("Draft")
    one.sees_saved()
    for person in (one, other):
        expect(person.page.get_by_role("combobox", name="Term")).to_have_value("long")
        wait_until(
            lambda person=person: "[The proposed wording]" in person.text, what="the text to come back"
        )
        assert "As agreed by all." in person.text
    assert one.text == other.text
    for person in (one, other):
        assert person.problems == [], person.email


def test_who_looks_at_an_item_that_is_merged_is_told_where_it_goes_on(
    sample: Sample, room: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    one, other = (Person(browser, server.url, email, width=1280) for email in delegates_in(engine, room)[:2])
    beta, alpha = id_of(engine, "Beta"), id_of(engine, "Alpha")
    other.go(f"/rooms/{room}?item={beta}")
    other.sees_saved()
    other.write("Words of Beta.")
    other.sees_saved()
    one.go(f"/items/{beta}/merge?into={alpha}")
    one.page.get_by_role("button", name=re.compile("^Merge item")).click()
    one.sees_saved()
    assert "Words of Beta." in one.text
    page = other.page
    expect(page.get_by_text("This item was merged into another one")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title", exact=True)).not_to_be_editable()
    wait_until(lambda: "Beta" not in titles(page), what="the item to leave the list")
    page.get_by_role("link", name=re.compile("^Go to item")).click()
    other.sees_saved()
    assert "Words of Beta." in other.text
    for person in (one, other):
        assert person.problems == [], person.email
