"""The writer does not read again what nobody has changed; and it notices whatever anybody changes."""

import random
from collections.abc import Callable

import pytest
from sqlalchemy import event, update

from consult import clock
from consult.db import Db, StandingWriter, unit_of_work
from consult.drafting import states, store
from consult.drafting.models import Draft, RoomLease
from consult.drafting.states import Readings
from consult.drafting.subject import DraftState
from consult.rooms.models import Room
from tests.drafting.stage import Stage


class Writer:
    """Somebody who writes drafts tick by tick, as `Flush` does, and compares at each what it knows with what the database says."""

    def __init__(self, stage: Stage, drafts: list[int]) -> None:
        self._unit = StandingWriter(stage.sessions).unit_of_work
        self._drafts = drafts
        self.readings = Readings()
        self.known: dict[int, DraftState | None] = dict.fromkeys(drafts)

    def tick(self, some: list[int], *, fails: bool = False, besides: Callable[[Db], object] = bool) -> None:
        """Write a row to each of these drafts, and perhaps something else; `fails`: it is rolled back at the end."""
        try:
            with self._unit() as db:
                found = self.readings.locked(db, {row: self.known[row] for row in some})
                says = [draft._replace(seen=()) for draft in states.current(db, some)]
                assert [draft._replace(seen=()) for draft in sorted(found.drafts)] == says
                entries = [store.Entry(draft.id, draft.seq + 1, b"\0\0") for draft in found.drafts]
                store.append(db, entries, clock.now())
                self.readings.wrote(db, [(entry.draft_id, entry.seq) for entry in entries])
                besides(db)
                self.known |= {draft.id: draft for draft in found.drafts}
                if fails:
                    raise OSError("the database went away")
        except OSError:
            return
        self.readings.committed()


@pytest.fixture
def drafts(stage: Stage) -> list[int]:
    for _ in range(4):
        stage.item()
    with unit_of_work(stage.sessions) as db:
        found = [row for (row,) in db.query(Draft.id).order_by(Draft.id)]
        db.add(RoomLease(room_id=db.query(Draft.room_id).first()[0], owner="one", fence=1))  # type: ignore[index]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_it_says_what_the_database_says(stage: Stage, drafts: list[int], seed: int) -> None:
    chance = random.Random(seed)
    writer = Writer(stage, drafts)
    rooms = [update(Room).values(epoch=Room.epoch + 1), update(Room).values(deadline_at=clock.now())]
    changes = [
        *rooms,
        update(Draft).where(Draft.id == drafts[1]).values(frozen_at=clock.now()),
        update(Draft).values(mirrored_seq=Draft.seq),
        update(Draft).where(Draft.id == drafts[2]).values(seq=Draft.seq + 1),
        update(RoomLease).values(fence=RoomLease.fence + 1),
    ]
    for _ in range(40):
        some = sorted(chance.sample(drafts, chance.randint(1, 4)))
        what = chance.random()
        if what < 0.6:
            writer.tick(some)
        elif what < 0.7:
            writer.tick(some, fails=True)
        elif what < 0.8:
            change = chance.choice(changes)
            writer.tick(some, besides=lambda db, change=change: db.execute(change))
            writer.readings = Readings() if chance.random() < 0.1 else writer.readings
        else:
            with unit_of_work(stage.sessions) as db:
                db.execute(chance.choice(changes))


def test_what_nobody_changed_is_read_once(stage: Stage, drafts: list[int]) -> None:
    asked: list[str] = []
    writer = Writer(stage, drafts)
    with unit_of_work(stage.sessions) as db:
        raw = db.connection().connection.driver_connection
    assert raw is not None
    event.listen(stage.engine, "checkout", lambda raw, *_rest: raw.set_trace_callback(asked.append))

    def read() -> int:
        """Statements that read drafts as the writer does, since the last time."""
        found = sum("json_each" in statement for statement in asked)
        asked.clear()
        return found

    writer.tick(drafts[:2])
    assert read() == 1
    for _ in range(3):
        writer.tick(drafts[:2])
    assert read() == 0, "it knows what it wrote itself"
    writer.tick(drafts[:3])
    assert read() == 1, "one of them it has not read"
    writer.tick(drafts[:3], fails=True)
    writer.tick(drafts[:3])
    assert read() == 1, "what was rolled back is not how things stand"
    with unit_of_work(stage.sessions) as db:
        db.execute(update(Room).values(epoch=Room.epoch + 1))
    writer.tick(drafts[:3])
    assert read() == 1, "somebody else changed something"
