"""The checker itself: it finds each kind of broken promise, and nothing where there is none."""

import pytest

from tests.faults.history import (
    BALLOT,
    COMMENT,
    DONE,
    LATE,
    OWN,
    REFUSED,
    SHARED,
    TAKEN_BACK,
    History,
    broken_ballots,
    broken_comments,
    broken_words,
)

ONE, TWO = "c001n00001.", "c001n00002."


def history(*acts: tuple[str, str, str]) -> History:
    """Acts of c001 in draft d: kind, token, result."""
    found = History()
    for kind, token, result in acts:
        act = found.begin("c001", kind, token, "d")
        if result:
            act.settle(result)
    return found


@pytest.mark.parametrize(
    ("acts", "lines"),
    [
        ([(OWN, ONE, DONE)], ["c001:"]),
        ([(OWN, ONE, DONE)], [f"c001:{ONE}{ONE}"]),
        ([(SHARED, ONE, "")], [f"shared:{ONE}", ONE]),
        ([(OWN, ONE, REFUSED)], [f"c001:{ONE}"]),
        ([(OWN, ONE, LATE)], [f"c001:{ONE}"]),
        ([(OWN, ONE, DONE), (TAKEN_BACK, ONE, DONE)], [f"c001:{ONE}"]),
        ([(OWN, ONE, DONE), (TAKEN_BACK, ONE, REFUSED)], ["c001:"]),
        ([(OWN, ONE, DONE), (OWN, TWO, DONE)], [f"c001:{TWO}{ONE}"]),
        ([], [f"c001:{ONE}"]),
    ],
    ids=["lost", "doubled", "doubled unsure", "refused and there", "late and there", "taken back and there",
         "not taken back and gone", "out of order", "invented"],
)  # fmt: skip
def test_broken_promises_about_words_are_found(acts: list[tuple[str, str, str]], lines: list[str]) -> None:
    assert len(broken_words(history(*acts), "d", lines, "copy")) == 1


@pytest.mark.parametrize("there", [True, False])
def test_what_nobody_was_told_about_may_be_there_or_not(there: bool) -> None:
    found = history((OWN, ONE, DONE), (OWN, TWO, ""), (TAKEN_BACK, ONE, ""))
    assert broken_words(found, "d", [f"c001:{ONE}{TWO}" if there else "c001:"], "copy") == []


def test_comments_are_there_once() -> None:
    found = history((COMMENT, ONE, DONE), (COMMENT, TWO, ""))
    assert broken_comments(found, [ONE, TWO]) == broken_comments(found, [ONE]) == []
    assert len(broken_comments(found, [])) == len(broken_comments(found, [ONE, ONE])) == 1


def test_the_last_acknowledged_ballot_stands() -> None:
    found = history((BALLOT, "against", DONE), (BALLOT, "in_favour", DONE), (BALLOT, "abstention", ""))
    for standing in ("in_favour", "abstention"):
        assert broken_ballots(found, {("c001", "d"): standing}) == []
    assert len(broken_ballots(found, {("c001", "d"): "against"})) == 1
    assert len(broken_ballots(found, {})) == 1
    assert len(broken_ballots(history(), {("c002", "d"): "against"})) == 1
