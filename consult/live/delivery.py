"""From the outbox to the pages: the tail of every process.

It reads what was committed since it last looked, sends it to the connections that follow the audience, and tells the
live modules about rights that changed. It is woken by commits of this process and by the message queue where there is
one; without either it looks every second, so a lost wake-up costs a second and never a fact.
"""

import logging
from collections.abc import Iterator, Sequence

import gevent
from gevent.event import Event
from sqlalchemy import event as sqlalchemy_event

from consult.announce import outbox
from consult.announce.events import (
    INTERNAL,
    ConsultationChanged,
    MemberChanged,
    RoomDeadlineChanged,
    RoomStateChanged,
    SeatMoved,
    SignInEnded,
)
from consult.announce.models import OutboxEvent
from consult.db import Db, reading_session
from consult.live.events import on_wire
from consult.live.hub import Hub

log = logging.getLogger("consult.live")
LOOK_EVERY_SECONDS = 1.0
CHANNEL = "consult:wake"
#: Kinds of audiences that everybody in a meeting follows.
WIDE = frozenset({"session", "consultation"})
#: Events after which somebody may hear less.
RIGHTS = frozenset({MemberChanged.name, SeatMoved.name})


class Tail:
    """Position of this process in the outbox."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.position: int | None = None
        self.wake = Event()
        self.sent = 0

    def run(self) -> None:
        """One look: wait for a wake-up, deliver what is new."""
        if self.position is None:
            with reading_session(self.hub.engine) as db:
                self.position = outbox.last_id(db)
        self.wake.wait(timeout=LOOK_EVERY_SECONDS)
        self.wake.clear()
        while True:
            with reading_session(self.hub.engine) as db:
                found = outbox.after(db, self.position)
            for stretch in until_rights_change(found):
                self.tell(stretch)
                for entry in stretch:
                    self.act_on(entry)
                    self.position = entry.id
            if len(found) < 500:
                return

    def tell(self, found: Sequence[OutboxEvent]) -> None:
        """Send events to the pages, to each all of its own in one go: sixty rooms that close are news for everybody.

        What concerns few goes first: that one's own room closes matters more than that fifty-nine others do.
        """
        public = [entry for entry in found if entry.name not in INTERNAL]
        for is_wide in (False, True):
            with self.hub.together():
                for entry in public:
                    if (entry.audience.partition(":")[0] in WIDE) == is_wide:
                        self.hub.tell("event", on_wire(entry), to=entry.audience)
                        self.sent += 1

    def act_on(self, entry: OutboxEvent) -> None:
        """What an event means for open connections, once they are told: looking into rights takes its time."""
        kind, _, public_id = entry.audience.partition(":")
        if entry.name == SignInEnded.name:
            for connection in self.hub.connections.of_sign_in(entry.data["sign_in"]):
                self.hub.server.disconnect(connection.sid)
            for ended in self.hub.on_sign_in_ended:
                ended(entry.data["sign_in"])
        elif entry.name in RIGHTS and kind == "member":
            self.hub.rights_changes += 1
            for act in self.hub.on_rights_changed:
                act(public_id)
        elif entry.name in (RoomStateChanged.name, RoomDeadlineChanged.name) and kind == "room":
            for act in self.hub.on_room_changed:
                act(public_id)
        elif entry.name == ConsultationChanged.name:
            for tell in self.hub.on_consultation_changed:
                tell()


def until_rights_change(found: Sequence[OutboxEvent]) -> Iterator[list[OutboxEvent]]:
    """The events in stretches that may be told together: nobody is told what happened after they lost the right to hear it."""
    stretch: list[OutboxEvent] = []
    for entry in found:
        stretch.append(entry)
        if entry.name in RIGHTS or entry.name == SignInEnded.name:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def register(hub: Hub) -> None:
    tail = Tail(hub)
    hub.workers.append(tail.run)
    hub.app.extensions["consult.gauges"]["events_delivered_total"] = lambda: tail.sent
    hub.app.extensions["consult.gauges"]["connections"] = lambda: len(hub.connections)
    queue = Queue(hub.settings.message_queue_url, tail.wake) if hub.settings.message_queue_url else None
    if queue:
        hub.workers += [queue.listen, queue.tell]

    @sqlalchemy_event.listens_for(hub.sessions, "after_commit")
    def wake(db: Db) -> None:
        if not outbox.has_announced(db):
            return
        tail.wake.set()
        if queue:
            queue.pending.set()


class Queue:
    """Redis as an alarm clock between processes. It carries no content and nothing depends on it."""

    def __init__(self, url: str, wake: Event) -> None:
        import redis

        self.redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=1)
        self.errors = redis.RedisError
        self.wake = wake
        self.pending = Event()

    def tell(self) -> None:
        """After a commit here: wake the others."""
        self.pending.wait()
        self.pending.clear()
        try:
            self.redis.publish(CHANNEL, b"1")
        except self.errors as error:
            log.warning("message queue: %s", error)
            gevent.sleep(1)

    def listen(self) -> None:
        """After a commit elsewhere: look at once."""
        subscription = self.redis.pubsub(ignore_subscribe_messages=True)
        try:
            subscription.subscribe(CHANNEL)
            while True:
                if subscription.get_message(timeout=4) is not None:
                    self.wake.set()
        except self.errors as error:
            log.warning("message queue: %s", error)
            gevent.sleep(1)
        finally:
            subscription.close()
