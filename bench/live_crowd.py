"""The pages of 600 people and of one facilitator in one process, for `bench/live.py`: reads the case from standard input as JSON,
prints what it found as JSON.

A page here does what the browser's does: fetches its HTML, opens a socket with the page's query, follows its audiences, joins
its draft, fetches the parts that an event makes stale (after the same random wait), goes where an event sends it (after the
same wait). It draws nothing and loads no scripts or styles.
"""

from gevent import monkey

monkey.patch_all()

import base64  # noqa: E402  (gevent patches before anything else is imported)
import gzip  # noqa: E402
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
import psutil  # noqa: E402
import websocket  # noqa: E402
from gevent.event import AsyncResult, Event  # noqa: E402
from gevent.lock import BoundedSemaphore  # noqa: E402
from gevent.pool import Pool  # noqa: E402

from consult.rehearsal.paper import Paper  # noqa: E402

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
#: `AHEAD_FROM` and `AHEAD_TO` of the `goto` controller.
AHEAD = (0.02, 0.9)
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
        """Fetch the parts of the page that this event makes stale, as `live/parts.js` does: together, and one request at a time."""
        for part in self.parts:
            match = json.loads(part.get("match") or "{}")
            if name in part.get("events", "").split() and all(
                data.get(key, value) == value for key, value in match.items()
            ):
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


def seconds_of(process: int) -> float:
    """Processor time of a process so far."""
    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


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
        self.began = time.monotonic()
        #: Seconds of processor time of the server and of this process, and when that was.
        self.used = seconds_of(case["server"]), time.process_time(), self.began - 0.001

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
        page.is_leaving = True
        prompt = self.case["waits"][name]
        gevent.spawn_later(prompt * page.random.uniform(*AHEAD), self.ahead, page, place)
        wait = prompt + page.random.random() * self.case["spread"]
        gevent.spawn_later(wait, self.follow, page, place, moments)

    def ahead(self, page: Page, place: str) -> None:
        """Fetch ahead; a page that could not is fetched when it is needed."""
        try:
            page.fetch_ahead(place)
        except Exception as error:
            self.errors.append(f"ahead {place}: {error!r}"[:200])

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
        used, ours, begun = seconds_of(self.case["server"]), time.process_time(), time.monotonic()
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
            "server": (seconds_of(self.case["server"]) - used) / (time.monotonic() - begun),
            "crowd": (time.process_time() - ours) / (time.monotonic() - begun),
            "times": [sum(name == event for _, name, _ in page.heard) for page in pages],
        }

    # The meeting.

    def run(self) -> dict[str, Any]:
        """All of it."""
        gevent.spawn(self.watch)
        self.say("signing in")
        everybody = [*self.pages, self.console]
        self.everyone(everybody, lambda page: page.sign_in(self.case["password"]), 8)
        lobby = f"/rounds/{self.case['round']}"
        self.say("opening the lobby")
        self.everyone(self.pages, lambda page: page.open(lobby), 20)
        self.console.open(f"{lobby}/console")
        gevent.sleep(8)
        found: dict[str, Any] = {}
        self.say("opening the rooms")
        found["opened"] = self.measured("seat.called", self.pages, lambda: self.console.send(f"{lobby}/open"))
        found["parts"] = sum(page.fetched for page in self.pages)
        gevent.sleep(10)
        self.say("working")
        self.begin_to_write()
        gevent.sleep(5)
        found |= self.working()
        moved = [page for page in self.pages if page.who["room"] != self.case["last_room"]]
        moved = moved[:: max(1, len(moved) // 60)][:60]
        target = [("room", str(self.case["last_room"])), *(("member", page.who["member"]) for page in moved)]
        others = [page for page in self.pages if page not in moved]
        for page in others:
            page.heard.clear()
        self.say("moving 60")
        found["moved"] = self.measured(
            "seat.moved", moved, lambda: self.console.send(f"{lobby}/moves", *target)
        )
        found["moved_others"] = sum(name == "seat.moved" for page in others for _, name, _ in page.heard)
        found["moved_path"] = len({page.path for page in moved})
        self._types.clear()
        recall = ("immediately", "1")
        self.say("recalling")
        found["recalled"] = self.measured(
            "room.state_changed", self.pages, lambda: self.console.send(f"{lobby}/recall", recall)
        )
        found["cut_off"] = sum(page.failed for page in [*self.pages, self.console])
        found["again"] = sum(page.again for page in everybody)
        found["refusals"] = list(itertools.chain(*(page.refusals for page in everybody)))[:20]
        found["lags"], found["errors"] = sorted(self.lags), self.errors
        self.say("done")
        return found

    def say(self, what: str) -> None:
        """Progress, for who waits."""
        used, ours = seconds_of(self.case["server"]), time.process_time()
        now = time.monotonic()
        print(
            f"{now - self.began:5.0f} s  {what} (until now: server {100 * (used - self.used[0]) / (now - self.used[2]):.0f} %,"
            f" crowd {100 * (ours - self.used[1]) / (now - self.used[2]):.0f} % of a core)",
            file=sys.stderr,
            flush=True,
        )
        self.used = used, ours, now

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
        while self._types.is_set() and not page.is_leaving:
            gevent.sleep(page.random.uniform(0.8, 1.2))
            if len(paper.typed) > 60 or not paper.type("word "):
                paper.begin(page.random)
                paper.type("Line ")
            update = paper.unsaved()
            if (
                update
                and self._types.is_set()
                and page.ask("u", base64.b64encode(update).decode(), draft)["ok"]
            ):
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
