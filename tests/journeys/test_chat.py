"""Two people talk in the chat of a room: on a desk and on a phone, where it has a tab of its own."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.people.models import Role
from consult.rooms import chat, queue
from consult.rooms.actors import actor_of
from consult.rooms.models import Room
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer

WRITING = (Role.DELEGATE, Role.PANELIST, Role.OBSERVER)


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 24, Stage.DRAFTING


def write(person: Person, words: str) -> None:
    person.page.get_by_role("textbox", name="Chat message").fill(words)
    person.page.keyboard.press("Enter")


def test_two_people_talk(sample: Sample, server: RunningServer, browser: Browser, engine: Engine) -> None:
    with reading_session(engine) as db:
        room = db.scalars(select(Room.public_id).order_by(Room.id)).first() or ""
    desk, phone = (
        Person(browser, server.url, email, width=width)
        for email, width in zip(delegates_in(engine, room, WRITING)[-2:], (1280, 375), strict=True)
    )
    for person in (desk, phone):
        person.go(f"/rooms/{room}")
        expect(person.page.locator("#status")).to_have_text("All changes saved")
    tab = phone.page.locator("nav.tabs [data-chat-unread]")
    expect(tab).to_be_hidden()

    # Enter sends, the field is free and keeps the focus; on the phone's other tab it is counted and said, nothing moves.
    phone.page.get_by_role("textbox", name="Text of the action item").click()
    write(desk, "Shall we add consular services?")
    write(desk, "And who pays?")
    expect(desk.page.get_by_role("textbox", name="Chat message")).to_have_value("")
    expect(desk.page.get_by_role("textbox", name="Chat message")).to_be_focused()
    expect(tab).to_have_text("2 new")
    expect(phone.page.locator("[data-announce=polite]")).to_contain_text(
        "A new message in the chat", timeout=10_000
    )
    expect(phone.page.get_by_role("textbox", name="Text of the action item")).to_be_focused()

    # Opening the tab is reading it; a half-written answer survives what comes meanwhile.
    phone.tab("Chat")
    log = phone.page.get_by_role("log", name="Room chat")
    expect(log).to_contain_text("Shall we add consular services?")
    expect(tab).to_be_hidden()
    expect(phone.page.get_by_role("button", name="Raise my hand")).to_be_hidden()
    phone.page.get_by_role("textbox", name="Chat message").fill("The Member St")
    write(desk, "I mean, per year")
    expect(log).to_contain_text("I mean, per year")
    expect(phone.page.get_by_role("textbox", name="Chat message")).to_have_value("The Member St")
    write(phone, "The Member States")
    expect(desk.page.get_by_role("log", name="Room chat")).to_contain_text("The Member States")

    # Taken back: both see that something was there, and neither sees what.
    desk.page.get_by_role("button", name="Remove the message: And who pays?").click()
    for person in (desk, phone):
        expect(person.page.get_by_role("log", name="Room chat")).to_contain_text("Removed by its author")
        expect(person.page.get_by_role("log", name="Room chat")).not_to_contain_text("And who pays?")

    # Back on People: the queue is there and the chat is not.
    phone.tab("People")
    expect(phone.page.get_by_role("button", name="Raise my hand")).to_be_visible()
    expect(log).to_be_hidden()

    # Without the network the words come back into the field.
    desk.context.set_offline(True)
    write(desk, "Is anybody there?")
    expect(desk.page.get_by_role("textbox", name="Chat message")).to_have_value("Is anybody there?")
    desk.context.set_offline(False)
    for person in (desk, phone):
        assert [problem for problem in person.problems if "ERR_INTERNET" not in problem] == []


def test_whoever_moderates_sees_the_field_of_the_chat_below_a_long_queue(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with unit_of_work(sessions_for(engine)) as db:
        room = db.scalars(select(Room).order_by(Room.id)).first()
        assert room is not None
        address = f"/rooms/{room.public_id}"
        for seat in room.seats:
            queue.raise_hand(db, actor_of(db, seat.member), room)
            for number in range(3):
                chat.post(
                    db, actor_of(db, seat.member), room, text=f"Shall we add consular services? {number}"
                )
        email = next(seat.member.user.email for seat in room.seats if seat.duty == "moderator")
    moderator = Person(browser, server.url, email, width=1280)
    moderator.go(address)
    expect(moderator.page.locator("#status")).to_have_text("All changes saved")
    expect(moderator.page.get_by_text("Not heard yet:")).to_be_visible()
    field = moderator.page.get_by_role("textbox", name="Chat message")
    expect(field).to_be_in_viewport(ratio=1)
    box, bar = field.bounding_box(), moderator.page.locator("#commands").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] + box["height"] <= bar["y"]
    write(moderator, "Three of you wait to speak.")
    expect(moderator.page.get_by_role("log", name="Room chat")).to_contain_text("Three of you wait to speak.")
    assert moderator.problems == []
