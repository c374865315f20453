"""Who is here: open connections, written down every few seconds so that every process and page can tell.

A connection ends because its page or the server ended it (`disconnect` on the wire, signed out), or because the line was lost; a closed tab
looks like a lost line. Whose line was lost is held where they were for `CONSULT_PRESENCE_GRACE_SECONDS`, or until a page of theirs
is open, wherever that is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import gevent

from consult import clock
from consult.announce.audiences import room as room_audience
from consult.announce.audiences import session as session_audience
from consult.announce.events import PresenceChanged
from consult.db import reading_session, unit_of_work
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.rooms import presence

TELL_EVERY_SECONDS = 2.0
WRITE_EVERY_SECONDS = 15.0


@dataclass
class Held:
    """One member whose lines were lost, the last of them at `at`, and who has no page open here."""

    at: datetime
    connections: list[Connection]


class Register:
    """What changed since it was last told and written, and who is held."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.process = hub.settings.process_name
        self.grace = timedelta(seconds=hub.settings.presence_grace_seconds)
        self.changed: set[tuple[str | None, str | None]] = set()
        self.gone: set[int] = set()
        self.held: dict[int, Held] = {}
        #: Who was here when the last process of this name ended, and until when they are held; None before they are looked up.
        self.inherited: set[int] | None = None
        self.inherited_until = clock.now() + self.grace
        self.since_written = WRITE_EVERY_SECONDS

    def note(self, connection: Connection) -> None:
        if connection.member_id is not None:
            self.changed.add((connection.session, connection.room))

    def ended(self, connection: Connection) -> None:
        """Rule: who left is gone; whose line was lost is held. What can be told to whom is known to the session at once."""
        member = connection.member_id
        if member is None:
            return
        if connection.lost_at is None:
            self.gone.add(member)
            self.note(connection)
        else:
            held = self.held.setdefault(member, Held(connection.lost_at, []))
            held.at = connection.lost_at
            held.connections.append(connection)
            self.changed.add((connection.session, None))

    def sign_in_ended(self, sign_in_id: int) -> None:
        """Who signed out, or was, is held no longer: the page may have closed before its connection was ended."""
        for member, held in list(self.held.items()):
            if any(one.sign_in_id == sign_in_id for one in held.connections):
                self._release(member)

    def rights_changed(self, member: str) -> None:
        """Who was in a room when the line was lost and was moved, or is no member any more, is not there."""
        for row, held in list(self.held.items()):
            if any(one.member == member and one.room_id is not None for one in held.connections):
                self._release(row)

    def _release(self, member: int) -> None:
        """Somebody is not where they were held: gone, unless they are found elsewhere."""
        for connection in self.held.pop(member).connections:
            self.note(connection)
        self.gone.add(member)

    def run(self) -> None:
        """Every two seconds: write what changed, then tell the pages that show it.

        A session hears once that somebody came or went, however many rooms they did so in; which room, only that room hears.
        """
        gevent.sleep(TELL_EVERY_SECONDS)
        self.since_written += TELL_EVERY_SECONDS
        self.look_after_held()
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

    def look_after_held(self) -> None:
        """Hold nobody who is back, here or elsewhere, or did not come back in time."""
        inherited = self._inherited()
        if not self.held and not inherited:
            return
        here, now = set(whereabouts(self.hub.connections)), clock.now()
        if self.held:
            with reading_session(self.hub.engine) as db:
                here |= presence.at_others(db, self.held, process=self.process)
        for member, held in list(self.held.items()):
            if member in here or held.at + self.grace <= now:
                self._release(member)
        if inherited and self.inherited_until <= now:
            self.inherited = set()
            gone = inherited - here - set(self.held)
            self.gone |= gone
            self.changed |= {(one.session, one.room) for one in self.hub.connections} if gone else set()

    def _inherited(self) -> set[int]:
        """After a restart who was here before it is held; whose page does not come back is then gone, and that is told."""
        if self.inherited is None:
            self.inherited_until = clock.now() + self.grace
            with unit_of_work(self.hub.sessions) as db:
                self.inherited = presence.cut_all(db, self.inherited_until, process=self.process)
        return self.inherited

    def write(self, gone: Collection[int]) -> None:
        """One transaction for everybody who is here or held."""
        here = {**self._held_places(), **whereabouts(self.hub.connections)}
        away = set(gone) - set(here)
        with unit_of_work(self.hub.sessions) as db:
            if away:
                presence.left(db, away, process=self.process)
            presence.seen(db, here, process=self.process)

    def _held_places(self) -> dict[int, presence.Whereabouts]:
        found = whereabouts(one for held in self.held.values() for one in held.connections)
        cuts = {member: presence.Cut(held.at, held.at + self.grace) for member, held in self.held.items()}
        return {member: replace(place, cut=cuts[member]) for member, place in found.items()}

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
    hub.on_disconnected.append(found.ended)
    hub.on_sign_in_ended.append(found.sign_in_ended)
    hub.on_rights_changed.append(found.rights_changed)
    hub.workers.append(found.run)
