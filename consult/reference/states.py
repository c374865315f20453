"""States, the European Union, and the UN regional groups.

Names are the UN short names: those that differ from the Unicode territory names are shipped, the others come
from Babel. A document of 2017 keeps the names of 2017. Pure: no I/O beyond the shipped tables, no clock.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from babel import Locale, UnknownLocaleError

from consult.reference.files import rows

Status = Literal["member_state", "observer_state", "observer_organisation"]

#: The languages in which UN short names are shipped; any other falls back to Babel's name.
NAME_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
#: Documents up to this year carry a State's name of that time.
_LAST_YEAR_OF_OLD_NAMES = 2017


@dataclass(frozen=True, slots=True)
class Group:
    """A UN regional group, or one of the two marks beside them: observers and other stakeholders."""

    code: str
    #: Two letters, shown on chips beside the colour.
    mark: str
    label: str
    short_label: str

    @property
    def is_regional(self) -> bool:
        """Whether it is one of the five groups that Member States belong to."""
        return self.mark not in ("OB", "ST")


@dataclass(frozen=True, slots=True)
class State:
    """A Member State, an observer State, or the European Union (code EUE, as in travel documents)."""

    iso3: str
    iso2: str
    #: Three digits of the UN's M49 list; empty for the European Union.
    m49: str
    status: Status
    may_vote: bool
    #: Code of the regional group in which the State is counted; None for observers.
    group: str | None
    #: How it formally stands, where that differs from where it is counted.
    formal_group: str
    #: The English short name of 2017, where it has changed since.
    name_2017: str
    ldc: bool
    lldc: bool
    sids: bool
    eu_member: bool


@cache
def groups() -> tuple[Group, ...]:
    """The five regional groups, then observers, then other stakeholders."""
    return tuple(Group(r["code"], r["mark"], r["label"], r["short_label"]) for r in rows("groups"))


@cache
def _groups_by_code() -> MappingProxyType[str, Group]:
    return MappingProxyType({g.code: g for g in groups()} | {g.mark: g for g in groups()})


def group(code: str) -> Group | None:
    """The group of that code or two-letter mark."""
    return _groups_by_code().get(code)


@cache
def states() -> tuple[State, ...]:
    """Member States and observer States by code, the European Union last."""
    return tuple(_state(r) for r in rows("states"))


def _state(row: dict[str, str]) -> State:
    return State(
        iso3=row["iso3"],
        iso2=row["iso2"],
        m49=row["m49"],
        status=cast(Status, row["status"]),
        may_vote=row["may_vote"] == "yes",
        group=row["group"] or None,
        formal_group=row["formal_group"],
        name_2017=row["name_2017"],
        ldc=row["ldc"] == "yes",
        lldc=row["lldc"] == "yes",
        sids=row["sids"] == "yes",
        eu_member=row["eu_member"] == "yes",
    )


@cache
def _states_by_code() -> MappingProxyType[str, State]:
    return MappingProxyType({s.iso3: s for s in states()})


def state(iso3: str) -> State | None:
    """The State of that three-letter code."""
    return _states_by_code().get(iso3)


def group_of(iso3: str) -> str | None:
    """The code of the regional group in which a State is counted; None for observers and unknown codes."""
    found = state(iso3)
    return found.group if found else None


@cache
def _shipped_names() -> MappingProxyType[tuple[str, str], str]:
    return MappingProxyType({(r["iso3"], r["language"]): r["name"] for r in rows("state_names")})


@cache
def state_name(iso3: str, language: str = "en", *, year: int | None = None) -> str:
    """The short name of a State, as the United Nations writes it in that language.

    Args:
        language: a code such as "fr" or "pt-BR"; an unknown one is answered in English.
        year: the year of the document it stands in; up to 2017, English names of 2017 are used.

    Raises:
        KeyError: there is no such State.
    """
    found = _states_by_code()[iso3]
    base = language.replace("_", "-").split("-")[0].lower()
    if base == "en" and year is not None and year <= _LAST_YEAR_OF_OLD_NAMES and found.name_2017:
        return found.name_2017
    shipped = _shipped_names().get((iso3, base))
    if shipped:
        return shipped
    name = _territory_names(base).get(found.iso2)
    return name or state_name(iso3, "en", year=year)


@cache
def _territory_names(language: str) -> MappingProxyType[str, str]:
    try:
        return MappingProxyType(dict(Locale(language).territories))
    except (UnknownLocaleError, ValueError):
        return MappingProxyType({})


@cache
def _codes_by_name() -> MappingProxyType[str, str]:
    found: dict[str, str] = {}
    for s in states():
        found[_folded(s.iso3)] = s.iso3
        found[_folded(s.iso2)] = s.iso3
        for language in NAME_LANGUAGES:
            for name in (state_name(s.iso3, language), _territory_names(language).get(s.iso2, "")):
                found.setdefault(_folded(name), s.iso3)
        found.setdefault(_folded(s.name_2017), s.iso3)
    found.pop("", None)
    return MappingProxyType(found)


def state_called(text: str) -> State | None:
    """The State that a list means by a code or a name, in any of the six official languages.

    Case, accents and kinds of apostrophe do not matter.
    """
    return state(_codes_by_name().get(_folded(text), ""))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum())
