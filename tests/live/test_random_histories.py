"""Random people against the real server: they write, take back, are cut off, lose their seat, and the server is killed.

Hypothesis draws what happens. At the end everybody is back, and every copy there is says the same: each page, a newcomer, the
database. What was acknowledged is there once, what was taken back or refused is not.
"""

import base64
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pycrdt import XmlText, merge_updates
from sqlalchemy import Engine

from consult.drafting.content import RESERVED_CLIENTS
from tests import cast
from tests.drafting.stage import Editor, Stage
from tests.faults.person import Address, Person
from tests.live.drafting_wire import WirePage
from tests.running import ForkedServer, RunningServer

PEOPLE = ("kenya", "canada", "ngo")
#: No new act begins after this many seconds; what is under way is finished and compared.
BUDGET_SECONDS = 20.0
EXAMPLES, STEPS = 8, 25
who = st.integers(0, len(PEOPLE) - 1)
somewhere = st.integers(0, 1000)


@dataclass
class Place:
    """One running installation for all examples; `kills` counts, as a start is what takes longest."""

    server: RunningServer
    stage: Stage
    persons: dict[str, Person]
    until: float
    numbers: Iterator[int]
    kills: int = 0
    compared: int = 0
    acts: int = 0

    def move(self, name: str, room: int) -> None:
        world = self.stage.world
        answer = self.persons["facilitator"].post(
            f"/rounds/{world.round.public_id}/moves",
            member=world.members[name].public_id,
            room=str(room),
            reason="Balance",
        )
        assert answer.status_code == 303, answer.text[:300]


@dataclass
class Somebody:
    """One person: a copy of the text that outlives connections, and what became of their words.

    Attributes:
        open: words nobody has answered for yet; `deleted`: words whose deletion nobody has answered for.
    """

    name: str
    editor: Editor
    page: WirePage | None = None
    is_seated: bool = True
    open: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class RandomMeeting(RuleBasedStateMachine):
    """What may happen; nothing here waits for a fixed time."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Somebody] = []
        self.saved: set[str] = set()
        #: Refused, or taken back and acknowledged.
        self.gone: set[str] = set()

    @property
    def is_on(self) -> bool:
        if not self.people or time.monotonic() > self.place.until:
            return False
        self.place.acts += 1
        return True

    @initialize()
    def come(self) -> None:
        if time.monotonic() > self.place.until:
            return
        self.item = self.place.stage.item(title="Begin")
        self.people = [Somebody(name, self._blank()) for name in PEOPLE]
        for person in self.people:
            self._connect(person)

    @rule(n=who, at=somewhere, is_sent=st.booleans())
    def write(self, n: int, at: int, is_sent: bool) -> None:
        if self.is_on and self.people[n].is_seated:
            self._write(self.people[n], at)
            if is_sent and self.people[n].page:
                self._send(self.people[n])

    @rule(n=who, at=somewhere)
    def take_back(self, n: int, at: int) -> None:
        """Somebody deletes words that are saved, whoever wrote them."""
        if not self.is_on or not self.people[n].is_seated:
            return
        person = self.people[n]
        found = [
            (line, token)
            for line in person.editor.lines()
            for token in words_of(str(line))
            if token in self.saved
        ]
        if found:
            line, token = found[at % len(found)]
            start = str(line).index(token)
            del line[start : start + len(token)]
            person.deleted.append(token)

    @rule(n=who)
    def send(self, n: int) -> None:
        if self.is_on and self.people[n].page:
            self._send(self.people[n])

    @rule(n=who)
    def lose_connection(self, n: int) -> None:
        if self.is_on:
            self._cut(self.people[n])

    @rule(n=who)
    def come_back(self, n: int) -> None:
        if self.is_on and self.people[n].is_seated and self.people[n].page is None:
            self._connect(self.people[n])

    @rule(n=who, at=somewhere, is_offline=st.booleans())
    def lose_seat(self, n: int, at: int, is_offline: bool) -> None:
        """Moved to another room: what is not acknowledged is refused, however it arrives. Then moved back, with a fresh page."""
        person = self.people[n] if self.people else None
        if person is None or not self.is_on or not person.is_seated:
            return
        if is_offline:
            self._cut(person)
        elif person.page:
            self._send(person)
        self.place.move(person.name, 2)
        person.is_seated = False
        self._write(person, at)
        if person.page is None:
            page = self._wire(person)
            assert page.join()["ok"] == 0, "somebody without a seat may not read"
            page.close()
        else:
            assert self._answer(person)["ok"] == 0, "somebody without a seat may not write"
        self._cut(person)
        self.gone |= set(person.open)
        person.open, person.deleted, person.editor = [], [], self._blank()

    @rule(n=who)
    def get_seat_back(self, n: int) -> None:
        if self.is_on and not self.people[n].is_seated:
            self._seat(self.people[n])

    @rule(n=who, at=somewhere)
    def kill_the_server(self, n: int, at: int) -> None:
        """kill -9 while an update is on its way: nobody knows whether it was written."""
        if not self.is_on or self.place.kills >= 2:
            return
        self.place.kills += 1
        person = self.people[n]
        if person.is_seated and person.page:
            self._write(person, at)
            update = base64.b64encode(_merged(person.editor)).decode()
            person.page.socket.send(f"421{json.dumps(['u', update, self.item.public_id])}")
        self.place.server.kill()
        for other in self.people:
            self._cut(other)
        self.place.server.start()

    # The end.

    def teardown(self) -> None:
        if not self.people:
            return
        for person in self.people:
            if not person.is_seated:
                self._seat(person)
            elif person.page is None:
                self._connect(person)
            else:
                self._send(person)
        newcomer = Somebody("facilitator", self._blank())
        self._connect(newcomer)
        expected = newcomer.editor.said()
        for person in self.people:
            assert person.page
            person.page.wait_for(lambda editor=person.editor: editor.said() == expected)
        assert self.place.stage.content(self.item).title == expected[0]
        there = words_of(json.dumps(self.place.stage.content(self.item).text))
        assert sorted(there) == sorted(self.saved - self.gone), (
            "acknowledged once, refused and taken back never"
        )
        assert sorted(words_of(expected[1])) == sorted(there)
        for person in (*self.people, newcomer):
            self._cut(person)
        self.place.compared += 1

    # How a page behaves.

    def _blank(self) -> Editor:
        return Editor(RESERVED_CLIENTS + 1000 + next(self.place.numbers))

    def _wire(self, person: Somebody) -> WirePage:
        cookies = self.place.persons[person.name].cookies
        return WirePage(self.place.server.url, cookies, self.item.public_id, person.editor)

    def _connect(self, person: Somebody) -> None:
        person.page = self._wire(person)
        answer = person.page.join()  # also sends what the server lacks, and insists that it is taken
        assert answer["ok"], answer
        self._settle(person)

    def _seat(self, person: Somebody) -> None:
        self.place.move(person.name, 1)
        person.is_seated = True
        self._connect(person)

    def _cut(self, person: Somebody) -> None:
        if person.page is not None:
            person.page.socket.sock.close()
            person.page.socket.shutdown()
        person.page = None
        person.editor.take_outgoing()  # joining again finds out what the server lacks

    def _write(self, person: Somebody, at: int) -> None:
        """A new word, into a place between words of any paragraph, or a new paragraph."""
        token = f"w{next(self.place.numbers):05}."
        lines: list[XmlText] = person.editor.lines()
        if not lines or at % 5 == 0:
            person.editor.paragraph(token, at % (len(person.editor.text.children) + 1))
        else:
            line = lines[at % len(lines)]
            places = [0, *(n + 1 for n, letter in enumerate(str(line)) if letter == ".")]
            line.insert(places[at % len(places)], token)
        person.open.append(token)

    def _send(self, person: Somebody) -> None:
        if person.editor.outgoing:
            assert self._answer(person)["ok"] == 1, "an honest page is never refused"
        self._settle(person)

    def _answer(self, person: Somebody) -> dict[str, Any]:
        assert person.page
        return person.page.send(_merged(person.editor))

    def _settle(self, person: Somebody) -> None:
        self.saved |= set(person.open)
        self.gone |= set(person.deleted)
        person.open, person.deleted = [], []


def _merged(editor: Editor) -> bytes:
    return merge_updates(*editor.take_outgoing())


def words_of(text: str) -> list[str]:
    return re.findall(r"w\d{5}\.", text)


@pytest.fixture
def place(engine: Engine, world: cast.World, database_url: str, tmp_path: Path) -> Iterator[Place]:
    server = ForkedServer(database_url, tmp_path / "server.log").start()
    address = Address(server.port, server.url)
    persons = {name: Person(address, cast.CAST[name].email).sign_in() for name in (*PEOPLE, "facilitator")}
    yield Place(server, Stage(engine, world), persons, time.monotonic() + BUDGET_SECONDS, count(1))
    for person in persons.values():
        person.close()
    server.kill()


def test_whatever_happens_all_copies_say_the_same_and_what_people_were_told(place: Place) -> None:
    machine = type("RandomMeetingHere", (RandomMeeting,), {"place": place})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking would start servers for an hour
            suppress_health_check=list(HealthCheck),
            deadline=None,
            print_blob=True,
        ),
    )
    assert place.compared >= 1, "no history came to its end"
    assert place.acts >= 10, f"only {place.acts} acts"
