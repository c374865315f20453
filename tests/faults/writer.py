"""A simulated page: a person who writes into one draft on a real connection, with a real shared document.

Behaves as `static/js/live/draft.js` does: joins by state vector, one update in flight, what is typed meanwhile goes with
the next, every answer taken as the page takes it, reconnecting with a delay that grows. Notes every act in the history.
"""

import base64
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from pycrdt import XmlText

from tests.drafting.stage import Editor
from tests.faults.history import DONE, LATE, OPEN, OWN, REFUSED, SHARED, TAKEN_BACK, Act, History
from tests.faults.news import brings_something
from tests.faults.person import Address
from tests.faults.wire import Lost, Wire

ANSWER_SECONDS = 15
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 8.0
LISTEN_SECONDS = 0.1
INVALID_UNTIL_REFUSED = 2
SHARED_PREFIX = "shared:"


class Writer(threading.Thread):
    """`who` is c000, c001 …; `rate` edits a second while `typing` is set."""

    def __init__(
        self, who: str, address: Address, cookies: str, draft: str, room: str, history: History, *, rate: float = 1.0
    ) -> None:  # fmt: skip
        super().__init__(daemon=True, name=who)
        self.who, self.address, self.cookies = who, address, cookies
        self.draft, self.room, self.history, self.rate = draft, room, history, rate
        self.random = random.Random(who)
        self.typing = threading.Event()
        self.editor = self._blank()
        self.answers: Counter[str] = Counter()
        self.connects: list[float] = []
        #: Passages the person was shown for copying.
        self.offered: list[str] = []
        #: Live events other than the draft's, in order, and the audiences followed.
        self.heard: list[dict[str, Any]] = []
        self.followed: dict[str, int] = {}
        self.edit = True
        self._ended = threading.Event()
        self._wire: Wire | None = None
        self._commands: list[Callable[[], None]] = []
        self._joined = False
        self._joining: int | None = None
        self._wants_join = True
        self._following: int | None = None
        self._wanted: set[str] = set()
        self._epoch: int | None = None
        self._seq = 0
        self._open: list[Act] = []
        self._sent: tuple[int, float, list[Act]] | None = None
        self._news: list[bytes] = []
        self._wait_until = 0.0
        self._next_connect = 0.0
        self._failures = self._invalid = 0
        self._number = 0
        self._next_edit = time.monotonic() + self.random.random()

    # What a test does with the person.

    def end(self) -> None:
        self._ended.set()
        self.join(20)

    def reload_page(self) -> None:
        """Close the tab and open it again: what the browser kept is there, under a new client id."""
        self._do(self._reload)

    def follow(self, audience: str) -> None:
        """Listen to an audience from now on, also after every reconnection, from what was heard last."""
        self._do(lambda: self._follow(audience))

    def is_settled(self) -> bool:
        """Does the page say that everything is saved (or that it may not write)?"""
        return self._joined and not self._open and self._sent is None and not self._news

    @property
    def is_connected(self) -> bool:
        return self._joined

    def oldest_unsaved(self) -> float:
        """Seconds the oldest word has waited for its answer."""
        waiting = list(self._open) + list(self._sent[2] if self._sent else [])
        return time.monotonic() - min((act.began for act in waiting), default=time.monotonic())

    def lines(self) -> list[str]:
        return [str(line) for line in self.editor.lines()]

    def said(self) -> tuple[str, str, str]:
        """The whole document; asked of the person's own thread, as documents are not for two."""
        return self.asked(self.editor_said)

    def editor_said(self) -> tuple[str, str, str]:
        return self.editor.said()

    def asked(self, question: Callable[[], Any]) -> Any:
        """Let the person's thread answer."""
        found: list[Any] = []
        done = threading.Event()
        self._do(lambda: (found.append(question()), done.set()))
        assert done.wait(30), f"{self.who} does not answer"
        return found[0]

    def _do(self, command: Callable[[], Any]) -> None:
        self._commands.append(command)

    # The person's life.

    def run(self) -> None:
        while not self._ended.is_set():
            try:
                self._turn()
            except Lost:
                self._cut_off()
        if self._wire is not None:
            self._wire.close()

    def _turn(self) -> None:
        while self._commands:
            self._commands.pop(0)()
        now = time.monotonic()
        if self._wire is None and now >= self._next_connect:
            self._connect()
        if self._wire is None:
            self._ended.wait(LISTEN_SECONDS)
        else:
            for name, args in self._wire.poll(LISTEN_SECONDS):
                self._hear(name, args)
            if self._wants_join and self._joining is None and time.monotonic() >= self._wait_until:
                self._ask_to_join()
        if self.typing.is_set() and self.edit and now >= self._next_edit:
            self._next_edit = now + self.random.expovariate(self.rate)
            self._write()
        if self._wire is not None:
            self._flush()

    def _connect(self) -> None:
        try:
            self._wire = Wire(self.address, self.cookies, f"room={self.room}")
        except Lost as error:
            self.answers[f"no connection: {str(error)[:40]}"] += 1
            raise
        self.connects.append(time.monotonic())
        self._failures = 0
        self._wants_join = True
        self._wait_until = 0.0
        for audience in list(self._wanted):
            self._follow(audience)

    def _cut_off(self) -> None:
        if self._wire is not None:
            self._wire.close()
        self._wire = None
        self._forget_flight()
        wait = min(FIRST_RETRY_SECONDS * 2**self._failures, LAST_RETRY_SECONDS)
        self._failures += 1
        self._next_connect = time.monotonic() + wait * self.random.uniform(0.5, 1.5)

    def _forget_flight(self) -> None:
        """Nobody knows what became of what was sent; joining again finds out."""
        if self._sent is not None:
            self._open = self._sent[2] + self._open
        self._sent, self._joined, self._joining, self._news = None, False, None, []
        self._wants_join = True

    # Talking to the server.

    def _hear(self, name: str | int, args: list[Any]) -> None:
        if isinstance(name, int):
            if name == self._following:
                self._following = None
                self._followed(args[0])
            elif name == self._joining:
                self._joining = None
                self._join_answered(args[0])
            elif self._sent is not None and name == self._sent[0]:
                self._update_answered(args[0])
        elif name == "u" and args[2] == self.draft and self._joined:
            if args[1] <= self._seq:
                self.history.report(f"{self.who}: update {args[1]} of {self.draft} after {self._seq}")
            self._seq = args[1]
            self.editor.receive(base64.b64decode(args[0]))
        elif name == "event":
            self._event(args[0])
        elif name == "perm" and args[0]["draft"] == self.draft:
            self._permit(args[0])
        elif name == "resync" and args[0]["draft"] == self.draft:
            self._again()
        elif name == "moved" and args[0]["draft"] == self.draft:
            self.edit = False
            self.answers["moved"] += 1

    def _follow(self, audience: str) -> None:
        self._wanted.add(audience)
        if self._wire is not None:
            wanted = {name: self.followed.get(name, 0) for name in self._wanted}
            self._following = self._wire.ask("follow", {"audiences": wanted})

    def _followed(self, answer: dict[str, Any]) -> None:
        if answer.get("ok"):
            for event in answer["missed"] or []:
                self._event(event)
            self.followed.update(answer["seqs"])

    def _event(self, event: dict[str, Any]) -> None:
        """Events of an audience are numbered without gaps; a gap is fetched, as the page does."""
        if event["seq"] is None:  # presence is not kept and not numbered
            return
        if event["seq"] > self.followed.get(event["audience"], 0):
            self.followed[event["audience"]] = event["seq"]
            self.heard.append(event)

    def _again(self, after: float = 0.0) -> None:
        self._forget_flight()
        self._wait_until = time.monotonic() + after

    def _ask_to_join(self) -> None:
        assert self._wire is not None
        self._joined = self._wants_join = False
        vector = base64.b64encode(self.editor.doc.get_state()).decode()
        question = {"v": 1, "draft": self.draft, "sv": vector}
        if self._epoch is not None:
            question["epoch"] = self._epoch
        self._joining = self._wire.ask("join", question)
        self._asked_at = time.monotonic()

    def _join_answered(self, answer: dict[str, Any]) -> None:
        if not answer.get("ok"):
            code = answer.get("code", "?")
            self.answers[f"join: {code}"] += 1
            if code in ("busy", "rate", "retry", "handover"):
                self._again(answer.get("after", 1000) / 1000)
            elif code == "epoch":
                self._rebuild(REFUSED)
            else:  # not theirs any more: the page shows what was not saved, for copying
                self.edit = False
                self.offered += [act.token for act in self._open]
                self._open = []
                self._again(2.0)
            return
        if answer["seq"] < self._seq:
            self.history.report(f"{self.who}: {self.draft} was at {self._seq} and is now at {answer['seq']}")
        self._seq, self._epoch, self.edit = answer["seq"], answer["epoch"], answer["edit"]
        self.editor.receive(base64.b64decode(answer["update"]))
        self.editor.take_outgoing()
        if self._rebuilding:
            self._compare_after_rebuild()
        news = self.editor.doc.get_update(base64.b64decode(answer["sv"]))
        self._news = [news] if brings_something(news, base64.b64decode(answer["update"])) else []
        self._joined = True
        if not self._news:
            self._settle(self._open, DONE)
            self._open = []

    def _flush(self) -> None:
        assert self._wire is not None
        now = time.monotonic()
        if self._joining is not None and now - self._asked_at > ANSWER_SECONDS:
            self._again()
        if self._sent is not None and now - self._sent[1] > ANSWER_SECONDS:
            self.answers["no answer"] += 1
            self._again()
        if not self._joined or self._sent is not None or now < self._wait_until:
            return
        self._news += self.editor.take_outgoing()
        if not self._news:
            return
        from pycrdt import merge_updates

        update = self._news[0] if len(self._news) == 1 else merge_updates(*self._news)
        self._news = [update]
        number = self._wire.ask("u", base64.b64encode(update).decode(), self.draft)
        self._sent, self._open = (number, now, self._open), []
        self._news = []
        self._in_flight = update

    def _update_answered(self, answer: dict[str, Any]) -> None:
        assert self._sent is not None
        acts, self._sent = self._sent[2], None
        if answer.get("ok"):
            self.answers["ok"] += 1
            self._invalid = 0
            self._settle(acts, DONE)
            return
        code, after = answer.get("code", "?"), answer.get("after", 0) / 1000
        self.answers[code] += 1
        if code in ("invalid", "too_big"):
            self._invalid += 1
            if self._invalid >= INVALID_UNTIL_REFUSED:
                self.history.report(f"{self.who}: an honest update was refused: {code}, {answer}")
        self._open = acts + self._open
        if code == "late":
            self._settle(acts, LATE)
            self._open = [act for act in self._open if act.result == OPEN]
            self._rebuild(REFUSED)
        elif code in ("readonly", "forbidden"):
            self._rebuild(REFUSED)
        elif code == "rate" and after:
            self._news.insert(0, self._in_flight)
            self._wait_until = time.monotonic() + after
        else:
            self._again(after or self.random.uniform(0.25, 0.75))

    def _permit(self, change: dict[str, Any]) -> None:
        self.edit = change["edit"]
        if self.edit and change["epoch"] != self._epoch:
            self._again()

    # Losing the right to write, losing the tab.

    _rebuilding = False

    def _rebuild(self, _result: str) -> None:
        """Start again from what the server has; what it does not have is offered for copying."""
        self._forget_flight()
        self.editor = self._blank()
        self._epoch = None
        self._rebuilding = True
        self._wait_until = 0.0

    def _compare_after_rebuild(self) -> None:
        self._rebuilding = False
        text = "\n".join(self.lines())
        for act in self._open:
            is_there = act.token in text
            is_done = is_there if act.kind in (OWN, SHARED) else not is_there
            act.settle(DONE if is_done else REFUSED)
            if not is_done:
                self.offered.append(act.token)
        self._open = []

    def _reload(self) -> None:
        kept = self.editor.doc.get_update()
        self.editor = self._blank()
        self.editor.receive(kept)
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self._forget_flight()

    def _blank(self) -> Editor:
        return Editor(random.randrange(1 << 20, 1 << 31))

    def _settle(self, acts: list[Act], result: str) -> None:
        for act in acts:
            act.settle(result)

    # Writing.

    def _write(self) -> None:
        if self._epoch is None or self._rebuilding:
            return  # the page shows nothing to write into yet
        what = self.random.random()
        own = self._line(f"{self.who}:")
        if own is None:
            self.editor.paragraph(f"{self.who}:")
            return
        if what < 0.5:
            self._insert(OWN, own, len(str(own)))
        elif what < 0.92:
            shared = self._line(SHARED_PREFIX)
            if shared is not None:
                text = str(shared)
                places = [n + 1 for n, letter in enumerate(text) if letter in ":."]
                self._insert(SHARED, shared, self.random.choice(places))
        else:
            self._take_back(own)

    def _insert(self, kind: str, line: XmlText, at: int) -> None:
        token = f"{self.who}n{self._number:05}."
        self._number += 1
        self._open.append(self.history.begin(self.who, kind, token, self.draft))
        line.insert(at, token)

    def _take_back(self, own: XmlText) -> None:
        text = str(own)
        token = text[-11:]
        if token.startswith(self.who) and token.endswith("."):
            self._open.append(self.history.begin(self.who, TAKEN_BACK, token, self.draft))
            del own[len(text) - len(token) : len(text)]

    def _line(self, prefix: str) -> XmlText | None:
        return next((line for line in self.editor.lines() if str(line).startswith(prefix)), None)
