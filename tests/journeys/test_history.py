"""Two people of one room write an item together, one looks at its history, plays it, sees who wrote, and restores a text.

The other's open editor follows. With real browsers and the real server.
"""

import re

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import sessions_for, unit_of_work
from consult.items.models import ActionItem
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Seat
from consult.sample.build import Sample
from tests.journeys.people import Person
from tests.running import RunningServer


def item_and_writers(engine: Engine) -> tuple[str, list[str]]:
    """An item that is being drafted in an open room, and two delegates who sit there, of different delegations."""
    with unit_of_work(sessions_for(engine)) as db:
        item = db.scalars(
            select(ActionItem).join(Room).where(ActionItem.state == "drafting", Room.state == "open").limit(1)
        ).one()
        query = (
            select(User.email, Member.delegation_id)
            .join(Member, Member.user_id == User.id)
            .join(Seat, Seat.member_id == Member.id)
            .where(Seat.room_id == item.room_id, Member.role == Role.DELEGATE.value, Seat.left_at.is_(None))
        )
        writers = {delegation: email for email, delegation in db.execute(query.order_by(Member.id))}
        return f"/rooms/{item.room.public_id}?item={item.public_id}", list(writers.values())[:2]


def look_back(person: Person) -> None:
    """From the room to the history of the item that is written there."""
    person.page.locator("#commands summary", has_text="More").click()
    person.follow("History")
    expect(person.page.get_by_role("heading", name="History", level=1)).to_be_visible()


def keep(person: Person, name: str) -> None:
    """Keep the moment that is shown as a version with this name."""
    person.page.get_by_text("Keep as a named version").click()
    person.page.get_by_role("textbox", name="Name of the version").fill(name)
    person.press("Keep this version")
    expect(person.page.locator("#flashes")).to_contain_text(name)


@pytest.mark.parametrize("width", [1280, 375])
def test_history(width: int, sample: Sample, server: RunningServer, browser: Browser, engine: Engine) -> None:
    room, emails = item_and_writers(engine)
    one, two = (Person(browser, server.url, email, width=width) for email in emails)
    # A version that is kept ends a moment: what is written next is another one, however fast it comes.
    one.go(room)
    look_back(one)
    keep(one, "As begun")
    for person, words in ((one, " First hand wrote this."), (two, " Second hand added that.")):
        person.go(room)
        person.tab("Draft")
        person.sees_saved()
        person.write(words)
        person.sees_saved()
    expect(one.page.get_by_role("textbox", name="Text of the action item")).to_contain_text(
        "Second hand added that."
    )

    # Keep what stands, by name.
    look_back(one)
    page = one.page
    slider = page.get_by_role("slider", name=re.compile("Moment"))
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d"))
    keep(one, "Both hands")

    # Back in time by keyboard: the moment is said in words, and its text shown.
    slider.focus()
    page.keyboard.press("Home")
    said = slider.get_attribute("aria-valuetext")
    expect(page.locator("#point")).to_contain_text(str(said))
    expect(page.locator("#point")).not_to_contain_text("Second hand")
    one.press("Play")
    expect(page.locator("#point")).to_contain_text("Second hand added that.")
    expect(page.get_by_role("button", name="Play")).to_have_attribute("aria-pressed", "false")

    # Who wrote which words.
    one.follow("Who wrote")
    hand = page.locator(".hand", has_text="Second hand added that.").first
    name = hand.locator(".hand__name")
    shown = name.evaluate("(it) => getComputedStyle(it).clipPath")
    hand.focus()
    assert name.evaluate("(it) => getComputedStyle(it).clipPath") != shown
    expect(page.get_by_role("heading", name="Who wrote")).to_be_visible()

    # Restore the first moment; the other's open editor follows.
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator("#point")).not_to_contain_text("Second hand")
    one.follow("Restore this text…")
    one.press("Restore this text")
    expect(page.locator("#flashes")).to_contain_text("The earlier text was restored")
    expect(page.locator("#point")).to_contain_text("Restored as it stood on")
    editor = two.page.get_by_role("textbox", name="Text of the action item")
    expect(editor).not_to_contain_text("Second hand added that.")
    two.sees_saved()

    # And compare what was kept with what stands now.
    page.get_by_label("From").select_option("v2")
    one.press("Compare")
    expect(page.locator("del", has_text="Second hand added that.")).to_be_visible()
    one.follow("Side by side")
    expect(page.get_by_role("table", name="Both wordings, line by line")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert one.problems == []
    assert two.problems == []
