"""The balance report: counts with fair ranges, bounds that are proven or not called so, words without secrets."""

import pytest

from consult.seating.allocation import allocate
from consult.seating.balance import Proof, balance
from consult.seating.case import Person, RoomSpec

ROOMS = [RoomSpec("R1"), RoomSpec("R2")]


def seated(*regions: str) -> tuple[list[Person], dict[str, str]]:
    """People of these regions; those in capitals sit in the first room, the others in the second."""
    people = [Person(f"p{i}", region.upper()) for i, region in enumerate(regions)]
    return people, {f"p{i}": "R1" if region.isupper() else "R2" for i, region in enumerate(regions)}


def line(name: str, people: list[Person], seats: dict[str, str]):  # type: ignore[no-untyped-def]
    return next(m for m in balance(people, ROOMS, seats).measures if m.name == name)


def test_each_room_has_a_row_with_counts_and_fair_ranges() -> None:
    people, seats = seated("AF", "AF", "WE", "af", "we", "we", "we")
    report = balance(people, ROOMS, seats, groups=["WE", "AF", "EE"])
    assert report.groups == ("WE", "AF")
    first = report.rooms[0]
    assert (first.size, first.groups["AF"].count, first.groups["AF"].fair) == (3, 2, "1–2")
    assert first.groups["WE"].is_fair
    assert (report.fair["WE"].count, report.fair["WE"].fair) == (4, "1–3")
    assert first.sentences == ()


def test_what_stands_out_is_said() -> None:
    people, seats = seated("AF", "AF", "AF", "we", "we", "we")
    report = balance(people, ROOMS, seats)
    assert [str(s) for s in report.rooms[0].sentences] == [
        "AF has 3 here; 1–2 would be fair.",
        "WE has 0 here; 1–2 would be fair.",
    ]
    assert str(report.headline) == "Counts of a regional group outside the fair range: 4 of 4."
    spread = line("D.region", people, seats)
    assert (spread.value, spread.bound, spread.proof, spread.is_at_bound) == (4, 0, Proof.BEST_FOUND, False)
    assert "not proven" in str(spread.sentence)


def test_the_best_possible_is_called_proven() -> None:
    people = [Person(f"p{i:02}", ["AF", "AP", "EE", "LA", "WE"][i % 5]) for i in range(60)]
    rooms = [RoomSpec(f"R{i}") for i in range(6)]
    report = balance(people, rooms, allocate(people, rooms, seed=0).rooms)
    assert (
        str(report.headline)
        == "Every room has 2 of each regional group, the most even split possible (proven)."
    )
    region = next(m for m in report.measures if m.name == "D.region")
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
    report = balance(people, ROOMS, seats)
    sentence = line("D.gender", people, seats).sentence
    assert not any(c.isdigit() for c in str(sentence))
    assert not any("woman" in str(s) for row in report.rooms for s in row.sentences)


def test_people_without_a_seat_are_reported_first() -> None:
    people, seats = seated("AF", "we")
    report = balance([*people, Person("late", "AF")], ROOMS, seats)
    assert report.measures[0].name == "unassigned"
    assert str(report.measures[0].sentence) == "People without a seat yet: 1."


def test_nobody_at_all_is_no_trouble() -> None:
    assert str(balance([], ROOMS, {}).headline) == "Nobody is seated yet."
    assert balance([], [], {}).rooms == ()


def test_facilitators_missing_where_there_are_enough_are_named() -> None:
    people = [Person("p0", role="facilitator"), Person("p1", role="facilitator"), Person("p2"), Person("p3")]
    found = line("no_facilitator", people, {"p0": "R1", "p1": "R1", "p2": "R2", "p3": "R2"})
    assert str(found.sentence) == "Rooms without a facilitator, though there are enough: 1."
