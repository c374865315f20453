"""From the outbox to the pages: in which order."""

from typing import Any

import pytest
from flask import Flask

from consult.announce import audiences, outbox
from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.live.delivery import Tail, until_rights_change
from consult.rooms.notices import tell_state
from tests.cast import World


def test_nobody_is_told_what_happened_after_they_lost_the_right_to_hear_it() -> None:
    names = [
        "room.state_changed",
        "seat.moved",
        "chat.sent",
        "chat.sent",
        "sign_in.ended",
        "member.changed",
        "chat.sent",
    ]
    found = [OutboxEvent(name=name) for name in names]
    assert [[entry.name for entry in stretch] for stretch in until_rights_change(found)] == [
        ["room.state_changed", "seat.moved"],
        ["chat.sent", "chat.sent", "sign_in.ended"],
        ["member.changed"],
        ["chat.sent"],
    ]
    assert list(until_rights_change([])) == []


def test_all_are_told_before_anybodys_rights_are_looked_into(
    app: Flask, db: Db, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = app.extensions["consult.hub"]
    done: list[tuple[str, str]] = []

    def tell(event: str, data: dict[str, Any], *, to: str) -> None:
        done.append(("told", to))

    monkeypatch.setattr(hub, "tell", tell)
    monkeypatch.setattr(hub, "on_room_changed", [lambda room: done.append(("looked", room))])
    tail = Tail(hub)
    tail.position = outbox.last_id(db)
    for room in world.rooms:
        tell_state(db, room)
    db.commit()
    tail.wake.set()
    tail.run()
    session = audiences.session(world.session.public_id)
    first, second = [room.public_id for room in world.rooms]
    assert done == [
        ("told", audiences.room(first)),
        ("told", audiences.room(second)),
        ("told", session),
        ("told", session),
        ("looked", first),
        ("looked", second),
    ]
    assert tail.position == outbox.last_id(db)
