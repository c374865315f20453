"""Regions that follow events, clocks, and forms sent without leaving the page."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser_client import pages
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import NOW_MS, Site

LIST = """<section id="items" data-controller="part" data-part-name-value="items" data-part-spread-value="0"
 data-part-events-value="item.created item.changed" data-part-match-value='{{"room": "r1"}}' data-text-changed="The list changed">
<h2>Items</h2><label><input type="checkbox" name="pick"> Pick</label><ul>{items}</ul><details><summary>More</summary>Text</details><label>Note <input value=""></label>
<div data-keep id="kept">{kept}</div></section>"""
CLOCK = """<div data-controller="clock" data-clock-deadline-value="{deadline}" data-clock-paused-value="{paused}" data-text-left="{{time}} left"
 data-text-over="Time is over" data-text-paused="Paused at {{time}}" data-text-warn-60="1 minute left"><span role="timer" data-clock-target="time"></span></div>"""


def render_list(items: str, kept: str = "as it was") -> str:
    return LIST.format(items=items, kept=kept)


@pytest.fixture
def live(site: Site, open_page: OpenPage) -> Page:
    """A page with a list that follows the room."""
    body = pages.STATUS + render_list("<li>one</li>")
    site.render = lambda *_: pages.shell(body, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    return page


def test_a_region_follows_its_events_and_keeps_what_people_did_in_it(live: Page, site: Site) -> None:
    live.get_by_label("Note").fill("typed")
    live.get_by_label("Pick").check()
    live.get_by_text("More").click()
    site.parts["items"] = render_list("<li>one</li><li>two</li>", kept="changed")
    site.announce("item.created", {"room": "r1"})
    expect(live.get_by_role("listitem")).to_have_text(["one", "two"])
    expect(live.get_by_label("Note")).to_have_value("typed")
    expect(live.get_by_label("Pick")).to_be_checked()
    expect(live.locator("details")).to_have_attribute("open", "")
    expect(live.locator("#kept")).to_have_text("as it was")
    expect(live.locator("[data-announce=polite]")).to_contain_text("The list changed", timeout=8000)


def test_events_of_other_rooms_fetch_nothing(live: Page, site: Site) -> None:
    site.parts["items"] = render_list("<li>two</li>")
    site.announce("item.created", {"room": "other"})
    site.announce("item.created", {"room": "r1"})
    expect(live.get_by_role("listitem")).to_have_text(["two"])
    assert site.requested.count("/rooms/r1?part=items") == 1


def test_what_one_event_makes_stale_comes_with_one_request(site: Site, open_page: OpenPage) -> None:
    other = render_list("<li>three</li>").replace("items", "others").replace("others.", "items.")
    others = other.replace('data-part-events-value="item.', 'data-part-events-value="chat.posted item.')
    site.render = lambda *_: pages.shell(
        pages.STATUS + render_list("<li>one</li>") + others, "live", query="room=r1"
    )
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.parts |= {"items": render_list("<li>two</li>"), "others": others.replace("three", "four")}
    site.announce("item.created", {"room": "r1"})
    expect(page.get_by_role("listitem")).to_have_text(["two", "four"])
    assert [address for address in site.requested if "part" in address] == [
        "/rooms/r1?part=items&part=others"
    ]


def test_a_request_that_hangs_does_not_keep_the_page_from_asking_again(live: Page, site: Site) -> None:
    live.evaluate(
        "() => { const real = AbortSignal.timeout; AbortSignal.timeout = () => real.call(AbortSignal, 300); }"
    )
    asked: list[str] = []
    live.route(re.compile("part=items"), lambda route: asked.append(route.request.url), times=1)
    site.parts["items"] = render_list("<li>two</li>")
    site.announce("item.created", {"room": "r1"})
    expect(live.get_by_role("listitem")).to_have_text(["two"])
    assert len(asked) == 1


def test_hundreds_of_pages_told_the_same_do_not_ask_at_once(site: Site, open_page: OpenPage) -> None:
    region = render_list("<li>one</li>").replace("item.changed", "item.changed room.state_changed")
    shell = pages.shell(pages.STATUS + region, "live", query="room=r1")
    site.render = lambda *_: shell.replace("<body ", '<body data-crowd="600000" ')
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.parts["items"] = render_list("<li>two</li>")
    site.announce("room.state_changed", {"room": "r1"})
    page.wait_for_timeout(1_500)
    assert not [address for address in site.requested if "part" in address], "a chance of one in 400"
    site.announce("item.created", {"room": "r1"})
    expect(page.get_by_role("listitem")).to_have_text(["two"])


def test_a_page_that_is_about_to_go_fetches_where_it_goes_and_nothing_else(
    site: Site, open_page: OpenPage
) -> None:
    body = pages.STATUS + pages.CALL.replace('"after": 3', '"after": 60') + render_list("<li>one</li>")
    site.render = lambda *_: pages.shell(body, "live", query="room=r1")
    page = open_page(first="Math.random = () => 0")
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.parts["items"] = render_list("<li>two</li>")
    site.announce("seat.called", {"room": "r2"}, audience="member:A")
    expect(page.locator("[data-goto-target=message]")).to_contain_text("You are taken there in")
    site.announce("item.created", {"room": "r1"})
    page.wait_for_timeout(1_500)
    assert site.requested.count("/rooms/r2") == 1, "fetched ahead"
    assert "/rooms/r1?part=items" not in site.requested
    page.get_by_role("button", name="Stay here").click()
    expect(page.get_by_role("listitem")).to_have_text(["two"])


def test_an_event_lost_on_the_way_is_asked_for(live: Page, site: Site) -> None:
    site.parts["items"] = render_list("<li>from the lost event</li>")
    site.announce("item.created", {"room": "r1"}, send=False)
    site.announce("comment.posted", {"item": "x"})
    expect(live.get_by_role("listitem")).to_have_text(["from the lost event"])


def test_a_region_asks_for_the_item_it_was_rendered_for(site: Site, open_page: OpenPage) -> None:
    region = render_list("<li>one</li>").replace(
        "<section ", '<section data-part-query-value=\'{"item": "i7"}\' '
    )
    site.render = lambda *_: pages.shell(pages.STATUS + region, "live", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.parts["items"] = render_list("<li>two</li>")
    site.announce("item.created", {"room": "r1"})
    expect(page.get_by_role("listitem")).to_have_text(["two"])
    assert "/rooms/r1?item=i7&part=items" in site.requested


def test_a_refusal_by_another_page_is_shown_where_the_form_is(site: Site, open_page: OpenPage) -> None:
    form = pages.COMMENT.format(problem="", answers="")
    site.render = lambda *_: pages.shell('<div id="flashes"></div>' + form, "live", query="room=r1")
    page = open_page()
    refusal = '<template id="refusal"><div role="alert" tabindex="-1">The item was submitted meanwhile.</div></template>'
    site.post_answer = lambda fields: (409, f"<html><body>{refusal}<h1>It has changed</h1></body></html>")
    page.get_by_label("Comment").fill("kept")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("alert")).to_have_text("The item was submitted meanwhile.")
    expect(page.get_by_label("Comment")).to_have_value("kept")


def test_a_page_too_far_behind_fetches_everything(live: Page, site: Site) -> None:
    site.parts["items"] = render_list("<li>caught up</li>")
    site.is_behind = True
    site.go_down()
    site.come_back()
    expect(live.get_by_role("listitem")).to_have_text(["caught up"], timeout=15_000)


def test_a_page_that_connects_says_nothing_about_it(live: Page) -> None:
    """Whoever listens to the page heard on every page first that it is not connected, and then that it is."""
    live.wait_for_timeout(300)
    for kind in ("assertive", "polite"):
        assert live.locator(f"[data-announce={kind}]").text_content() == ""


def test_a_lost_connection_is_said_and_its_return_too(live: Page, site: Site) -> None:
    site.go_down()
    expect(live.get_by_role("status")).to_have_text("Not connected")
    expect(live.locator("[data-announce=assertive]")).to_have_text("Not connected")
    site.come_back()
    expect(live.get_by_role("status")).to_have_text("Connected", timeout=15_000)
    expect(live.locator("[data-announce=polite]")).to_contain_text("Connected", timeout=8000)


def test_clocks_run_on_the_servers_time(site: Site, open_page: OpenPage) -> None:
    def at(seconds: int) -> str:
        return datetime.fromtimestamp(NOW_MS / 1000 + seconds, UTC).isoformat()

    body = pages.STATUS + "".join(
        f"<div id='{name}'>{CLOCK.format(deadline=deadline, paused=paused)}</div>"
        for name, deadline, paused in (
            ("calm", at(1200), ""),
            ("soon", at(200), ""),
            ("over", at(-5), ""),
            ("paused", at(600), at(0)),
            ("none", "", ""),
        )
    )
    site.render = lambda *_: pages.shell(body, "live", query="room=r1")
    page = open_page()
    for name in ("calm", "soon", "over", "paused", "none"):
        expect(page.locator(f"#{name} > div")).to_have_attribute("data-phase", name)
    expect(page.locator("#calm [role=timer]")).to_contain_text("19:5")
    expect(page.locator("#over [role=timer]")).to_have_text("Time is over")
    expect(page.locator("#paused [role=timer]")).to_have_text("Paused at 10:00")


SHIFTED = """(() => { const Real = Date, by = %d; class Shifted extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + by); } static now() { return Real.now() + by; } }
  globalThis.Date = Shifted; })()"""
HIDDEN = """Object.defineProperty(document, "visibilityState", {get: () => globalThis.seen ? "visible" : "hidden"})"""
NEWS = """<p data-keep data-controller="clock-news" data-clock-news-room-value="r1" hidden data-text-more="{minutes} minutes more"
 data-text-more-one="1 minute more" data-text-paused="The clock stands still"></p>"""


@pytest.mark.parametrize("days", [-1, 1])
def test_a_browser_whose_clock_is_wrong_by_a_day_shows_the_same_time_left(
    site: Site, open_page: OpenPage, days: int
) -> None:
    deadline = datetime.fromtimestamp(NOW_MS / 1000 + 1200, UTC).isoformat()
    body = pages.STATUS + CLOCK.format(deadline=deadline, paused="")
    site.render = lambda *_: pages.shell(body, "room", query="room=r1")
    page = open_page(first=SHIFTED % (days * 86_400_000))
    expect(page.get_by_role("status")).to_have_text("Connected")
    expect(page.get_by_role("timer")).to_contain_text("19:")
    assert abs(page.evaluate("Date.now() - performance.timeOrigin")) > 80_000_000


def test_what_a_facilitator_does_to_the_clock_is_seen_and_said_in_the_room(
    site: Site, open_page: OpenPage
) -> None:
    site.render = lambda *_: pages.shell(pages.STATUS + NEWS, "room", query="room=r1")
    page = open_page()
    expect(page.get_by_role("status")).to_have_text("Connected")
    site.announce("room.deadline_changed", {"room": "other", "change": "paused", "minutes": 0})
    site.announce("room.deadline_changed", {"room": "r1", "change": "more", "minutes": 5})
    expect(page.locator("[data-controller=clock-news]")).to_have_text("5 minutes more")
    expect(page.locator("[data-announce=polite]")).to_contain_text("5 minutes more", timeout=8000)
    site.announce("room.deadline_changed", {"room": "r1", "change": "more", "minutes": 1})
    expect(page.locator("[data-controller=clock-news]")).to_have_text("1 minute more")


@pytest.mark.complaint(5, 6)
def test_a_page_nobody_looks_at_warns_in_its_title(site: Site, open_page: OpenPage) -> None:
    deadline = datetime.fromtimestamp(NOW_MS / 1000 + 63, UTC).isoformat()
    body = pages.STATUS + NEWS + CLOCK.format(deadline=deadline, paused="")
    site.render = lambda *_: pages.shell(body, "room", query="room=r1")
    page = open_page(first=HIDDEN)
    expect(page).to_have_title("1 minute left – Test", timeout=20_000)
    expect(page.locator("[data-announce=polite]")).to_contain_text("1 minute left", timeout=8000)
    page.evaluate("globalThis.seen = true; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page).to_have_title("Test")


@pytest.mark.complaint(24)
def test_a_form_is_sent_without_leaving_the_page(site: Site, open_page: OpenPage) -> None:
    def render(answers: str = "", problem: str = "") -> str:
        form = pages.COMMENT.format(answers=answers, problem=problem)
        return pages.shell(pages.STATUS + form, "live", query="room=r1")

    site.render = lambda *_: render()
    page = open_page()
    field = page.get_by_label("Comment")

    site.post_answer = lambda fields: (422, render(problem="<p>Say what you mean</p>"))
    field.fill("x")
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_text("Say what you mean")).to_be_visible()
    expect(field).to_have_value("x")

    site.go_down()
    page.get_by_role("button", name="Post").click()
    expect(page.locator("[data-post-target=message]")).to_have_text("Not sent")
    expect(field).to_have_value("x")

    site.come_back()
    site.post_answer = lambda fields: (200, render(answers=f"<li>{fields['body'][0]}</li>"))
    page.get_by_role("button", name="Post").click()
    expect(page.get_by_role("listitem")).to_have_text("x")
    expect(field).to_have_value("")
    expect(page.locator("[data-announce=polite]")).to_contain_text("Comment posted", timeout=8000)
