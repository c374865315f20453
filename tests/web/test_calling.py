"""Being called in: every live page hears it, and knows whether it may take its person to their room."""

import gzip
import json
import re
from html import unescape
from typing import Any

import pytest

from tests.meeting import Meeting

#: Of a page that is not the first one, compressed.
MOST_BYTES = 20_000


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Meeting:
    return Meeting(tmp_path_factory.mktemp("meeting") / "m.sqlite3", stage="decisions", participants=24)


def pages_of(meeting: Meeting, name: str) -> dict[str, str]:
    """The live pages somebody has, as HTML."""
    browser = meeting.browser(name)
    found = {page: browser.get(address).text for page, address in meeting.pages(name).items()}
    return {page: text for page, text in found.items() if 'data-controller="live"' in text}


def called_by(page: str) -> dict[str, Any]:
    """The one rule by which a page follows a call."""
    (raw,) = re.findall(r"data-goto-rules-value='([^']*)'", page)
    (rule,) = [rule for rule in json.loads(unescape(raw)) if rule["event"] == "seat.called"]
    assert rule["url"] == "/rooms/{room}"
    return dict(rule)


def hears(page: str) -> list[str]:
    (raw,) = re.findall(r"data-live-audiences-value='([^']*)'", page)
    return [name for name in json.loads(unescape(raw)) if name.startswith("member:")]


@pytest.mark.parametrize("name", ["delegate", "panelist"])
def test_every_live_page_takes_who_is_called_to_the_room_but_the_halls_screen(
    meeting: Meeting, name: str
) -> None:
    found = pages_of(meeting, name)
    assert {"front", "library", "people", "outcomes", "report-back", "item", "decision", "summary"} <= set(
        found
    )
    for page, text in found.items():
        assert len(hears(text)) == 1, page
        rule = called_by(text)
        assert rule.get("after", 0) == (0 if page == "projector" else 10), page
        assert rule.get("offers", False) == (page == "projector"), page


def test_who_runs_the_meeting_is_offered_a_link_and_stays(meeting: Meeting) -> None:
    found = pages_of(meeting, "facilitator")
    assert {"console", "seating", "report-back", "lobby"} <= set(found)
    for page, text in found.items():
        if page != "front":
            assert called_by(text)["offers"], page


def test_pages_stay_small(meeting: Meeting) -> None:
    sizes = {
        page: len(gzip.compress(text.encode()))
        for page, text in pages_of(meeting, "delegate").items()
        if page != "room"
    }
    assert {page: size for page, size in sizes.items() if size > MOST_BYTES} == {}
