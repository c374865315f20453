"""Facilitators who enter a room they do not sit in: the room's call for help has been heard then."""

from gevent.queue import Queue

from consult.db import unit_of_work
from consult.live.connections import Connection
from consult.live.hub import Hub
from consult.rooms import help as rooms_help
from consult.rooms.actors import actor_for
from consult.rooms.models import Room


class Arrivals:
    """Those who came in since the last look."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.waiting: Queue[Connection] = Queue()

    def note(self, connection: Connection) -> None:
        """Rule: a facilitator who enters takes the flag down; one who only looks on does not."""
        if connection.visits and not connection.observes:
            self.waiting.put(connection)

    def run(self) -> None:
        """Wait for one and act on it."""
        connection = self.waiting.get()
        with unit_of_work(self.hub.sessions) as db:
            room = db.get(Room, connection.room_id)
            actor = actor_for(db, connection.user_id, room.consultation_id) if room else None
            if room and actor:
                rooms_help.came(db, actor, room)


def register(hub: Hub) -> None:
    arrivals = Arrivals(hub)
    hub.on_connected.append(arrivals.note)
    hub.workers.append(arrivals.run)
