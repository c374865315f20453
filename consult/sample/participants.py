"""Synthetic participants of the sample consultation: "Delegate KEN-1", never a real person.

States come in proportion to the five regional groups, one head for each delegation first, then larger delegations;
about a quarter are other stakeholders. The same number always gives the same people. Pure: no I/O beyond the
shipped table, no clock.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from consult import reference

MOST = 2000
#: The generator needs this many for every role and kind; smaller numbers are a selection of these.
_FEWEST_WHOLE = 60
_SEED = 20170619
#: Offices filled from the people already listed, and how many of each there are among n.
_OFFICES = ("moderator", "panelist", "rapporteur", "expert")
_KIND_BY_STATUS = {
    "member_state": "member_state",
    "observer_state": "observer_state",
    "observer_organisation": "regional_organisation",
}
_GENDERS = (("woman", 42), ("man", 42), ("non_binary", 2), ("undisclosed", 6), ("", 8))
_AGES = (("18-24", 4), ("25-34", 22), ("35-44", 30), ("45-54", 22), ("55-64", 10), ("65+", 3), ("", 9))
_ORGANISATION_LANGUAGES = (
    (("en",), 46),
    (("en", "fr"), 16),
    (("en", "es"), 14),
    (("fr",), 6),
    (("es",), 6),
    (("ar", "en"), 5),
    (("ru", "en"), 4),
    (("zh", "en"), 3),
)
_RARE_NEEDS = (
    ("screen_reader", 0.012),
    ("sign_language", 0.006),
    ("wheelchair", 0.015),
    ("large_print", 0.01),
    ("keyboard_only", 0.006),
)
_ENGLISH_FIRST = frozenset({"CAN", "CHE", "BEL", "SGP", "MUS", "VUT"})

Item = TypeVar("Item")


@dataclass(slots=True)
class Participant:
    """One row of a registration list, with the columns that `people.imports` reads."""

    name: str
    email: str
    delegation_iso3: str
    organisation: str
    stakeholder_type: str
    role: str
    languages: str
    gender: str
    age_band: str
    needs: str


@cache
def participants(n: int) -> tuple[Participant, ...]:
    """The n synthetic participants; always the same ones for the same n.

    Raises:
        ValueError: n is not between 1 and 2,000.
    """
    if not 1 <= n <= MOST:
        raise ValueError(f"between 1 and {MOST} participants, not {n}")
    if n >= _FEWEST_WHOLE:
        return tuple(_Registration(n).people())
    everybody = participants(_FEWEST_WHOLE)
    return tuple(everybody[i] for i in sorted(_selection(everybody)[:n]))


def _selection(everybody: Sequence[Participant]) -> list[int]:
    """Positions, those that a small demonstration needs most first: one of each role, then round by round."""
    rounds = Counter[str]()
    order = []
    wanted = ("secretariat", "co_facilitator", "head_of_delegation", "panelist", "rapporteur", "observer")
    rank = {role: i for i, role in enumerate(wanted)}
    for i, person in enumerate(everybody):
        turn = rounds[person.role] // 4 if person.role == "head_of_delegation" else rounds[person.role]
        order.append((turn, rank.get(person.role, len(wanted)), i))
        rounds[person.role] += 1
    return [i for _, _, i in sorted(order)]


class _Draw:
    """Seeded chance, from one source, so that every version of Python draws alike."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def under(self, probability: float) -> bool:
        return self._dice.random() < probability

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        found = list(items)
        for i in range(len(found) - 1, 0, -1):
            j = int(self._dice.random() * (i + 1))
            found[i], found[j] = found[j], found[i]
        return found

    def one_of(self, items: Sequence[Item]) -> Item:
        return items[int(self._dice.random() * len(items))]

    def weighted(self, items: Sequence[tuple[Item, int]]) -> Item:
        left = self._dice.random() * sum(weight for _, weight in items)
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        return items[-1][0]


class _Registration:
    """Writes the list, row by row."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._draw = _Draw(_SEED)
        self._rows: list[Participant] = []
        self._numbers = Counter[str]()

    def people(self) -> list[Participant]:
        self._add_officers()
        others = round(self._n * 0.28)
        self._add_states(self._n - len(self._rows) - others)
        self._add_organisations(others)
        self._fill_offices()
        return self._rows

    def _add_officers(self) -> None:
        for iso3 in ("MEX", "CHE"):
            self._add_state(iso3, "co_facilitator")
        for _ in range(max(3, self._n // 40)):
            self._add("SEC", "Staff", "Conference secretariat", "secretariat", "secretariat", ("en", "fr"))
        pairs = (("en", "fr"), ("en", "es"), ("en", "ar"), ("en", "ru"), ("en", "zh"))
        for pair in pairs[: 5 if self._n >= 120 else 2]:
            self._add("INT", "Interpreter", "Conference services", "secretariat", "interpreter", pair)

    def _add_states(self, seats: int) -> None:
        order = ["CAN", *(iso3 for iso3 in self._states_in_turn() if iso3 != "CAN")]
        if self._n >= 120:
            order[60:60] = ["EUE", "VAT", "PSE"]
        present = order[: max(20, min(len(order), int(seats * 0.82)))]
        for iso3 in present[:seats]:
            self._add_state(iso3, "head_of_delegation")
        seats -= min(seats, len(present))
        i = 0
        while seats:
            state = _state(present[i % len(present)])
            i += 1
            # Larger delegations are likelier from larger missions.
            if state.ldc and self._draw.under(0.5):
                continue
            self._add_state(state.iso3, "delegate")
            seats -= 1

    def _states_in_turn(self) -> Iterator[str]:
        """Member States so that every beginning of the list mirrors the sizes of the five groups."""
        groups: dict[str, list[str]] = {}
        for state in reference.states():
            if state.group:
                groups.setdefault(_SORTED_AS.get(state.group, state.group), []).append(state.iso3)
        drawn = {group: self._draw.shuffled(groups[group]) for group in sorted(groups)}
        taken = dict.fromkeys(drawn, 0)
        for _ in range(sum(map(len, drawn.values()))):
            with_more = [g for g in drawn if taken[g] < len(drawn[g])]
            group = min(with_more, key=lambda g: (taken[g] + 0.5) / len(drawn[g]))
            yield drawn[group][taken[group]]
            taken[group] += 1

    def _add_organisations(self, seats: int) -> None:
        kinds = _table()["organisations"]
        weight = sum(kind["weight"] for kind in kinds)
        share = [1 if seats >= len(kinds) else 0] * len(kinds)
        while sum(share) < seats:
            # Whoever lacks most of its share is next: no random gaps between kinds.
            lack = [(kind["weight"] * seats / weight - share[i], -i) for i, kind in enumerate(kinds)]
            share[-max(lack)[1]] += 1
        for kind, count in zip(kinds, share, strict=True):
            role = "media" if kind["type"] == "media" else "observer"
            for i in range(count):
                name = kind["names"][i % len(kind["names"])]
                languages = self._draw.weighted(_ORGANISATION_LANGUAGES)
                self._add(kind["prefix"], "Participant", name, kind["type"], role, languages)

    def _fill_offices(self) -> None:
        n = self._n
        eligible = [
            i
            for i, row in enumerate(self._rows)
            if row.role in ("delegate", "head_of_delegation", "observer")
        ]
        waiting = iter(self._draw.shuffled(eligible))
        numbers = (4, max(4, n // 30), max(4, n // 12), max(1, n // 60))
        for office, number in zip(_OFFICES, numbers, strict=True):
            filled = 0
            for i in waiting:
                row = self._rows[i]
                if row.role == "head_of_delegation" and office != "rapporteur" and self._draw.under(0.7):
                    continue
                row.role = office
                filled += 1
                if filled == number:
                    break

    def _add_state(self, iso3: str, role: str) -> None:
        state = _state(iso3)
        kind = _KIND_BY_STATUS[state.status]
        if kind != "member_state" and role in ("delegate", "head_of_delegation"):
            role = "observer"
        languages = self._state_languages(iso3)
        if role == "co_facilitator" and "en" not in languages:
            languages = (*languages[:1], "en")
        self._add(iso3, "Delegate", "", kind, role, languages, iso3=iso3, small=state.ldc or state.sids)

    def _add(
        self,
        prefix: str,
        label: str,
        organisation: str,
        kind: str,
        role: str,
        languages: Sequence[str],
        *,
        iso3: str = "",
        small: bool = False,
    ) -> None:
        self._numbers[prefix] += 1
        tag = f"{prefix}-{self._numbers[prefix]}"
        gender, age_band = self._draw.weighted(_GENDERS), self._draw.weighted(_AGES)
        self._rows.append(
            Participant(
                name=f"{label} {tag}",
                email=f"{tag.lower()}@example.org",
                delegation_iso3=iso3,
                organisation=organisation,
                stakeholder_type=kind,
                role=role,
                languages="|".join(languages),
                gender=gender,
                age_band=age_band,
                needs="|".join(self._needs(small, languages)),
            )
        )

    def _state_languages(self, iso3: str) -> tuple[str, ...]:
        own = [language for language, codes in _table()["languages"].items() if iso3 in codes.split()]
        if not own:
            return ("en", self._draw.one_of(("fr", "es"))) if self._draw.under(0.18) else ("en",)
        best = (["en", *own] if iso3 in _ENGLISH_FIRST else own)[:2]
        return (*best, "en") if "en" not in best and self._draw.under(0.62) else tuple(best)

    def _needs(self, small: bool, languages: Sequence[str]) -> list[str]:
        found = []
        if self._draw.under(0.42 if small else 0.22):
            found.append("remote")
            if self._draw.under(0.55 if small else 0.15):
                found.append("low_bandwidth")
        if self._draw.under(0.05):
            found.append("captioning")
        if "en" not in languages:
            found.append(f"interpretation_{languages[0]}")
        found.extend(need for need, probability in _RARE_NEEDS if self._draw.under(probability))
        return found


#: The order in which groups take turns was fixed under this name.
_SORTED_AS = {"LAC": "GRULAC"}


def _state(iso3: str) -> reference.State:
    found = reference.state(iso3)
    if found is None:
        raise KeyError(iso3)
    return found


@cache
def _table() -> dict[str, Any]:
    text = files("consult.sample").joinpath("data", "participants.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
