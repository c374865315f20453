"""Late joiners, voluntary moves, and the price of a move: nobody who is seated is moved."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.errors import Invalid
from consult.seating.allocation import seat
from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.plan_measures import plan_measures, plan_score
from consult.seating.repair import place, price, voluntary_moves
from tests.seating.cases import crowd, rooms


@given(st.integers(0, 20), st.integers(0, 8))
@settings(max_examples=20, deadline=None)
def test_a_late_joiner_gets_the_seat_that_serves_balance_best(seed: int, newcomer: int) -> None:
    case = Case(crowd(47, seed), rooms(6), balance=("role", "stakeholder", "gender"))
    late = case.people[newcomer]
    here = tuple(p for p in case.people if p.id != late.id)
    seats = dict(seat(replace(case, people=here), seed=seed).rounds[0])
    chosen = place(case, seats, late)
    scores = {room.id: plan_score(plan_measures(case, [{**seats, late.id: room.id}])) for room in case.rooms}
    assert scores[chosen] == min(scores.values())


def test_a_late_joiner_goes_where_their_group_is_missing() -> None:
    people = tuple(Person(f"p{i}", "AF" if i in (0, 2, 4) else "WE") for i in range(6))
    seats = {"p0": "R001", "p2": "R001", "p4": "R001", "p1": "R002", "p3": "R002", "p5": "R002"}
    assert place(Case(people, rooms(2)), seats, Person("late", "WE")) == "R001"


def test_a_late_joiner_does_not_join_their_own_delegation() -> None:
    people = tuple(Person(f"p{i}", "AF", delegation=f"D{i}") for i in range(4))
    seats = {"p0": "R001", "p1": "R001", "p2": "R002", "p3": "R002"}
    assert place(Case(people, rooms(2)), seats, Person("late", "AF", delegation="D0")) == "R002"


def test_a_late_joiner_does_not_meet_whom_they_must_not() -> None:
    people = tuple(Person(f"p{i}", "AF") for i in range(4))
    seats = {"p0": "R001", "p1": "R002", "p2": "R002", "p3": "R002"}
    case = Case((*people, Person("late", "AF")), rooms(2), wishes=Wishes(apart=(("late", "p0"),)))
    assert place(case, seats, Person("late", "AF")) == "R002"


def test_there_may_be_no_place_left() -> None:
    case = Case(crowd(4), rooms(2, 2))
    seats = seat(case, seed=0).rounds[0]
    with pytest.raises(Invalid) as refusal:
        place(case, seats, Person("late"))
    assert refusal.value.code == "seating.full"
    with pytest.raises(Invalid):
        place(Case(case.people, ()), seats, Person("late"))


@given(st.integers(0, 40))
@settings(max_examples=15, deadline=None)
def test_voluntary_moves_gain_what_they_say(seed: int) -> None:
    dice = random.Random(seed)
    case = Case(crowd(30, seed), rooms(4, 30), balance=("role", "stakeholder", "gender"))
    seats = {p.id: dice.choice(case.rooms).id for p in case.people if dice.random() < 0.9}
    present = replace(case, people=tuple(p for p in case.people if p.id in seats))
    before = plan_measures(present, [seats])
    named: list[str] = []
    for offer in voluntary_moves(case, seats, k=4):
        after = plan_measures(present, [{**seats, **dict(zip(offer.people, offer.to, strict=True))}])
        assert plan_score(before) - plan_score(after) == offer.gain > 0
        assert str(offer.sentence)
        named += offer.people
    assert len(named) == len(set(named))


def test_after_no_shows_the_best_move_evens_the_rooms_out() -> None:
    people = tuple(Person(f"p{i}", "AF") for i in range(8))
    seats = {f"p{i}": "R001" if i < 6 else "R002" for i in range(8)}
    offers = voluntary_moves(Case(people, rooms(2, 8)), seats)
    assert [(len(offer.people), offer.to) for offer in offers] == [(1, ("R002",))] * 3
    assert str(offers[0].sentence) == "rooms of more even size"


def test_a_seating_that_cannot_be_bettered_has_no_offers() -> None:
    people = tuple(Person(f"p{i}", "AF" if i % 2 else "WE") for i in range(8))
    case = Case(people, rooms(2))
    assert voluntary_moves(case, seat(case, seed=0).rounds[0]) == ()
    assert voluntary_moves(case, {}) == ()


def test_the_price_of_a_move_is_said_in_words() -> None:
    people = (
        Person("kenya", "AFR", role="facilitator", languages=("en", "fr")),
        Person("chad", "AFR", languages=("fr",)),
        Person("canada", "WEOG", languages=("en",)),
        Person("norway", "WEOG", languages=("en",)),
        Person("peru", "LAC", role="facilitator", languages=("en",)),
        Person("india", "APG", languages=("en",)),
        Person("japan", "APG", languages=("en",)),
        Person("chile", "LAC", languages=("en",)),
    )
    seats = dict.fromkeys(("kenya", "chad", "canada", "india"), "Room 1")
    seats |= dict.fromkeys(("norway", "peru", "japan", "chile"), "Room 2")
    case = Case(
        people, (RoomSpec("Room 1", 4), RoomSpec("Room 2", 4)), wishes=Wishes(apart=(("kenya", "peru"),))
    )
    said = [str(sentence) for sentence in price(case, seats, {"kenya": "Room 2", "norway": "Room 1"})]
    assert "would leave Room 1 without a facilitator" in said
    assert "would leave somebody in Room 1 with nobody to bridge for their language" in said
    assert "kenya and peru were not to meet" in said
    assert price(case, seats, {}) == ()


def test_a_language_that_leaves_with_somebody_is_named() -> None:
    people = (
        Person("a", languages=("fr",)),
        Person("b", languages=("fr", "en")),
        Person("c", languages=("en",)),
    )
    seats = {"a": "Room 3", "b": "Room 3", "c": "Room 4"}
    case = Case(people, (RoomSpec("Room 3"), RoomSpec("Room 4", languages=("en",))))
    assert price(case, seats, {"a": "Room 4"}) != ()
    people = (*people, Person("d", languages=("es",)), Person("e", languages=("es", "fr")))
    seats |= {"d": "Room 3", "e": "Room 3"}
    said = [str(s) for s in price(replace(case, people=people), seats, {"e": "Room 4"})]
    assert any("Room 3" in sentence for sentence in said)


def test_a_late_joiner_sits_where_a_wish_wants_them_while_there_is_a_seat() -> None:
    people = tuple(Person(f"p{i}", "AF" if i < 4 else "WE") for i in range(8))
    seats = {f"p{i}": "R001" if i < 4 else "R002" for i in range(8)}
    late = Person("late", "AF")
    for wishes in (Wishes(together=(("p1", "late"),)), Wishes((Pin("late", "R001"),))):
        case = Case((*people, late), rooms(3, 5), wishes=wishes)
        assert place(case, seats, late) == "R001"
        assert place(replace(case, rooms=rooms(3, 4)), seats, late) == "R003"
