"""What people are told about their text when the network or the server fails, and that it arrives: two people and the real server."""

import re

import pytest
from playwright.sync_api import Browser, WebSocketRoute, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.items.models import ActionItem
from consult.people.models import Role
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"recall_seconds": "1", "late_sync_seconds": "0"}


class Cable:
    """The live connection of one person's pages, which can be pulled out while the server runs on."""

    def __init__(self, person: Person) -> None:
        self._is_out = False
        self._lines: list[tuple[WebSocketRoute, WebSocketRoute]] = []
        person.page.route_web_socket(re.compile("/socket.io/"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        if self._is_out:
            route.close()
        else:
            self._lines.append((route, route.connect_to_server()))

    def pull_out(self) -> None:
        self._is_out = True
        for page_side, server_side in self._lines:
            server_side.close()
            page_side.close()
        self._lines.clear()

    def put_in(self) -> None:
        self._is_out = False


def path_and_people(engine: Engine) -> tuple[str, str, list[str]]:
    """Room 1: its id, its first item, and the e-mail addresses of two delegates seated there."""
    with reading_session(engine) as db:
        room = db.scalars(select(Room).where(Room.number == 1)).one()
        item = db.scalars(
            select(ActionItem.public_id).where(ActionItem.room_id == room.id).order_by(ActionItem.id)
        ).first()
        assert item is not None
        return room.public_id, item, delegates_in(engine, 1)[:2]


@pytest.mark.parametrize("width", [1280, 375])
def test_what_is_written_without_a_server_survives_a_closed_tab(
    width: int, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    room, item, emails = path_and_people(engine)
    one, other = (Person(browser, server.url, email, width=width) for email in emails)
    for person in (one, other):
        person.go(f"/rooms/{room}?item={item}")
        person.tab("Draft")
        person.sees_saved()
    server.kill()
    status = one.page.locator("#status")
    expect(status).to_have_text("Not connected: your text is kept here and will be sent")
    one.write(" Written without a server.")
    one.page.get_by_role("textbox", name="Indicator").fill("Median days to a document")
    expect(status).to_have_text(
        re.compile(r"^Not connected, not saved for \d+ seconds: your text is kept here")
    )
    expect(one.page.locator("[data-announce=polite]")).to_contain_text("not saved for")
    one.page.wait_for_timeout(500)  # the browser's own storage has no event to wait for
    one.page.close()
    server.start()
    one.page = one.context.new_page()
    one.go(f"/rooms/{room}?item={item}")
    one.tab("Draft")
    one.sees_saved()
    wait_until(lambda: "Written without a server." in other.text, what="the text to arrive")
    expect(other.page.get_by_role("textbox", name="Indicator")).to_have_value("Median days to a document")
    for person in (one, other):
        assert person.problems == [], person.email


def test_who_was_cut_off_when_the_room_closed_is_told_that_the_text_is_late(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    room, item, emails = path_and_people(engine)
    one, other = (Person(browser, server.url, email, width=1280) for email in emails)
    cable = Cable(one)
    for person in (one, other):
        person.go(f"/rooms/{room}?item={item}")
        person.sees_saved()
    one.context.set_offline(True)  # else the page would post what it has
    cable.pull_out()
    one.write(" Written after the end.")
    expect(one.page.locator("#status")).to_contain_text("not saved for")
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    facilitator.go(f"/s/{sample.session.public_id}")
    facilitator.follow("Facilitator console")
    facilitator.press("Recall to plenary")
    expect(other.page).to_have_url(re.compile("/s/"), timeout=40_000)
    one.context.set_offline(False)
    cable.put_in()
    expect(one.page.locator("#status")).to_contain_text("kept as a late contribution", timeout=40_000)
    assert "Written after the end." not in one.text
    assert one.problems == []


@pytest.mark.parametrize("width", [1280, 375])
def test_late_text_is_told_where_people_are_after_the_close_and_accepted(
    width: int, sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    room, item, _emails = path_and_people(engine)
    one = Person(browser, server.url, delegates_in(engine, room, leading=False)[0], width=width)
    rapporteur = Person(browser, server.url, sample.rapporteur().user.email, width=width)
    facilitator = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    cable = Cable(one)
    for person in (one, rapporteur):
        person.go(f"/rooms/{room}?item={item}")
        person.tab("Draft")
        person.sees_saved()
    one.context.set_offline(True)  # else the page would post what it has
    cable.pull_out()
    one.write(" Written after the end.")
    expect(one.page.locator("#status")).to_contain_text("not saved for")
    facilitator.go(f"/s/{sample.session.public_id}")
    facilitator.follow("Facilitator console")
    facilitator.press("Recall to plenary")
    expect(rapporteur.page).to_have_url(re.compile("/s/"), timeout=40_000)
    expect(rapporteur.page.locator("#status")).to_have_text("Connected")
    told = rapporteur.page.locator("#late")
    expect(told).not_to_contain_text("late contribution")
    counted = facilitator.page.locator("#tile-1 [data-slot=late]")
    expect(counted).to_be_hidden()
    one.context.set_offline(False)
    cable.put_in()

    # The page on which everybody is says it by itself, to who decides; the console counts.
    expect(told).to_contain_text("1 late contribution", timeout=40_000)
    expect(counted).to_be_visible()
    expect(counted).to_have_text("1 late text")
    facilitator.page.locator("#tile-1 h3 a").click()
    expect(facilitator.page.locator("#sheet")).to_contain_text("1 late contribution")

    told.get_by_role("link", name=re.compile("Room 1, item")).click()
    rapporteur.tab("Items")
    expect(rapporteur.page.locator(f"#line-{item}")).to_contain_text("1 late contribution")
    rapporteur.tab("Draft")
    card = rapporteur.page.locator("#late")
    expect(card.locator("ins")).to_contain_text("Written after the end.")
    assert rapporteur.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    rapporteur.press("Accept into the text")
    expect(rapporteur.page.locator("#flashes")).to_contain_text(
        "The late contribution is part of the text now."
    )
    expect(card).not_to_contain_text("Written after the end.")
    wait_until(lambda: "Written after the end." in rapporteur.text, what="the late text to stand there")
    expect(facilitator.page.locator("#sheet")).not_to_contain_text("late contribution")
    expect(counted).to_be_hidden()
    for person in (one, rapporteur, facilitator):
        assert person.problems == [], person.email


def test_what_is_typed_while_late_words_are_on_their_way_is_offered_for_copying(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    """The server keeps what it was sent as late; what was typed behind that it never saw."""
    room, item, (email, _other) = path_and_people(engine)
    one = Person(browser, server.url, email, width=1280)
    held: list[tuple[WebSocketRoute, str]] = []

    def connect(route: WebSocketRoute) -> None:
        onwards = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            update = re.match(r'42(\d+)\["u"', message) if isinstance(message, str) else None
            if update:
                held.append((route, update[1]))
            else:
                onwards.send(message)

        route.on_message(pass_on)

    one.page.route_web_socket(re.compile("/socket.io/"), connect)
    one.go(f"/rooms/{room}?item={item}")
    one.sees_saved()
    one.write(" On its way.")
    one.page.wait_for_timeout(1000)  # an update that is on its way has no event to wait for
    one.write(" Typed behind it.")
    one.page.wait_for_timeout(500)
    ((route, number),) = held
    route.send(f'43{number}[{{"ok":0,"code":"late","message":"The room is closed."}}]')
    offered = one.page.get_by_role("dialog").get_by_label("Your text")
    expect(offered).to_have_value(re.compile("Typed behind it."))
