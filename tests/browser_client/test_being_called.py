"""Being called to a room, moved, and taken there by the page one has open; never away from words that are not sent."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site

MOVE = """<div data-controller="goto" data-keep hidden data-goto-rules-value='[
 {"event": "seat.moved", "when": {"room": null}, "url": "/s/s1", "after": 60, "text": "unseated"},
 {"event": "seat.moved", "url": "/rooms/{room}?u=A", "after": 60, "text": "moved"},
 {"event": "seat.called", "url": "/rooms/{room}?u=A", "after": 60, "text": "seated"}]' data-goto-now-value="" data-text-seated="Your room is open."
 data-text-moved="You were moved." data-text-unseated="You have no seat."><p data-goto-target="message"></p>
<p data-goto-target="because" hidden>Reason: <bdi data-goto-target="reason"></bdi></p><a data-goto-target="link" href="">Go now</a></div>"""


def test_who_is_called_in_is_asked_first_and_taken_there_without_an_answer(
    site: Site, open_page: OpenPage
) -> None:
    site.render = lambda *_: pages.shell(pages.STATUS + pages.CALL, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(page.locator("[data-goto-target=message]")).to_contain_text("You are taken there in")
    page.wait_for_url("**/rooms/r2?u=A")


def test_who_stays_in_plenary_is_left_there_until_called_again(site: Site, open_page: OpenPage) -> None:
    site.render = lambda *_: pages.shell(pages.STATUS + pages.CALL, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    page.get_by_role("button", name="Stay here").click()
    expect(page.get_by_role("button", name="Stay here")).to_be_hidden()
    site.render = lambda *_: pages.shell(
        pages.STATUS + pages.CALL.replace('now-value=""', 'now-value="/rooms/r2?u=A"'),
        "live",
        query="room=r1",
    )
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Connected")
    page.wait_for_timeout(1500)
    assert "/rooms/r1" in page.url, "loading the lobby again is no answer"
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    page.wait_for_url("**/rooms/r2?u=A")


def called_page(site: Site, open_page: OpenPage, body: str, *, rule: str = '"after": 3') -> Page:
    """A page with this body, which somebody reads who is called to another room."""
    call = pages.CALL.replace('"after": 3', rule)
    texts = """data-text-seated-why="Your room is open." data-text-held="You have text that is not sent yet. Go when you are ready:" """
    call = call.replace("data-text-stayed", texts + "data-text-stayed")
    site.render = lambda *_: pages.shell(pages.STATUS + call + body, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    return page


def test_who_has_typed_a_comment_is_offered_a_link_and_keeps_the_words(
    site: Site, open_page: OpenPage
) -> None:
    page = called_page(site, open_page, pages.COMMENT.format(problem="", answers=""), rule='"after": 1')
    page.get_by_label("Comment").fill("Who pays for this?")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    message = page.locator("[data-goto-target=message]")
    held = "Your room is open. You have text that is not sent yet. Go when you are ready:"
    expect(message).to_have_text(held)
    expect(page.get_by_role("link", name="Go now")).to_have_attribute("href", "/rooms/r2?u=A")
    page.wait_for_timeout(2_500)
    assert "/rooms/r1" in page.url
    expect(message).to_have_text(held)
    expect(page.get_by_label("Comment")).to_have_value("Who pays for this?")


def test_words_that_were_refused_are_not_sent_either(site: Site, open_page: OpenPage) -> None:
    form = pages.COMMENT.format(problem="", answers="").replace(
        "></textarea>", ' aria-invalid="true">Too long</textarea>'
    )
    page = called_page(site, open_page, form, rule='"after": 1')
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(page.locator("[data-goto-target=message]")).to_contain_text("text that is not sent yet")
    page.wait_for_timeout(1_500)
    assert "/rooms/r1" in page.url


def test_what_was_taken_back_or_only_looked_for_keeps_nobody(site: Site, open_page: OpenPage) -> None:
    search = '<form method="get"><label>Find <input name="q"></label></form>'
    page = called_page(
        site, open_page, pages.COMMENT.format(problem="", answers="") + search, rule='"after": 1'
    )
    page.get_by_label("Find").fill("Kenya")
    page.get_by_label("Comment").fill("Never mind")
    page.get_by_label("Comment").fill(" ")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    page.wait_for_url("**/rooms/r2?u=A")


def test_a_page_that_is_not_to_be_taken_away_offers_a_link(site: Site, open_page: OpenPage) -> None:
    page = called_page(site, open_page, "", rule='"offers": true')
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(page.locator("[data-goto-target=message]")).to_have_text("Your room is open.")
    expect(page.get_by_role("link", name="Go now")).to_have_attribute("href", "/rooms/r2?u=A")
    page.wait_for_timeout(1_500)
    assert "/rooms/r1" in page.url
    page.get_by_role("button", name="Stay here").click()
    expect(page.get_by_role("link", name="Go now")).to_be_hidden()


@pytest.fixture
def seated(site: Site, open_page: OpenPage) -> Page:
    site.render = lambda *_: pages.shell(pages.STATUS + MOVE, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    return page


def test_who_is_moved_reads_why(seated: Page, site: Site) -> None:
    reason = "<b>Balance</b>: \u0627\u0644\u0639\u0631\u0628\u064a\u0629 (2)"
    site.announce("seat.moved", {"room": "r2", "reason": reason}, audience="member:A")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    message, because = (
        seated.locator("[data-goto-target=message]"),
        seated.locator("[data-goto-target=because]"),
    )
    expect(because).to_have_text(f"Reason: {reason}")
    seated.wait_for_timeout(300)
    expect(message).to_have_text("You were moved.")
    expect(seated.locator("bdi b")).to_have_count(0)
    expect(seated.locator("[data-announce=assertive]")).to_have_text(f"You were moved. Reason: {reason}")
    site.announce("seat.moved", {"room": None, "reason": "They left"}, audience="member:A")
    expect(message).to_have_text("You have no seat.")
    expect(because).to_have_text("Reason: They left")


def test_who_is_called_after_a_move_reads_why_and_else_nothing_is_said(seated: Page, site: Site) -> None:
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(seated.locator("[data-goto-target=message]")).to_have_text("Your room is open.")
    expect(seated.locator("[data-goto-target=because]")).to_be_hidden()
    seated.evaluate(
        """() => { const rules = JSON.parse(document.querySelector("[data-goto-rules-value]").dataset.gotoRulesValue);
        document.querySelector("[data-goto-rules-value]").dataset.gotoRulesValue = JSON.stringify(rules.slice(2)); }"""
    )
    site.announce("seat.moved", {"room": "r3", "reason": "French is spoken there"}, audience="member:A")
    site.announce("seat.called", {"room": "r3"}, audience="member:A")
    expect(seated.locator("[data-goto-target=because]")).to_have_text("Reason: French is spoken there")
    expect(seated.locator("[data-goto-target=message]")).to_have_text("Your room is open.")
    site.announce("seat.moved", {"room": "r4", "reason": ""}, audience="member:A")
    site.announce("seat.called", {"room": "r4"}, audience="member:A")
    expect(seated.get_by_role("link", name="Go now")).to_have_attribute("href", "/rooms/r4?u=A")
    expect(seated.locator("[data-goto-target=because]")).to_be_hidden()


def test_a_person_is_taken_to_the_room(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("All changes saved")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    page.wait_for_url("**/rooms/r2*")


def test_nobody_is_taken_away_from_unsent_text(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("All changes saved")
    site.refusal = "retry"
    page.get_by_role("textbox", name="Text of the action item").click()
    page.keyboard.type("unsent")
    expect(page.get_by_role("status")).to_contain_text("Not saved for")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(page.locator("[data-goto-target=message]")).to_have_text(
        "You have text that is not sent yet", timeout=15_000
    )
    expect(page.get_by_role("link", name="Go now")).to_have_attribute("href", "/rooms/r2?u=A")
    assert "/rooms/r1" in page.url
