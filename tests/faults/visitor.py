"""A simulated delegate on the plain pages: comments and ballots, sent again under the same name until answered."""

import random
import threading
from collections import Counter

import requests

from consult.decisions.models import Choice
from tests.faults.history import BALLOT, COMMENT, DONE, REFUSED, Act, History
from tests.faults.meeting import Meeting
from tests.faults.person import Person

TRIES = 4


class Visitor(threading.Thread):
    """Comments and votes in turn while `busy` is set, about every `pause` seconds."""

    def __init__(self, who: str, person: Person, meeting: Meeting, history: History, *, pause: float) -> None:
        super().__init__(daemon=True, name=f"visitor {who}")
        self.who, self.person, self.meeting, self.history, self.pause = who, person, meeting, history, pause
        self.random = random.Random(f"visitor {who}")
        self.busy = threading.Event()
        self.slowest = 0.0
        self.statuses: Counter[int] = Counter()
        self._ended = threading.Event()
        self._number = 0

    def end(self) -> None:
        self._ended.set()
        self.join(60)

    def run(self) -> None:
        while not self._ended.wait(self.pause * self.random.uniform(0.5, 1.5)):
            if self.busy.is_set():
                self._comment() if self.random.random() < 0.5 else self._vote()

    def _comment(self) -> None:
        token = f"v{self.who[1:]}n{self._number:05}."
        self._number += 1
        item = self.random.choice(self.meeting.items)
        act = self.history.begin(self.who, COMMENT, token, item)
        self._send(act, f"/items/{item}/comments", kind="support", text=token, message_id=token)

    def _vote(self) -> None:
        poll = self.random.choice(self.meeting.polls)
        choice = self.random.choice(list(Choice)).value
        act = self.history.begin(self.who, BALLOT, choice, poll)
        self._send(act, f"/decisions/{poll}/ballots", choice=choice, confirmed="1")

    def _send(self, act: Act, path: str, **fields: object) -> None:
        """A page that gets no answer, or that the server could not, says so; the person presses the button again."""
        for attempt in range(TRIES):
            try:
                answer = self.person.post(path, **fields)
                self.slowest = max(self.slowest, answer.elapsed.total_seconds())
            except requests.RequestException:
                self.statuses[0] += 1
            else:
                self.statuses[answer.status_code] += 1
                if answer.status_code == 303:
                    act.settle(DONE)
                    return
                if answer.status_code < 500:
                    act.settle(REFUSED)
                    self.history.report(f"{self.who}: {path} was answered {answer.status_code}")
                    return
            if self._ended.wait(0.5 * (attempt + 1)):
                return
