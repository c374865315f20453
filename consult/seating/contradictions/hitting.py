"""Which things to give up so that enough of every set is given up, at the least cost: a minimum hitting set.

Branch and bound over kinds of things: those that are in the same sets and cost the same are exchangeable.
Pure: values only, no I/O, no clock.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from consult.seating.contradictions.packing import Budget


@dataclass(frozen=True)
class Core:
    """At least `need` of the members must be given up."""

    members: frozenset[int]
    need: int = 1


@dataclass(frozen=True)
class _Node:
    cost: int
    #: By kind: how many are given up, and how many more may be.
    taken: tuple[int, ...]
    left: tuple[int, ...]
    #: By core: how many are still to be given up.
    needs: tuple[int, ...]


def cheapest(cores: Sequence[Core], costs: Sequence[int], budget: Budget) -> tuple[frozenset[int], bool]:
    """The members to give up, and whether it is proven that nothing costs less.

    Args:
        costs: by member, positive.
        budget: steps to take; when they are used up, the first that meets all cores is taken.
    """
    chosen: set[int] = set()
    proven = True
    for part in _parts(cores):
        members, is_proven = _cheapest(part, costs, budget)
        chosen |= members
        proven = proven and is_proven
    return frozenset(chosen), proven


def _parts(cores: Sequence[Core]) -> list[list[Core]]:
    """Cores that share no member with those of another part."""
    parts: list[tuple[frozenset[int], list[Core]]] = []
    for core in cores:
        members, inside, others = core.members, [core], []
        for part in parts:
            if part[0] & core.members:
                members, inside = members | part[0], part[1] + inside
            else:
                others.append(part)
        parts = [*others, (members, inside)]
    return [inside for _, inside in parts]


def _cheapest(cores: Sequence[Core], costs: Sequence[int], budget: Budget) -> tuple[set[int], bool]:
    kinds: dict[tuple[int, frozenset[int]], list[int]] = defaultdict(list)
    for member in sorted({m for core in cores for m in core.members}, reverse=True):
        kinds[costs[member], frozenset(i for i, core in enumerate(cores) if member in core.members)].append(
            member
        )
    order = sorted(kinds, key=lambda kind: (kind[0], -len(kind[1]), -kinds[kind][0]))
    search = _Search(
        [cost for cost, _ in order],
        [[i in inside for _, inside in order] for i in range(len(cores))],
    )
    start = _Node(
        0, (0,) * len(order), tuple(len(kinds[kind]) for kind in order), tuple(core.need for core in cores)
    )
    taken, proven = search.run(start, budget)
    return {m for kind, count in zip(order, taken, strict=True) for m in kinds[kind][:count]}, proven


class _Search:
    def __init__(self, costs: Sequence[int], inside: Sequence[Sequence[bool]]) -> None:
        self.costs = costs
        #: By core: the kinds in it, the cheapest first.
        self.kinds = [[k for k, is_in in enumerate(row) if is_in] for row in inside]
        self.inside = inside

    def run(self, start: _Node, budget: Budget) -> tuple[tuple[int, ...], bool]:
        best: _Node | None = None
        stack = [start]
        lowest = self._bound(start) or 0
        while stack:
            node = stack.pop()
            bound = self._bound(node)
            if bound is None or (best is not None and bound >= best.cost):
                continue
            if not any(node.needs):
                best = node
                if best.cost <= lowest:
                    break
                continue
            if not budget.spend() and best is not None:
                return best.taken, False
            stack += self._branches(node)
        assert best is not None, "every core has as many members as must be given up"
        return best.taken, True

    def _bound(self, node: _Node) -> int | None:
        """The cost of cores that share no kind, each at its cheapest; None when a core cannot be met."""
        cost, used = node.cost, set[int]()
        for core in sorted(range(len(node.needs)), key=lambda c: len(self.kinds[c])):
            need, own = node.needs[core], self._cost_of(core, node)
            if own is None:
                return None
            if need and used.isdisjoint(k for k in self.kinds[core] if node.left[k]):
                cost += own
                used.update(k for k in self.kinds[core] if node.left[k])
        return cost

    def _cost_of(self, core: int, node: _Node) -> int | None:
        need, cost = node.needs[core], 0
        for kind in self.kinds[core]:
            take = min(need, node.left[kind])
            cost += take * self.costs[kind]
            need -= take
            if not need:
                break
        return None if need else cost

    def _branches(self, node: _Node) -> list[_Node]:
        """Give up one of the kind that helps most, or none of it any more; the first is looked at first."""
        open_cores = [core for core, need in enumerate(node.needs) if need]
        core = min(open_cores, key=lambda c: (sum(node.left[k] for k in self.kinds[c]) - node.needs[c], c))
        kind = min(
            (k for k in self.kinds[core] if node.left[k]),
            key=lambda k: (-sum(self.inside[c][k] for c in open_cores), k),
        )
        without = _replaced(node.left, kind, 0)
        taken = _replaced(node.taken, kind, node.taken[kind] + 1)
        left = _replaced(node.left, kind, node.left[kind] - 1)
        needs = tuple(max(0, need - self.inside[core][kind]) for core, need in enumerate(node.needs))
        return [
            _Node(node.cost, node.taken, without, node.needs),
            _Node(node.cost + self.costs[kind], taken, left, needs),
        ]


def _replaced(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    return (*values[:place], value, *values[place + 1 :])
