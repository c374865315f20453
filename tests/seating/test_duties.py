"""Who leads and who records, as proposed."""

from hypothesis import given
from hypothesis import strategies as st

from consult.seating.case import Person
from consult.seating.proposals.duties import proposed_duties

REGIONS = ("AF", "AP", "EE", "LA", "WE", "OB")


def person(name: str, region: str = "AF", role: str = "delegate") -> Person:
    return Person(id=name, region=region, role=role)


def test_a_facilitator_moderates_and_a_registered_rapporteur_records() -> None:
    room = [person("a"), person("b", "LA", "facilitator"), person("c", "WE")]
    assert proposed_duties({1: room}, rapporteurs={"c"}, seed=7) == {"b": "moderator", "c": "rapporteur"}


def test_one_person_has_one_duty() -> None:
    assert proposed_duties({1: [person("a")]}, rapporteurs=(), seed=7) == {"a": "rapporteur"}


def test_duties_are_spread_over_the_regions() -> None:
    rooms = {number: [person(f"{number}{mark}", mark) for mark in REGIONS[:5]] for number in range(1, 6)}
    found = proposed_duties(rooms, rapporteurs=(), seed=7)
    for duty in ("moderator", "rapporteur"):
        assert len({name[1:] for name, held in found.items() if held == duty}) >= 4


people = st.lists(
    st.tuples(st.sampled_from(REGIONS), st.sampled_from(["delegate", "observer", "facilitator"])), max_size=8
)


@given(st.lists(people, min_size=1, max_size=5), st.integers(0, 9999))
def test_every_room_has_at_most_one_of_each_and_none_is_left_out_that_could_have_one(
    rooms: list[list[tuple[str, str]]], seed: int
) -> None:
    seated = {
        number: [person(f"{number}-{n}", region, role) for n, (region, role) in enumerate(room)]
        for number, room in enumerate(rooms, 1)
    }
    found = proposed_duties(seated, rapporteurs=(), seed=seed)
    for room in seated.values():
        held = sorted(found[p.id] for p in room if p.id in found)
        assert held == [[], ["rapporteur"], ["moderator", "rapporteur"]][min(2, len(room))]
    assert (
        proposed_duties({n: list(reversed(room)) for n, room in seated.items()}, rapporteurs=(), seed=seed)
        == found
    )
