"""Who may open a live connection, what it may hear, and how fast a right that was taken away is gone. On the real server."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import requests
import socketio
import websocket

from consult import clock
from consult.announce import outbox
from consult.announce.events import SessionChanged
from consult.db import Db
from consult.people import service as people
from consult.rooms import service as rooms_service
from tests import cast
from tests.running import ForkedServer, RunningServer, wait_until


@pytest.fixture
def server(database_url: str, tmp_path: Path, world: cast.World) -> Iterator[RunningServer]:
    found = ForkedServer(database_url, tmp_path / "server.log").start()
    yield found
    assert found.stop() == 0
    assert "Traceback" not in found.log.read_text(errors="replace")


class Page:
    """A signed-in page with its live connection; keeps every event it hears."""

    def __init__(self, server: RunningServer, name: str) -> None:
        self.server = server
        self.http = requests.Session()
        if name != "anonymous":
            token = re.search(
                r'name="csrf_token" value="([^"]+)"', self.http.get(f"{server.url}/sign-in").text
            )
            assert token
            form = {"csrf_token": token.group(1), "email": cast.CAST[name].email, "password": cast.PASSWORD}
            answer = self.http.post(f"{server.url}/sign-in", data=form, allow_redirects=False)
            assert answer.status_code == 303, answer.text
        self.heard: list[dict[str, Any]] = []
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("event", self.heard.append)

    def cookie(self) -> str:
        return "; ".join(f"{entry.name}={entry.value}" for entry in self.http.cookies)

    def is_refused(self, origin: str | None) -> bool:
        """Whether a websocket from `origin` (None: without the header) is turned away at the handshake or at CONNECT."""
        address = self.server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        from_ = {"origin": origin} if origin else {"suppress_origin": True}
        try:
            raw = websocket.create_connection(address, cookie=self.cookie(), timeout=5, **from_)
        except websocket.WebSocketBadStatusException:
            return True
        try:
            raw.recv()
            raw.send("40")
            return not str(raw.recv()).startswith("40")
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return True
        finally:
            raw.close()

    def connect(self, query: str = "") -> "Page":
        address = f"{self.server.url}?{query}" if query else self.server.url
        self.socket.connect(
            address, headers={"Cookie": self.cookie()}, transports=["websocket"], wait_timeout=5
        )
        return self

    def ask(self, event: str, payload: object) -> Any:
        return self.socket.call(event, payload, timeout=5)

    def names_heard(self) -> list[str]:
        return [event["name"] for event in self.heard]

    def lose_line(self) -> None:
        """As a line that breaks: nobody says goodbye."""
        self.socket.eio.ws.sock.shutdown(2)
        self.socket.wait()

    def leave(self) -> None:
        """Say goodbye, as a page does; the library may close the line faster than it says so."""
        self.socket.eio.send("1")
        self.socket.eio.queue.join()
        self.close()

    def close(self) -> None:
        self.socket.disconnect()
        self.http.close()


@pytest.fixture
def open_page(server: RunningServer) -> Iterator[Any]:
    pages: list[Page] = []

    def opened(name: str) -> Page:
        pages.append(Page(server, name))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def test_nobody_connects_without_a_sign_in_or_from_elsewhere(server: RunningServer, open_page: Any) -> None:
    assert open_page("anonymous").is_refused(server.url)
    page = open_page("kenya")
    assert not page.is_refused(server.url)
    for origin in (None, "https://evil.example", "null"):
        assert page.is_refused(origin), origin


#: audience -> who may follow it.
FOLLOWING = {
    "consultation": {"kenya", "philippines", "facilitator", "viewer"},
    "session": {"kenya", "philippines", "facilitator", "viewer"},
    "room": {"kenya", "facilitator"},
    "staff": {"facilitator"},
    "member": {"kenya"},
}


def test_each_audience_is_followed_by_those_it_is_for(open_page: Any, world: cast.World) -> None:
    names = {
        "consultation": f"consultation:{world.consultation.public_id}",
        "session": f"session:{world.session.public_id}",
        "room": f"room:{world.rooms[0].public_id}",
        "staff": f"staff:{world.consultation.public_id}",
        "member": f"member:{world.members['kenya'].public_id}",
    }
    for person in ("kenya", "philippines", "facilitator", "viewer"):
        page = open_page(person).connect()
        for kind, name in names.items():
            answer = page.ask("follow", {"audiences": {name: 0}})
            assert answer["ok"] is (person in FOLLOWING[kind]), (person, kind, answer)
            if not answer["ok"]:
                assert answer["error"]["code"] == "not_found"


HOSTILE: tuple[object, ...] = (
    None,
    3,
    "x",
    [],
    {},
    {"audiences": []},
    {"audiences": {"room:x": "1"}},
    {"audiences": {"server": 0}},
    {"audiences": {"room:../../etc": 0}},
    {"audiences": {"session:abc": -1}},
    {"audiences": {"session:abc": True}},
    {"audiences": {"session:" + "a" * 5000: 0}},
    {"audiences": {f"room:{number}": 0 for number in range(50)}},
)


def test_hostile_requests_to_follow_get_a_clean_answer(open_page: Any) -> None:
    page = open_page("kenya").connect()
    for payload in HOSTILE:
        answer = page.ask("follow", payload)
        assert answer["ok"] is False, payload
        assert answer["error"]["code"] in ("bad_request", "not_found"), payload
        assert set(answer["error"]) == {"code", "message", "at"}


def test_events_reach_their_audience_and_nobody_else(open_page: Any, world: cast.World, db: Db) -> None:
    room = world.rooms[0]
    seated, outside = open_page("kenya").connect(), open_page("philippines").connect()
    assert seated.ask("follow", {"audiences": {f"room:{room.public_id}": 0}})["ok"]
    assert outside.ask("follow", {"audiences": {f"room:{world.rooms[1].public_id}": 0}})["ok"]
    rooms_service.extend(db, world.actor(db, "facilitator"), [room], minutes=5)
    db.commit()
    wait_until(lambda: "room.deadline_changed" in seated.names_heard(), what="the event in the room")
    assert [event["seq"] for event in seated.heard if event["audience"].startswith("room:")] == [1]
    assert all(room.public_id != event["data"].get("room") for event in outside.heard)


def test_a_page_that_was_away_gets_what_it_missed(open_page: Any, world: cast.World, db: Db) -> None:
    name = f"room:{world.rooms[0].public_id}"
    for _ in range(3):
        rooms_service.extend(db, world.actor(db, "facilitator"), [world.rooms[0]], minutes=1)
        db.commit()
    answer = open_page("kenya").connect().ask("follow", {"audiences": {name: 1}})
    assert [event["seq"] for event in answer["missed"]] == [2, 3]
    assert answer["seqs"] == {name: 3}


def test_signing_out_closes_the_open_connection_within_two_seconds(open_page: Any) -> None:
    page = open_page("kenya").connect()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.http.get(f"{page.server.url}/account").text)
    assert token
    page.http.post(f"{page.server.url}/sign-out", data={"csrf_token": token.group(1)}, allow_redirects=False)
    wait_until(lambda: not page.socket.connected, seconds=2, what="the socket to be closed")


def test_a_member_moved_away_hears_nothing_more_of_the_room(
    open_page: Any, world: cast.World, db: Db
) -> None:
    room, other = world.rooms
    page = open_page("canada").connect(f"room={room.public_id}")
    assert page.ask(
        "follow",
        {"audiences": {f"room:{room.public_id}": 0, f"member:{world.members['canada'].public_id}": 0}},
    )["ok"]
    facilitator = world.actor(db, "facilitator")
    rooms_service.move_member(db, facilitator, other, world.members["canada"], reason="Balance")
    db.commit()
    wait_until(lambda: "seat.moved" in page.names_heard(), what="word of the move")
    rooms_service.extend(db, facilitator, [room], minutes=5)
    rooms_service.extend(db, facilitator, [other], minutes=5)
    db.commit()
    assert page.ask("follow", {"audiences": {f"room:{other.public_id}": 0}})["ok"]
    assert not [
        e
        for e in page.heard
        if e["audience"] == f"room:{room.public_id}" and e["name"] == "room.deadline_changed"
    ]


def test_who_left_one_of_two_consultations_hears_nothing_more_of_it(
    open_page: Any, world: cast.World, db: Db
) -> None:
    """Row 8. One page follows both, as the front page does, and speaks for the member of the second."""
    other = cast.build(db, title="The second one")
    db.commit()
    first, second = (f"consultation:{found.consultation.public_id}" for found in (world, other))
    page = open_page("kenya").connect()
    assert page.ask("follow", {"audiences": {first: 0, second: 0}})["ok"]
    people.withdraw_member(db, world.actor(db, "organizer"), world.consultation, world.members["kenya"])
    db.commit()
    outbox.add(db, SessionChanged(world.session.public_id, "open"), to=[first, second])
    db.commit()
    wait_until(lambda: "session.changed" in page.names_heard(), what="the event of the other consultation")
    heard = [event["audience"] for event in page.heard if event["name"] == "session.changed"]
    assert heard == [second]
    assert not page.ask("follow", {"audiences": {first: 0}})["ok"]


def test_who_is_withdrawn_between_connecting_and_following_follows_nothing(
    open_page: Any, world: cast.World, db: Db
) -> None:
    watching = open_page("canada").connect(f"session={world.session.public_id}")
    member = world.members["canada"].public_id
    assert watching.ask("follow", {"audiences": {f"member:{member}": 0}})["ok"]
    page = open_page("kenya").connect(f"session={world.session.public_id}")
    people.withdraw_member(db, world.actor(db, "organizer"), world.consultation, world.members["kenya"])
    outbox.add(db, SessionChanged(world.session.public_id, "open"), to=[f"member:{member}"])
    db.commit()
    wait_until(lambda: "session.changed" in watching.names_heard(), what="the server has heard of it")
    answer = page.ask("follow", {"audiences": {f"session:{world.session.public_id}": 0}})
    assert answer["error"]["code"] == "not_found"


def test_the_clock_answers_in_server_time(open_page: Any) -> None:
    answer = open_page("viewer").connect().ask("clock", {})
    assert abs(answer["now"] - clock.milliseconds(clock.now())) < 5000


def test_one_connection_cannot_flood_the_server(open_page: Any) -> None:
    page = open_page("kenya").connect()
    codes = [page.ask("clock", {}).get("error", {}).get("code") for _ in range(80)]
    assert "too_many" in codes


def test_redis_wakes_the_tail_of_another_process(
    database_url: str, redis_url: str, tmp_path: Path, world: cast.World, db: Db
) -> None:
    server = ForkedServer(database_url, tmp_path / "queue.log", message_queue_url=redis_url).start()
    try:
        page, room = Page(server, "kenya").connect(), world.rooms[0]
        assert page.ask("follow", {"audiences": {f"room:{room.public_id}": 0}})["ok"]
        rooms_service.extend(db, world.actor(db, "facilitator"), [room], minutes=2)
        db.commit()
        redis.Redis.from_url(redis_url).publish("consult:wake", b"1")
        wait_until(lambda: "room.deadline_changed" in page.names_heard(), seconds=5, what="the event")
        page.close()
    finally:
        assert server.stop() == 0
