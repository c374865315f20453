"""Voluntary moves after no-shows, and the price of a move by hand: offered, never carried out by themselves."""

import pytest

from consult import clock
from consult.db import Db
from consult.errors import Conflict, NotAllowed, NotFound
from consult.permissions.actor import Actor
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating import service as seating
from consult.seating.proposals.acts import ActKind
from consult.seating.report.naming import named
from consult.seating.sentences import Sentence
from consult.seating.service import VoluntaryMove
from tests.cast import World

SEATED = ("kenya", "canada", "philippines", "late", "observer", "ngo")


@pytest.fixture
def staff(db: Db, world: World) -> Actor:
    return world.actor(db, "facilitator")


@pytest.fixture
def second(db: Db, world: World, staff: Actor) -> Round:
    """Six people are proposed for two rooms; of one room only one person came."""
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    plan = seating.propose(db, staff, made, room_count=2)
    people = sorted(plan.assignment, key=lambda name: (plan.assignment[name], name))
    by_name = {member.public_id: member for member in world.members.values()}
    here = [by_name[name] for name in people[2:]]
    presence.seen(db, {member.id: presence.Whereabouts(world.consultation.id) for member in here})
    return made


def offer_of(db: Db, round_: Round) -> VoluntaryMove:
    return seating.voluntary_moves(db, round_)[0]


def accepted(db: Db, staff: Actor, round_: Round, offer: VoluntaryMove) -> int:
    return seating.accept_offer(
        db, staff, round_, people=offer.people, rooms=offer.rooms, seen=offer.seen, reason="No-shows"
    )


def test_offers_are_about_people_who_are_here_and_best_first(db: Db, world: World, second: Round) -> None:
    seats, _numbers = seating.seats_now(db, second)
    present = presence.present_members(db, world.consultation.id, now=clock.now())
    here = {member.public_id for member in world.members.values() if member.id in present}
    offers = seating.voluntary_moves(db, second, k=3)
    assert offers
    assert [offer.gain for offer in offers] == sorted((offer.gain for offer in offers), reverse=True)
    for offer in offers:
        assert set(offer.people) <= here
        assert offer.gain > 0
        assert offer.come_from == tuple(seats[name] for name in offer.people)
        assert all(a != b for a, b in zip(offer.come_from, offer.rooms, strict=True))
    assert seating.seats_now(db, second)[0] == seats, "an offer moves nobody"
    assert len(seating.voluntary_moves(db, second, k=1)) == 1


def test_one_click_carries_an_offer_out(db: Db, second: Round, staff: Actor) -> None:
    offer = offer_of(db, second)
    assert accepted(db, staff, second, offer) == len(offer.people)
    seats, _numbers = seating.seats_now(db, second)
    assert tuple(seats[name] for name in offer.people) == offer.rooms
    plan = seating.open_plan(db, second)
    assert plan is not None
    assert [(act.kind, act.reason) for act in seating.acts_of(plan)] == [(ActKind.ACCEPTED, "No-shows")]
    left = seating.voluntary_moves(db, second)
    assert not left or left[0].gain < offer.gain
    assert seating.undo(db, staff, second) == len(offer.people)


def test_an_offer_for_seats_that_have_changed_is_refused(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    offer = offer_of(db, second)
    other = next(m for m in world.members.values() if m.public_id in seating.seats_now(db, second)[0])
    seating.move_people(db, staff, second, [other], number=None)
    seats, _numbers = seating.seats_now(db, second)
    with pytest.raises(Conflict, match=r"seating.changed_meanwhile"):
        accepted(db, staff, second, offer)
    assert seating.seats_now(db, second)[0] == seats


def test_people_who_are_locked_are_offered_no_move(db: Db, world: World, second: Round, staff: Actor) -> None:
    offer = offer_of(db, second)
    by_name = {member.public_id: member for member in world.members.values()}
    seating.lock(db, staff, second, [by_name[name] for name in offer.people], locked=True)
    assert not {name for o in seating.voluntary_moves(db, second, k=9) for name in o.people} & set(
        offer.people
    )


def test_offers_move_real_seats_once_the_rooms_are_open(db: Db, second: Round, staff: Actor) -> None:
    plan = seating.open_plan(db, second)
    assert plan is not None
    seating.apply(db, staff, second, plan)
    rooms.open_rooms(db, staff, second)
    offer = offer_of(db, second)
    accepted(db, staff, second, offer)
    seats, _numbers = seating.seats_now(db, second)
    assert tuple(seats[name] for name in offer.people) == offer.rooms
    assert [(act.kind, act.in_rooms) for act in seating.acts_of(plan)] == [(ActKind.ACCEPTED, True)]


def test_an_offer_about_nobody_known_is_refused(db: Db, second: Round, staff: Actor) -> None:
    seen = offer_of(db, second).seen
    for people, numbers in (((), ()), (("nobody",), (1,))):
        with pytest.raises(NotFound):
            seating.accept_offer(db, staff, second, people=people, rooms=numbers, seen=seen)


def test_only_staff_accepts_offers(db: Db, world: World, second: Round) -> None:
    with pytest.raises(NotAllowed):
        accepted(db, world.actor(db, "kenya"), second, offer_of(db, second))


def test_nobody_here_means_no_offers(db: Db, world: World, staff: Actor) -> None:
    assert seating.voluntary_moves(db, world.round) == []


def test_the_price_of_a_move_is_said_in_words(db: Db, world: World, staff: Actor) -> None:
    third = rooms.create_round(db, staff, world.session, topic="Languages", minutes=30)
    kenya, canada = world.members["kenya"], world.members["canada"]
    world.members["ngo"].languages, kenya.languages = ["fr"], ["en", "fr"]
    asked = seating.Constraints(
        pins={kenya.public_id: 1, world.members["ngo"].public_id: 1},
        apart=((kenya.public_id, canada.public_id),),
    )
    plan = seating.propose(db, staff, third, room_count=2, constraints=asked)
    assert plan.assignment[canada.public_id] == 2
    stays = seating.price_of(db, third, {kenya.public_id: plan.assignment[kenya.public_id]})
    assert stays == ()
    sentences = seating.price_of(db, third, {kenya.public_id: 2})
    people = {member.public_id: name for name, member in world.members.items()}
    said = [
        str(named(s, people=people, rooms={"001": "Room 1", "002": "Room 2"}, languages={"fr": "French"}))
        for s in sentences
    ]
    assert any("kenya" in line and "canada" in line for line in said), said
    assert any("Room 1" in line for line in said), said
    assert plan.assignment[kenya.public_id] == 1, "a price moves nobody"


def test_the_price_of_seating_somebody_who_has_no_seat(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    late = world.members["late"]
    seating.move_people(db, staff, second, [late], number=None)
    (number, *_others) = {1, 2} - {seating.late_joiners(db, second)[late.public_id]}
    assert seating.price_of(db, second, {late.public_id: number})
    assert seating.price_of(db, second, {late.public_id: 9}) == ()


def test_neither_offers_nor_prices_tell_what_anybody_declared(
    db: Db, world: World, second: Round, staff: Actor
) -> None:
    people = [world.members[name] for name in SEATED]
    seats, _numbers = seating.seats_now(db, second)

    def told() -> list[object]:
        prices = [seating.price_of(db, second, {p.public_id: 3 - seats[p.public_id]}) for p in people]
        return [seating.voluntary_moves(db, second, k=9), prices]

    found = told()
    for declared in ("woman", "man"):
        for n, person in enumerate(people):
            person.gender = declared if n % 2 else None
        db.flush()
        assert told() == found


def test_names_are_put_for_ids_wherever_they_stand() -> None:
    sentence = Sentence(
        "%(people)s in %(room)s: %(languages)s, %(count)s",
        {"people": ["a", "b", "c"], "room": "001", "languages": ["fr"], "count": 2},
    )
    said = named(
        sentence, people={"a": "Ada", "b": "Ben"}, rooms={"001": "Room 1"}, languages={"fr": "French"}
    )
    assert str(said) == "Ada, Ben, c in Room 1: French, 2"
