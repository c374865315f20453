"""The console says what other facilitators do, in few words, and not what was done on the page itself."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site

NEWS = """<div data-controller="console-news" data-console-news-round-value="n1" data-text-more="{minutes} more: {rooms}" data-text-paused="Stopped: {rooms}"
 data-text-state-open="Opened: {rooms}" data-text-state-closing="Recalled: {rooms}" data-text-moved="Seats have changed" data-text-all="all rooms"
 data-text-several="{count} rooms" data-text-rooms="Rooms {list}" data-text-room="Room {list}"></div>
<form method="post" action="/rooms/r1" data-controller="post" data-action="post#send" data-text-done="Done here"><button>Act</button></form>"""
TILES = "".join(f'<i data-room="{number}" data-room-id="r{number}"></i>' for number in range(1, 8))


def console(seq: int = 0) -> str:
    page = pages.shell(pages.STATUS + NEWS + TILES, "live", query="console=n1")
    return page.replace("pages/live.js", "pages/console.js").replace('"room:r1": 0', f'"room:r1": {seq}')


@pytest.fixture
def page(site: Site, open_page: OpenPage) -> Page:
    site.render = lambda *_: console()
    found = open_page()
    expect(found.get_by_role("status")).to_have_text("Connected")
    return found


def more(site: Site, *rooms: int, minutes: int = 5) -> None:
    for number in rooms:
        site.announce("room.deadline_changed", {"room": f"r{number}", "change": "more", "minutes": minutes})


def test_what_comes_together_is_said_in_one_line(page: Page, site: Site) -> None:
    more(site, *range(1, 8))
    site.announce("room.state_changed", {"room": "r2", "state": "open"})
    site.announce("room.state_changed", {"room": "r3", "state": "closing"})
    for _ in range(3):
        site.announce("round.changed", {"round": "n1"})
    site.announce("round.changed", {"round": "another"})
    site.announce("room.state_changed", {"room": "of another round", "state": "open"})
    said = page.locator("[data-announce=polite]")
    expect(said).to_have_text("5 more: all rooms. Recalled: Room 3. Seats have changed", timeout=8_000)
    more(site, 4, 2)
    more(site, *range(1, 7), minutes=9)
    expect(said).to_have_text("5 more: Rooms 2, 4. 9 more: 6 rooms", timeout=8_000)


def test_what_was_done_on_the_page_itself_is_not_said_again(page: Page, site: Site) -> None:
    more(site, 1)
    said = page.locator("[data-announce=polite]")
    expect(said).to_have_text("5 more: Room 1", timeout=8_000)

    def answer(_fields: object) -> tuple[int, str]:
        """The act is told of before its answer is there, and a little after."""
        more(site, 2)
        site.announce("round.changed", {"round": "n1"}, send=False)
        return 200, console(seq=3)

    site.post_answer = answer
    page.get_by_role("button", name="Act").click()
    expect(said).to_have_text("Done here", timeout=8_000)
    site.announce("room.deadline_changed", {"room": "r5", "change": "paused", "minutes": 0})
    expect(said).to_have_text("Stopped: Room 5", timeout=10_000)


def test_who_muted_the_time_still_hears_of_rooms_and_seats(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: console()
    page = open_page(first="localStorage.setItem('consult.setting.clock_muted', '1')")
    expect(page.get_by_role("status")).to_have_text("Connected")
    more(site, 1, 2)
    site.announce("round.changed", {"round": "n1"})
    expect(page.locator("[data-announce=polite]")).to_have_text("Seats have changed", timeout=8_000)
