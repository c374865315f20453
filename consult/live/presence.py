"""Who is here: open connections, written down every few seconds so that every process and page can tell."""

import gevent
from sqlalchemy import delete

from consult.announce.audiences import room as room_audience
from consult.announce.audiences import session as session_audience
from consult.announce.events import PresenceChanged
from consult.db import unit_of_work
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.rooms import presence
from consult.rooms.models import Presence

TELL_EVERY_SECONDS = 2.0
WRITE_EVERY_SECONDS = 15.0


class Register:
    """What changed since it was last told and written."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
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
        """Every two seconds: write what changed, then tell the pages that show it."""
        gevent.sleep(TELL_EVERY_SECONDS)
        self.since_written += TELL_EVERY_SECONDS
        if not self.changed and self.since_written < WRITE_EVERY_SECONDS:
            return
        changed, self.changed = self.changed, set()
        gone, self.gone = self.gone, set()
        self.since_written = 0.0
        self.write(gone)
        for session, room in changed:
            self.tell(session, room)

    def write(self, gone: set[int]) -> None:
        """One transaction for everybody who is here."""
        here = {
            c.member_id: (c.consultation_id, c.room_id)
            for c in self.hub.connections
            if c.member_id is not None
        }
        away = gone - set(here)
        with unit_of_work(self.hub.sessions) as db:
            if away:
                db.execute(delete(Presence).where(Presence.member_id.in_(away)))
            presence.seen(db, here)

    def tell(self, session: str | None, room: str | None) -> None:
        event = PresenceChanged(session=session, room=room)
        names = [session_audience(session)] if session else []
        names += [room_audience(room)] if room else []
        for name in names:
            wire = {
                "name": event.name,
                "version": event.version,
                "audience": name,
                "seq": None,
                "at": None,
                "data": event.data(),
            }
            self.hub.server.emit("event", wire, to=name)


def register(hub: Hub) -> None:
    found = Register(hub)
    hub.on_connected.append(found.note)
    hub.on_disconnected.append(found.left)
    hub.workers.append(found.run)
