"""Every kind of contradiction is found, named in one plain sentence, and settled by giving up as little as possible."""

from itertools import combinations

import pytest

from consult.i18n import text
from consult.seating.case import Case, Person, Pin, RoomSpec, Wish, Wishes, WishKind
from consult.seating.contradictions.conflict_sentences import sentence_of
from consult.seating.contradictions.conflicts import examine, wishes_of, without
from consult.seating.plan_measures import HARD, plan_measures


def people(count: int) -> tuple[Person, ...]:
    return tuple(Person(name) for name in "abcdefghijkl"[:count])


def rooms(*seats: int | None, fewest: int = 0) -> tuple[RoomSpec, ...]:
    return tuple(RoomSpec(f"R{i}", most, (), fewest) for i, most in enumerate(seats, 1))


def pins(given: str, number: int | None = None) -> tuple[Pin, ...]:
    """ "a1 b2" pins a to R1 and b to R2."""
    return tuple(Pin(word[0], f"R{word[1:]}", number) for word in given.split())


def groups(given: str) -> tuple[tuple[str, ...], ...]:
    """ "ab cde" names two groups."""
    return tuple(tuple(word) for word in given.split())


def asked(pinned: str = "", apart: str = "", together: str = "") -> Wishes:
    return Wishes(pins(pinned), groups(apart), groups(together))


CONTRADICTIONS = {
    "together and apart": (
        Case(people(4), rooms(3, 3), wishes=asked(apart="ab", together="ab")),
        ["a and b must stay together, and must not meet."],
        [Wish(WishKind.TOGETHER, ("a", "b"))],
    ),
    "three together and apart": (
        Case(people(6), rooms(6, 6, 6), wishes=asked(apart="abc", together="abcd")),
        ["a, b, c must stay together, and must not meet."],
        [Wish(WishKind.TOGETHER, ("a", "b", "c", "d"))],
    ),
    "a circle of wishes": (
        # Two of the three groups that keep a with c would have to go; the wish to keep them apart is one.
        Case(people(4), rooms(4, 4), wishes=asked(apart="ac", together="ab bc ca")),
        ["a and c must stay together, and must not meet."],
        [Wish(WishKind.APART, ("a", "c"))],
    ),
    "a chain of groups": (
        Case(people(4), rooms(4, 4), wishes=asked(apart="ac", together="ab bc")),
        ["a and c must not meet, but these groups keep them together: a, b; b, c."],
        [Wish(WishKind.TOGETHER, ("b", "c"))],
    ),
    "two rooms at once": (
        Case(people(4), rooms(3, 3), wishes=asked("a1 a2")),
        ["a is to sit in R1 and in R2 at the same time."],
        [Wish(WishKind.PIN, ("a",), "R2")],
    ),
    "two rooms in one of the rounds": (
        Case(people(4), rooms(3, 3), 2, Wishes(pins("a1") + pins("a2", 2))),
        ["In round 2, a is to sit in R1 and in R2 at the same time."],
        [Wish(WishKind.PIN, ("a",), "R2", 2)],
    ),
    "a seat that must not change": (
        Case(people(4), rooms(3, 3), wishes=asked("a1"), seated=({"a": "R2"},)),
        ["a sits in R2 and is not to be moved, but is also to sit in R1."],
        [Wish(WishKind.PIN, ("a",), "R1")],
    ),
    "a room that is not there": (
        Case(people(4), rooms(3, 3), wishes=asked("a7")),
        ["a is to sit in R7, which is not one of the rooms."],
        [Wish(WishKind.PIN, ("a",), "R7")],
    ),
    "a room without seats": (
        Case(people(4), rooms(0, 6), wishes=asked("a1")),
        ["a is to sit in R1, which has no seats."],
        [Wish(WishKind.PIN, ("a",), "R1")],
    ),
    "two on one seat": (
        Case(people(4), rooms(1, 6), wishes=asked("a1 b1")),
        ["a, b are both to sit in R1, which has one seat."],
        [Wish(WishKind.PIN, ("b",), "R1")],
    ),
    "more than a room holds": (
        Case(people(6), rooms(2, 6), wishes=asked("a1 b1 c1 d1")),
        [
            "a, b, c are all to sit in R1, which has 2 seats.",
            "a, b, d are all to sit in R1, which has 2 seats.",
        ],
        [Wish(WishKind.PIN, ("c",), "R1"), Wish(WishKind.PIN, ("d",), "R1")],
    ),
    "more than a room holds, the seated among them": (
        Case(people(6), rooms(2, 6), wishes=asked("a1"), seated=({"e": "R1", "f": "R1"},)),
        ["a, e, f are all to sit in R1, which has 2 seats."],
        [Wish(WishKind.PIN, ("a",), "R1")],
    ),
    "a group and two rooms": (
        Case(people(6), rooms(4, 4), wishes=asked("a1 c2", together="ab bc")),
        ["a is to sit in R1 and c in R2, but they must stay together."],
        [Wish(WishKind.TOGETHER, ("b", "c"))],
    ),
    "a group that follows one of its own into a full room": (
        Case(people(6), rooms(2, 6), wishes=asked("a1 d1", together="ab")),
        [
            "a, b, d are to sit in R1, some because they must stay together with others there: more people than its seats (2)."
        ],
        [Wish(WishKind.TOGETHER, ("a", "b"))],
    ),
    "apart in one room": (
        Case(people(6), rooms(4, 4, 4), wishes=asked("a1 b1", apart="abc")),
        ["a and b must not meet, but are both to sit in R1."],
        [Wish(WishKind.PIN, ("b",), "R1")],
    ),
    "apart in one room through a group": (
        Case(people(6), rooms(4, 4, 4), wishes=asked("a1 c1", apart="bc", together="ab")),
        ["b and c must not meet, but both come to R1, as these groups stay together: a, b."],
        [Wish(WishKind.TOGETHER, ("a", "b"))],
    ),
    "a group larger than any room": (
        Case(people(6), rooms(3, 3), wishes=asked(together="abcd")),
        ["a, b, c, d must stay together: 4 people, and no room has more seats than 3."],
        [Wish(WishKind.TOGETHER, ("a", "b", "c", "d"))],
    ),
    "groups that are one group": (
        Case(people(6), rooms(3, 3), wishes=asked(together="abc cd")),
        ["a, b, c, d must stay together: 4 people, and no room has more seats than 3."],
        [Wish(WishKind.TOGETHER, ("c", "d"))],
    ),
    "more groups than rooms for them": (
        Case(people(9), rooms(3, 3, 3), wishes=asked(together="ab cd ef gh")),
        [
            "There are no rooms that take all of these groups with their members together: a, b; c, d; e, f; g, h."
        ],
        [Wish(WishKind.TOGETHER, ("g", "h"))],
    ),
    "more apart than there are rooms": (
        Case(people(6), rooms(6, 6), wishes=asked(apart="abc")),
        ["There are not enough rooms (2) to keep a, b, c apart."],
        [Wish(WishKind.APART, ("a", "b", "c"))],
    ),
    "pairs that need a third room": (
        Case(people(6), rooms(6, 6), wishes=asked(apart="ab bc ac")),
        ["There are not enough rooms (2) to keep apart the members of each: a, b; a, c; b, c."],
        [Wish(WishKind.APART, ("b", "c"))],
    ),
    "apart from those who have taken all the rooms": (
        Case(people(6), rooms(6, 6), wishes=asked("a1 b2", apart="ac bc")),
        ["These wishes cannot all be kept. Fixed seats: a: R1; b: R2. Together: –. Apart: a, c; b, c."],
        [Wish(WishKind.PIN, ("b",), "R2")],
    ),
    "a group that the fixed seats leave no room for": (
        Case(people(6), rooms(3, 3), wishes=asked("a1 b2", together="cde")),
        ["These wishes cannot all be kept. Fixed seats: a: R1; b: R2. Together: c, d, e. Apart: –."],
        [Wish(WishKind.TOGETHER, ("c", "d", "e"))],
    ),
    "fewer people than the rooms ask for": (
        Case(people(4), rooms(6, 6, 6, fewest=2)),
        ["The rooms ask for at least 6 people in all (people: 4)."],
        [Wish(WishKind.CAPACITY)],
    ),
    "no choice of rooms to use": (
        Case(people(7), rooms(6, 6, fewest=4), allow_empty=True),
        [
            "Whichever rooms are used, some have fewer people than they ask for or more than they have seats (people: 7)."
        ],
        [Wish(WishKind.CAPACITY)],
    ),
    "fixed seats that leave too few for another room": (
        Case(people(5), rooms(6, 6, fewest=2), wishes=asked("a1 b1 c1 d1")),
        [
            "The fixed seats of a, b, c, d leave too few people to fill the rooms: 1, where at least 2 are asked for."
        ],
        [Wish(WishKind.PIN, ("d",), "R1")],
    ),
    "apart in more rooms than may be used": (
        Case(people(5), rooms(6, 6, 6, fewest=2), wishes=asked(apart="abc"), allow_empty=True),
        [
            "These wishes cannot all be kept. Fixed seats: –. Together: –. Apart: a, b, c. And every room with as many people as it asks for."
        ],
        [Wish(WishKind.APART, ("a", "b", "c"))],
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_named_and_settled(name: str) -> None:
    case, sentences, dropped = CONTRADICTIONS[name]
    found = examine(case)
    assert [str(conflict.sentence) for conflict in found.conflicts] == sentences
    assert list(found.dropped) == dropped
    assert (found.has_seats, found.is_proven) == (True, True)
    again = examine(found.case)
    assert again.case is found.case
    assert again.witness == found.witness


def test_without_wishes_a_case_is_left_as_it_is() -> None:
    case = Case(people(6), rooms(3, None), 2)
    found = examine(case)
    assert found.case is case
    assert (found.conflicts, found.dropped, found.witness) == ((), (), ({}, {}))


def test_wishes_that_can_be_kept_are_shown_to_be() -> None:
    case = Case(people(6), rooms(3, 3, fewest=3), 2, asked("a1", apart="ab cd", together="bc"))
    found = examine(case)
    assert found.case is case
    assert found.witness == ({"a": "R1", "b": "R2", "c": "R2", "d": "R1"},) * 2
    whole = [{**seats, "e": "R1", "f": "R2"} for seats in found.witness]
    assert {name: plan_measures(case, whole)[name] for name in HARD} == dict.fromkeys(HARD, 0)


def test_rooms_with_too_few_seats_cannot_be_healed_by_giving_up_wishes() -> None:
    case = Case(people(7), rooms(3, 3), wishes=asked(apart="ab", together="ab"))
    found = examine(case)
    assert found.case is case
    assert not found.has_seats
    assert not found.dropped
    assert [str(c.sentence) for c in found.conflicts] == [
        "The rooms do not have seats for everybody (people: 7, seats: 6)."
    ]


def test_seats_are_counted_for_those_who_are_there() -> None:
    everybody = tuple(Person(name, present=(1 + i % 2,)) for i, name in enumerate("abcdef"))
    assert examine(Case(everybody, rooms(2, 1), 2)).has_seats
    assert not examine(Case(everybody, rooms(1, 1), 2)).has_seats


def test_people_who_are_away_are_bound_by_nothing() -> None:
    away = Person("a", present=(1,))
    wishes = Wishes(pins("a1 a2", 2) + pins("b1 c1"), apart=(("a", "b"),), together=())
    case = Case((away, *people(3)[1:]), rooms(2, 1), 2, wishes, seated=({}, {"a": "R2"}))
    found = examine(case)
    assert found.case is case
    assert found.witness == ({"a": "R2", "b": "R1", "c": "R1"}, {"b": "R1", "c": "R1"})


def test_a_pin_of_somebody_who_is_there_in_part_binds_in_that_part() -> None:
    part = Person("a", present=(2,))
    found = examine(Case((part, *people(3)[1:]), rooms(1, 4), 2, asked("a1 b1")))
    assert [str(c.sentence) for c in found.conflicts] == ["a, b are both to sit in R1, which has one seat."]


def test_those_linked_through_somebody_who_is_away_stay_together() -> None:
    away = Person("b", present=(1,))
    case = Case((away, Person("a"), Person("c")), rooms(3, 3), 2, asked("a1", together="ab bc"))
    assert examine(case).witness[1] == {"a": "R1", "c": "R1"}


def test_fixed_seats_that_have_no_part_in_it_are_not_blamed() -> None:
    """Three in one room of six people leave too few for two more rooms of two, whoever else is seated with whom."""
    case = Case(people(6), rooms(6, 6, 6, fewest=2), wishes=asked("a1 b1 c1 e2 f2", together="ef"))
    (conflict,) = examine(case).conflicts
    assert {wish.people for wish in conflict.wishes} == {("a",), ("b",), ("c",), ()}


def test_a_conflict_is_no_larger_than_it_is_in_any_round() -> None:
    """In round 1 three people apart leave a room too empty; in round 2 there are too few people whatever they wish."""
    everybody = (Person("a", present=(1,)), Person("b", present=(1,)), Person("c"))
    case = Case(everybody, (RoomSpec("R1", None, (), 2), RoomSpec("R2")), 2, asked(apart="ac"))
    found = examine(case)
    assert [c.wishes for c in found.conflicts] == [(Wish(WishKind.CAPACITY),)]
    assert str(found.conflicts[0].sentence) == "The rooms ask for at least 2 people in all (people: 1)."


def test_the_fewest_of_the_rooms_are_lowered_no_further_than_need_be() -> None:
    large = (RoomSpec("R1", None, (), 5), RoomSpec("R2", None, (), 2), RoomSpec("R3", None, (), 4))
    found = examine(Case(people(9), large))
    assert [room.minimum for room in found.case.rooms] == [3, 2, 3]
    # One room short of people who may not be moved lowers the others no further than an even share.
    seated = {**dict.fromkeys("abcde", "R1"), **dict.fromkeys("fghij", "R2"), "k": "R3"}
    found = examine(Case(people(11), rooms(6, 6, 6, fewest=3), seated=(seated,)))
    assert found.dropped == (Wish(WishKind.CAPACITY),)
    assert [room.minimum for room in found.case.rooms] == [3, 3, 1]


def test_a_wish_given_up_leaves_the_others_in_the_case() -> None:
    case = Case(
        people(5),
        rooms(3, 3),
        2,
        Wishes(pins("a1 b1 a1"), groups("ab cd"), groups("ab de")),
        seated=({"a": "R1", "c": "R2"},),
    )
    gone = [
        Wish(WishKind.PIN, ("a",), "R1"),
        Wish(WishKind.APART, ("a", "b")),
        Wish(WishKind.TOGETHER, ("d", "e")),
        Wish(WishKind.SEATED, ("c",), "R2", 1),
    ]
    assert set(gone) <= set(wishes_of(case))
    left = without(case, gone)
    assert left.wishes == Wishes(pins("b1"), groups("cd"), groups("ab"))
    assert left.seated == ({"a": "R1"},)
    assert set(wishes_of(left)) == set(wishes_of(case)) - set(gone)


def test_a_hundred_wishes_for_one_room_are_settled_at_once() -> None:
    """However many ways there are to choose who stays, as few as possible go: everybody beyond the seats."""
    everybody = tuple(Person(f"p{i:03}") for i in range(200))
    pinned = tuple(Pin(person.id, "R1") for person in everybody[:100])
    pairs = tuple((f"p{i:03}", f"p{i + 1:03}") for i in range(0, 20, 2))
    found = examine(Case(everybody, rooms(10, 250, 250), wishes=Wishes(pinned, pairs)))
    assert (len(found.dropped), found.is_proven) == (90, True)


def test_groups_that_do_not_fit_by_more_than_counting_are_found() -> None:
    """Five groups of four and eleven of three in ten rooms of six: each count fits, all together do not."""
    names = [f"p{i:02}" for i in range(60)]
    fours = [tuple(names[i : i + 4]) for i in range(0, 20, 4)]
    threes = [tuple(names[i : i + 3]) for i in range(20, 53, 3)]
    everybody = tuple(map(Person, names))
    found = examine(Case(everybody, rooms(*[6] * 10), wishes=Wishes(together=(*fours, *threes))))
    assert (len(found.dropped), found.is_proven) == (1, True)
    assert len(found.conflicts[0].wishes) == 16
    assert not examine(
        Case(everybody, rooms(*[6] * 10), wishes=Wishes(together=(*fours, *threes[1:])))
    ).dropped


def test_what_is_not_decided_is_not_claimed() -> None:
    """Wishes past all measure get an answer in bounded time, which says that it may not be the best."""
    names = [f"p{i:02}" for i in range(40)]
    pinned = tuple(Pin(a, f"R{1 + (i * 7) % 9}", 1 + i % 2) for i, a in enumerate(names * 2))
    pairs = tuple((a, b) for i, (a, b) in enumerate(combinations(names, 2)) if i % 3 == 0)
    trios = tuple(tuple(names[i : i + 3]) for i in range(0, 38, 2))
    case = Case(tuple(map(Person, names)), rooms(*[5] * 9), 2, Wishes(pinned, pairs, trios))
    found = examine(case)
    assert not found.is_proven
    assert found.dropped
    assert {c.wishes for c in examine(found.case).conflicts} == set()


def test_pages_name_people_and_rooms_in_their_own_words() -> None:
    case = Case(people(4), rooms(3, 3), wishes=asked("a1 a2"))
    (conflict,) = examine(case).conflicts
    said = sentence_of(conflict.wishes, case, {"a": "Amina"}.__getitem__, lambda room: f"Room {room[1:]}")
    assert str(said) == "Amina is to sit in Room 1 and in Room 2 at the same time."
    assert text("ar", said.message, **said.params) != str(said)
