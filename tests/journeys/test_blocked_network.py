"""One delegate sits behind a proxy that lets no websocket through; they write together all the same."""

from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


def test_behind_a_proxy_that_blocks(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
    blocked, free = (
        Person(browser, server.url, email, width=1280) for email in delegates_in(engine, room)[:2]
    )
    blocked.page.route_web_socket("**/socket.io/**", lambda route: route.close())
    for person in (free, blocked):
        person.go(f"/rooms/{room}")
        person.sees_saved()
    strip = blocked.page.get_by_role("banner").get_by_text("This network blocks live connections")
    expect(strip).to_be_visible()
    expect(free.page.get_by_role("banner").get_by_text("This network blocks live connections")).to_be_hidden()
    blocked.write(" Written behind the proxy.")
    blocked.sees_saved()
    wait_until(lambda: "Written behind the proxy." in free.text, what="the words to arrive")
    free.write(" Written outside.")
    free.sees_saved()
    wait_until(lambda: "Written outside." in blocked.text, seconds=20, what="the words to be fetched")
    wait_until(lambda: blocked.text == free.text, what="both to be the same")
    assert not blocked.problems
    assert not free.problems
