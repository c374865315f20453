"""Signed out in another tab, or by the end of a sign-in, while one writes: the words stay, and are sent after signing in again."""

import pytest
from playwright.sync_api import Browser, Locator, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.deliberation.models import Comment
from consult.items.models import ActionItem
from consult.people.models import Role
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person
from tests.running import RunningServer

WORDS = "Who pays for the attestation?"
SIGNED_OUT = "You are signed out: sign in again in another tab, then send this."


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 12, Stage.REPORT_BACK


def first_item(engine: Engine) -> str:
    with reading_session(engine) as db:
        return db.scalars(select(ActionItem.public_id).order_by(ActionItem.id)).first() or ""


def write_and_sign_out(person: Person, item: str) -> tuple[Locator, Locator]:
    """A comment typed on an item's page, its person signed out in another tab; the page's status and the comment."""
    person.go(f"/items/{item}")
    status = person.page.locator("#status")
    expect(status).to_have_attribute("data-state", "connected")
    comment = person.page.get_by_label("Your comment", exact=True)
    comment.fill(WORDS)
    person.page.get_by_role("combobox", name="Kind of comment").select_option("question")
    other = person.context.new_page()
    other.goto(f"{person.base_url}/account")
    other.locator("form[action='/sign-out']").first.evaluate("form => form.submit()")
    other.wait_for_url(lambda url: "/account" not in url)
    expect(status).to_have_text(SIGNED_OUT)
    expect(status).to_be_visible()
    return status, comment


def sees_refused(person: Person, words: str) -> None:
    person.press("Post comment")
    expect(person.page.locator("#flashes").filter(has_text=words)).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_a_comment_outlives_a_sign_in_that_ends(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, width: int
) -> None:
    person = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=width)
    status, comment = write_and_sign_out(person, first_item(engine))
    sees_refused(person, "You have been signed out, so nothing was sent.")
    expect(comment).to_have_value(WORDS)

    person.sign_in()
    expect(status).to_have_attribute("data-state", "connected", timeout=20_000)
    expect(comment).to_have_value(WORDS)
    person.press("Post comment")
    expect(person.page.get_by_role("article").filter(has_text=WORDS).last).to_be_visible()
    assert person.problems == []


def test_a_comment_is_not_sent_in_the_name_of_who_signed_in_since(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    person = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=1280)
    status, comment = write_and_sign_out(person, first_item(engine))
    person.email = sample.staff(Role.ORGANIZER).user.email
    person.sign_in()
    for _ in range(2):
        sees_refused(person, "Somebody else has signed in in this browser")
    expect(comment).to_have_value(WORDS)
    person.page.wait_for_timeout(4_000)  # the page has tried to connect again
    expect(status).to_have_text(SIGNED_OUT)
    with reading_session(engine) as db:
        assert WORDS not in db.scalars(select(Comment.text)).all()
    assert person.problems == []
