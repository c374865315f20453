"""Reads a case file: JSON with `participants`, `rooms`, `rounds`, `constraints`, … (the format of `consult seat`).

What is wrong with a file is said in one line that names the place. Pure: takes the parsed JSON, does no I/O.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from consult.seating.case import ATTRIBUTES, MOBILITY, Case, Person, Pin, RoomSpec, Wishes

MAX_PEOPLE = 2000
MAX_ROOMS = 2000
MAX_ROUNDS = 20
#: Different languages of people and rooms.
MAX_LANGUAGES = 200
#: What the search has to hold in memory: rooms × (combinations of languages)², and combinations × languages².
MAX_LANGUAGE_TABLES = 60_000_000
MAX_LANGUAGE_PAIRS = 20_000_000
#: People named in all keep-together groups, and pairs that must not meet.
MAX_TOGETHER = 10_000
MAX_APART = 100_000
#: Meetings before, of one pair.
MAX_MET = 1000


#: The largest number of people that a limit of a room may name.
MAX_LIMIT = 10**9


class BadCase(ValueError):
    """The file cannot be read as a case; the message is one line for the person who wrote it."""


def case_of(given: Any) -> Case:
    """The case that a parsed file describes. Participants marked `absent` are left out.

    Raises:
        BadCase: with the first thing that is wrong.
    """
    _need(isinstance(given, dict), "The file must hold one JSON object.")
    if isinstance(given.get("case"), dict) and "participants" not in given:
        given = given["case"]  # the record of a proposal, with its case in it
    listed = _list(given, "participants", "the file")
    _need(len(listed) <= MAX_PEOPLE, f"{len(listed)} participants; at most {MAX_PEOPLE} can be seated.")
    rows = _list(given, "rooms", "the file")
    _need(len(rows) <= MAX_ROOMS, f"{len(rows)} rooms; at most {MAX_ROOMS} can be filled.")
    rooms = tuple(_room(room, f"rooms[{i}]") for i, room in enumerate(rows))
    _need(bool(rooms), "There are no rooms.")
    everybody = [_person(person, f"participants[{i}]") for i, person in enumerate(listed)]
    _unique("participant", [person.id for person in everybody])
    _unique("room", [room.id for room in rooms])
    spoken = [*(person.languages for person in everybody), *(room.languages for room in rooms)]
    languages = set[str]().union(*spoken)
    _need(
        len(languages) <= MAX_LANGUAGES,
        f"{len(languages)} different languages; at most {MAX_LANGUAGES} are understood.",
    )
    combinations = len({frozenset(person.languages) for person in everybody})
    _need(
        len(rooms) * combinations**2 <= MAX_LANGUAGE_TABLES
        and combinations * len(languages) ** 2 <= MAX_LANGUAGE_PAIRS,
        f"{combinations} different combinations of {len(languages)} languages in {len(rooms)} rooms are too many to be seated.",
    )
    people = tuple(p for p, row in zip(everybody, listed, strict=True) if not row.get("absent"))
    rounds = _whole(given, "rounds", "the file", least=1, otherwise=1)
    _need(rounds <= MAX_ROUNDS, f"{rounds} rounds; at most {MAX_ROUNDS} can be planned at once.")
    named = given.get("balance") is not None
    balance = tuple(_texts(given, "balance", "the file")) if named else tuple(ATTRIBUTES)
    for name in balance:
        _need(name in {**ATTRIBUTES, **MOBILITY}, f"balance: {name!r} is no attribute that can be balanced.")
    known = {person.id for person in everybody}, {room.id for room in rooms}
    met = tuple((a, b) for a, b in _groups(given, "past_meetings", known[0], size=2))
    often = next((p for p, n in Counter(map(frozenset, met)).items() if n > MAX_MET), None)
    _need(often is None, f"past_meetings: {sorted(often or [])} are named more often than {MAX_MET} times.")
    return Case(
        people,
        rooms,
        rounds,
        _wishes(given.get("constraints") or {}, known, rounds),
        balance,
        met,
        tuple(
            _seats(seats, f"seated[{i}]", known) for i, seats in enumerate(_list(given, "seated", "the file"))
        ),
        bool(given.get("allow_empty")),
        bool(given.get("custom_sizes")),
        bool(given.get("nobody_isolated")),
    )


def _person(row: Any, place: str) -> Person:
    _need(isinstance(row, dict), f"{place}: must be an object.")
    present = row.get("present")
    if present is not None:
        _need(
            isinstance(present, list) and all(type(n) is int for n in present),
            f"{place}: present must list rounds.",
        )
    return Person(
        _name(row, place),
        _text(row, "region", place),
        _text(row, "stakeholder", place),
        _text(row, "role", place),
        _text(row, "gender", place),
        _text(row, "delegation", place),
        tuple(_texts(row, "languages", place)),
        _text(row, "mobility", place),
        tuple(_texts(row, "topics", place)),
        None if present is None else tuple(present),
    )


def _room(row: Any, place: str) -> RoomSpec:
    _need(isinstance(row, dict), f"{place}: must be an object.")
    least = _whole(row, "min", place, least=0, otherwise=0)
    most = None if row.get("max") is None else _whole(row, "max", place, least=0, otherwise=0)
    _need(most is None or least <= most, f"{place}: min {least} is more than max {most}.")
    return RoomSpec(
        _name(row, place), most, tuple(_texts(row, "languages", place)), least, _text(row, "topic", place)
    )


def _wishes(row: Any, known: tuple[set[str], set[str]], rounds: int) -> Wishes:
    _need(isinstance(row, dict), "constraints: must be an object.")
    pins = []
    for i, pin in enumerate(_list(row, "pins", "constraints")):
        place = f"constraints.pins[{i}]"
        _need(isinstance(pin, dict), f"{place}: must be an object.")
        _known(str(pin.get("participant")), known[0], "participant", place)
        _known(str(pin.get("room")), known[1], "room", place)
        number = pin.get("round")
        _need(
            number is None or (type(number) is int and 1 <= number <= rounds),
            f"{place}: no round {number!r}.",
        )
        pins.append(Pin(pin["participant"], pin["room"], number))
    apart, together = (_groups(row, name, known[0]) for name in ("apart", "together"))
    found = sum(len(group) * (len(group) - 1) // 2 for group in apart)
    _need(found <= MAX_APART, f"constraints.apart: {found} pairs; at most {MAX_APART} can be kept apart.")
    found = sum(map(len, together))
    _need(
        found <= MAX_TOGETHER,
        f"constraints.together names {found} people; at most {MAX_TOGETHER} can be named.",
    )
    return Wishes(tuple(pins), apart, together)


def _groups(
    row: Mapping[str, Any], name: str, people: set[str], *, size: int | None = None
) -> tuple[tuple[str, ...], ...]:
    found = []
    for i, group in enumerate(_list(row, name, name)):
        place = f"{name}[{i}]"
        _need(
            isinstance(group, list) and all(isinstance(p, str) for p in group),
            f"{place}: must list participants.",
        )
        _need(size is None or len(group) == size, f"{place}: must name {size} participants.")
        for person in group:
            _known(person, people, "participant", place)
        _unique(f"{place}: participant", group)
        found.append(tuple(group))
    return tuple(found)


def _seats(row: Any, place: str, known: tuple[set[str], set[str]]) -> dict[str, str]:
    _need(isinstance(row, dict), f"{place}: must map participants to rooms.")
    for person, room in row.items():
        _known(person, known[0], "participant", place)
        _known(str(room), known[1], "room", place)
    return dict(row)


def _need(holds: bool, message: str) -> None:
    if not holds:
        raise BadCase(message)


def _known(name: str, known: set[str], what: str, place: str) -> None:
    _need(name in known, f"{place}: there is no {what} {name!r}.")


def _unique(what: str, names: list[str]) -> None:
    twice = next((name for name, n in Counter(names).items() if n > 1), None)
    _need(twice is None, f"{what} {twice!r} is named twice.")


def _list(row: Mapping[str, Any], name: str, place: str) -> list[Any]:
    found = row.get(name)
    _need(found is None or isinstance(found, list), f"{place}: {name} must be a list.")
    return list(found or [])


def _texts(row: Mapping[str, Any], name: str, place: str) -> list[str]:
    found = _list(row, name, place)
    _need(all(isinstance(text, str) for text in found), f"{place}: {name} must list texts.")
    return found


def _text(row: Mapping[str, Any], name: str, place: str) -> str | None:
    found = row.get(name)
    _need(found is None or isinstance(found, str), f"{place}: {name} must be a text.")
    return found or None


def _name(row: Mapping[str, Any], place: str) -> str:
    found = _text(row, "id", place)
    _need(found is not None, f"{place}: id is missing.")
    return str(found)


def _whole(row: Mapping[str, Any], name: str, place: str, *, least: int, otherwise: int) -> int:
    found = row.get(name, otherwise)
    _need(type(found) is int and found >= least, f"{place}: {name} must be a whole number from {least}.")
    _need(found <= MAX_LIMIT, f"{place}: {name} is more than {MAX_LIMIT}.")
    return int(found)
