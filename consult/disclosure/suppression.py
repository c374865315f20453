"""Hides small counts, and the counts that would give them away. Pure: no I/O, no clock.

Rule: a group of fewer than five is not shown in numbers, anywhere. Where a total is shown as well, one hidden
number could be found by subtraction: then the next smallest is hidden too, until what is hidden stands for two
groups and five people at least. A count of zero names nobody and stays; it is no cover for another one. A total
under five is not for showing at all.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

THRESHOLD = 5

Group = TypeVar("Group", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)


def suppressed(
    counts: Mapping[Group, int], *, total_shown: bool = True, threshold: int = THRESHOLD
) -> dict[Group, int | None]:
    """The counts as they may be shown: None stands for "fewer than five", or for a count hidden to protect one.

    Args:
        counts: people by group; every person in one group.
        total_shown: whether the reader knows the sum, from this page or another.
    """
    hidden = {group for group, n in counts.items() if 0 < n < threshold}
    if hidden and total_shown:
        rest = sorted((n, i, group) for i, (group, n) in enumerate(counts.items()) if n >= threshold)
        for _, _, group in rest:
            if len(hidden) > 1 and sum(counts[g] for g in hidden) >= threshold:
                break
            hidden.add(group)
    return {group: None if group in hidden else n for group, n in counts.items()}


def suppressed_rows(
    table: Mapping[Group, Mapping[Column, int]], *, total_shown: bool = True, threshold: int = THRESHOLD
) -> dict[Group, dict[Column, int] | None]:
    """The rows of a table as they may be shown, such as answers by regional group: None hides a whole row.

    A row is hidden when its sum is under the threshold, or when it protects another row.
    """
    totals = {key: sum(row.values()) for key, row in table.items()}
    sums = suppressed(totals, total_shown=total_shown, threshold=threshold)
    return {key: None if sums[key] is None else dict(row) for key, row in table.items()}
