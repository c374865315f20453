"""Chromium with the test site; every page must end without a script error and without a breach of the content policy."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser_client import pages
from tests.browser_client.site import ORIGIN, Site

_HARMLESS = ("ERR_CONNECTION", "WebSocket connection", "Failed to load resource")

OpenPage = Callable[..., Page]


@pytest.fixture
def site() -> Site:
    return Site(pages.room)


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Open a page of the site as a person (each has an own browser context, kept for the test); `first`: script run before its own."""
    contexts: dict[str, BrowserContext] = {}
    problems: list[str] = []

    def noted(kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(harmless in text for harmless in _HARMLESS):
            problems.append(text)

    def open_as(person: str = "A", path: str = "/rooms/r1", *, first: str = "", **query: str) -> Page:
        if person not in contexts:
            contexts[person] = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = contexts[person].new_page()
        if first:
            page.add_init_script(first)
        page.on("pageerror", lambda error: problems.append(f"{error} {error.stack}"))
        page.on("console", lambda message: noted(message.type, message.text))
        site.serve(page)
        asked = "&".join(f"{name}={value}" for name, value in {"u": person, **query}.items())
        page.goto(f"{ORIGIN}{path}?{asked}")
        return page

    yield open_as
    for context in contexts.values():
        context.close()
    assert not problems, problems


@pytest.fixture
def both(open_page: OpenPage) -> tuple[Page, Page]:
    """The room, open and saved, for A and for B."""
    found = open_page("A"), open_page("B")
    for page in found:
        expect(page.get_by_role("status")).to_have_text("All changes saved")
    return found
