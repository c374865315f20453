"""A network that lets no websocket through: the page says so, writes by POST, and goes back when it can."""

from playwright.sync_api import expect

from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site
from tests.browser_client.test_drafting_client import SAVED, UNSENT, status, text, write

BLOCKED = "This network blocks live connections"


def test_two_write_together_though_one_of_them_can_only_post(open_page: OpenPage, site: Site) -> None:
    ben = open_page("B")
    expect(status(ben)).to_have_text(SAVED)
    expect(ben.locator("#blocked")).to_be_hidden()
    site.is_blocking = True
    ann = open_page("A")
    expect(ann.locator("#blocked")).to_be_visible()
    expect(status(ann)).to_have_text(SAVED)
    expect(ann.locator("[data-announce=polite]")).to_contain_text(BLOCKED, timeout=8000)
    write(ann, "From the hotel")
    expect(text(ben)).to_have_text("From the hotel")
    expect(status(ann)).to_have_text(SAVED)
    write(ben, ", from the office")
    expect(text(ann)).to_have_text("From the hotel, from the office")
    assert "post u" in site.received
    site.is_blocking = False
    expect(ann.locator("#blocked")).to_be_hidden(timeout=40_000)
    site.received.clear()
    write(ann, "!")
    expect(text(ben)).to_have_text("From the hotel, from the office!")
    assert "u" in site.received
    assert "post u" not in site.received


def test_who_types_without_a_pause_hears_the_others(open_page: OpenPage, site: Site) -> None:
    ben = open_page("B")
    expect(status(ben)).to_have_text(SAVED)
    site.is_blocking = True
    ann = open_page("A")
    expect(ann.locator("#blocked")).to_be_visible()
    write(ben, "heard ", at="Control+Home")
    text(ann).click()
    ann.keyboard.press("Control+End")
    for _ in range(100):
        ann.keyboard.type("x", delay=60)
        if "heard" in (text(ann).text_content() or ""):
            break
    expect(text(ann)).to_contain_text("heard", timeout=10)


def test_a_server_that_is_away_is_not_a_network_that_blocks(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    write(page, "kept")
    expect(status(page)).to_contain_text(UNSENT.split(":", maxsplit=1)[0])
    page.wait_for_timeout(4_000)
    expect(page.locator("#blocked")).to_be_hidden()
    site.come_back()
    expect(status(page)).to_have_text(SAVED, timeout=20_000)
    assert "kept" in site.draft().text


def test_a_network_that_begins_to_block_and_then_fails_loses_nothing(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.block()
    expect(page.locator("#blocked")).to_be_visible(timeout=30_000)
    write(page, "one ")
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    write(page, "two ")
    expect(status(page)).to_contain_text("Not connected", timeout=20_000)
    site.come_back()
    expect(status(page)).to_have_text(SAVED, timeout=30_000)
    assert "one two" in site.draft().text
    expect(page.locator("#blocked")).to_be_visible()


def test_a_room_that_closes_says_so_to_who_can_only_post(open_page: OpenPage, site: Site) -> None:
    site.is_blocking = True
    page = open_page()
    expect(page.locator("#blocked")).to_be_visible()
    site.permit(edit=False, epoch=1)
    expect(status(page)).to_have_text("Read-only")
