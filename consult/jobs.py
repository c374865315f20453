"""Due work: what the clock decides although nobody is looking. Idempotent; exactly one process wins each act."""

from collections.abc import Callable
from typing import Any

import gevent

from consult import clock
from consult.db import reading_session
from consult.decisions import service as decisions
from consult.people.last_use import LastUses
from consult.proceedings import service as proceedings
from consult.rooms.models import Round
from consult.seating.proposals import waiting

LOOK_EVERY_SECONDS = 0.5
#: Who waits for a seat waits at least ten seconds, so this is looked at less often.
LATE_EVERY_SECONDS = 2.0
#: How long the last use of a sign-in is known to this process only.
USES_EVERY_SECONDS = 5.0


def due_work(hub: Any) -> Callable[[], None]:
    """A loop body that does what is due: rooms whose time is over, polls past their deadline.

    Rooms are closed inside the drafting engine's writer, so that everything received before is flushed first and
    nothing can be committed after; of several processes, in that of the one that has the room's drafts.
    """
    me = hub.drafting.registry.leases.owner

    def run() -> None:
        gevent.sleep(LOOK_EVERY_SECONDS)
        now = clock.now()
        with reading_session(hub.engine) as db:
            rooms = proceedings.rooms_due(db, now, by=me)
            polls = decisions.due(db, now)
        if rooms:
            hub.drafting.barrier(lambda db: proceedings.close_due(db, clock.now(), by=me))
        if polls:
            with hub.sessions.begin() as db:
                decisions.close_due(db, clock.now())

    return run


def late_joiners(hub: Any) -> Callable[[], None]:
    """A loop body that seats who came late and has waited long enough, in rounds that say so.

    Where to is found without a lock; the seats are given in one short transaction that looks again who still waits, so that
    of several processes and facilitators one seats each person.
    """
    patience = waiting.Patience()

    def run() -> None:
        gevent.sleep(LATE_EVERY_SECONDS)
        places: dict[int, dict[str, tuple[int, bool]]] = {}
        with reading_session(hub.engine) as db:
            rounds = waiting.rounds_with_the_rule(db)
            patience.forget_all_but({found.id for found in rounds})
            for found in rounds:
                names = waiting.waiting_for_a_seat(db, found)
                after = found.place_late_after or 0
                due = patience.due(found.id, names, after=after, now=clock.monotonic())
                if due:
                    places[found.id] = waiting.places_by_rule(db, found, due)
        for round_id, where in places.items():
            with hub.sessions.begin() as db:
                waiting.seat_by_rule(db, db.get_one(Round, round_id), where)

    return run


def last_uses(hub: Any, used: LastUses) -> Callable[[], None]:
    """A loop body that writes down which sign-ins were used since the last time."""

    def run() -> None:
        gevent.sleep(USES_EVERY_SECONDS)
        if used:
            with hub.sessions.begin() as db:
                used.write(db)

    return run
