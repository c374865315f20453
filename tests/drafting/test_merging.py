"""Two plain wordings become one: nothing anybody wrote is lost, and nothing is undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.drafting.merging import merged

BASE = "States commit to train officers.\n\nThe annex lists [five] practices.\n\nThe end."


@pytest.mark.parametrize(
    ("mine", "theirs", "wanted"),
    [
        (BASE, BASE + " More.", BASE + " More."),
        (BASE + " More.", BASE, BASE + " More."),
        (
            BASE.replace("officers", "border officers"),
            BASE.replace("The end.", "The very end."),
            BASE.replace("officers", "border officers").replace("The end.", "The very end."),
        ),
        (
            BASE.replace("\n\nThe annex lists [five] practices.", ""),
            BASE.replace("train", "train and equip"),
            "States commit to train and equip officers.\n\nThe end.",
        ),
        (BASE.replace("five", "six"), BASE.replace("five", "four"), BASE.replace("five", "[four/six]")),
        (
            BASE.replace("officers.", "officers together."),
            BASE.replace("officers.", "officers twice a year."),
            BASE.replace("officers.", "officers twice a year together."),
        ),
        (
            BASE + "\n\nMine at the end.",
            BASE + "\n\nTheirs at the end.",
            BASE + "\n\nTheirs at the end.\n\nMine at the end.",
        ),
        ("", "Theirs.", "Theirs."),
        ("Mine.", "", "Mine."),
    ],
)
def test_each_change_goes_where_it_belongs(mine: str, theirs: str, wanted: str) -> None:
    base = "" if "" in (mine, theirs) else BASE
    assert merged(base, mine, theirs) == wanted


def test_a_passage_that_somebody_took_out_keeps_what_another_put_into_it() -> None:
    mine = BASE.replace("[five] practices", "[five] tested practices")
    theirs = BASE.replace("The annex lists [five] practices.\n\n", "")
    assert "tested" in merged(BASE, mine, theirs)


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        ("We shall not act.", "We shall nothing spare and act.", ("not ", "nothing spare and")),
        ("An art of rights.", "A party art of rights.", ("art",)),
    ],
)
def test_words_are_not_dropped_because_others_contain_them(
    mine: str, theirs: str, kept: tuple[str, ...]
) -> None:
    found = merged("We shall act." if "shall" in mine else "A of rights.", mine, theirs)
    assert all(words in found for words in kept)


def test_the_same_change_made_by_both_is_made_once() -> None:
    mine = BASE.replace("train officers", "train all officers")
    assert merged(BASE, mine, mine.replace("The end", "Here is the end")).count("all") == 1


WORDS = st.lists(st.sampled_from(["a", "bee", "[", "]", "sea", "\n\n", "d.", "e,"]), max_size=12).map(
    " ".join
)


@given(base=WORDS, mine=WORDS, theirs=WORDS)
def test_whoever_changed_nothing_takes_the_others_wording_and_new_words_are_never_lost(
    base: str, mine: str, theirs: str
) -> None:
    assert merged(base, base, theirs) == theirs
    assert merged(base, mine, base) == mine
    both = merged(base, f"{mine} MINE" if mine else "MINE", f"THEIRS {theirs}")
    assert "MINE" in both
    assert "THEIRS" in both
