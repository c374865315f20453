"""A page that misses what the others wrote finds out by itself, mends it, and the operator can see that it happened."""

import re

import pytest
import requests
from playwright.sync_api import Browser, WebSocketRoute, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"metrics": "1", "draft_check_seconds": "2"}


class LossyLine:
    """The live connection of one person's pages, on which what others write gets lost while it is bad."""

    def __init__(self, person: Person) -> None:
        self.is_bad = False
        self.lost = 0
        self.refusals: list[str] = []
        person.page.route_web_socket(re.compile("/socket.io/"), self._connect)

    def _connect(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if re.match(r'43\d+\[{"ok":(false|0)', str(message)):
                self.refusals.append(str(message))
            if self.is_bad and str(message).startswith('42["u"'):
                self.lost += 1
            else:
                route.send(message)

        server.on_message(pass_on)


def number(server: RunningServer, name: str) -> int:
    """One of the numbers about drafting at `/metrics`."""
    text = requests.get(f"{server.url}/metrics", timeout=10).text
    found = re.search(rf"^consult_draft_{name}_total (\d+)$", text, re.MULTILINE)
    assert found, text
    return int(found.group(1))


def test_what_got_lost_on_the_way_comes_within_half_a_minute(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
    people = delegates_in(engine, room)[:2]
    writer, reader = (Person(browser, server.url, email, width=1280) for email in people)
    line = LossyLine(reader)
    for person in (writer, reader):
        person.go(f"/rooms/{room}")
        person.sees_saved()

    writer.write(" Heard by everybody.")
    wait_until(lambda: "Heard by everybody." in reader.text, what="the words to arrive")
    writer.sees_saved()
    seen = number(server, "checks")
    wait_until(lambda: reader.text and number(server, "checks") > seen + 4, what="both to have compared")
    assert number(server, "differences") == 0

    line.is_bad = True
    writer.write(" Lost on the way.")
    writer.sees_saved()
    wait_until(lambda: reader.text and line.lost > 0, what="something to get lost")
    line.is_bad = False
    wait_until(lambda: reader.text == writer.text, what="the words to be found missing")
    before = number(server, "differences")
    assert before > 0

    line.is_bad, line.lost = True, 0
    writer.page.keyboard.press("Control+Backspace")
    writer.page.keyboard.press("Control+Backspace")
    writer.sees_saved()
    wait_until(lambda: reader.text and line.lost > 0, what="the deletion to get lost")
    line.is_bad = False
    wait_until(lambda: reader.text == writer.text, what="the deletion to be found missing")
    assert number(server, "differences") > before
    assert line.refusals == []
    # Whoever comes in later sees at once who is writing, not only when these move.
    newcomer = Person(browser, server.url, people[1], width=1280)
    newcomer.go(f"/rooms/{room}")
    newcomer.sees_saved()
    expect(newcomer.page.get_by_text("writing here now").first).to_be_visible(timeout=3_000)
    assert not writer.problems
    assert not reader.problems
