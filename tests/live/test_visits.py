"""Facilitators who enter a room: the flag goes down, the room sees them, and who only looks on cannot write."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from consult.live.connections import Connection
from consult.live.presence import whereabouts
from tests import cast
from tests.live.test_connections import Page
from tests.running import ForkedServer, RunningServer, wait_until


@pytest.fixture
def server(database_url: str, tmp_path: Path, world: cast.World) -> Iterator[RunningServer]:
    found = ForkedServer(database_url, tmp_path / "server.log").start()
    yield found
    assert found.stop() == 0
    assert "Traceback" not in found.log.read_text(errors="replace")


def shown(page: Page, room: str) -> str:
    return page.http.get(f"{page.server.url}/rooms/{room}?part=help").text


def posted(page: Page, address: str, **fields: str) -> int:
    form = page.http.get(f"{page.server.url}/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    data = {"csrf_token": token.group(1), **fields}
    return page.http.post(f"{page.server.url}{address}", data=data, allow_redirects=False).status_code


def test_looking_on_is_shown_and_entering_ends_the_call(server: RunningServer, world: cast.World) -> None:
    room = world.rooms[0].public_id
    kenya, looking, entering = Page(server, "kenya"), Page(server, "facilitator"), Page(server, "facilitator")
    kenya.connect(f"room={room}")
    try:
        assert posted(kenya, f"/rooms/{room}/help", category="wording") == 303
        looking.connect(f"room={room}&as=observer")
        wait_until(lambda: "(facilitator) is looking on" in shown(kenya, room), what="the observer is shown")
        assert "Help asked for: wording" in shown(kenya, room)
        looking.close()
        entering.connect(f"room={room}")
        begun = time.monotonic()
        wait_until(lambda: "Help asked for" not in shown(kenya, room), what="the flag goes down")
        assert time.monotonic() - begun < 2
        wait_until(lambda: "(facilitator) is with you" in shown(kenya, room), what="the visitor is shown")
        entering.leave()
        wait_until(lambda: "(facilitator)" not in shown(kenya, room), what="the visitor left")
    finally:
        kenya.close()


def test_of_several_pages_the_one_in_a_room_says_where_somebody_is() -> None:
    def page(sid: str, **where: Any) -> Connection:
        return Connection(sid, 1, 1, "u", member_id=7, consultation_id=1, **where)

    looking = page("b", room_id=3, visits=True, observes=True)
    for pages in ([page("a"), looking], [looking, page("a")]):
        assert whereabouts(pages)[7].room_id == 3
        assert whereabouts(pages)[7].observes
    assert not whereabouts([looking, page("c", room_id=3, visits=True)])[7].observes
