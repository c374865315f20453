"""One person's open page, for `bench/live_crowd.py`, which patches the standard library before it imports this.

It does what the browser's does: fetches its HTML, opens a socket with the page's query, follows its audiences, joins its draft, and
fetches the parts that an event makes stale (after the same random wait). It draws nothing and loads no scripts or styles.
"""

import base64
import gzip
import html
import http.client
import itertools
import json
import random
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import gevent
import websocket
from gevent.event import AsyncResult
from gevent.lock import BoundedSemaphore

from consult.rehearsal.paper import Paper

PATIENCE_SECONDS = 90
#: `COLLECT_MS` and `TOGETHER_MS` of `static/js/live/parts.js`, and the events that it spreads over the whole crowd.
COLLECT, TOGETHER = 0.06, 0.25
TOLD_TO_ALL = {
    "consultation.changed",
    "session.changed",
    "round.changed",
    "room.state_changed",
    "room.deadline_changed",
    "broadcast.sent",
    "report_back.opened",
    "presence.changed",
}
PRESENCE_SPREADS = 2
_PART = re.compile(r"<[a-z]+ [^>]*data-part-name-value=[^>]*>")
_VALUE = re.compile(r"data-part-([a-z]+)-value=(?:\"([^\"]*)\"|'([^']*)')")


class Page:
    """One person's open page."""

    def __init__(
        self, url: str, who: dict[str, Any], act: Callable[["Page", str, dict[str, Any]], None]
    ) -> None:
        self.url, self.who, self._act = url, who, act
        self.random = random.Random(who["email"])
        self.cookies: dict[str, str] = {}
        self.token = self.text = self.draft = self.path = ""
        self.heard: list[tuple[float, str, dict[str, Any]]] = []
        self.digests: list[tuple[float, int]] = []
        #: Parts fetched, sockets cut off, connections and forms that had to be tried again.
        self.fetched = self.failed = self.again = 0
        self.refusals: list[str] = []
        self.parts: list[dict[str, Any]] = []
        #: The parts that an event can make stale, by its name.
        self._showing: dict[str, list[dict[str, Any]]] = {}
        self._crowd = 0.0
        #: When parts are due, by name; the page's place in every spread; the greenlet that fetches them.
        self._due: dict[str, float] = {}
        self._turn = self.random.random()
        self._fetching: Any = None
        #: It shows where it is going, and fetches nothing else any more.
        self.is_leaving = False
        self._ahead: dict[str, str] = {}
        self._socket: Any = None
        self._answers: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._lines = BoundedSemaphore(4)
        self._papers: list[Paper] = []

    # HTTP.

    def request(self, method: str, path: str, body: str = "", **more: str) -> tuple[int, str, str]:
        """Status, body, where it sends to. `more`: headers."""
        parts = urlsplit(self.url)
        headers = {"Cookie": self.cookie, "Referer": f"{self.url}/", "Accept-Encoding": "gzip", **more}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        with self._lines:
            line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
            try:
                line.request(method, path, body or None, headers)
                answer = line.getresponse()
                data = answer.read()
            finally:
                line.close()
        text = (gzip.decompress(data) if answer.headers["Content-Encoding"] == "gzip" else data).decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers.get("Location", "")

    def get(self, path: str) -> str:
        status, text, _ = self.request("GET", path)
        assert status == 200, (path, status)
        found = re.search(r'name="csrf_token" value="([^"]+)"', text)
        self.token = found.group(1) if found else self.token
        return text

    def send(self, path: str, *fields: tuple[str, str]) -> str:
        """Send a form; where its answer sends to."""
        body = urlencode([("csrf_token", self.token), *fields])
        status, text, place = self.request("POST", path, body)
        while status == 503:  # the database was busy for too long; a person tries again
            self.again += 1
            gevent.sleep(1)
            status, text, place = self.request("POST", path, body)
        assert status == 303, (path, status, text[-300:])
        return place

    def sign_in(self, password: str) -> None:
        self.get("/sign-in")
        self.send("/sign-in", ("email", self.who["email"]), ("password", password))

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    # The page.

    def open(self, path: str) -> None:
        """Load a page: its HTML, unless it was fetched ahead, then the socket."""
        self.path, self.is_leaving = path, False
        self.close()
        text = self._ahead.pop(path, None) or self.get(path)
        found = re.search(r"data-live-audiences-value='([^']+)' data-live-query-value=\"([^\"]*)\"", text)
        assert found, path
        draft = re.search(r'data-draft-id-value="([^"]+)"', text)
        crowd = re.search(r'data-crowd="(\d+)"', text)
        self.draft = draft.group(1) if draft else ""
        self._crowd = int(crowd.group(1)) / 1000 if crowd else 0.0
        self.parts = [
            {name: html.unescape(one or other) for name, one, other in _VALUE.findall(tag)}
            for tag in _PART.findall(text)
        ]
        self._showing.clear()
        for part in self.parts:
            part["match"] = json.loads(part.get("match") or "{}")
            for name in part.get("events", "").split():
                self._showing.setdefault(name, []).append(part)
        while not self._connect(html.unescape(found.group(2))):
            self.again += 1
            gevent.sleep(self.random.uniform(0.25, 0.75))
        assert self.ask("follow", {"audiences": json.loads(html.unescape(found.group(1)))})["ok"]
        if self.draft:
            self.join(self.draft)

    def fetch_ahead(self, path: str) -> None:
        """As the `goto` controller: while a person may still say no, the page to go to is fetched."""
        status, text, _ = self.request("GET", path, **{"Consult-Ahead": "1"})
        assert status == 200, (path, status)
        self._ahead[path] = text

    def close(self) -> None:
        self._due.clear()
        if self._socket is not None:
            socket, self._socket = self._socket, None
            socket.shutdown()

    def _connect(self, query: str) -> bool:
        """Open the socket; False when the server would not have it, and a page tries again."""
        address = f"{self.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket&{query}"
        # The check of this library is Python, letter by letter: six hundred pages on one core would hear late because of it.
        socket = websocket.create_connection(
            address,
            cookie=self.cookie,
            origin=self.url,
            timeout=PATIENCE_SECONDS,
            skip_utf8_validation=True,
        )
        try:
            opened = socket.recv()
            socket.send("40")
            answer = socket.recv()
        except (OSError, websocket.WebSocketException) as error:
            opened, answer = "", repr(error)
        if opened[:1] != "0" or answer[:2] != "40":
            self.refusals.append(answer[:100])
            socket.shutdown()
            return False
        self._socket = socket
        gevent.spawn(self._read, socket)
        return True

    def _read(self, socket: Any) -> None:
        while self._socket is socket:
            try:
                frame = socket.recv()
            except (OSError, websocket.WebSocketException):
                frame = ""
            now = time.monotonic()
            if not frame:
                self.failed += self._socket is socket
                return
            if frame == "2":
                socket.send("3")
            elif frame.startswith("43"):
                number, _, body = frame[2:].partition("[")
                if (answer := self._answers.pop(int(number), None)) is not None:
                    answer.set(json.loads(f"[{body}")[0])
            elif frame.startswith('42["digest"'):
                self.digests.append((now, len(frame)))
            elif frame.startswith('42["event"'):
                event = json.loads(frame[2:])[1]
                self.heard.append((now, event["name"], event["data"]))
                self._refresh(event["name"], event["data"])
                self._act(self, event["name"], event["data"])

    def ask(self, name: str, *args: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = AsyncResult()
        self._socket.send(f"42{number}{json.dumps([name, *args])}")
        return answer.get(timeout=PATIENCE_SECONDS)

    def join(self, draft: str) -> Paper | None:
        paper = Paper(draft, self.random.randrange(1 << 20, 1 << 31))
        answer = self.ask("join", {"v": 1, "draft": draft, "sv": base64.b64encode(paper.state).decode()})
        if not answer["ok"]:
            return None
        paper.receive(base64.b64decode(answer["update"]))
        return paper

    def _refresh(self, name: str, data: dict[str, Any]) -> None:
        """Fetch the parts of the page that this event makes stale, as `live/parts.js` does: together, and one request at a time."""
        for part in self._showing.get(name, ()):
            if all(data.get(key, value) == value for key, value in part["match"].items()):
                spread = float(part.get("spread") or 300) / 1000
                if name in TOLD_TO_ALL:
                    spread = max(
                        spread, self._crowd * (PRESENCE_SPREADS if name == "presence.changed" else 1)
                    )
                due = time.monotonic() + COLLECT + self._turn * spread
                self._due[part["name"]] = min(due, self._due.get(part["name"], due))
        if self._due and not self._fetching and not self.is_leaving:
            self._fetching = gevent.spawn(self._fetch_due)

    def _fetch_due(self) -> None:
        while self._due and not self.is_leaving:
            wait = min(self._due.values()) - time.monotonic()
            if wait > 0:
                gevent.sleep(min(wait, 0.1))
                continue
            soon = time.monotonic() + TOGETHER
            names = [name for name, due in self._due.items() if due <= soon]
            query: dict[str, str] = {}
            for part in self.parts:
                if part["name"] in names:
                    query |= json.loads(part.get("query") or "{}")
                    self._due.pop(part["name"], None)
            self._turn = self.random.random()
            asked = urlencode([*query.items(), *(("part", name) for name in names)])
            self.request("GET", f"{self.path}{'&' if '?' in self.path else '?'}{asked}")
            self.fetched += 1
        self._fetching = None
