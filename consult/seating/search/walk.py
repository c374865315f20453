"""Makes a seating better, exchange by exchange, until nothing is wanting or the budget is used up.

The walk is simulated annealing without rejections along a row (a heat bath): one person is drawn, all their exchanges are
priced at once, and one of them, or none, is drawn with the odds of the temperature; the draw is made by adding Gumbel noise
to the prices and taking the least. People who sit where something is wanting are drawn more often. Keep-together groups
are exchanged as groups. The budget counts draws and no clock is read, so that the same input and seed take the same way on
every machine; for the same reason noise is whole numbers. Pure: NumPy, no I/O, no clock.

Source: S. Geman and D. Geman, Stochastic relaxation, Gibbs distributions, and the Bayesian restoration of images, IEEE
PAMI 6 (1984), for the heat bath; E. J. Gumbel (1954) for the draw by noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consult.seating.search.numbers import Whole
from consult.seating.search.tables import NEVER, Round

#: Prices are compared in parts of this size.
_FINE = 1024
_POOL = 8192
#: People priced at once are this far apart in the list, a prime number, so that they are not always the same.
_APART = 7919
#: One draw in so many is of a keep-together group.
_GROUP_TURN = 8


@dataclass(frozen=True)
class Walk:
    """How long and how boldly to search."""

    #: Draws at the most.
    steps: int
    #: Draws without a new best after which the walk ends.
    idle: int
    #: In units of cost: what a step may cost and still be likely.
    temperature: float
    #: What must be wanting in a room, weighted, for its people to be drawn first; the walk ends when nothing is.
    least: int
    #: Share of the draws among people who sit where something is wanting.
    focus: float = 1.0
    #: Whether to end where the walk was best, and not where it stopped.
    to_best: bool = True
    #: What everything but topics weighs, as a share of its weight: a search for topics begins with loose balance.
    firmness: float = 1.0
    #: People priced at once in a draw: the one exchange is drawn among those of all of them.
    width: int = 1


class Searcher:
    """Searches rounds with one source of chance."""

    def __init__(self, dice: np.random.Generator, people: int) -> None:
        self._dice = dice
        self._pool = dice.gumbel(size=_POOL + max(people, 4096)) * _FINE

    def improve(self, state: Round, walk: Walk, groups: Sequence[Sequence[int]] = ()) -> Whole:
        """The seats at the end of a walk from a state, which is changed.

        Args:
            groups: keep-together groups whose seat is not given.
        """
        self._noise = np.rint(self._pool * walk.temperature).astype(np.int64)
        movable = np.flatnonzero(state.ground.movable)
        best_seats, cost, best, since = state.seat.copy(), 0, 0, 0
        draws = self._dice.integers(0, 2**31, size=(walk.steps, 3)).tolist()
        focused = (self._dice.random(walk.steps) < walk.focus).tolist()
        wanting = self._wanting(state, walk.least)
        for step in range(walk.steps):
            if since > walk.idle or not (len(wanting) or groups) or not (len(movable) or groups):
                break
            a, b, c = draws[step]
            if groups and (step % _GROUP_TURN == 0 or not len(movable)):
                group = groups[a % len(groups)]
                change = self._exchange_group(state, group, b, c, groups)
            else:
                from_ = wanting if focused[step] and len(wanting) else movable
                if not len(from_):
                    since += 1
                    continue
                if walk.width == 1 or (step % 2 and state.has_free_seats):
                    change = self._exchange(state, int(from_[a % len(from_)]), b, c)
                else:
                    drawn = (a + np.arange(walk.width) * _APART) % len(from_)
                    change = self._exchange_any(state, from_[drawn], b, c)
            since += 1
            if change is not None:
                wanting = self._wanting(state, walk.least)
                cost += change
                if cost < best:
                    best, since = cost, 0
                    best_seats = state.seat.copy()
        return best_seats if walk.to_best else state.seat.copy()

    def _wanting(self, state: Round, least: int) -> NDArray[np.int64]:
        bad = (state.wanting >= least)[state.seat] | (state.burden >= least)
        return np.flatnonzero(bad & state.ground.movable)

    def _exchange(self, state: Round, p: int, b: int, c: int) -> int | None:
        """Draw one exchange or move of a person; the change in cost, or None when they stay."""
        at = b % _POOL
        prices = state.exchange_prices(p)
        odds = prices * _FINE - self._noise[at : at + len(prices)]
        q = int(odds.argmin())
        stay = -int(self._noise[c % _POOL])
        if state.has_free_seats:
            moves = state.move_prices(p)
            at = (b // _POOL) % _POOL
            move_odds = moves * _FINE - self._noise[at : at + len(moves)]
            room = int(move_odds.argmin())
            if move_odds[room] < min(stay, int(odds[q])):
                state.move(p, room)
                return int(moves[room])
        if int(odds[q]) >= stay:
            return None
        state.exchange(p, q)
        return int(prices[q])

    def _exchange_any(self, state: Round, people: Whole, b: int, c: int) -> int | None:
        """Draw one exchange among those of several people; the change in cost, or None when all stay."""
        prices = state.exchange_table(people)
        at = b % _POOL
        odds = prices.ravel() * _FINE - self._noise[at : at + prices.size]
        best = int(odds.argmin())
        if int(odds[best]) >= -int(self._noise[c % _POOL]):
            return None
        p, q = int(people[best // state.people]), best % state.people
        state.exchange(p, q)
        return int(prices.ravel()[best])

    def _exchange_group(
        self, state: Round, group: Sequence[int], b: int, c: int, groups: Sequence[Sequence[int]]
    ) -> int | None:
        """Exchange a whole group with people of another room; None, and nothing changed, when it does not pay."""
        here = int(state.seat[group[0]])
        room = b % state.rooms
        if room == here:
            return None
        there = state.seat == room
        among = there & state.ground.movable
        hosts = [g for g in groups if state.seat[g[0]] == room and len(g) <= len(group)]
        wanted = hosts[c % len(hosts)] if hosts and c % 2 else ()
        done: list[tuple[int, int]] = []
        change = 0
        for i, p in enumerate(group):
            if i < len(wanted):
                allowed = np.zeros(state.people, dtype=bool)
                allowed[wanted[i]] = True
            else:
                allowed = among & (state.seat == room)
            prices = state.exchange_prices(p, allowed)
            q = int(prices.argmin())
            moves = state.move_prices(p) if i >= len(wanted) and state.has_free_seats else None
            if moves is not None and moves[room] < prices[q]:
                change += int(moves[room])
                state.move(p, room)
                done.append((p, -1))
            elif prices[q] < NEVER:
                change += int(prices[q])
                state.exchange(p, q)
                done.append((p, q))
            else:
                change = NEVER
                break
        if change * _FINE < -int(self._noise[c % _POOL]) and change < NEVER:
            return change
        for p, q in reversed(done):
            if q < 0:
                state.move(p, here)
            else:
                state.exchange(p, q)
        return None
