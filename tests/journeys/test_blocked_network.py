"""One delegate sits behind a proxy that lets no websocket through; they write together all the same."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.people.models import Member, Role, User
from consult.rooms.models import Room, Seat
from consult.sample.build import Sample, Stage, build
from tests.journeys.people import Person
from tests.running import RunningServer, wait_until


@pytest.fixture
def sample(engine: Engine) -> Sample:
    with unit_of_work(sessions_for(engine)) as db:
        return build(db, number=60, stage=Stage.DRAFTING)


def test_behind_a_proxy_that_blocks(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    with reading_session(engine) as db:
        query = (
            select(User.email, Room.public_id)
            .join(Member, Member.user_id == User.id)
            .join(Seat, Seat.member_id == Member.id)
            .join(Room, Room.id == Seat.room_id)
            .where(Room.number == 1, Member.role == Role.DELEGATE.value, Seat.left_at.is_(None))
        )
        rows = db.execute(query.order_by(Member.id).limit(2)).all()
    blocked, free = (Person(browser, server.url, row.email, width=1280) for row in rows)
    blocked.page.route_web_socket("**/socket.io/**", lambda route: route.close())
    for person in (free, blocked):
        person.go(f"/rooms/{rows[0].public_id}")
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
