"""Every page of a 180-person meeting answers, with few statements, for each kind of person."""

import pytest

from tests.meeting import Meeting

MOST_STATEMENTS = 20


@pytest.fixture(scope="module", params=["drafting", "decisions"])
def meeting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Meeting:
    return Meeting(tmp_path_factory.mktemp("meeting") / "m.sqlite3", stage=request.param, participants=180)


@pytest.mark.parametrize("name", ["organizer", "facilitator", "panelist", "delegate"])
def test_pages_answer_with_few_statements(meeting: Meeting, name: str) -> None:
    browser = meeting.browser(name)
    counts = {}
    for page, address in meeting.pages(name).items():
        with meeting.counting() as statements:
            answer = browser.get(address)
        counts[page] = (answer.status_code, len(statements))
    assert {
        page: found for page, found in counts.items() if found[0] != 200 or found[1] > MOST_STATEMENTS
    } == {}
