"""Suggestions, brackets, the clean view, lists and the list of keys in the room's own page: two people, real browsers, the real server."""

import re

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import Engine, select

from consult import richtext
from consult.db import reading_session, sessions_for, unit_of_work
from consult.drafting.content import DraftContent
from consult.drafting.service import content_of
from consult.items.models import ActionItem
from consult.items.service import create_item
from consult.people.models import Role
from consult.rooms.actors import actor_for
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.journeys.test_notes import editor, put_caret, select_words
from tests.running import RunningServer, wait_until

TEXT = "States train officers of other States by secondment."


@pytest.fixture
def item(engine: Engine, sample: Sample) -> tuple[str, str]:
    """An item of room 1: its public id, and its address in the room."""
    with unit_of_work(sessions_for(engine)) as db:
        actor = actor_for(db, sample.staff(Role.FACILITATOR).user_id, sample.consultation.id)
        assert actor is not None
        room = db.scalars(select(Room).where(Room.number == 1)).one()
        made = create_item(db, actor, room, title="Training", text=richtext.from_text(TEXT))
        return made.public_id, f"/rooms/{room.public_id}?item={made.public_id}"


def kept(engine: Engine, public_id: str) -> DraftContent:
    """What the server has of an item."""
    with reading_session(engine) as db:
        return content_of(db, db.scalars(select(ActionItem).where(ActionItem.public_id == public_id)).one())


def words_kept(engine: Engine, public_id: str) -> str:
    return richtext.to_text(kept(engine, public_id).text).strip()


def bar(person: Person) -> Locator:
    return person.page.get_by_role("group", name="Reading and counting")


def rows(person: Person) -> Locator:
    return person.page.get_by_role("region", name="Suggestions").get_by_role("listitem")


def press_in_bar(person: Person, name: str, *, pressed: bool) -> None:
    button = bar(person).get_by_role("button", name=name)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true" if pressed else "false")


@pytest.mark.parametrize("width", [1280, 375])
def test_one_suggests_another_decides_and_brackets_are_counted(
    width: int,
    item: tuple[str, str],
    server: RunningServer,
    browser: Browser,
    engine: Engine,
) -> None:
    public_id, address = item
    one, two = (Person(browser, server.url, email, width=width) for email in delegates_in(engine, 1)[:2])
    for person in (one, two):
        person.go(address)
        person.tab("Draft")
        person.sees_saved()

    # One suggests: words to be put in, and words to be taken out. Nothing of it counts yet.
    press_in_bar(one, "Suggesting", pressed=True)
    put_caret(one.page, "officers", "ArrowRight")
    one.page.keyboard.type(" and trainers", delay=5)
    select_words(one.page, " by secondment")
    one.page.keyboard.press("Delete")
    text = editor(two.page)
    expect(text.locator("ins")).to_have_text(" and trainers")
    expect(text.locator("del")).to_have_text(" by secondment")
    expect(rows(two)).to_have_count(2)
    expect(rows(one).first).to_contain_text("You")
    expect(rows(two).first).not_to_contain_text("You")
    expect(rows(two).first).not_to_contain_text("A participant")
    one.sees_saved()
    assert words_kept(engine, public_id) == TEXT
    assert kept(engine, public_id).suggestions == 2

    # The other accepts one and rejects one; both see the same text, and the server has it.
    rows(two).filter(has_text="and trainers").get_by_role("button", name="Accept").click()
    expect(rows(two)).to_have_count(1)
    rows(two).filter(has_text="by secondment").get_by_role("button", name="Reject").click()
    agreed = TEXT.replace("officers", "officers and trainers")
    for person in (one, two):
        expect(rows(person)).to_have_count(0)
        wait_until(
            lambda person=person: person.text == agreed,
            what=f"the text both agreed on {[one.text, two.text]}",
        )  # type: ignore[misc]
        expect(editor(person.page).locator("ins, del")).to_have_count(0)
    two.sees_saved()
    assert words_kept(engine, public_id) == agreed
    assert kept(engine, public_id).suggestions == 0
    press_in_bar(one, "Suggesting", pressed=False)

    # Brackets around what is selected; both count them, and so does the list of items.
    for person in (one, two):
        expect(bar(person)).to_contain_text("No brackets left")
    select_words(two.page, "other States")
    two.page.get_by_role("button", name="Bracket: text that is not agreed").click()
    for person in (one, two):
        expect(bar(person)).to_contain_text("Brackets left: 1")
    select_words(two.page, "States train")
    two.page.keyboard.press("Control+Alt+b")
    bracketed = agreed.replace("other States", "[other States]").replace("States train", "[States train]")
    for person in (one, two):
        expect(bar(person)).to_contain_text("Brackets left: 2")
        wait_until(lambda person=person: person.text == bracketed, what="brackets")  # type: ignore[misc]
    two.sees_saved()
    one.tab("Items")
    expect(one.page.locator(f"#line-{public_id}")).to_contain_text("2 brackets left", timeout=40_000)
    one.tab("Draft")

    # The clean view hides them, from who asked for it only, and changes nothing.
    press_in_bar(one, "Clean view", pressed=True)
    shown = editor(one.page).inner_text()
    assert re.sub(r"\s+", " ", shown).strip() == agreed, "the other's caret stands there as a space"
    expect(editor(one.page)).to_have_attribute("contenteditable", "false")
    assert two.text == bracketed
    press_in_bar(one, "Clean view", pressed=False)
    expect(editor(one.page)).to_have_attribute("contenteditable", "true")
    select_words(one.page, "[other States]")
    one.page.get_by_role("button", name="Bracket: text that is not agreed").click()
    for person in (one, two):
        expect(bar(person)).to_contain_text("Brackets left: 1")
    one.sees_saved()
    assert words_kept(engine, public_id) == bracketed.replace("[other States]", "other States")
    for person in (one, two):
        assert person.problems == [], person.email


def test_the_question_mark_opens_the_list_of_keys_outside_the_text_only(
    item: tuple[str, str], server: RunningServer, browser: Browser, engine: Engine
) -> None:
    one = Person(browser, server.url, delegates_in(engine, 1)[0], width=1280)
    one.go(item[1])
    one.sees_saved()
    keys = one.page.get_by_role("dialog", name="Keyboard shortcuts")
    one.write(" Why?")
    expect(keys).to_be_hidden()
    wait_until(lambda: one.text.endswith("Why?"), what="the question mark in the text")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Put in brackets, or take them off")
    one.page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    assert one.problems == []


@pytest.mark.parametrize("width", [1280, 375])
def test_list_items_are_indented_without_a_keyboard(
    width: int, item: tuple[str, str], server: RunningServer, browser: Browser, engine: Engine
) -> None:
    """A phone has no Ctrl ]. The buttons are there while the caret is in a list."""
    one = Person(browser, server.url, delegates_in(engine, 1)[0], width=width)
    page = one.page
    one.go(item[1])
    one.tab("Draft")
    one.sees_saved()
    indent, outdent = (
        page.get_by_role("button", name=f"{word} a list item") for word in ("Indent", "Outdent")
    )
    editor(page).click()
    page.keyboard.press("Control+End")
    expect(indent).to_be_hidden()
    tall = page.get_by_role("toolbar", name="Text style").bounding_box()
    page.keyboard.press("Enter")
    one.press("Bullet list")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    expect(indent).to_be_visible()
    with_more = page.get_by_role("toolbar", name="Text style").bounding_box()
    assert tall
    assert with_more
    assert with_more["height"] == tall["height"], "what stands below does not move"
    indent.click()
    expect(editor(page).locator("ul ul")).to_have_text("two")
    one.sees_saved()
    assert words_kept(engine, item[0]).splitlines()[-2:] == ["- one", "  - two"]
    outdent.click()
    expect(editor(page).locator("ul ul")).to_have_count(0)
    outdent.click()
    expect(indent).to_be_hidden()
    expect(editor(page).locator("ul")).to_have_text("one")
    assert page.locator("[role=toolbar] button[tabindex='0']:not([hidden])").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert one.problems == []
