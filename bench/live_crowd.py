"""The pages of 600 people and of one facilitator in one process, for `bench/live.py`: reads the case from standard input as JSON,
prints what it found as JSON.

A page (`live_page.py`) goes where an event sends it, after the same wait as the browser's.
"""

from gevent import monkey

monkey.patch_all()

import base64  # noqa: E402  (gevent patches before anything else is imported)
import itertools  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import psutil  # noqa: E402
from gevent.event import Event  # noqa: E402
from gevent.pool import Pool  # noqa: E402

from bench.live_page import PATIENCE_SECONDS, Page  # noqa: E402

#: `AHEAD_FROM` and `AHEAD_TO` of the `goto` controller.
AHEAD = (0.02, 0.9)


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
