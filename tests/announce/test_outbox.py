"""Events leave with the change, in order, without gaps, and can be fetched again."""

import threading

from sqlalchemy import select

from consult.announce import audiences, outbox
from consult.announce.events import ItemSubmitted, SessionChanged
from consult.announce.models import OutboxEvent
from consult.db import Db, engine_for, sessions_for, unit_of_work


def test_each_audience_counts_for_itself(db: Db) -> None:
    one, two = audiences.session("aaa"), audiences.room("bbb")
    outbox.add(db, ItemSubmitted(item="x", room="bbb"), to=[one, two])
    outbox.add(db, SessionChanged(session="aaa", state="open"), to=[one, one])
    db.commit()
    assert outbox.heads(db, [one, two, "room:none"]) == {one: 2, two: 1, "room:none": 0}


def test_many_audiences_are_told_at_once_each_with_its_own_event(db: Db) -> None:
    names = [f"member:m{number:04}" for number in range(1100)]
    outbox.add(db, SessionChanged(session="aaa", state="open"), to=names[:3])
    outbox.add_each(db, {name: SessionChanged(session="aaa", state=name) for name in names})
    db.commit()
    assert outbox.heads(db, names[:4]) == dict(zip(names, (2, 2, 2, 1), strict=False))
    told = db.scalars(select(OutboxEvent).where(OutboxEvent.audience == names[-1])).one()
    assert (told.seq, told.data["state"]) == (1, names[-1])


def test_a_change_that_is_rolled_back_announces_nothing(db: Db) -> None:
    outbox.add(db, SessionChanged(session="aaa", state="open"), to=[audiences.session("aaa")])
    db.rollback()
    assert outbox.last_id(db) == 0
    assert outbox.heads(db, ["session:aaa"]) == {"session:aaa": 0}


def test_what_was_missed_comes_in_order_or_not_at_all(db: Db) -> None:
    name = audiences.session("aaa")
    for number in range(5):
        outbox.add(db, SessionChanged(session="aaa", state=str(number)), to=[name])
    db.commit()
    missed = outbox.missed(db, {name: 2})
    assert missed is not None
    assert [event.seq for event in missed] == [3, 4, 5]
    assert outbox.missed(db, {name: 0}, limit=3) is None


def test_parallel_writers_on_postgresql_leave_no_gap(postgresql_url: str) -> None:
    engine = engine_for(postgresql_url)
    sessions = sessions_for(engine)

    def write(number: int) -> None:
        for _ in range(5):
            with unit_of_work(sessions) as db:
                outbox.add(
                    db,
                    SessionChanged(session="aaa", state=str(number)),
                    to=["session:aaa", f"room:r{number}"],
                )

    with unit_of_work(sessions) as db:
        outbox.add(db, SessionChanged(session="aaa", state="first"), to=["session:aaa"])
    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as db:
        rows = db.scalars(
            select(OutboxEvent).where(OutboxEvent.audience == "session:aaa").order_by(OutboxEvent.id)
        ).all()
        assert [row.seq for row in rows] == list(range(1, 32))
    engine.dispose()
