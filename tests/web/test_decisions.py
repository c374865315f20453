"""Polls as a browser meets them: opening, the two steps of a ballot, the result with small groups hidden."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.decisions import service
from consult.decisions.models import Ballot, Decision
from tests.cast import World
from tests.conftest import post
from tests.factories.items import under_comment
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


def opened(db: Db, world: World, number: int = 1, *, minutes: int = 10) -> list[Decision]:
    """Open polls. Committed."""
    items = under_comment(db, world, number)
    deadline = clock.now() + timedelta(minutes=minutes)
    polls = service.open_poll(db, world.actor(db, "facilitator"), world.session, items, deadline_at=deadline)
    db.commit()
    return polls


def cast(browser: FlaskClient, poll: Decision, choice: str, **fields: str):  # type: ignore[no-untyped-def]
    return post(browser, f"/decisions/{poll.public_id}/ballots", choice=choice, **fields)


def test_the_facilitator_chooses_items_and_opens_polls(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    items = under_comment(db, world, 2)
    address, browser = f"/s/{world.session.public_id}/decisions", client_for("facilitator")
    assert "Open indicative poll" in browser.get(address).text
    chosen = [item.public_id for item in items]
    assert post(browser, address, item=chosen, minutes="10").location == address
    polls = read(select(Decision))
    assert len(polls) == 2
    assert polls[0].deadline_at is not None
    assert "Waiting for your delegation" in client_for("kenya").get(address).text
    assert "Waiting for your delegation" not in client_for("viewer").get(address).text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 422, "Choose at least one item"),
        ({"item": "own", "minutes": "soon"}, 422, "whole number"),
        ({"item": "own", "minutes": "-5"}, 422, "whole number"),
        ({"item": "nothing"}, 404, "no such page"),
    ],
)
def test_a_refused_opening_says_why_and_changes_nothing(
    db: Db, read: Read, world: World, client_for: Browser, fields: dict[str, str], status: int, words: str
) -> None:
    item = under_comment(db, world)[0]
    sent = {"minutes": "0", **fields}
    if sent.get("item") == "own":
        sent["item"] = item.public_id
    answer = post(client_for("facilitator"), f"/s/{world.session.public_id}/decisions", **sent)
    assert answer.status_code == status
    assert words in answer.text
    assert read(select(Decision)) == []


def test_delegates_do_not_open_or_close_polls(db: Db, world: World, client_for: Browser) -> None:
    poll = opened(db, world)[0]
    kenya, address = client_for("kenya"), f"/s/{world.session.public_id}/decisions"
    assert "Open indicative poll" not in kenya.get(address).text
    assert post(kenya, address, item="anything", minutes="0").status_code == 403
    assert post(kenya, f"/decisions/{poll.public_id}/close").status_code == 403
    assert post(kenya, f"{address}/close").status_code == 403


def test_a_ballot_is_cast_in_two_steps_without_script(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    poll, kenya = opened(db, world)[0], client_for("kenya")
    page = kenya.get(f"/decisions/{poll.public_id}").text
    for words in ("In favour", "Against", "Abstention", "Cast ballot"):
        assert words in page
    check = cast(kenya, poll, "against")
    assert check.status_code == 200
    assert "You are about to cast for Kenya:" in check.text
    assert read(select(Ballot)) == []
    done = cast(kenya, poll, "against", confirmed="1")
    assert done.location == f"/decisions/{poll.public_id}"
    page = kenya.get(f"/decisions/{poll.public_id}").text
    assert "Recorded for your delegation: Against." in page
    assert "1 of 9" in page
    assert 'value="against" required checked' in page


@pytest.mark.parametrize("choice", ["", "maybe"])
def test_no_choice_is_said_in_words(db: Db, world: World, client_for: Browser, choice: str) -> None:
    answer = cast(client_for("kenya"), opened(db, world)[0], choice, confirmed="1")
    assert answer.status_code == 422
    assert "Choose In favour, Against or Abstention." in answer.text


@pytest.mark.parametrize("name", ["organizer", "viewer"])
def test_who_is_not_asked_reads_why(db: Db, world: World, client_for: Browser, name: str) -> None:
    poll, browser = opened(db, world)[0], client_for(name)
    page = browser.get(f"/decisions/{poll.public_id}").text
    assert "Cast ballot" not in page
    assert "Your role does not answer polls." in page
    assert cast(browser, poll, "in_favour", confirmed="1").status_code == 403


def test_after_the_deadline_the_ballot_is_refused_though_the_page_was_open(
    db: Db, read: Read, world: World, client_for: Browser
) -> None:
    poll, kenya = opened(db, world)[0], client_for("kenya")
    late = clock.now() + timedelta(minutes=11)
    clock.set_source(lambda: late)
    answer = cast(kenya, poll, "in_favour", confirmed="1")
    assert answer.status_code == 409
    assert "The poll is closed." in answer.text
    assert read(select(Ballot)) == []
    page = kenya.get(f"/decisions/{poll.public_id}").text
    assert "Cast ballot" not in page
    assert "The time for answers is over." in page


def test_the_result_is_shown_after_the_close_only_and_hides_small_groups(
    db: Db, world: World, client_for: Browser
) -> None:
    poll, kenya, facilitator = opened(db, world)[0], client_for("kenya"), client_for("facilitator")
    cast(kenya, poll, "in_favour", confirmed="1")
    cast(client_for("ngo"), poll, "against", confirmed="1")
    before = facilitator.get(f"/decisions/{poll.public_id}").text
    assert "<caption" not in before
    assert "2 of 9" in before
    post(facilitator, f"/decisions/{poll.public_id}/close")
    after = kenya.get(f"/decisions/{poll.public_id}").text
    assert '<caption class="visually-hidden">Result</caption>' in after
    assert "1 of 6 Member States answered." in after
    table = after.split("<caption")[1].split("</table>")[0]
    rows = [row.split("</tr>")[0] for row in table.split("<tr>")]
    assert sum("fewer than 5" in row for row in rows) == 5, "four groups and the others"
    assert "nothing is adopted" in after
    assert "adopted" not in after.replace("nothing is adopted", "")


def test_all_open_polls_are_closed_at_once(db: Db, read: Read, world: World, client_for: Browser) -> None:
    opened(db, world, 3)
    facilitator, address = client_for("facilitator"), f"/s/{world.session.public_id}/decisions"
    assert "Close all 3 open polls" in facilitator.get(address).text
    post(facilitator, f"{address}/close")
    assert all(read(select(Decision.closed_at)))
    assert "Closed, with results" in facilitator.get(address).text


def test_the_pages_say_indicative_poll_and_never_vote(db: Db, world: World, client_for: Browser) -> None:
    poll, kenya = opened(db, world)[0], client_for("kenya")
    for address in (f"/s/{world.session.public_id}/decisions", f"/decisions/{poll.public_id}"):
        text = kenya.get(address).text
        assert "Indicative poll" in text
        words = text.lower().replace("not voting", "").replace("not_voting", "").replace("devote", "")
        assert " vote" not in words


def test_a_poll_of_another_consultation_is_not_found(db: Db, world: World, client_for: Browser) -> None:
    poll = opened(db, world)[0]
    assert client_for("stranger@example.org").get(f"/decisions/{poll.public_id}").status_code == 404
    assert client_for("kenya").get("/decisions/nothing").status_code == 404


def test_pages_of_polls_take_few_statements(
    db: Db, world: World, client_for: Browser, statements: list[str]
) -> None:
    poll = opened(db, world, 8)[0]
    browser = client_for("facilitator")
    for address in (f"/s/{world.session.public_id}/decisions", f"/decisions/{poll.public_id}"):
        statements.clear()
        assert browser.get(address).status_code == 200
        assert len(statements) <= 20, "\n".join(statements)
