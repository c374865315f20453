"""Counting: nothing is lost, order does not matter, and no small group can be worked out."""

import random
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from consult.decisions.tally import (
    CHOICES,
    MEMBER_STATES,
    NOT_VOTING,
    OTHERS,
    Answer,
    Hidden,
    counted,
    tally,
)

GROUPS = ("AFR", "APG", "EEG", "LAC", "WEOG")
choices = st.one_of(st.none(), st.sampled_from(CHOICES))
states = st.builds(Answer, st.just(MEMBER_STATES), st.sampled_from(GROUPS), choices)
others = st.builds(Answer, st.just(OTHERS), st.none(), choices)
electorates = st.lists(st.one_of(states, states, others), max_size=60)


def answers(**groups: str) -> list[Answer]:
    """Member States by group: one letter each (f in favour, a against, o abstention, - not voting)."""
    letters: dict[str, str | None] = {"f": "in_favour", "a": "against", "o": "abstention", "-": None}
    return [
        Answer(MEMBER_STATES, group, letters[letter]) for group, said in groups.items() for letter in said
    ]


def test_an_empty_electorate_has_an_empty_result() -> None:
    result = tally([], GROUPS)
    assert (result.member_states.electorate, result.by_group, result.others_answered) == (0, (), 0)


def test_not_voting_is_the_electorate_less_the_answers() -> None:
    counts = counted(["in_favour", None, "against", None, "abstention"])
    assert (counts.answered, counts.not_voting, counts.electorate) == (3, 2, 5)


def test_groups_of_five_answers_are_shown_and_smaller_ones_not() -> None:
    result = tally(answers(AFR="ffffa", APG="ffffff", EEG="ff-", LAC="faa", WEOG="fffffoo"), GROUPS)
    assert [(row.group, row.hidden) for row in result.by_group] == [
        ("AFR", None), ("APG", None), ("EEG", Hidden.FEW), ("LAC", Hidden.FEW), ("WEOG", None),
    ]  # fmt: skip
    assert result.by_group[0].counts is not None
    assert result.by_group[0].counts.against == 1


def test_one_small_group_takes_another_with_it() -> None:
    result = tally(answers(AFR="fffff", EEG="ff", WEOG="ffffff"), GROUPS)
    assert [(row.group, row.hidden) for row in result.by_group] == [
        ("AFR", Hidden.WITHHELD), ("EEG", Hidden.FEW), ("WEOG", None),
    ]  # fmt: skip


def test_when_fewer_than_five_would_say_how_many_it_is_not_said() -> None:
    result = tally(answers(**dict.fromkeys(GROUPS, "ffff")), GROUPS)
    assert {row.hidden for row in result.by_group} == {Hidden.WITHHELD}


def test_a_group_without_an_answer_is_hidden_only_where_another_is() -> None:
    shown = tally(answers(AFR="fffff", WEOG="--"), GROUPS).by_group
    assert [row.hidden for row in shown] == [None, None]
    covered = tally(answers(AFR="fff", APG="fff", WEOG="--"), GROUPS).by_group
    assert [row.hidden for row in covered] == [Hidden.FEW] * 3


def test_others_are_counted_apart_and_hidden_while_they_are_few() -> None:
    few = [Answer(OTHERS, None, "against")] * 4 + [Answer(OTHERS, None, None)] * 3
    result = tally(answers(AFR="fffff") + few, GROUPS)
    assert (result.others, result.others_answered, result.others_electorate) == (None, 4, 7)
    assert result.member_states.against == 0
    more = tally([*few, Answer(OTHERS, None, "in_favour")], GROUPS)
    assert more.others is not None
    assert more.others.answered == 5


@given(electorates)
def test_totals_are_preserved(electorate: list[Answer]) -> None:
    result = tally(electorate, GROUPS)
    assert result.member_states.electorate + result.others_electorate == len(electorate)
    for choice in (*CHOICES, NOT_VOTING):
        said = None if choice == NOT_VOTING else choice
        expected = sum(a.track == MEMBER_STATES and a.choice == said for a in electorate)
        assert result.member_states.of(choice) == expected


@given(electorates, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(electorate: list[Answer], chance: random.Random) -> None:
    shuffled = list(electorate)
    chance.shuffle(shuffled)
    assert tally(shuffled, GROUPS) == tally(electorate, GROUPS)


@given(electorates)
def test_every_group_with_an_elector_has_one_row_shown_or_hidden(electorate: list[Answer]) -> None:
    rows = tally(electorate, GROUPS).by_group
    assert [row.group for row in rows] == [
        group for group in GROUPS if any(a.group == group and a.track == MEMBER_STATES for a in electorate)
    ]
    assert all((row.counts is None) == (row.hidden is not None) for row in rows)
    assert not any(row.counts and 0 < row.counts.answered < 5 for row in rows)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2)), min_size=2, max_size=5))
def test_no_small_group_can_be_worked_out_by_subtraction(sizes: list[tuple[int, int]]) -> None:
    """All worlds that agree with what is published: in them, a hidden small group has more than one size."""
    electorate = []
    for group, (answered, silent) in zip(GROUPS, sizes, strict=False):
        electorate += [Answer(MEMBER_STATES, group, "in_favour")] * answered
        electorate += [Answer(MEMBER_STATES, group, None)] * silent
    result = tally(electorate, GROUPS)
    hidden = [row for row in result.by_group if row.hidden]
    real = {group: answered for group, (answered, _silent) in zip(GROUPS, sizes, strict=False)}
    if not hidden or len([row for row in result.by_group if real[row.group]]) < 2:
        return  # nothing hidden, or one group is the whole result
    rest = result.member_states.answered - sum(row.counts.answered for row in result.by_group if row.counts)
    spans = [range(5) if row.hidden is Hidden.FEW else range(rest + 1) for row in hidden]
    worlds = [world for world in product(*spans) if sum(world) == rest]
    for place, row in enumerate(hidden):
        if 0 < real[row.group] < 5:
            assert len({world[place] for world in worlds}) > 1, (sizes, row)
