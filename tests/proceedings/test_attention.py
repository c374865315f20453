"""Which room needs a facilitator first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consult.proceedings.attention import NEEDS, Signals, need, ordered

NOW = datetime(2017, 6, 19, 13, 0, tzinfo=UTC)
BUSY = Signals(
    number=9,
    is_open=True,
    expected=10,
    here=9,
    opened_at=NOW - timedelta(minutes=20),
    last_edit=NOW - timedelta(seconds=20),
    ready=1,
    wanted=3,
    ends_at=NOW + timedelta(minutes=20),
)


def room(number: int, **facts: object) -> Signals:
    return replace(BUSY, number=number, **facts)  # type: ignore[arg-type]


def minutes(count: float) -> datetime:
    return NOW - timedelta(minutes=count)


def test_the_order_is_the_rule_on_the_page() -> None:
    rooms = [
        room(1),
        room(2, asked_at=minutes(3), is_taken=True),
        room(3, ends_at=NOW + timedelta(minutes=9)),
        room(4, here=4),
        room(5, last_edit=minutes(6)),
        room(6, last_edit=minutes(12)),
        room(7, here=0),
        room(8, asked_at=minutes(1)),
        room(9, asked_at=minutes(2), here=0),
    ]
    assert ordered(rooms, NOW) == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert [need(found, NOW) for found in rooms] == [
        "", "helped", "behind", "thin", "silent", "silent", "empty", "help", "help",
    ]  # fmt: skip


def test_people_are_given_a_minute_to_come_in() -> None:
    fresh = room(1, here=0, opened_at=NOW - timedelta(seconds=50), last_edit=None)
    assert need(fresh, NOW) == ""
    assert need(fresh, NOW + timedelta(seconds=20)) == "empty"


def test_silence_begins_at_five_minutes_and_counts_from_the_opening_where_nothing_was_written() -> None:
    assert need(room(1, last_edit=minutes(4.99)), NOW) == ""
    assert need(room(1, last_edit=minutes(5)), NOW) == "silent"
    assert need(room(1, last_edit=None), NOW) == "silent"


def test_a_room_without_seats_needs_nobody() -> None:
    assert need(room(1, expected=0, here=0), NOW) == ""


def test_closed_and_staged_rooms_need_nobody() -> None:
    assert need(room(1, is_open=False, asked_at=minutes(2), here=0, last_edit=None), NOW) == ""


moments = st.one_of(st.none(), st.floats(min_value=0, max_value=90).map(minutes))
signals = st.builds(
    Signals,
    number=st.integers(min_value=1, max_value=200),
    is_open=st.booleans(),
    expected=st.integers(min_value=0, max_value=12),
    here=st.integers(min_value=0, max_value=12),
    opened_at=moments,
    asked_at=moments,
    is_taken=st.booleans(),
    last_edit=moments,
    ready=st.integers(min_value=0, max_value=5),
    wanted=st.integers(min_value=0, max_value=5),
    ends_at=moments,
)


@given(st.lists(signals, max_size=30, unique_by=lambda found: found.number), st.randoms())
def test_every_room_has_one_place_whatever_order_they_are_read_in(
    rooms: list[Signals], random: object
) -> None:
    first = ordered(rooms, NOW)
    random.shuffle(rooms)  # type: ignore[attr-defined]
    assert ordered(rooms, NOW) == first
    assert sorted(first) == sorted(found.number for found in rooms)
    places = [NEEDS.index(need(found, NOW)) for number in first for found in rooms if found.number == number]
    assert places == sorted(places)
