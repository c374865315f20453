"""Who is here: open connections, written down every few seconds so that every process and page can tell."""

from collections.abc import Iterable

import gevent

from consult.announce.audiences import room as room_audience
from consult.announce.audiences import session as session_audience
from consult.announce.events import PresenceChanged
from consult.db import unit_of_work
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.rooms import presence

TELL_EVERY_SECONDS = 2.0
WRITE_EVERY_SECONDS = 15.0


class Register:
    """What changed since it was last told and written."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.process = hub.settings.process_name
        self.changed: set[tuple[str | None, str | None]] = set()
        self.gone: set[int] = set()
        self.since_written = WRITE_EVERY_SECONDS

    def note(self, connection: Connection) -> None:
        if connection.member_id is not None:
            self.changed.add((connection.session, connection.room))

    def left(self, connection: Connection) -> None:
        if connection.member_id is not None:
            self.gone.add(connection.member_id)
            self.note(connection)

    def run(self) -> None:
        """Every two seconds: write what changed, then tell the pages that show it.

        A session hears once that somebody came or went, however many rooms they did so in; which room, only that room hears.
        """
        gevent.sleep(TELL_EVERY_SECONDS)
        self.since_written += TELL_EVERY_SECONDS
        if not self.changed and self.since_written < WRITE_EVERY_SECONDS:
            return
        changed, self.changed = self.changed, set()
        gone, self.gone = self.gone, set()
        self.since_written = 0.0
        self.write(gone)
        for session in {session for session, _room in changed if session}:
            self.tell(session_audience(session), PresenceChanged(session=session, room=None))
        for where, room in changed:
            if room:
                self.tell(room_audience(room), PresenceChanged(session=where, room=room))

    def write(self, gone: set[int]) -> None:
        """One transaction for everybody who is here."""
        here = whereabouts(self.hub.connections)
        away = gone - set(here)
        with unit_of_work(self.hub.sessions) as db:
            if away:
                presence.left(db, away, process=self.process)
            presence.seen(db, here, process=self.process)

    def tell(self, audience: str, event: PresenceChanged) -> None:
        wire = {
            "name": event.name,
            "version": event.version,
            "audience": audience,
            "seq": None,
            "at": None,
            "data": event.data(),
        }
        self.hub.tell("event", wire, to=audience)


def whereabouts(connections: Iterable[Connection]) -> dict[int, presence.Whereabouts]:
    """Where each member is, by row id; of several pages of one person the one that counts most."""
    here: dict[int, presence.Whereabouts] = {}
    for found in connections:
        if found.member_id is None:
            continue
        place = presence.Whereabouts(
            found.consultation_id, found.room_id, found.wrote_at if found.room_id else None, found.observes
        )
        known = here.get(found.member_id)
        if known is None or presence.rank(place) > presence.rank(known):
            here[found.member_id] = place
    return here


def register(hub: Hub) -> None:
    found = Register(hub)
    hub.on_connected.append(found.note)
    hub.on_disconnected.append(found.left)
    hub.workers.append(found.run)
