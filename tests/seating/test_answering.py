"""What an answer says of a seating: its status, what was given up, and nothing that depends on order."""

import pytest

from consult.i18n import text
from consult.seating.balance import report
from consult.seating.case import Case, Conflict, Person, RoomSpec, Seating, Status, Wish, WishKind
from consult.seating.casefile.answering import GIVEN_UP, GIVEN_UP_ROUND, STATUSES, answer, explanations, words
from consult.seating.sentences import Sentence

CASE = Case(
    tuple(Person(name, region="African" if name < "c" else "WEOG") for name in "abcd"),
    (RoomSpec("R1"), RoomSpec("R2")),
    balance=("region",),
)
FAIR = {"d": "R2", "a": "R1", "b": "R2", "c": "R1"}
UNFAIR = {"a": "R1", "b": "R1", "c": "R2", "d": "R2"}


def seating(seats: dict[str, str], status: Status = Status.OK, *dropped: Wish) -> Seating:
    conflicts = (Conflict(dropped, Sentence("A and B must not meet.")),) if dropped else ()
    return Seating((seats,), seed=4, version=2, status=status, conflicts=conflicts, dropped=dropped)


def answered(found: Seating) -> dict[str, object]:
    return answer(CASE, found, report(CASE, found.rounds))


@pytest.mark.parametrize("status", Status)
def test_the_status_is_the_seatings_and_is_said_first(status: Status) -> None:
    said = answered(seating(FAIR, status))
    assert said["status"] == status.value
    assert str(said["explanations"]).startswith(f"['{STATUSES[status]}")


def test_people_stand_in_the_order_of_their_ids() -> None:
    rounds = answered(seating(FAIR))["rounds"]
    assert isinstance(rounds, list)
    assert [list(seats) for seats in rounds] == [["a", "b", "c", "d"]]


def test_contradictions_and_what_was_given_up_come_before_the_numbers() -> None:
    wish = Wish(WishKind.TOGETHER, ("a", "b"))
    pin = Wish(WishKind.PIN, ("a",), "R2", 3)
    found = seating(FAIR, Status.ADJUSTED, wish, pin)
    said = [str(sentence) for sentence in explanations(found, report(CASE, found.rounds))]
    assert said[1:4] == [
        "A and B must not meet.",
        "Given up: keeping together a, b.",
        "Given up in round 3: the fixed seat of a in R2.",
    ]
    lines = list(words(found, report(CASE, found.rounds), "ab12"))
    assert lines[: len(said)] == said
    assert lines[-1] == "seed 4, version 2, input ab12"
    given_up = answered(found)["given_up"]
    assert given_up == [
        {"kind": "together", "people": ["a", "b"], "room": None, "round": None},
        {"kind": "pin", "people": ["a"], "room": "R2", "round": 3},
    ]


def test_without_regional_groups_nothing_is_said_of_them() -> None:
    case = Case((Person("a"), Person("b")), CASE.rooms)
    found = Seating(({"a": "R1", "b": "R2"},), 0, 2)
    said = " ".join(map(str, explanations(found, report(case, found.rounds))))
    assert "Nobody is seated" not in said
    assert "regional group" not in said


def test_rooms_that_are_not_fair_are_named() -> None:
    found = seating(UNFAIR)
    lines = list(words(found, report(CASE, found.rounds), ""))
    assert any(line.startswith("- R1: African has 2 here") for line in lines)
    assert not any(line.startswith("- R1:") for line in words(seating(FAIR), report(CASE, [FAIR]), ""))


@pytest.mark.parametrize("kind", WishKind)
def test_every_kind_of_wish_can_be_given_up(kind: WishKind) -> None:
    about = {"people": "a, b", "room": "R1", "round": 2}
    assert text("en", GIVEN_UP[kind], **about).startswith("Given up: ")
    assert text("en", GIVEN_UP_ROUND[kind], **about).startswith("Given up in round 2: ")
