"""The pages of 600 people and of one facilitator in one process, for `bench/live.py`: reads the case from standard input as JSON,
prints what it found as JSON.

A page here does what the browser's does: fetches its HTML, opens a socket with the page's query, follows its audiences, joins
its draft, fetches the parts that an event makes stale (after the same random wait), goes where an event sends it (after the
same wait). It draws nothing and loads no scripts or styles.
"""

from gevent import monkey

monkey.patch_all()

import base64  # noqa: E402  (gevent patches before anything else is imported)
import html  # noqa: E402
import http.client  # noqa: E402
import itertools  # noqa: E402
import json  # noqa: E402
import random  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402
from urllib.parse import urlencode, urlsplit  # noqa: E402

import gevent  # noqa: E402
import websocket  # noqa: E402
from gevent.event import AsyncResult, Event  # noqa: E402
from gevent.lock import BoundedSemaphore  # noqa: E402
from gevent.pool import Pool  # noqa: E402

from consult.rehearsal.paper import Paper  # noqa: E402

PATIENCE_SECONDS = 120
#: `COLLECT_MS` of a page's part.
COLLECT = 0.06
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
        self._parts: list[dict[str, Any]] = []
        self._timers: dict[str, Any] = {}
        self._socket: Any = None
        self._answers: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        self._lines = BoundedSemaphore(4)
        self._papers: list[Paper] = []

    # HTTP.

    def request(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """Status, body, where it sends to."""
        parts = urlsplit(self.url)
        headers = {"Cookie": self.cookie, "Origin": self.url, "Referer": f"{self.url}/"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        with self._lines:
            line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
            try:
                line.request(method, path, body or None, headers)
                answer = line.getresponse()
                text = answer.read().decode()
            finally:
                line.close()
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
        """Load a page: HTML, then the socket."""
        self.path, self.text = path, ""
        self.close()
        text = self.get(path)
        found = re.search(r"data-live-audiences-value='([^']+)' data-live-query-value=\"([^\"]*)\"", text)
        assert found, path
        draft = re.search(r'data-draft-id-value="([^"]+)"', text)
        self.draft = draft.group(1) if draft else ""
        self._parts = [
            {name: html.unescape(one or other) for name, one, other in _VALUE.findall(tag)}
            for tag in _PART.findall(text)
        ]
        while not self._connect(html.unescape(found.group(2))):
            self.again += 1
            gevent.sleep(self.random.uniform(0.25, 0.75))
        assert self.ask("follow", {"audiences": json.loads(html.unescape(found.group(1)))})["ok"]
        if self.draft:
            self.join(self.draft)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.kill()
        self._timers.clear()
        if self._socket is not None:
            socket, self._socket = self._socket, None
            socket.shutdown()

    def _connect(self, query: str) -> bool:
        """Open the socket; False when the server would not have it, and a page tries again."""
        address = f"{self.url.replace('http', 'ws', 1)}/socket.io/?EIO=4&transport=websocket&{query}"
        socket = websocket.create_connection(
            address, cookie=self.cookie, origin=self.url, timeout=PATIENCE_SECONDS
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
        """Fetch the parts of the page that this event makes stale; many reasons within a moment are one."""
        for part in self._parts:
            match = json.loads(part.get("match") or "{}")
            if name in part.get("events", "").split() and all(
                data.get(key) == value for key, value in match.items()
            ):
                self._timers.pop(part["name"], gevent.spawn(lambda: None)).kill()
                wait = COLLECT + self.random.random() * float(part.get("spread") or 300) / 1000
                self._timers[part["name"]] = gevent.spawn_later(wait, self._fetch, part)

    def _fetch(self, part: dict[str, Any]) -> None:
        self._timers.pop(part["name"], None)
        query = urlencode({**json.loads(part.get("query") or "{}"), "part": part["name"]})
        self.request("GET", f"{self.path}{'&' if '?' in self.path else '?'}{query}")
        self.fetched += 1


class Crowd:
    """Everybody, the facilitator's console included."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case, self.url = case, case["url"]
        self.pages = [Page(self.url, who, self.act) for who in case["people"]]
        self.console = Page(self.url, case["facilitator"], lambda *_: None)
        #: What is measured now: by e-mail address, moments by name.
        self.moments: dict[str, dict[str, float]] = {}
        self.waits_for = ""
        self.lags: list[float] = []
        self.errors: list[str] = []
        self._types = Event()

    def act(self, page: Page, name: str, data: dict[str, Any]) -> None:
        """What an event makes a page do, beside fetching its parts."""
        moments = self.moments.get(page.who["email"])
        if moments is None or name != self.waits_for or "told" in moments:
            return
        room = f"/rooms/{data.get('room')}"
        if name == "room.state_changed" and (data["state"] != "closed" or page.path != room):
            return
        moments["told"] = time.monotonic()
        place = f"/s/{self.case['session']}" if name == "room.state_changed" else room
        wait = self.case["waits"][name] + page.random.random() * self.case["spread"]
        gevent.spawn_later(wait, self.follow, page, place, moments)

    def follow(self, page: Page, place: str, moments: dict[str, float]) -> None:
        """Go where the page is sent."""
        moments["asked"] = time.monotonic()
        try:
            page.open(place)
            moments["there"] = time.monotonic()
        except Exception as error:
            self.errors.append(f"{place}: {error!r}"[:200])

    def measured(self, event: str, pages: list[Page], begin: Callable[[], object]) -> dict[str, Any]:
        """Seconds since `begin` was called until the pages were told, asked for the new page, and were there."""
        self.moments = {page.who["email"]: {} for page in pages}
        for page in pages:
            page.heard.clear()
        self.waits_for = event
        begun = time.monotonic()
        begin()
        answered = time.monotonic() - begun
        give_up = begun + PATIENCE_SECONDS
        while time.monotonic() < give_up and not all("there" in found for found in self.moments.values()):
            gevent.sleep(0.2)
        found = {
            name: [one[name] - begun for one in self.moments.values() if name in one]
            for name in ("told", "asked", "there")
        }
        return {
            **found,
            "answered": answered,
            "times": [sum(name == event for _, name, _ in page.heard) for page in pages],
        }

    # The meeting.

    def run(self) -> dict[str, Any]:
        """All of it."""
        gevent.spawn(self.watch)
        everybody = [*self.pages, self.console]
        self.everyone(everybody, lambda page: page.sign_in(self.case["password"]), 8)
        lobby = f"/rounds/{self.case['round']}"
        self.everyone(self.pages, lambda page: page.open(lobby), 20)
        self.console.open(f"{lobby}/console")
        gevent.sleep(8)
        found: dict[str, Any] = {}
        found["opened"] = self.measured("seat.called", self.pages, lambda: self.console.send(f"{lobby}/open"))
        found["parts"] = sum(page.fetched for page in self.pages)
        gevent.sleep(10)
        self.begin_to_write()
        gevent.sleep(5)
        found |= self.working()
        moved = [page for page in self.pages if page.who["room"] != self.case["last_room"]]
        moved = moved[:: max(1, len(moved) // 60)][:60]
        target = [("room", str(self.case["last_room"])), *(("member", page.who["member"]) for page in moved)]
        others = [page for page in self.pages if page not in moved]
        for page in others:
            page.heard.clear()
        found["moved"] = self.measured(
            "seat.moved", moved, lambda: self.console.send(f"{lobby}/moves", *target)
        )
        found["moved_others"] = sum(name == "seat.moved" for page in others for _, name, _ in page.heard)
        found["moved_path"] = len({page.path for page in moved})
        self._types.clear()
        recall = ("immediately", "1")
        found["recalled"] = self.measured(
            "room.state_changed", self.pages, lambda: self.console.send(f"{lobby}/recall", recall)
        )
        found["cut_off"] = sum(page.failed for page in [*self.pages, self.console])
        found["again"] = sum(page.again for page in everybody)
        found["refusals"] = list(itertools.chain(*(page.refusals for page in everybody)))[:20]
        found["lags"], found["errors"] = sorted(self.lags), self.errors
        return found

    def everyone(self, pages: list[Page], act: Callable[[Page], object], at_once: int) -> None:
        for _ in Pool(at_once).imap_unordered(act, pages):
            pass

    def begin_to_write(self) -> None:
        """One of each room starts an item and types into it; all have it open."""
        rooms: dict[str, list[Page]] = {}
        for page in self.pages:
            rooms.setdefault(page.path, []).append(page)
        self._types.set()
        for path, pages in rooms.items():
            place = pages[0].send(f"{path}/items")
            draft = re.search(r"item=([a-z0-9]+)", place)
            assert draft, place
            for page in pages[1:]:
                page.join(draft.group(1))
            gevent.spawn(self.write, pages[0], draft.group(1))

    def write(self, page: Page, draft: str) -> None:
        """A few letters a second, in lines of some length."""
        paper = page.join(draft)
        assert paper is not None
        while self._types.is_set():
            gevent.sleep(page.random.uniform(0.8, 1.2))
            if len(paper.typed) > 60 or not paper.type("word "):
                paper.begin(page.random)
                paper.type("Line ")
            update = paper.unsaved()
            if update and page.ask("u", base64.b64encode(update).decode(), draft)["ok"]:
                paper.saved()

    def working(self) -> dict[str, Any]:
        """Half a minute of work in every room; each room asks for help once."""
        begun = time.monotonic()
        self.console.digests.clear()
        helped = []
        rooms = {page.path: page for page in self.pages}
        for path, page in rooms.items():
            self.console.heard.clear()
            asked = time.monotonic()
            page.send(f"{path}/help", ("category", "wording"))
            room = path.rpartition("/")[2]
            while not (
                came := [
                    at
                    for at, name, data in self.console.heard
                    if name == "help.changed" and data["room"] == room
                ]
            ):
                assert time.monotonic() - asked < 20, path
                gevent.sleep(0.002)
            helped.append(came[0] - asked)
            gevent.sleep(max(0.0, 0.5 - (time.monotonic() - asked)))
        seconds = time.monotonic() - begun
        buckets: dict[int, int] = {}
        for at, size in self.console.digests:
            buckets[int(at - begun)] = buckets.get(int(at - begun), 0) + size
        return {
            "helped": helped,
            "digests_s": len(self.console.digests) / seconds,
            "digest_bytes_s": sum(size for _, size in self.console.digests) / seconds,
            "digest_bytes_most": max((size for _, size in self.console.digests), default=0),
            "seconds": seconds,
        }

    def watch(self) -> None:
        """How late this process itself is."""
        while True:
            due = time.monotonic() + 0.02
            gevent.sleep(0.02)
            self.lags.append(time.monotonic() - due)


if __name__ == "__main__":
    print(json.dumps(Crowd(json.load(sys.stdin)).run()))
