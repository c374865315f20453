"""The main job, end to end, with seven people in browsers of their own and a server that is killed in the middle.

A facilitator opens Panel 3, seats everybody, opens the rooms; four delegates of one room write one item together; the
room submits; everyone is called back; report-back, comments, poll, summary, downloads. At a desk and on a phone.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine, select

from consult.db import reading_session
from consult.items.models import ActionItem
from consult.people.models import Role
from consult.sample.build import Sample, Stage
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until


@pytest.fixture(scope="module")
def arranged() -> tuple[int, Stage]:
    return 60, Stage.REGISTRATION


@pytest.fixture
def server_settings() -> dict[str, str]:
    return {"recall_seconds": "3"}


def email_of(sample: Sample, role: Role) -> str:
    return sample.staff(role).user.email


@pytest.mark.parametrize("width", [1280, 375])
def test_the_main_job(
    width: int, sample: Sample, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    session = f"/s/{sample.session.public_id}"
    facilitator = Person(browser, server.url, email_of(sample, Role.FACILITATOR), width=width)
    panelist = Person(browser, server.url, email_of(sample, Role.PANELIST), width=width)

    # 1. The facilitator signs in, opens Panel 3, sees who is here, proposes a seating into six rooms, applies it.
    facilitator.sign_in_on_the_page()
    facilitator.go(session)
    facilitator.press("Open the session")
    expect(facilitator.page.get_by_role("heading", name="Who is here")).to_be_visible()
    facilitator.press("Open a breakout round")
    facilitator.page.get_by_role("spinbutton", name="Number of rooms").fill("6")
    facilitator.press("Propose seating")
    expect(facilitator.page.get_by_role("table", name="Proposed seating")).to_be_visible()
    expect(facilitator.page.get_by_role("region", name="Balance report")).to_contain_text("Every room has")
    facilitator.press("Apply seating")
    expect(facilitator.page.get_by_role("link", name="Facilitator console")).to_be_visible()

    # 2. Delegates wait on the session page; when the rooms open, their pages take them there by themselves.
    delegates = [Person(browser, server.url, email, width=width) for email in delegates_in(engine, 1)[:4]]
    assert len(delegates) == 4
    for delegate in delegates:
        delegate.go(session)
        expect(delegate.page.locator("#status")).to_have_text("Connected")
    facilitator.follow("Facilitator console")
    facilitator.press("Open rooms")
    for delegate in delegates:
        expect(delegate.page).to_have_url(re.compile(r"/rooms/"))
        expect(delegate.page.get_by_role("heading", level=1)).to_contain_text("Room 1")
        expect(delegate.page.get_by_role("timer").first).to_have_text(re.compile(r"^(30:00|29:\d\d) left$"))
    room = delegates[0].page.url.split("/rooms/")[1].split("?")[0]

    # 3. Four delegates write one action item together.
    first, *others = delegates
    first.tab("Items")
    first.press("New action item")
    expect(first.page).to_have_url(re.compile("item="))
    item = re.search(r"item=([a-z0-9]+)", first.page.url)
    assert item is not None
    for delegate in others:
        delegate.go(f"/rooms/{room}?item={item.group(1)}")
    for delegate in delegates:
        delegate.tab("Draft")
        delegate.sees_saved()
    first.page.get_by_role("textbox", name="Title").fill("Training by secondment on identity documents")
    first.write("States second officers [for three months].")
    for number, delegate in enumerate(others, 1):
        expect(delegate.page.get_by_role("textbox", name="Title")).to_have_value(
            "Training by secondment on identity documents"
        )
        wait_until(
            lambda delegate=delegate: "[for three months]." in delegate.text, what="the text to arrive"
        )
        delegate.write(f" Words of delegate {number}.")
        delegate.sees_saved()
    carets = first.page.locator(".caret__label")
    expect(carets.first).to_be_attached()
    details = first.page.get_by_role("group", name="Details")
    details.get_by_role("combobox", name="Term").select_option("short")
    details.get_by_role("checkbox", name="National government", exact=True).check()
    details.get_by_role("textbox", name="Indicator").fill("Median days to a document")
    details.get_by_role("combobox", name="SDG target", exact=True).select_option("16.9")
    details.get_by_role("button", name="Add target").click()
    for delegate in others:
        expect(delegate.page.get_by_role("textbox", name="Indicator")).to_have_value(
            "Median days to a document"
        )
        expect(delegate.page.get_by_role("checkbox", name="National government", exact=True)).to_be_checked()

    # The server is killed while they write; what was typed meanwhile arrives when it is back.
    for delegate in delegates:
        delegate.sees_saved()
    server.kill()
    first.write(" Typed while the server was down.")
    expect(first.page.locator("#status")).to_have_text(re.compile("Not connected"))
    others[0].write(" Typed by another meanwhile.")
    server.start()
    for delegate in delegates:
        delegate.sees_saved()
        wait_until(
            lambda delegate=delegate: (
                "server was down" in delegate.text and "another meanwhile" in delegate.text
            ),
            seconds=30,
            what="texts to meet again",
        )
    assert len({delegate.text for delegate in delegates}) == 1
    first.page.reload()
    first.tab("Draft")
    first.sees_saved()
    text = first.text
    for words in (
        "[for three months]",
        "delegate 1",
        "delegate 2",
        "delegate 3",
        "server was down",
        "another meanwhile",
    ):
        assert words in text

    # 4. The room submits; the recall brings everybody back, and the rooms are read-only.
    first.press("Mark ready")
    expect(first.page.get_by_role("button", name="Not ready yet")).to_be_visible()
    first.press("Submit to plenary")
    expect(others[0].page.locator("#commands")).to_contain_text("Item 1 was submitted. Plenary sees it.")
    facilitator.press("Recall to plenary")
    for delegate in delegates:
        expect(delegate.page).to_have_url(re.compile(re.escape(session)), timeout=40_000)
    first.go(f"/rooms/{room}")
    first.tab("Draft")
    expect(first.page.locator("#commands")).to_contain_text("Text can be read, not changed.")
    expect(first.page.get_by_role("textbox", name="Title")).not_to_be_editable()

    # 5. Report-back; a panelist and a Member State comment, the facilitator answers.
    expect(facilitator.page.get_by_role("button", name="Open the report-back").first).to_be_visible()
    facilitator.press("Open the report-back")
    panelist.go(f"{session}/report-back")
    expect(panelist.page.get_by_text("Training by secondment on identity documents").first).to_be_visible()
    comment(panelist, item.group(1), "question", "Who pays for the officers?")
    comment(first, item.group(1), "support", "We could be one of the States.")
    facilitator.go(f"/items/{item.group(1)}")
    asked = facilitator.page.get_by_role("article").filter(has_text="Who pays for the officers?").last
    asked.get_by_role("combobox", name="What becomes of it").select_option("accepted")
    asked.get_by_role("textbox", name="Reason").fill("The sending State, as the text will say.")
    asked.get_by_role("button", name="Answer", exact=True).click()
    expect(panelist.page.get_by_text("The sending State, as the text will say.")).to_be_visible()

    # 6. An indicative poll, one answer per delegation.
    facilitator.go(f"{session}/decisions")
    facilitator.page.get_by_role("checkbox", name=re.compile("Training by secondment")).check()
    facilitator.press("Open indicative poll")
    for delegate in delegates:
        delegate.go(f"{session}/decisions")
        delegate.page.get_by_role("link", name=re.compile("^Answer")).first.click()
        delegate.page.get_by_role("radio", name="In favour").check()
        delegate.press("Cast ballot")
        delegate.press("Confirm")
        expect(delegate.page.get_by_text("You can change it while the poll is open")).to_be_visible()
    facilitator.go(f"{session}/decisions")
    facilitator.page.get_by_role("button", name=re.compile("^Close the poll")).first.click()
    result = facilitator.page.get_by_role("table", name="Result")
    expect(result).to_contain_text("4")
    expect(result).to_contain_text("fewer than 5")

    # 7. The summary: generated, edited, published, downloaded.
    facilitator.go(f"{session}/summary")
    facilitator.press("Generate summary")
    summary = facilitator.page.get_by_role("textbox", name="Summary text")
    expect(summary).to_contain_text("Training by secondment on identity documents")
    summary.click()
    facilitator.page.keyboard.press("Control+End")
    facilitator.page.keyboard.type(" Read and corrected by the co-facilitators.", delay=5)
    expect(facilitator.page.get_by_text("All changes saved").first).to_be_visible()
    facilitator.press("Save")
    facilitator.press("Publish")
    first.go(f"{session}/summary")
    expect(first.page.get_by_text("Read and corrected by the co-facilitators.")).to_be_visible()
    for form in ("DOCX", "PDF", "HTML", "Markdown", "JSON"):
        with first.page.expect_download() as waiting:
            first.page.get_by_role("link", name=re.compile(f"Download {form}")).click()
        assert Path(waiting.value.path()).stat().st_size > 1000

    for person in (facilitator, panelist, *delegates):
        assert person.problems == [], person.email
    with reading_session(engine) as db:
        kept = db.scalar(select(ActionItem).where(ActionItem.public_id == item.group(1)))
        assert kept is not None
        assert kept.facts["term"] == "short"
        assert kept.facts["target:16.9"] == "aligns"


def comment(person: Person, item: str, kind: str, words: str) -> None:
    """Write a comment on an item's page."""
    person.go(f"/items/{item}")
    person.page.get_by_role("combobox", name="Kind of comment").select_option(kind)
    person.page.get_by_role("textbox", name="Your comment").fill(words)
    person.press("Post comment")
    expect(person.page.get_by_role("article").filter(has_text=words).last).to_be_visible()
