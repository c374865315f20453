"""One joint CP-SAT model of one round: `python bench/seating_cpsat.py SECONDS WORKERS CASE.json ANSWER.json`.

With `--below COST` it looks for a seating that costs less, people who rely on a bridge speaker left aside: the status of
its answer is "proven" when there is none.

The objective is the evaluator's, weights included, for rooms of fixed sizes without wishes. Variables: x[person, room]; per
room and category the people outside the fair range; per room and delegation the pairs (convex, by its tangents); rooms
without a facilitator; and for languages, with people counted by the set they speak: the main language of the room, which
languages somebody who speaks the main one can bridge, and from these the people bridged and uncovered. The cyclic deal is
given as a hint, so that there is an answer whenever the model could be built and looked at in time.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from ortools.sat.python import cp_model
from seating_peers import deal

WEIGHTS = {"region": 100, "role": 100, "stakeholder": 50, "gender": 50}
UNCOVERED, BRIDGED, NO_FACILITATOR, PAIR = 1000, 1, 500, 100


class Model:
    """The model of one case."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case, self.people, self.rooms = case, case["participants"], case["rooms"]
        self.model = cp_model.CpModel()
        #: What counts, and people bridged.
        self.costs: list[Any] = []
        self.bridged: list[Any] = []
        count, rooms = len(self.people), len(self.rooms)
        # Every room but those with limits of their own has one of two sizes; which of them are larger makes no difference.
        self.sizes = [count // rooms + (r < count % rooms) for r in range(rooms)]
        self.x = [[self.model.new_bool_var("") for _ in self.rooms] for _ in self.people]
        for row in self.x:
            self.model.add_exactly_one(row)
        for r, size in enumerate(self.sizes):
            self.model.add(sum(row[r] for row in self.x) == size)
        for name in case.get("balance", WEIGHTS):
            self._balance(name)
        self._delegations()
        self._facilitators()
        self._languages()

    def _balance(self, name: str) -> None:
        for members in _groups(self.people, name).values():
            for r, size in enumerate(self.sizes):
                low, rest = divmod(len(members) * size, len(self.people))
                here = sum(self.x[p][r] for p in members)
                outside = self.model.new_int_var(0, size, "")
                self.model.add(outside >= low - here)
                self.model.add(outside >= here - low - (rest > 0))
                self.costs.append(WEIGHTS.get(name, 50) * outside)

    def _delegations(self) -> None:
        for members in _groups(self.people, "delegation").values():
            if len(members) < 2:
                continue
            most = len(members) * (len(members) - 1) // 2
            for r in range(len(self.rooms)):
                here = sum(self.x[p][r] for p in members)
                pairs = self.model.new_int_var(0, most, "")
                for k in range(1, len(members)):
                    self.model.add(pairs >= k * here - k * (k + 1) // 2)
                self.costs.append(PAIR * pairs)

    def _facilitators(self) -> None:
        who = [p for p, person in enumerate(self.people) if person.get("role") == "facilitator"]
        if not who:
            return
        without = [self.model.new_bool_var("") for _ in self.rooms]
        for r, none in enumerate(without):
            self.model.add(sum(self.x[p][r] for p in who) + none >= 1)
        beyond = self.model.new_int_var(0, len(self.rooms), "")
        self.model.add(beyond >= sum(without) - max(0, len(self.rooms) - len(who)))
        self.costs.append(NO_FACILITATOR * beyond)

    def _languages(self) -> None:
        speaking: dict[frozenset[str], list[int]] = defaultdict(list)
        for p, person in enumerate(self.people):
            if person.get("languages"):
                speaking[frozenset(person["languages"])].append(p)
        spoken = sorted(frozenset().union(*speaking))
        for r, size in enumerate(self.sizes):
            main = {code: self.model.new_bool_var("") for code in spoken}
            self.model.add_exactly_one(main.values())
            reach = {code: self.model.new_bool_var("") for code in spoken}
            here = {codes: sum(self.x[p][r] for p in who) for codes, who in speaking.items()}
            bridges: dict[str, list[Any]] = {code: [] for code in spoken}
            for codes, number in here.items():
                bridge = self.model.new_bool_var("")
                self.model.add(bridge <= number)
                self.model.add(bridge <= sum(main[code] for code in codes))
                for code in codes:
                    bridges[code].append(bridge)
            for code in spoken:
                self.model.add(reach[code] <= sum(bridges[code]))
            for codes, number in here.items():
                most = min(size, len(speaking[codes]))
                follows = sum(main[code] for code in codes)
                uncovered, bridged = (self.model.new_int_var(0, most, "") for _ in range(2))
                self.model.add(uncovered >= number - most * (follows + sum(reach[code] for code in codes)))
                self.model.add(bridged >= number - most * follows - uncovered)
                self.costs.append(UNCOVERED * uncovered)
                self.bridged.append(BRIDGED * bridged)

    def _hint(self) -> None:
        seats = deal(self.case)
        for person, row in zip(self.people, self.x, strict=True):
            for room, here in zip(self.rooms, row, strict=True):
                self.model.add_hint(here, seats[person["id"]] == room["id"])

    def best(self, seconds: float, workers: int) -> dict[str, Any]:
        """The answer as the evaluator reads it; its status says whether it is proven that there is no better one."""
        self._hint()
        self.model.minimize(sum(self.costs) + sum(self.bridged))
        solver, status = self._solved(seconds, workers)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return {"rounds": [], "status": solver.status_name(status)}
        seats = {
            person["id"]: next(
                room["id"] for room, here in zip(self.rooms, row, strict=True) if solver.value(here)
            )
            for person, row in zip(self.people, self.x, strict=True)
        }
        return {"rounds": [seats], "status": "proven" if status == cp_model.OPTIMAL else "best found"}

    def below(self, cost: int, seconds: float, workers: int) -> dict[str, Any]:
        """Whether it is proven that no seating costs less than this."""
        self.model.add(sum(self.costs) <= cost - 1)
        solver, status = self._solved(seconds, workers)
        proven = status == cp_model.INFEASIBLE
        return {"rounds": [], "status": "proven" if proven else solver.status_name(status)}

    def _solved(self, seconds: float, workers: int) -> tuple[cp_model.CpSolver, Any]:
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = workers
        return solver, solver.solve(self.model)


def _groups(people: list[dict[str, Any]], name: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for p, person in enumerate(people):
        if person.get(name):
            found[person[name]].append(p)
    return found


def main() -> int:
    """Seat the case of the arguments; 3 when nothing was found in time."""
    read = argparse.ArgumentParser()
    read.add_argument("--below", type=int)
    read.add_argument("seconds", type=float)
    read.add_argument("workers", type=int)
    read.add_argument("case", type=Path)
    read.add_argument("answer", type=Path)
    asked = read.parse_args()
    model = Model(json.loads(asked.case.read_text()))
    if asked.below is not None:
        answer = model.below(asked.below, asked.seconds, asked.workers)
    else:
        answer = model.best(asked.seconds, asked.workers)
    if answer["rounds"] or asked.below is not None:
        asked.answer.write_text(json.dumps(answer))
        return 0
    return 3


if __name__ == "__main__":
    sys.exit(main())
