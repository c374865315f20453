"""The facilitator console's digest: at most once a second, and only the rooms that look different than before.

How many words rooms drafted is counted whether somebody watches or not, so that whoever opens the console reads of the last minutes.
A page asks for it by its query (`console=<round>`); who may not run rooms any more gets none from the same second on.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import gevent
from sqlalchemy import select

from consult import clock
from consult.db import Db, reading_session
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.proceedings.drafted import Memories
from consult.proceedings.queries import progress_of
from consult.proceedings.wall import LastLines, Wall, wall_of
from consult.rooms.models import EDITABLE, Room, Round
from consult.rooms.service import rooms_of

EVERY_SECONDS = 1.0
#: Where nobody watches, words are counted this often.
COUNT_EVERY_SECONDS = 10.0
#: Bytes of one digest: a second in which everything changes is told over several.
MOST_BYTES = 16_000


@dataclass
class Page:
    """What one console shows already: a tile by room number, and the order."""

    tiles: dict[int, dict[str, Any]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    #: Number of the first room that did not fit into a digest: the next begins there, so that busy rooms keep no others away.
    begins_at: int = 0

    def digest(self, tiles: list[dict[str, Any]], order: list[int]) -> dict[str, Any] | None:
        """What the page has to hear, and is then known to show; None when it shows everything. `tiles`: by room number."""
        changed: list[dict[str, Any]] = []
        size = 0
        start = next((place for place, tile in enumerate(tiles) if tile["n"] >= self.begins_at), 0)
        for tile in [*tiles[start:], *tiles[:start]]:
            if self.tiles.get(tile["n"]) == tile:
                continue
            size += len(json.dumps(tile))
            if changed and size > MOST_BYTES:
                self.begins_at = tile["n"]
                break
            changed.append(tile)
            self.tiles[tile["n"]] = tile
        found: dict[str, Any] = {"rooms": changed} if changed else {}
        if self.order != order:
            self.order = found["order"] = order
        return found or None


class Digests:
    """The consoles that are open in this process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.pages: dict[str, Page] = {}
        self.lines: dict[str, LastLines] = {}
        self.memories = Memories()
        self.since_counted = COUNT_EVERY_SECONDS
        self.sent = 0
        self.bytes = 0

    def left(self, connection: Connection) -> None:
        self.pages.pop(connection.sid, None)

    def run(self) -> None:
        """Every second: look at each round somebody watches, and tell each page what is new to it."""
        gevent.sleep(EVERY_SECONDS)
        watched: dict[str, list[Connection]] = {}
        for connection in self.hub.connections:
            if connection.console:
                watched.setdefault(connection.console, []).append(connection)
        self.lines = {key: lines for key, lines in self.lines.items() if key in watched}
        self.since_counted += EVERY_SECONDS
        if self.since_counted >= COUNT_EVERY_SECONDS:
            self.since_counted = 0.0
            self.count(set(watched))
        for key, connections in watched.items():
            with reading_session(self.hub.engine) as db:
                wall = self.look(db, key)
            if wall is not None:
                self.tell(wall, connections)

    def count(self, watched: set[str]) -> None:
        """Count the words of rooms that work and are not watched, whose wall would do so."""
        with reading_session(self.hub.engine) as db:
            working: dict[str, list[int]] = {}
            query = select(Round.public_id, Room.id).join(Room, Room.round_id == Round.id)
            for key, room in db.execute(query.where(Room.state.in_(EDITABLE))):
                working.setdefault(key, []).append(room)
            self.memories.keep(watched | set(working))
            for key in set(working) - watched:
                self.memories.of(key).look(db, progress_of(db, working[key]), clock.now())

    def look(self, db: Db, key: str) -> Wall | None:
        round_ = db.scalar(select(Round).where(Round.public_id == key))
        if round_ is None:
            return None
        lines, drafted = self.lines.setdefault(key, LastLines()), self.memories.of(key)
        return wall_of(db, round_, rooms_of(db, round_), lines=lines, drafted=drafted, counts=True)

    def tell(self, wall: Wall, connections: list[Connection]) -> None:
        tiles = [tile.on_wire() for tile in wall.tiles]
        for connection in connections:
            digest = self.pages.setdefault(connection.sid, Page()).digest(tiles, wall.order)
            if digest is not None:
                self.sent += 1
                self.bytes += len(json.dumps(digest))
                self.hub.server.emit("digest", digest, to=connection.sid)


def register(hub: Hub) -> None:
    digests = Digests(hub)
    hub.on_disconnected.append(digests.left)
    hub.workers.append(digests.run)
    hub.app.extensions["consult.memories"] = digests.memories
    gauges = hub.app.extensions["consult.gauges"]
    gauges["console_digests_total"] = lambda: digests.sent
    gauges["console_digest_bytes_total"] = lambda: digests.bytes
