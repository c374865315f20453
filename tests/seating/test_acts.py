"""The log of acts by hand: it only grows, can be replayed, and acts are taken back one by one from the newest."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from consult.seating.proposals.acts import (
    Act,
    ActKind,
    Entry,
    acts,
    last_entries,
    replayed,
    undoable,
    with_act,
)

PEOPLE = ("ada", "ben", "eve")
START = {"ada": 1, "ben": 2}
#: Each step moves people to rooms, or is "undo".
STEPS = st.lists(
    st.just("undo") | st.dictionaries(st.sampled_from(PEOPLE), st.none() | st.integers(1, 3), max_size=2),
    max_size=12,
)
BY: dict[str, Any] = {"by": "fac", "at": "2026-01-01T10:00:00+00:00"}


def moved(log: list[dict[str, Any]], to: dict[str, int | None]) -> list[dict[str, Any]]:
    seats = replayed(START, log)
    entries = [Entry(person, seats.get(person), room) for person, room in to.items()]
    return with_act(log, ActKind.MOVED, [e for e in entries if e.before != e.after], **BY)


def taken_back(log: list[dict[str, Any]]) -> list[dict[str, Any]]:
    act = undoable(log)
    if act is None:
        return log
    back = [Entry(e.member, e.after, e.before) for e in act.entries]
    return with_act(log, ActKind.UNDONE, back, undoes=act.number, **BY)


@given(STEPS)
def test_taking_back_leads_through_the_same_seats_to_the_beginning(steps: list[object]) -> None:
    log: list[dict[str, Any]] = []
    stands = [START]
    for step in steps:
        before = log
        if isinstance(step, dict):
            log = moved(log, step)
            stands += [replayed(START, log)] if log != before else []
        else:
            log = taken_back(log)
            stands = stands[:-1] if log != before else stands
        assert log[: len(before)] == before, "nothing is ever erased"
        assert replayed(START, log) == stands[-1]
    while undoable(log) is not None:
        log = taken_back(log)
        stands.pop()
        assert replayed(START, log) == stands[-1]
    assert stands == [START]


@given(STEPS)
def test_acts_are_numbered_in_order_and_name_what_was_taken_back(steps: list[object]) -> None:
    log: list[dict[str, Any]] = []
    for step in steps:
        log = moved(log, step) if isinstance(step, dict) else taken_back(log)
    found = acts(log)
    assert [act.number for act in found] == list(range(1, len(found) + 1))
    assert {act.number for act in found if act.is_undone} == {act.undoes for act in found if act.undoes}
    assert not any(act.is_undone for act in found if act.kind == ActKind.UNDONE)


def test_moves_of_real_seats_are_not_taken_back_and_are_replayed_apart() -> None:
    log = moved([], {"ada": 3})
    log = with_act(log, ActKind.MOVED, [Entry("ben", 2, 1), Entry("eve", None, 1)], in_rooms=True, **BY)
    assert replayed(START, log) == {"ada": 3, "ben": 2}
    assert replayed(replayed(START, log), log, in_rooms=True) == {"ada": 3, "ben": 1, "eve": 1}
    act = undoable(log)
    assert act is not None
    assert act.number == 1


def test_entries_that_were_written_before_acts_were_numbered_are_acts_of_their_own() -> None:
    old = [{"member": "ada", "from": 1, "to": 2, "by": "fac", "at": "then"}] * 2
    one = Act(1, ActKind.MOVED, "fac", "then", "", (Entry("ada", 1, 2),))
    assert acts(old) == [one, replace(one, number=2)]
    assert [act.number for act in acts(moved(list(old), {"ben": 3}))] == [1, 2, 3]


def test_the_last_act_on_a_seat_is_found_and_a_lock_is_none() -> None:
    log = with_act(moved([], {"ada": 3}), ActKind.LOCKED, [Entry("ada", 3, 3)], **BY)
    assert {member: act.number for member, act in last_entries(log).items()} == {"ada": 1}
