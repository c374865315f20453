"""The tone before rooms close: off until somebody asks for it, kept on the device, and nothing where the browser refuses audio."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import NOW_MS, Site

CLOCK = """<div id="clock" data-controller="clock" data-clock-sounds-value="{sounds}" data-clock-deadline-value="{deadline}" data-text-left="{{time}} left"
 data-text-over="Time is over" data-text-warn-60="1 minute left" data-text-warn-10="10 seconds left"><span role="timer" data-clock-target="time"></span></div>"""
CHOICE = """<fieldset data-controller="hearing" hidden><label><input type="checkbox" data-hearing-target="muted" data-action="hearing#mute"> Mute</label>
<label data-hearing-target="sound"><input type="checkbox" data-hearing-target="sounds" data-action="hearing#sound"> Sound</label></fieldset>"""

#: Counts what would be heard; `%s` is the state in which the browser holds the sound.
AUDIO = """globalThis.tones = 0; globalThis.AudioContext = class { state = "%s"; currentTime = 0; destination = {}; resume() { return new Promise(() => {}); }
  createOscillator() { return { frequency: {}, connect: (to) => to, start() { globalThis.tones += 1; }, stop() {} }; }
  createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect: (to) => to }; } };"""
ALLOWED, WAITING = AUDIO % "running", AUDIO % "suspended"
REFUSED = (
    "globalThis.tones = 0; globalThis.AudioContext = class { constructor() { throw new Error('refused'); } };"
)
NONE = "globalThis.tones = 0; delete globalThis.AudioContext;"


def at(seconds: int) -> str:
    return datetime.fromtimestamp(NOW_MS / 1000 + seconds, UTC).isoformat()


def clock(seconds: int, *, sounds: bool = True) -> str:
    return CLOCK.format(deadline=at(seconds), sounds=str(sounds).lower())


def opened(site: Site, open_page: OpenPage, body: str, audio: str) -> Page:
    site.render = lambda *_: pages.shell(pages.STATUS + CHOICE + body, "room", query="room=r1")
    page = open_page(first=audio)
    expect(page.get_by_role("status")).to_have_text("Connected")
    return page


def tones(page: Page) -> int:
    return int(page.evaluate("globalThis.tones"))


def shorten(page: Page, seconds: int) -> None:
    """As a recall does it: another deadline in the same clock, so many seconds from now."""
    left = f"new Date({NOW_MS} + performance.now() + {seconds * 1000}).toISOString()"
    page.evaluate(f"document.querySelector('#clock').dataset.clockDeadlineValue = {left}")


@pytest.mark.complaint(5, 6)
def test_a_tone_sounds_a_minute_and_ten_seconds_before_the_end_for_who_asked_for_it(
    site: Site, open_page: OpenPage
) -> None:
    page = opened(site, open_page, clock(64) + clock(64, sounds=False).replace('id="clock"', ""), ALLOWED)
    box = page.get_by_role("checkbox", name="Sound")
    expect(box).not_to_be_checked()
    box.check()
    assert tones(page) == 1, "what it is like"
    expect(page.get_by_role("timer").first).to_have_text("0:59 left", timeout=10_000)
    assert tones(page) == 2, "once, though a page may show several clocks"
    shorten(page, 12)
    expect(page.get_by_role("timer").first).to_have_text("0:09 left", timeout=10_000)
    assert tones(page) == 4, "twice at ten seconds"
    page.reload()
    expect(page.get_by_role("checkbox", name="Sound")).to_be_checked()


def test_who_did_not_ask_hears_nothing(site: Site, open_page: OpenPage) -> None:
    page = opened(site, open_page, clock(62), ALLOWED)
    expect(page.get_by_role("timer")).to_have_text("0:59 left", timeout=10_000)
    assert tones(page) == 0


def test_a_recall_that_takes_the_last_minutes_away_is_heard(site: Site, open_page: OpenPage) -> None:
    page = opened(site, open_page, clock(1200), ALLOWED)
    page.get_by_role("checkbox", name="Sound").check()
    shorten(page, 45)
    expect(page.get_by_role("timer")).to_contain_text("0:4")
    assert tones(page) == 2
    page.get_by_role("checkbox", name="Sound").uncheck()
    shorten(page, 1200)
    shorten(page, 45)
    page.wait_for_timeout(300)
    assert tones(page) == 2


@pytest.mark.parametrize("audio", [WAITING, REFUSED], ids=["waits for a click", "refuses"])
def test_where_the_browser_refuses_audio_nothing_happens(site: Site, open_page: OpenPage, audio: str) -> None:
    page = opened(site, open_page, clock(62), audio)
    page.get_by_role("checkbox", name="Sound").check()
    expect(page.get_by_role("timer")).to_have_text("0:59 left", timeout=10_000)
    expect(page.locator("[data-announce=polite]")).to_contain_text("1 minute left", timeout=8000)
    assert tones(page) == 0


def test_a_browser_without_sounds_offers_none_and_muting_stays(site: Site, open_page: OpenPage) -> None:
    page = opened(site, open_page, clock(62), NONE)
    expect(page.get_by_role("checkbox", name="Sound")).to_be_hidden()
    page.get_by_role("checkbox", name="Mute").check()
    expect(page.get_by_role("timer")).to_have_text("0:59 left", timeout=10_000)
    page.wait_for_timeout(500)
    assert page.locator("[data-announce=polite]").text_content() == ""
    page.reload()
    expect(page.get_by_role("checkbox", name="Mute")).to_be_checked()
