"""The site as a person without a browser uses it: pages are read, forms are sent as the page offers them, cookies kept."""

import asyncio
import http.client
import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 20


class NoAnswer(Exception):
    """Nobody answered, or the answer was no page."""


class SignInRefused(Exception):
    """The name or the password is not known here."""


@dataclass
class PageForm:
    """A form as the page offers it. `choices`: values of its buttons that have a name, by that name."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a person finds on a page: its forms, where it listens, which items it lists."""

    def __init__(self, status: int, text: str = "", *, wait: float = 0.0) -> None:
        super().__init__()
        self.status, self.wait = status, wait
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.items: list[str] = []
        self.draft = ""
        self.query = ""
        self.audiences: dict[str, int] = {}
        self._form: PageForm | None = None
        self.feed(text)

    def form(self, action: str) -> PageForm | None:
        """The first form that goes to this address."""
        return next((form for form in self.forms if form.action == action), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take from the tag what is looked for."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(found.get("action", ""))
            self.forms.append(self._form)
        elif tag == "a":
            self.links.append(found.get("href", ""))
        elif self._form is not None and tag == "input" and found.get("type") == "hidden":
            self._form.fields[found.get("name", "")] = found.get("value", "")
        elif self._form is not None and tag == "button" and "name" in found:
            self._form.choices.setdefault(found["name"], []).append(found.get("value", ""))
        elif tag == "body" and "data-live-query-value" in found:
            self.query = found["data-live-query-value"]
            self.audiences = json.loads(found["data-live-audiences-value"])
        if found.get("id", "").startswith("line-"):
            self.items.append(found["id"].removeprefix("line-"))
        self.draft = self.draft or found.get("data-draft-id-value", "")

    def handle_endtag(self, tag: str) -> None:
        """A form ends."""
        if tag == "form":
            self._form = None


class Site:
    """One person's way to the site."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._parts = urlsplit(url)
        self._cookies: dict[str, str] = {}

    @property
    def cookies(self) -> str:
        """The header that says who this is."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    async def sign_in(self, email: str, password: str) -> None:
        """Sign in by the form.

        Raises:
            NoAnswer, SignInRefused
        """
        self._cookies.clear()
        form = (await self.get("/sign-in")).form("/sign-in")
        if form is None:
            raise NoAnswer("no form to sign in by")
        answer = await self.send(form, email=email, password=password)
        if answer.status == http.client.TOO_MANY_REQUESTS:
            raise NoAnswer("too many sign-ins")
        if answer.status != http.client.SEE_OTHER:
            raise SignInRefused(email)

    async def get(self, path: str) -> Page:
        """Read a page.

        Raises:
            NoAnswer
        """
        return await asyncio.to_thread(self._request, "GET", path, "")

    async def send(self, form: PageForm, **fields: str) -> Page:
        """Send a form with these answers; 303 means done.

        Raises:
            NoAnswer
        """
        return await asyncio.to_thread(
            self._request, "POST", form.action, urlencode({**form.fields, **fields})
        )

    def _request(self, method: str, path: str, body: str) -> Page:
        connection = http.client.HTTPConnection(
            self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_SECONDS
        )
        headers = {"Cookie": self.cookies, "Origin": self.url, "Referer": self.url + "/"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(str(error)) from error
        finally:
            connection.close()
        if answer.status >= http.client.INTERNAL_SERVER_ERROR:
            raise NoAnswer(f"{path}: {answer.status}")
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        return Page(answer.status, text, wait=_seconds(answer.headers))

    def _keep(self, lines: list[str]) -> None:
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value


def _seconds(headers: Any) -> float:
    wait = headers.get("Retry-After", "")
    return float(wait) if wait.isdecimal() else 0.0
