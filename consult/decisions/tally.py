"""Counting an indicative poll: by track, and Member States by regional group. Pure: no I/O, no clock.

It measures support. It knows no majority, no threshold and no outcome, because an informal session adopts nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consult.disclosure.suppression import THRESHOLD, suppressed

IN_FAVOUR, AGAINST, ABSTENTION, NOT_VOTING = "in_favour", "against", "abstention", "not_voting"
CHOICES = (IN_FAVOUR, AGAINST, ABSTENTION)
MEMBER_STATES, OTHERS = "member_states", "others"


@dataclass(frozen=True)
class Answer:
    """What one delegation of the electorate did. `group`: its regional group; `choice`: None when it did nothing."""

    track: str
    group: str | None
    choice: str | None


@dataclass(frozen=True)
class Counts:
    """Numbers of delegations."""

    in_favour: int = 0
    against: int = 0
    abstention: int = 0
    not_voting: int = 0

    @property
    def answered(self) -> int:
        """Delegations that gave an answer."""
        return self.in_favour + self.against + self.abstention

    @property
    def electorate(self) -> int:
        """Delegations that could."""
        return self.answered + self.not_voting

    def of(self, choice: str) -> int:
        """The number of one choice, `NOT_VOTING` included."""
        return int(getattr(self, choice))


class Hidden(StrEnum):
    """Why a group's answers are not shown."""

    FEW = "few"
    """Fewer than five delegations answered."""
    WITHHELD = "withheld"
    """Shown, they would let a smaller group's answers be worked out from the sum."""


@dataclass(frozen=True)
class GroupRow:
    """One regional group. Exactly one of `counts` and `hidden` is None."""

    group: str
    counts: Counts | None
    hidden: Hidden | None


@dataclass(frozen=True)
class Tally:
    """The result: Member States, their regional groups in a fixed order, and everybody else apart.

    `others` is None while fewer than five of them answered; `others_answered` and `others_electorate` always hold.
    """

    member_states: Counts
    by_group: tuple[GroupRow, ...]
    others: Counts | None
    others_answered: int
    others_electorate: int


def counted(choices: Iterable[str | None]) -> Counts:
    """The numbers of each choice. Not voting is what remains of the electorate."""
    numbers = dict.fromkeys((*CHOICES, NOT_VOTING), 0)
    for choice in choices:
        numbers[choice or NOT_VOTING] += 1
    return Counts(**numbers)


def tally(answers: Sequence[Answer], groups: Sequence[str]) -> Tally:
    """Count the answers.

    Rule: polls are shown by regional group only where five or more delegations of the group answered, and no smaller
    group can be worked out from the others.

    Args:
        answers: one entry for each delegation of the electorate, in any order.
        groups: codes of the regional groups, in the order in which they are shown; groups without an elector are left out.
    """
    states = [answer for answer in answers if answer.track == MEMBER_STATES]
    others = counted(answer.choice for answer in answers if answer.track == OTHERS)
    present = [group for group in groups if any(answer.group == group for answer in states)]
    by_group = {group: counted(a.choice for a in states if a.group == group) for group in present}
    return Tally(
        member_states=counted(answer.choice for answer in states),
        by_group=_protected(by_group),
        others=others if others.answered == 0 or others.answered >= THRESHOLD else None,
        others_answered=others.answered,
        others_electorate=others.electorate,
    )


def _protected(by_group: dict[str, Counts]) -> tuple[GroupRow, ...]:
    """Each group's row, shown or hidden. Where any is hidden, groups without an answer are hidden with it: otherwise
    the reader would know that every hidden one has at least one answer, and two with one each would be found out.
    """
    sizes = {group: counts.answered for group, counts in by_group.items()}
    concealed = {group for group, size in suppressed(sizes).items() if size is None}
    if concealed:
        concealed |= {group for group, size in sizes.items() if size == 0}
    few = Hidden.WITHHELD if _are_all_just_under([sizes[group] for group in concealed]) else Hidden.FEW
    rows = []
    for group, counts in by_group.items():
        if group in concealed:
            rows.append(GroupRow(group, None, few if sizes[group] < THRESHOLD else Hidden.WITHHELD))
        else:
            rows.append(GroupRow(group, counts, None))
    return tuple(rows)


def _are_all_just_under(sizes: Sequence[int]) -> bool:
    """Whether the words "fewer than 5" for all of these would tell each of them, because all have four."""
    return len(sizes) > 1 and all(size == THRESHOLD - 1 for size in sizes)
