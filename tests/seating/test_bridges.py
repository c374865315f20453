"""Who bridges for whom, and on whom alone others depend."""

import random

import pytest

from consult.seating.case import Person
from consult.seating.measures import language_cover
from consult.seating.report.bridges import Bridge, cover, only_bridges


def room(**languages: str) -> list[Person]:
    """People by name, with languages such as "en fr"."""
    return [Person(name, languages=tuple(spoken.split())) for name, spoken in languages.items()]


def test_one_person_can_be_the_only_bridge() -> None:
    people = room(ana="en", ben="en fr", cem="fr", dia="en ru", eva="ru en", fay="ru")
    found = cover(people)
    assert (found.main, found.uncovered) == ("en", ())
    assert found.bridged == {"cem": ("ben",), "fay": ("dia", "eva")}
    assert only_bridges(people, found) == [Bridge("ben", "en", "fr", ("cem",))]


def test_who_shares_a_language_with_nobody_is_uncovered() -> None:
    assert cover(room(ana="en", ben="en", cem="ar")).uncovered == ("cem",)


def test_interpretation_needs_no_bridge() -> None:
    people = room(ana="en", ben="en fr", cem="fr")
    assert cover(people, ("en", "fr")).main is None
    assert only_bridges(people, cover(people, ("en", "fr"))) == []


def test_unknown_languages_are_left_out() -> None:
    assert cover([Person("ana")]).main is None


@pytest.mark.parametrize("seed", range(30))
def test_the_numbers_are_those_of_the_measures(seed: int) -> None:
    chance = random.Random(seed)
    people = [
        Person(f"p{i}", languages=tuple(chance.sample(["ar", "en", "fr", "ru"], chance.randrange(3))))
        for i in range(7)
    ]
    interpreted = chance.choice([(), ("en", "ru")])
    found = cover(people, interpreted)
    assert (len(found.uncovered), len(found.bridged)) == language_cover(people, interpreted)
