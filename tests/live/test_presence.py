"""Who is shown as here when lines are lost, pages are closed and the server starts again."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from consult import clock
from consult.config import Settings
from consult.db import reading_session, sessions_for
from consult.live.connections import Connection, Connections
from consult.live.presence import TELL_EVERY_SECONDS, Register
from consult.rooms import presence
from tests import cast
from tests.live.test_connections import Page
from tests.running import ForkedServer, RunningServer, wait_until

LONG = 600


class Desk:
    """A register on connections of our own, and a clock that we turn."""

    def __init__(self, engine: Engine, world: cast.World, settings: Settings) -> None:
        self.engine, self.world, self.settings = engine, world, settings
        self.now = clock.now()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.start()

    def start(self) -> None:
        """A server process begins: it knows nobody."""
        self.connections = Connections()
        hub: Any = SimpleNamespace(
            settings=self.settings,
            connections=self.connections,
            engine=self.engine,
            sessions=sessions_for(self.engine),
            tell=lambda _name, wire, to: self.told.append((to, wire["data"])),
        )
        self.register = Register(hub)

    def open(self, sid: str, who: str, room: int | None = None, **more: Any) -> Connection:
        member, world = self.world.members[who], self.world
        place = world.rooms[room - 1] if room else None
        page = Connection(
            sid,
            more.pop("sign_in", 1),
            member.user_id,
            who,
            member=member.public_id,
            member_id=member.id,
            consultation_id=world.consultation.id,
            session=world.session.public_id,
            room=place.public_id if place else None,
            room_id=place.id if place else None,
            **more,
        )
        self.connections.add(page)
        self.register.note(page)
        return page

    def end(self, page: Connection, *, is_lost: bool) -> None:
        self.connections.remove(page.sid)
        page.lost_at = clock.now() if is_lost else None
        self.register.ended(page)

    def look(self, seconds: float = 2.0) -> list[str]:
        """Let the register look every two seconds for so long; the rooms that are told, by number, and "session"."""
        self.told.clear()
        while seconds > 0:
            step = min(seconds, TELL_EVERY_SECONDS)
            self.now += timedelta(seconds=step)
            self.register.run()
            seconds -= step
        numbers = {f"room:{room.public_id}": f"room {room.number}" for room in self.world.rooms}
        return sorted(numbers.get(to, "session") for to, _data in self.told)

    def places(self) -> dict[str, int | None]:
        """Who is here, and the number of the room they are in."""
        names = {member.id: name for name, member in self.world.members.items()}
        numbers = {room.id: room.number for room in self.world.rooms}
        with reading_session(self.engine) as db:
            here = presence.present_members(db, self.world.consultation.id, now=clock.now())
        return {names[member]: numbers.get(room or 0) for member, room in here.items()}

    def away_since(self, who: str) -> datetime:
        with reading_session(self.engine) as db:
            return presence.away_since(db, self.world.consultation.id)[self.world.members[who].id]


@pytest.fixture
def desk(
    engine: Engine, world: cast.World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setattr("consult.live.presence.gevent.sleep", lambda _seconds: None)
    found = Desk(engine, world, settings)
    clock.set_source(lambda: found.now)
    yield found
    clock.set_source(None)


def test_whose_line_was_lost_is_here_for_thirty_seconds(desk: Desk) -> None:
    page = desk.open("a", "kenya", 1)
    desk.look()
    desk.end(page, is_lost=True)
    lost_at = desk.now
    assert desk.look() == ["session"], "who can be called in has changed, and nothing the room shows"
    assert desk.places() == {"kenya": 1}
    for seconds in (26, 1.9):
        assert desk.look(seconds) == []
        assert desk.places() == {"kenya": 1}
    assert desk.look(0.2) == ["room 1", "session"]
    assert desk.places() == {}
    assert desk.away_since("kenya") == lost_at
    assert desk.look() == []


def test_a_blip_makes_nobody_look_absent(desk: Desk) -> None:
    desk.end(desk.open("a", "kenya", 1), is_lost=True)
    desk.look()
    desk.look(20)
    desk.open("b", "kenya", 1)
    assert desk.look() == ["room 1", "session"]
    assert desk.look(60) == []
    assert desk.places() == {"kenya": 1}


def test_who_leaves_is_gone_at_once(desk: Desk) -> None:
    page = desk.open("a", "kenya", 1)
    desk.look()
    desk.end(page, is_lost=False)
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {}


def test_who_goes_to_another_page_is_there_at_once_and_the_room_they_left_hears_it(desk: Desk) -> None:
    """A page that is left ends as a lost line does."""
    page = desk.open("a", "kenya", 1)
    desk.look()
    desk.end(page, is_lost=True)
    desk.look()
    desk.open("b", "kenya")
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {"kenya": None}


def test_who_goes_to_a_page_that_says_late_for_whom_it_speaks_is_not_held(desk: Desk) -> None:
    """A page of the whole consultation says so when it follows its audience, not when it connects."""
    page = desk.open("a", "kenya", 1)
    desk.look()
    desk.end(page, is_lost=True)
    late = Connection("b", 1, page.user_id, "kenya")
    desk.connections.add(late)
    desk.register.note(late)
    assert desk.look() == ["session"]
    late.member_id, late.consultation_id = page.member_id, page.consultation_id
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {"kenya": None}


def test_with_another_page_open_somebody_is_where_that_is(desk: Desk) -> None:
    desk.open("a", "facilitator")
    room = desk.open("b", "facilitator", 2, visits=True)
    desk.look()
    assert desk.places() == {"facilitator": 2}
    desk.end(room, is_lost=True)
    assert desk.look() == ["room 2", "session"]
    assert desk.places() == {"facilitator": None}


def test_of_a_page_left_and_one_lost_the_lost_one_is_where_somebody_is_held(desk: Desk) -> None:
    room, other = desk.open("a", "kenya", 1), desk.open("b", "kenya")
    desk.look()
    desk.end(room, is_lost=False)
    desk.end(other, is_lost=True)
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {"kenya": None}


@pytest.mark.parametrize("is_first", [True, False], ids=["first signed out", "first closed"])
def test_who_signed_out_is_gone_at_once(desk: Desk, is_first: bool) -> None:
    """Also where the page was closed before word of it came, from another process, that its person signed out."""
    page = desk.open("a", "kenya", 1, sign_in=7)
    desk.look()
    desk.end(page, is_lost=True)
    if not is_first:
        desk.look()
    desk.register.sign_in_ended(8)
    desk.register.sign_in_ended(7)
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {}


def test_who_is_moved_while_cut_off_is_not_in_the_room_they_were_in(desk: Desk) -> None:
    desk.end(desk.open("a", "kenya", 1), is_lost=True)
    desk.end(desk.open("b", "canada"), is_lost=True)
    desk.look()
    for name in ("kenya", "canada"):
        desk.register.rights_changed(desk.world.members[name].public_id)
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {"canada": None}


def test_after_a_restart_who_does_not_come_back_is_gone_and_that_is_told(desk: Desk) -> None:
    desk.open("a", "kenya", 1)
    desk.open("b", "canada", 1)
    desk.end(desk.open("c", "philippines", 2), is_lost=True)
    desk.look()
    desk.look(20)
    desk.start()
    desk.look()
    assert desk.places() == {"kenya": 1, "canada": 1, "philippines": 2}
    desk.open("d", "canada", 1)
    desk.look(28)
    assert desk.places() == {"kenya": 1, "canada": 1, "philippines": 2}
    assert desk.look() == ["room 1", "session"], "whoever looks at it"
    assert desk.places() == {"canada": 1}
    assert desk.look() == []


def test_after_a_restart_from_which_all_came_back_nobody_is_told(desk: Desk) -> None:
    desk.open("a", "kenya", 1)
    desk.look()
    desk.start()
    desk.look()
    desk.open("b", "kenya", 1)
    assert desk.look() == ["room 1", "session"]
    assert desk.look(60) == []
    assert desk.places() == {"kenya": 1}


def test_who_is_at_another_process_is_held_no_longer(desk: Desk) -> None:
    desk.end(desk.open("a", "kenya", 1), is_lost=True)
    desk.look()
    kenya = desk.world.members["kenya"].id
    with sessions_for(desk.engine).begin() as db:
        presence.seen(db, {kenya: presence.Whereabouts(desk.world.consultation.id)}, process="another")
    assert desk.look() == ["room 1", "session"]
    assert desk.places() == {"kenya": None}


# The real server.

Start = Callable[..., RunningServer]


@pytest.fixture
def started(database_url: str, tmp_path: Path, world: cast.World) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(grace: int) -> RunningServer:
            server = ForkedServer(database_url, tmp_path / "server.log", presence_grace_seconds=str(grace))
            stack.callback(server.stop)
            return server.start()

        yield start
    assert "Traceback" not in (tmp_path / "server.log").read_text(errors="replace")


class Watcher(Page):
    """A facilitator's page on which one sees who is where."""

    def __init__(self, server: RunningServer, world: cast.World) -> None:
        super().__init__(server, "facilitator")
        self.world = world

    def _people(self) -> str:
        return self.http.get(
            f"{self.server.url}/rounds/{self.world.round.public_id}/console?part=people"
        ).text

    def here(self) -> int:
        found = re.search(r"(\d+) of \d+ here", self._people())
        assert found
        return int(found[1])

    def in_room(self) -> int:
        room = self.world.rooms[0].public_id
        found = re.search(
            r"(\d+) of \d+ seated", self.http.get(f"{self.server.url}/rooms/{room}?part=present").text
        )
        assert found
        return int(found[1])

    def callable(self) -> int:
        return len(re.findall(r'id="outside-\w+" data-person', self._people()))

    def counts(self) -> tuple[int, int, int]:
        """Here; of these in the first room; elsewhere, and can be called."""
        return self.here(), self.in_room(), self.callable()


def test_a_lost_line_is_told_when_its_time_is_over(started: Start, world: cast.World) -> None:
    server = started(8)
    room, session = world.rooms[0].public_id, world.session.public_id
    watcher, kenya, canada = Watcher(server, world), Page(server, "kenya"), Page(server, "canada")
    watcher.connect(f"console={world.round.public_id}")
    try:
        assert watcher.ask("follow", {"audiences": {f"session:{session}": 0}})["ok"]
        kenya.connect(f"room={room}")
        canada.connect(f"session={session}")
        wait_until(lambda: watcher.counts() == (2, 1, 1), what="both are here")
        lost_at = clock.monotonic()
        for page in (kenya, canada):
            page.lose_line()
        wait_until(lambda: watcher.callable() == 0, what="who cannot be reached cannot be called")
        assert watcher.counts() == (2, 1, 0), "still here"
        assert clock.monotonic() - lost_at < 8, "this machine is too slow for what is tested here"
        watcher.heard.clear()
        wait_until(lambda: watcher.counts() == (0, 0, 0), seconds=20, what="their time is over")
        assert clock.monotonic() - lost_at >= 8
        wait_until(lambda: "presence.changed" in watcher.names_heard(), what="the console is told")
    finally:
        for page in (watcher, kenya, canada):
            page.close()


def test_another_page_and_signing_out_are_seen_at_once(started: Start, world: cast.World) -> None:
    server = started(LONG)
    room, session = world.rooms[0].public_id, world.session.public_id
    watcher, kenya, canada = Watcher(server, world), Page(server, "kenya"), Page(server, "canada")
    elsewhere = Page(server, "kenya")
    watcher.connect(f"room={room}")
    try:
        assert watcher.ask("follow", {"audiences": {f"room:{room}": 0}})["ok"]
        for page in (kenya, canada):
            page.connect(f"room={room}")
        wait_until(lambda: watcher.counts() == (2, 2, 0), what="both are in the room")
        kenya.lose_line()
        watcher.heard.clear()
        elsewhere.connect(f"session={session}")
        wait_until(lambda: watcher.counts() == (2, 1, 1), what="the other page is seen")
        wait_until(lambda: "presence.changed" in watcher.names_heard(), what="the room is told")
        form = canada.http.get(f"{server.url}/account").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        assert token
        canada.http.post(f"{server.url}/sign-out", data={"csrf_token": token[1]}, allow_redirects=False)
        wait_until(lambda: watcher.counts() == (1, 0, 1), what="who signed out is gone")
    finally:
        for page in (watcher, kenya, canada, elsewhere):
            page.close()


def test_after_a_restart_nobody_who_stays_away_is_shown_for_ever(started: Start, world: cast.World) -> None:
    server = started(3)
    room = world.rooms[0].public_id
    kenya, canada = Page(server, "kenya"), Page(server, "canada")
    for page in (kenya, canada):
        page.connect(f"room={room}")
    watcher = Watcher(server, world)
    wait_until(lambda: watcher.counts() == (2, 2, 0), what="both are in the room")
    server.kill()
    for page in (kenya, canada):
        page.close()
    server.start()
    back = Page(server, "kenya").connect(f"room={room}")
    watcher.connect(f"room={room}")
    try:
        assert watcher.ask("follow", {"audiences": {f"room:{room}": 0}})["ok"]
        wait_until(lambda: watcher.counts() == (1, 1, 0), seconds=20, what="one came back, the other did not")
        wait_until(lambda: "presence.changed" in watcher.names_heard(), what="the room is told")
    finally:
        back.close()
        watcher.close()
