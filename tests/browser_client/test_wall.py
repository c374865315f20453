"""The draft wall with a hundred rooms: tiles follow the digest in place, and nothing moves under the pointer or away from the focus."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site

ROOMS = 100
HEAD = """<section id="wall" data-controller="part wall" data-part-name-value="wall" data-part-spread-value="0" data-part-events-value="round.changed"
 data-text-count="{here} of {all}" data-text-ready="{ready} of {wanted}" data-text-no-item="none" data-text-nothing="Nothing yet" data-text-need-help="Asks for help" data-text-word="{n} word" data-text-words="{n} words">
<select aria-label="Order" data-wall-target="sort" data-action="wall#sort"><option value="needs">needs me</option><option value="number">by number</option></select>
<div class="wall" data-wall-target="list">"""
TILE = """<article id="tile-{n}" data-wall-target="tile" data-room="{n}" data-state="open" data-need=""><a href="#">Room {n}</a> <span data-slot="count">0 of 5</span>
<p data-slot="need" hidden><span data-slot="need-word"></span></p><p data-slot="line">Nothing yet</p><p><span data-slot="step"></span><span data-slot="items"></span>
<span data-slot="hands" hidden><i data-slot="hands-word"></i></span><span data-slot="writers" hidden></span><span data-slot="words" hidden></span><span data-slot="edit" hidden></span></p><p data-slot="call" hidden></p></article>"""
NUMBERS = list(range(1, ROOMS + 1))


def wall(order: list[int]) -> str:
    return HEAD + "".join(TILE.format(n=number) for number in order) + "</div></section>"


def room(number: int, **facts: object) -> dict[str, object]:
    quiet = {
        "s": "open",
        "a": "draft",
        "h": 3,
        "e": 5,
        "w": 0,
        "d": 0,
        "q": 0,
        "i": [0, 3, 0],
        "l": 0,
        "x": "",
        "f": None,
        "r": "",
    }
    return {"n": number, **quiet, **facts}  # fmt: skip


def tell(site: Site, **digest: Any) -> None:
    for line in site.lines:
        line.emit("digest", digest)


def order(page: Page) -> list[int]:
    found: list[int] = page.evaluate(
        "[...document.querySelectorAll('.wall > *')].map((tile) => Number(tile.dataset.room))"
    )
    return found  # fmt: skip


def has_order(page: Page, wanted: list[int]) -> None:
    page.wait_for_function(
        "(wanted) => [...document.querySelectorAll('.wall > *')].map((tile) => tile.dataset.room).join() === wanted.join()",
        arg=wanted,
    )


def sorted_by_need(*first: int) -> list[int]:
    return [*first, *(number for number in NUMBERS if number not in first)]


@pytest.fixture
def page(site: Site, open_page: OpenPage) -> Page:
    shell = pages.shell(
        pages.STATUS + "<button>Elsewhere</button>" + wall(NUMBERS), "live", query="console=n1"
    )
    site.render = lambda *_: shell.replace("pages/live.js", "pages/console.js")
    found = open_page()
    expect(found.get_by_role("status")).to_have_text("Connected")
    found.mouse.move(0, 0)
    return found


def test_a_hundred_tiles_follow_the_digest_in_place(page: Page, site: Site) -> None:
    page.evaluate("globalThis.tiles = [...document.querySelectorAll('.wall > *')]")
    tell(site, rooms=[room(number, x=f"Line {number}", h=4) for number in NUMBERS], order=sorted_by_need(70))
    expect(page.locator("#tile-100")).to_contain_text("Line 100")
    expect(page.locator("#tile-70")).to_contain_text("4 of 5")
    has_order(page, sorted_by_need(70))
    assert page.evaluate("globalThis.tiles.every((tile) => tile.isConnected)"), "the same tiles"


def test_words_that_were_drafted_are_shown_while_there_are_any(page: Page, site: Site) -> None:
    words = page.locator("#tile-3 [data-slot=words]")
    for drafted, shown in ((34, "34 words"), (1, "1 word")):
        tell(site, rooms=[room(3, d=drafted)])
        expect(words).to_have_text(shown)
        expect(words).to_be_visible()
    tell(site, rooms=[room(3)])
    expect(words).to_be_hidden()


def test_a_focused_tile_keeps_its_focus_and_its_place_until_one_goes_elsewhere(
    page: Page, site: Site
) -> None:
    link = page.get_by_role("link", name="Room 40", exact=True)
    link.focus()
    place = link.bounding_box()
    needy = room(90, r="help", x="We need a word")
    tell(site, rooms=[needy], order=sorted_by_need(90, 41))
    expect(page.locator("#tile-90")).to_contain_text("We need a word")
    assert order(page) == NUMBERS, "what is new is shown where the tile stands"
    expect(link).to_be_focused()
    assert link.bounding_box() == place

    # From tile to tile by keyboard nothing moves either.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Room 41", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(link).to_be_focused()
    assert order(page) == NUMBERS

    page.get_by_role("button", name="Elsewhere").focus()
    has_order(page, sorted_by_need(90, 41))


def test_nothing_moves_under_the_pointer(page: Page, site: Site) -> None:
    page.locator("#tile-3").hover()
    tell(site, rooms=[room(90, r="help", x="We need a word")], order=sorted_by_need(90))
    expect(page.locator("#tile-90")).to_contain_text("We need a word")
    assert order(page) == NUMBERS
    page.mouse.move(0, 0)
    has_order(page, sorted_by_need(90))


def test_a_wall_that_is_rendered_again_leaves_the_focused_tile_where_it_is(page: Page, site: Site) -> None:
    """The server renders the tiles in the order of need; once a minute the wall is fetched as a whole."""
    link = page.get_by_role("link", name="Room 40", exact=True)
    link.focus()
    place = link.bounding_box()
    new = TILE.format(n=101)
    site.parts["wall"] = wall(sorted_by_need(60, 40, 20)).replace(
        "</div></section>", f"{new}</div></section>"
    )
    site.announce("round.changed", {"round": "n1"})
    expect(page.locator("#tile-101")).to_be_attached()
    assert order(page) == [*NUMBERS, 101]
    expect(link).to_be_focused()
    assert link.bounding_box() == place
    page.get_by_role("button", name="Elsewhere").focus()
    has_order(page, [*sorted_by_need(60, 40, 20), 101])


def test_by_number_is_by_number_however_the_server_renders_it(page: Page, site: Site) -> None:
    page.get_by_label("Order").select_option("number")
    site.parts["wall"] = wall(sorted_by_need(60, 40, 20)).replace("Nothing yet</p>", "Rendered again</p>")
    site.announce("round.changed", {"round": "n1"})
    expect(page.locator("#tile-60")).to_contain_text("Rendered again")
    has_order(page, NUMBERS)
    page.get_by_label("Order").select_option("needs")
    has_order(page, sorted_by_need(60, 40, 20))


def test_the_order_of_need_comes_back_before_any_digest_has_come(site: Site, open_page: OpenPage) -> None:
    shell = pages.shell(pages.STATUS + wall(sorted_by_need(9, 8)), "live", query="console=n1")
    site.render = lambda *_: shell.replace("pages/live.js", "pages/console.js")
    page = open_page(first="localStorage.setItem('consult.setting.wall_sort', 'number')")
    has_order(page, NUMBERS)
    page.get_by_label("Order").select_option("needs")
    has_order(page, sorted_by_need(9, 8))
