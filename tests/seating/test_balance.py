"""The balance report: counts with fair ranges, bounds that are proven or not called so, words without secrets."""

import json
from collections.abc import Mapping

import pytest

from consult.seating.balance import PlanReport, Proof, as_json, balance, report
from consult.seating.case import Case, Person, Pin, RoomSpec, Wishes
from consult.seating.report.bridges import Bridge

ROOMS = [RoomSpec("R1"), RoomSpec("R2")]


def seated(*regions: str) -> tuple[list[Person], dict[str, str]]:
    """People of these regions; those in capitals sit in the first room, the others in the second."""
    people = [Person(f"p{i}", region.upper()) for i, region in enumerate(regions)]
    return people, {f"p{i}": "R1" if region.isupper() else "R2" for i, region in enumerate(regions)}


def line(name: str, people: list[Person], seats: dict[str, str]):  # type: ignore[no-untyped-def]
    return next(m for m in balance(people, ROOMS, seats).measures if m.name == name)


def test_each_room_has_a_row_with_counts_and_fair_ranges() -> None:
    people, seats = seated("AF", "AF", "WE", "af", "we", "we", "we")
    found = balance(people, ROOMS, seats, groups=["WE", "AF", "EE"])
    assert found.groups == ("WE", "AF")
    first = found.rooms[0]
    assert (first.size, first.groups["AF"].count, first.groups["AF"].fair) == (3, 2, "1–2")
    assert first.groups["WE"].is_fair
    assert (found.fair["WE"].count, found.fair["WE"].fair) == (4, "1–3")
    assert first.sentences == ()


def test_what_stands_out_is_said() -> None:
    people, seats = seated("AF", "AF", "AF", "we", "we", "we")
    found = balance(people, ROOMS, seats)
    assert [str(s) for s in found.rooms[0].sentences] == [
        "AF has 3 here; 1–2 would be fair.",
        "WE has 0 here; 1–2 would be fair.",
    ]
    assert str(found.headline) == "Counts of a regional group outside the fair range: 4 of 4."
    spread = line("D.region", people, seats)
    assert (spread.value, spread.bound, spread.proof, spread.is_at_bound) == (4, 0, Proof.BEST_FOUND, False)
    assert "not proven" in str(spread.sentence)


def test_the_best_possible_is_called_proven() -> None:
    people = [Person(f"p{i:02}", ["AF", "AP", "EE", "LA", "WE"][i % 5]) for i in range(60)]
    rooms = [RoomSpec(f"R{i}") for i in range(6)]
    found = balance(people, rooms, {f"p{i:02}": f"R{i // 10}" for i in range(60)})
    assert (
        str(found.headline)
        == "Every room has 2 of each regional group, the most even split possible (proven)."
    )
    region = next(m for m in found.measures if m.name == "D.region")
    assert region.is_at_bound
    assert region.proof is Proof.ARITHMETIC


def test_unavoidable_pairs_are_explained() -> None:
    people = [Person(f"p{i}", "AF", delegation="HOST") for i in range(3)] + [Person("p3", "AF")]
    seats = {"p0": "R1", "p1": "R1", "p2": "R2", "p3": "R2"}
    pairs = line("delegation_pairs", people, seats)
    assert (pairs.value, pairs.bound, pairs.proof) == (1, 1, Proof.PIGEONHOLE)
    assert str(pairs.sentence) == (
        "The largest delegation has 3 people and there are 2 rooms. "
        "Pairs that share a room: 1, the fewest possible (proven)."
    )
    assert "one delegation (HOST)" in str(balance(people, ROOMS, seats).rooms[0].sentences[-1])


def test_avoidable_pairs_are_not_excused() -> None:
    people = [Person("p0", delegation="A"), Person("p1", delegation="A"), Person("p2"), Person("p3")]
    pairs = line("delegation_pairs", people, {"p0": "R1", "p1": "R1", "p2": "R2", "p3": "R2"})
    assert (pairs.value, pairs.bound, pairs.proof) == (1, 0, Proof.BEST_FOUND)


@pytest.mark.parametrize(
    ("languages", "sentence"),
    [
        ([("en",), ("en", "fr")], "Everybody shares a working language"),
        ([("en",), ("en", "fr"), ("fr",)], "rely on a neighbour for their language: 1"),
        ([("en",), ("ru",)], "could follow in no language of their room: 1"),
    ],
)
def test_languages_in_words(languages: list[tuple[str, ...]], sentence: str) -> None:
    people = [Person(f"p{i}", languages=spoken) for i, spoken in enumerate(languages)]
    found = line("lang_uncovered", people, {p.id: "R1" for p in people})
    assert sentence in str(found.sentence)


def test_gender_is_never_counted_in_the_report() -> None:
    people = [Person(f"p{i}", "AF", gender="woman" if i < 3 else "man") for i in range(8)]
    seats = {p.id: "R1" if i < 4 else "R2" for i, p in enumerate(people)}
    found = balance(people, ROOMS, seats)
    sentence = line("D.gender", people, seats).sentence
    assert not any(c.isdigit() for c in str(sentence))
    assert not any("woman" in str(s) for row in found.rooms for s in row.sentences)


def test_people_without_a_seat_are_reported_first() -> None:
    people, seats = seated("AF", "we")
    found = balance([*people, Person("late", "AF")], ROOMS, seats)
    assert found.measures[0].name == "unassigned"
    assert str(found.measures[0].sentence) == "People without a seat yet: 1."


def test_nobody_at_all_is_no_trouble() -> None:
    assert str(balance([], ROOMS, {}).headline) == "Nobody is seated yet."
    assert balance([], [], {}).rooms == ()


def test_facilitators_missing_where_there_are_enough_are_named() -> None:
    people = [Person("p0", role="facilitator"), Person("p1", role="facilitator"), Person("p2"), Person("p3")]
    found = line("no_facilitator", people, {"p0": "R1", "p1": "R1", "p2": "R2", "p3": "R2"})
    assert str(found.sentence) == (
        "Rooms without a facilitator, though there are enough: 1; the best found, not proven (the bound is 0)."
    )


# a whole plan


def said(found: PlanReport, name: str) -> str:
    """The sentence of a measure."""
    return next(str(m.sentence) for m in found.measures if m.name == name)


def rooms(count: int) -> tuple[RoomSpec, ...]:
    return tuple(RoomSpec(f"R{i}") for i in range(count))


def grid(people: int, count: int, *, step: int = 1) -> Mapping[str, str]:
    """People p0, p1, … to rooms in turn, or by blocks of `step`."""
    return {f"p{i}": f"R{i // step % count}" for i in range(people)}


def crowd(number: int, **fields: object) -> tuple[Person, ...]:
    return tuple(Person(f"p{i}", **fields) for i in range(number))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("people", "count", "sentence"),
    [(6, 2, "6 people, 2 rooms: 3 each."), (606, 200, "606 people, 200 rooms: 3 or 4 each.")],
)
def test_sizes_are_arithmetic(people: int, count: int, sentence: str) -> None:
    assert said(report(Case(crowd(people), rooms(count)), [grid(people, count)]), "size") == sentence


def test_a_plan_that_is_the_best_in_everything_is_called_so() -> None:
    people = tuple(Person(f"p{i}", "AF" if i % 2 else "WE", role="facilitator") for i in range(4))
    case = Case(people, rooms(2), 2)
    best = report(case, [grid(4, 2, step=2), {"p0": "R0", "p3": "R0", "p1": "R1", "p2": "R1"}])
    assert best.is_optimal
    assert str(best.verdict).startswith("It is proven that no seating")
    assert said(best, "repeats") == "No two people meet again who have met before (proven)."
    other = report(case, [grid(4, 2, step=2), grid(4, 2, step=2)])
    assert not other.is_optimal
    assert said(other, "repeats") == "Repeated meetings: 2; the best found, not proven (the bound is 0)."
    assert str(other.verdict).startswith("In 8 of 9 points it is proven")


def test_unavoidable_repeats_are_explained_by_where_people_come_from() -> None:
    case = Case(crowd(16), rooms(2), 2)
    crossed = {f"p{i}": f"R{(i // 2) % 2}" for i in range(16)}
    found = report(case, [grid(16, 2), crossed])
    assert said(found, "repeats") == (
        "A room of 8 drawn from 2 earlier rooms holds at least 12 pairs who have met. "
        "Repeated meetings: 24, the fewest possible (proven)."
    )


def test_a_single_unavoidable_pair_is_one_pair() -> None:
    found = report(Case(crowd(6), rooms(2), 2), [grid(6, 2), grid(6, 2, step=3)])
    assert said(found, "repeats").startswith(
        "A room of 3 drawn from 2 earlier rooms holds at least one pair who"
    )


def test_earlier_meetings_are_explained_in_the_same_way() -> None:
    past = (("p0", "p2"), ("p4", "p6"), ("p1", "p3"), ("p5", "p7"))
    case = Case(crowd(8), rooms(1), past_meetings=past)
    found = report(case, [grid(8, 1)])
    assert said(found, "repeats").startswith("A room of 8 drawn from 4 earlier rooms holds at least 4 pairs")


def test_a_delegation_larger_than_the_rooms_are_many_is_explained_over_rounds() -> None:
    people = tuple(Person(f"p{i}", delegation="HOST" if i < 12 else None) for i in range(16))
    found = report(Case(people, rooms(8), 2), [grid(16, 8), grid(16, 8)])
    assert said(found, "delegation_pairs") == (
        "The largest delegation has 12 people and there are 8 rooms. "
        "Pairs that share a room, all rounds together: 8, the fewest possible (proven)."
    )


def test_topics_say_how_many_have_what_they_want_most() -> None:
    people = crowd(4, topics=("data", "rights"))
    case = Case(people, (RoomSpec("R0", topic="data"), RoomSpec("R1", topic="rights")))
    assert said(report(case, [grid(4, 2)]), "topic") == (
        "2 of 4 people have the topic they want most. Places down their lists, all together: 2, "
        "the fewest possible with rooms of these sizes (proven)."
    )


def test_wishes_have_a_line_when_they_are_asked() -> None:
    wishes = Wishes((Pin("p0", "R1"),), (("p1", "p3"),), (("p2", "p3"),))
    found = report(Case(crowd(4), rooms(2), wishes=wishes), [grid(4, 2)])
    assert said(found, "pins") == "Fixed seats that are not kept: 1."
    assert said(found, "apart").startswith("Pairs that meet and were not to: 1; the best found, not proven")
    assert "are parted: 1; the best found" in said(found, "together")
    names = [m.name for m in report(Case(crowd(4), rooms(2)), [grid(4, 2)]).measures]
    assert not {"pins", "apart", "together", "moved", "repeats", "topic", "capacity"} & set(names)


def test_a_group_outside_its_range_for_fixed_seats_says_so() -> None:
    people = tuple(Person(f"p{i}", "AF" if i < 4 else "WE") for i in range(8))
    wishes = Wishes(tuple(Pin(f"p{i}", "R0") for i in range(3)))
    plan = {f"p{i}": "R0" if i < 3 or i == 7 else "R1" for i in range(8)}
    found = report(Case(people, rooms(2), wishes=wishes), [plan])
    notes = [str(s) for s in found.rounds[0].rooms[0].sentences]
    assert notes[0] == "AF has 3 here; 2 would be fair, but 3 have fixed seats."
    assert said(found, "D.region").endswith(
        "4, the fewest possible with these room sizes and fixed seats (proven)."
    )
    region = next(m for m in found.measures if m.name == "D.region")
    assert (region.value, region.bound, region.proof) == (4, 4, Proof.FLOW)


def test_who_cannot_follow_and_who_alone_bridges_are_named_by_id() -> None:
    spoken = ["en", "en fr", "fr", "ru"]
    people = tuple(Person(f"p{i}", languages=tuple(s.split())) for i, s in enumerate(spoken))
    row = report(Case(people, rooms(1)), [grid(4, 1)]).rounds[0].rooms[0]
    assert row.uncovered == ("p3",)
    assert row.bridges == (Bridge("p1", "en", "fr", ("p2",)),)
    assert [str(s) for s in row.sentences] == [
        "p3 could follow in no language of this room.",
        "p1 is the only bridge between fr and en here. People who rely on it: 1.",
    ]
    assert row.sentences[1].params["person"] == "p1"


def test_languages_no_seating_could_cover_are_called_so() -> None:
    people = tuple(Person(f"p{i}", languages=("ru" if i == 5 else "en",)) for i in range(6))
    found = report(Case(people, rooms(2)), [grid(6, 2)])
    assert "1, the fewest possible (proven)" in said(found, "lang_uncovered")
    line = next(m for m in found.measures if m.name == "lang_uncovered")
    assert line.proof is Proof.COMPONENTS


def test_a_round_has_its_own_table_of_those_present() -> None:
    people = (Person("p0", "AF", present=(1,)), Person("p1", "AF"), Person("p2", "WE"))
    found = report(Case(people, rooms(1), 2), [grid(3, 1), {"p1": "R0", "p2": "R0"}], groups=["WE"])
    assert found.groups == ("WE", "AF")
    assert [(t.number, t.people, t.fair["AF"].count) for t in found.rounds] == [(1, 3, 2), (2, 2, 1)]


def test_few_who_are_alone_are_not_counted() -> None:
    people = tuple(Person(f"p{i}", gender="woman" if i == 0 else "man") for i in range(6))
    found = report(Case(people, rooms(2), nobody_isolated=True), [grid(6, 2)])
    assert said(found, "isolated") == (
        "Somebody is the only one of their gender, or with their language, in a room; it cannot be avoided."
    )
    avoidable = (*people[:1], Person("p1", gender="woman"), *people[2:])
    found = report(Case(avoidable, rooms(2), nobody_isolated=True), [grid(6, 2)])
    assert said(found, "isolated").startswith("Fewer than five times")
    many = report(Case(crowd(12, gender="man"), rooms(12), nobody_isolated=True), [grid(12, 12)])
    assert ": 12, the fewest possible (proven)." in said(many, "isolated")


def test_the_report_as_json_has_the_numbers_and_the_words_but_none_about_gender() -> None:
    people = tuple(
        Person(f"p{i}", "AF" if i < 4 else "WE", gender="woman" if i < 7 else "man") for i in range(8)
    )
    case = Case(people, rooms(2), nobody_isolated=True)
    written = json.dumps(as_json(report(case, [grid(8, 2, step=4)])))
    found = json.loads(written)
    assert "woman" not in written
    lines = {m["name"]: m for m in found["measures"]}
    assert (lines["D.region"]["value"], lines["D.region"]["bound"]) == (8, 0)
    assert lines["D.region"]["proof"] == "best_found"
    for name in ("D.gender", "isolated"):
        assert not {"value", "bound"} & set(lines[name])
        assert not any(c.isdigit() for c in lines[name]["sentence"])
    first = found["tables"][0]["rooms"][0]
    assert first["groups"]["AF"] == {"count": 4, "low": 2, "high": 2}
    assert first["sentences"][0] == "AF has 4 here; 2 would be fair."


def test_a_seating_of_nobody_is_no_trouble() -> None:
    for case in (Case((), ()), Case((), rooms(2), allow_empty=True), Case(crowd(2), ())):
        found = report(case, [])
        assert str(found.headline) == "Nobody is seated yet."
        as_json(found)
