"""Hundreds of pages wait in a lobby: what each fetches when somebody arrives must leave the server time for anything else."""

import re
from pathlib import Path

import pytest

from tests.meeting import Meeting

#: What one such answer costs at 600 people, ms of processor time (`make bench ARGS=live` found it), and people it grows with.
COST_MS, PEOPLE = 25, 600


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Meeting:
    path: Path = tmp_path_factory.mktemp("lobby") / "sample.sqlite3"
    return Meeting(path, stage="seating", participants=180)


@pytest.mark.parametrize("page", ["lobby", "session"])
def test_the_more_people_the_longer_their_pages_spread_what_they_fetch(meeting: Meeting, page: str) -> None:
    address = {"lobby": f"/rounds/{meeting.round}", "session": f"/s/{meeting.session}"}[page]
    text = meeting.browser("delegate").get(f"{address}?part=here").text
    people = re.search(r"of (\d+)<", text)
    spread = re.search(r'data-part-spread-value="(\d+)"', text)
    assert people
    assert spread
    wave = int(people.group(1)) * COST_MS * int(people.group(1)) / PEOPLE
    assert int(spread.group(1)) >= 4 * wave, "a wave of fetches takes at most a quarter of the processor"
