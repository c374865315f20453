"""Every event of the live connection for every one of the cast, on the real server. An event without a row fails."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket
from flask import Flask
from sqlalchemy import Engine

from consult.db import Db
from consult.drafting.awareness import Caret, carets, message
from consult.drafting.limits import Limits
from consult.items.models import ActionItem
from consult.people import service as people
from tests import cast
from tests.drafting import stage as drafting
from tests.live.drafting_wire import WirePage
from tests.permissions.routes import EVERYBODY, ROOM1, STAFF
from tests.permissions.stage import sign_in
from tests.running import ForkedServer, RunningServer

OUTSIDERS = ("stranger", "other organizer", "withdrawn")
PEOPLE = (*cast.CAST, *OUTSIDERS)
#: Client ids of the pages; the first ones are the server's own.
LISTENER, LAST, FIRST = 900, 901, 1000
MEMBERS, ROOM = EVERYBODY, ROOM1 | STAFF

#: event -> who is answered; the others are refused as if there were no such thing. Room 1 and its draft.
EVENTS: dict[str, frozenset[str]] = {
    "clock": MEMBERS | set(OUTSIDERS),
    "here": MEMBERS | set(OUTSIDERS),
    "follow": ROOM,
    "join": ROOM,
    "c": ROOM,
    "u": ROOM,
    "a": ROOM,
}
#: Answered before anybody asks for anything: only who is signed in comes in at all.
DOORS = {"connect", "disconnect"}


@pytest.fixture
def item(engine: Engine, world: cast.World) -> ActionItem:
    return drafting.Stage(engine, world).item()


@pytest.fixture
def cookies(app: Flask, db: Db, world: cast.World, item: ActionItem) -> dict[str, str]:
    """What the browser of each person sends."""
    gone = cast.account(db, "gone@example.org", "Gone")
    member = people.add_member(
        db, world.consultation, gone, world.members["kenya"].delegation, role="delegate"
    )
    people.withdraw_member(db, world.actor(db, "organizer"), world.consultation, member)
    users = world.users | {
        "stranger": cast.account(db, cast.STRANGER, "Stranger"),
        "other organizer": cast.account(db, f"noise-{cast.CAST['organizer'].email}", ""),
        "withdrawn": gone,
    }
    tokens = {name: sign_in(db, user) for name, user in users.items()}
    db.commit()
    found = {}
    for name, token in tokens.items():
        client = app.test_client()
        with client.session_transaction(base_url="http://consult.test") as session:
            session["_user_id"], session["_fresh"] = token, True
        cookie = client.get_cookie("session", domain="consult.test")
        assert cookie is not None
        found[name] = f"session={cookie.value}"
    return found


@pytest.fixture
def server(database_url: str, tmp_path: Path, cookies: dict[str, str]) -> Iterator[RunningServer]:
    running = ForkedServer(database_url, tmp_path / "server.log", secret_key="x" * 40).start()
    yield running
    assert running.stop() == 0


def opened(server: RunningServer, cookie: str, item: ActionItem, client_id: int) -> WirePage:
    return WirePage(server.url, cookie, item.public_id, drafting.Editor(client_id))


def test_every_event_has_its_row(app: Flask) -> None:
    handlers: dict[str, dict[str, Any]] = app.extensions["consult.hub"].server.handlers
    assert set(handlers) == {"/"}, "one namespace, so that no check is forgotten in another"
    assert set(handlers["/"]) == set(EVENTS) | DOORS


def test_who_is_answered(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, world: cast.World
) -> None:
    """Rows 1 to 6 and 16: knowing the id of a room or a draft opens neither."""
    listener = opened(server, cookies["kenya"], item, LISTENER)
    assert listener.join()["ok"] == 1
    room = {"audiences": {f"room:{world.rooms[0].public_id}": 0}}
    answered: dict[str, set[str]] = {name: set() for name in EVENTS}
    for number, name in enumerate(PEOPLE, FIRST):
        page = opened(server, cookies[name], item, number)
        acks = {
            "clock": page.ask("clock", {}),
            "here": page.ask("here", {}),
            "follow": page.ask("follow", room),
        }
        acks["join"] = page.join()
        acks["c"] = page.ask("c", {"draft": item.public_id})
        page.editor.title += f"<{name}>"
        acks["u"] = page.send()
        move_caret(page, number)
        page.close()
        for event, ack in acks.items():
            if ack["ok"]:
                answered[event].add(name)
    answered["a"] = {PEOPLE[number - FIRST] for number in carets_seen(server, cookies, item, listener)}
    assert answered == {event: set(who) for event, who in EVENTS.items()}
    assert {name for name in PEOPLE if f"<{name}>" in str(listener.editor.title)} == ROOM
    listener.close()


def move_caret(page: WirePage, client_id: int) -> None:
    """Send a caret, which is never answered, and then something that is."""
    data = base64.b64encode(message([Caret(client_id, 1, {"user": {"name": "X"}, "cursor": None})])).decode()
    page.socket.send("42" + json.dumps(["a", data, page.draft]))
    page.ask("clock", {})


def carets_seen(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, listener: WirePage
) -> set[int]:
    """Whose carets came to the room, up to one that is sent last and surely comes."""
    last = opened(server, cookies["canada"], item, LAST)
    last.join()
    move_caret(last, LAST)

    def seen() -> set[int]:
        sent = [args[0] for event, args in listener.events if event == "a"]
        return {int(caret.client) for data in sent for caret in carets(base64.b64decode(data), Limits())}

    listener.wait_for(lambda: LAST in seen())
    last.close()
    return seen() - {LAST, LISTENER}


def test_nobody_comes_in_without_a_sign_in(server: RunningServer, item: ActionItem) -> None:
    """Row 1: neither without a cookie nor with one that somebody made up."""
    for cookie in ("", "session=forged", "session=eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.forged"):
        with pytest.raises((websocket.WebSocketException, ConnectionError, AssertionError)):
            WirePage(server.url, cookie, item.public_id, drafting.Editor(7))
