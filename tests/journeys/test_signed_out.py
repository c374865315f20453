"""Signed out in another tab, or by the end of a sign-in, while one writes: the words stay, and are sent after signing in again."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
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


@pytest.mark.parametrize("width", [1280, 375])
def test_a_comment_outlives_a_sign_in_that_ends(
    sample: Sample, server: RunningServer, browser: Browser, engine: Engine, width: int
) -> None:
    with reading_session(engine) as db:
        item = db.scalars(select(ActionItem.public_id).order_by(ActionItem.id)).first()
    person = Person(browser, server.url, sample.staff(Role.FACILITATOR).user.email, width=width)
    person.go(f"/items/{item}")
    status = person.page.locator("#status")
    expect(status).to_have_attribute("data-state", "connected")
    comment = person.page.get_by_label("Your comment", exact=True)
    comment.fill(WORDS)
    person.page.get_by_role("combobox", name="Kind of comment").select_option("question")

    other = person.context.new_page()
    other.goto(f"{server.url}/account")
    way_out = other.locator("form[action='/sign-out']").first
    way_out.evaluate("form => form.submit()")
    other.wait_for_url(lambda url: "/account" not in url)
    expect(status).to_have_text(SIGNED_OUT)
    expect(status).to_be_visible()
    expect(comment).to_have_value(WORDS)
    person.press("Post comment")
    expect(
        person.page.locator("#flashes, [data-refusal]")
        .filter(has_text="You have been signed out, so nothing was sent.")
        .first
    ).to_be_visible()
    expect(comment).to_have_value(WORDS)

    person.sign_in()
    expect(status).to_have_attribute("data-state", "connected", timeout=20_000)
    expect(comment).to_have_value(WORDS)
    person.press("Post comment")
    expect(person.page.get_by_role("article").filter(has_text=WORDS).last).to_be_visible()
    assert person.problems == []
