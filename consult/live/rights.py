"""What a connection may do with a draft, asked at every update and answered from memory.

The rules are those of the one table, for an actor that is cached per connection, forgotten when a commit changed a right, and
read again after ten seconds at the latest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import gevent
from sqlalchemy import select

from consult import clock
from consult.db import reading_session
from consult.disclosure.attribution import Attribution, names_authors
from consult.drafting.live_draft import Subject
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.messages import message
from consult.permissions.actor import Actor
from consult.permissions.check import refusal
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.reference import groups
from consult.rooms.actors import actors_for

ACTOR_SECONDS = 10.0
RENEW_EVERY_SECONDS, RENEW_AFTER_SECONDS = 2.0, 6.0
_LANGUAGE = "en"


@dataclass(slots=True)
class KnownActor:
    """Who a connection is in a consultation; None: nobody any more. `at`: monotonic seconds when it was read."""

    connection: Connection
    actor: Actor | None
    at: float
    asked: bool = False
    #: The last answer for each permission, and the subject it was about. Rules are pure and neither actor nor subject ever
    #: changes (another state is another subject), so the same question has the same answer.
    answers: dict[Permission, tuple[Subject, str | None]] = field(default_factory=dict)


class LiveRights:
    """What a connection may do with a draft, and under which name its caret appears."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._actors: dict[tuple[str, int], KnownActor] = {}
        self._forgotten = 0
        #: Connections whose actors were forgotten or are not known, by consultation: who is asked about first brings the others along.
        self._stale: defaultdict[int, set[str]] = defaultdict(set)
        self._rules: dict[int, tuple[str, float]] = {}
        self._groups = {group.mark: group.label for group in groups()}

    def forget(self) -> None:
        """A right changed somewhere: read every actor anew when next asked, all in one go."""
        for sid, consultation_id in self._actors:
            self._stale[consultation_id].add(sid)
        self._actors.clear()
        self._forgotten += 1

    def forget_rules(self) -> None:
        """A consultation changed: read anew as what its people appear."""
        self._rules.clear()

    def forget_connection(self, connection: Connection) -> None:
        for key in [key for key in self._actors if key[0] == connection.sid]:
            del self._actors[key]

    def renew(self) -> None:
        """Every other second: read the actors whose time is nearly over, all in one go, so that no update waits for it.

        Who was not asked about since the last reading is forgotten, and read again when asked.
        """
        gevent.sleep(RENEW_EVERY_SECONDS)
        now, due = clock.monotonic(), defaultdict[int, dict[str, Connection]](dict)
        for (sid, consultation_id), known in list(self._actors.items()):
            if now - known.at < RENEW_AFTER_SECONDS:
                continue
            connection = self._hub.connections.get(sid)
            if known.asked and connection is not None:
                due[consultation_id][sid] = connection
            else:
                del self._actors[sid, consultation_id]
        for consultation_id, connections in due.items():
            forgotten = self._forgotten
            with reading_session(self._hub.engine) as db:
                found = actors_for(db, {one.user_id for one in connections.values()}, consultation_id)
            if forgotten != self._forgotten:
                return  # what was read may be older than the change
            for sid, one in connections.items():
                if (sid, consultation_id) in self._actors:
                    self._actors[sid, consultation_id] = KnownActor(one, found.get(one.user_id), now)

    def is_known(self, sid: str, subject: Subject) -> bool:
        """Whether questions about a connection are answered from memory; if not, `learn` reads it with all others like it."""
        known = self._actors.get((sid, subject.consultation_id))
        if known is not None and clock.monotonic() - known.at < ACTOR_SECONDS:
            return True
        self._stale[subject.consultation_id].add(sid)
        return False

    def learn(self) -> None:
        """Read everybody who was asked about and is not known, all in one go."""
        for consultation_id in list(self._stale):
            self._read_stale(consultation_id)

    def _read_stale(self, consultation_id: int) -> dict[str, KnownActor]:
        """Those who are read, by connection; remembered unless a right changed meanwhile."""
        forgotten, now = self._forgotten, clock.monotonic()
        sids = self._stale.pop(consultation_id, set())
        found = [one for one in map(self._hub.connections.get, sids) if one is not None]
        if not found:
            return {}
        with reading_session(self._hub.engine) as db:
            actors = actors_for(db, {one.user_id for one in found}, consultation_id)
        read = {one.sid: KnownActor(one, actors.get(one.user_id), now) for one in found}
        if forgotten == self._forgotten:
            self._actors |= {(sid, consultation_id): known for sid, known in read.items()}
        else:
            self._stale[consultation_id] |= read.keys()
        return read

    def _known(self, sid: str, subject: Subject) -> KnownActor | None:
        if not self.is_known(sid, subject):
            known = self._read_stale(subject.consultation_id).get(sid)
        else:
            known = self._actors[sid, subject.consultation_id]
        if known is not None:
            known.asked = True
        return known

    def _actor(self, sid: str, subject: Subject) -> Actor | None:
        known = self._known(sid, subject)
        return known.actor if known else None

    def _refusal(self, sid: str, permission: Permission, subject: Subject) -> str | None:
        known = self._actors.get((sid, subject.consultation_id))
        if known is None or clock.monotonic() - known.at >= ACTOR_SECONDS:
            known = self._known(sid, subject)
            if known is None:
                return "not_a_member"
        known.asked = True
        if permission is Permission.ITEM_EDIT and known.connection.observes:
            return "room.observing"
        before = known.answers.get(permission)
        if before is not None and before[0] is subject:
            return before[1]
        if known.actor is None:
            return "not_a_member"
        reason = refusal(known.actor, permission, subject)
        known.answers[permission] = (subject, reason)
        return reason

    def reading(self, sid: str, subject: Subject) -> str | None:
        return self._refusal(sid, Permission.ROOM_VIEW, subject)

    def editing(self, sid: str, subject: Subject) -> str | None:
        return self._refusal(sid, Permission.ITEM_EDIT, subject)

    def member_id(self, sid: str, subject: Subject) -> int | None:
        actor = self._actor(sid, subject)
        return actor.member_id if actor else None

    def hears(self, sid: str) -> bool:
        connection = self._hub.connections.get(sid)
        return connection is None or connection.hears

    def _rule(self, subject: Subject) -> str:
        known, now = self._rules.get(subject.consultation_id), clock.monotonic()
        if known is None or now - known[1] > ACTOR_SECONDS:
            with reading_session(self._hub.engine) as db:
                rule = db.scalar(
                    select(Consultation.attribution).where(Consultation.id == subject.consultation_id)
                )
            known = self._rules[subject.consultation_id] = (rule or Attribution.NONE.value, now)
        return known[0]

    def is_anonymous(self, subject: Subject) -> bool:
        return not names_authors(self._rule(subject))

    def signature(self, sid: str, subject: Subject) -> dict[str, str]:
        """Rule: attribution holds for carets too; a page cannot choose its own name."""
        actor, rule = self._actor(sid, subject), self._rule(subject)
        if actor is None or not names_authors(rule):
            return {"name": message("draft.somebody", _LANGUAGE), "delegation": "", "mark": "", "hue": "st"}
        name = {Attribution.NAME: actor.name, Attribution.DELEGATION: actor.delegation_name}.get(
            Attribution(rule), self._groups.get(actor.mark, actor.mark)
        )
        delegation = actor.delegation_name if rule in (Attribution.NAME, Attribution.DELEGATION) else ""
        return {"name": name, "delegation": delegation, "mark": actor.mark, "hue": actor.mark.lower()}
