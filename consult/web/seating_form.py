"""The question of a seating as a form: what was typed to `Constraints` and back. Nothing that was typed is lost.

People are named as the list of suggestions names them ("Ama Mensah, Ghana"); rooms as "1, 3-5". What the values may be is
decided by `seating.constraints`; here is decided only what a person meant.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consult.rooms import service as rooms_service
from consult.rooms.queries import Person
from consult.seating.service import ALWAYS, Constraints, Mix
from consult.web.forms import Form

MOST_GROUPS = 40
MOST_TOPICS = 60
MOST_PEOPLE_TO_A_ROOM = 999
_DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")
_PART = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?\Z")
KINDS = ("together", "apart")


@dataclass
class Asked:
    """What a form asked for. Texts are as they were typed."""

    rooms: int = 0
    minutes: int = 0
    #: How many items each room is asked for; None when the form does not say.
    items: int | None = None
    topic: str = ""
    seed: int | None = None
    keep_locks: bool = False
    constraints: Constraints = field(default_factory=Constraints)
    #: How many of the fixed seats were just read from a list.
    listed: int = 0
    #: Texts that name nobody, or no rooms, yet; by the name of their field.
    typed: dict[str, str] = field(default_factory=dict)


class People:
    """The people who can be named, as the list of suggestions names them."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.labels: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}
        for person in people:
            label = f"{person.name}, {person.delegation}"
            if _folded(label) in self._ids:
                label = f"{label} ({person.public_id[:4]})"
            self.labels[person.public_id] = label
            self._ids[_folded(label)] = person.public_id
            self._names.setdefault(_folded(person.name), []).append(person.public_id)

    def named(self, text: str) -> str | None:
        """The id of whom a text names: by the whole label, by a name that one person has, or by part of one label."""
        wanted = _folded(text)
        if wanted in self._ids:
            return self._ids[wanted]
        found = self._names.get(wanted) or [one for label, one in self._ids.items() if wanted in label]
        return found[0] if len(found) == 1 else None


def asked_by(form: Form, people: People, languages: Collection[str], *, seats: Collection[str]) -> Asked:
    """What a submitted form asks for; what cannot be read is noted in the form.

    Args:
        languages: codes that interpretation can be asked for.
        seats: ids of people who may be seated, for choosing a number of rooms by their size.
    """
    asked = Asked()
    asked.rooms = _rooms_or_size(form, len(seats))
    asked.minutes = form.number("minutes", low=1, high=rooms_service.MOST_MINUTES)
    if "items" in form.values:
        asked.items = form.number("items", low=1, high=rooms_service.MOST_ITEMS_WANTED)
    asked.topic = form.line("topic", limit=300)
    if form.line("seed", limit=9, required=False):
        asked.seed = form.number("seed", low=0, high=999_999)
    asked.keep_locks = form.ticked("keep_locks")
    asked.constraints = Constraints(
        roles=(*sorted(ALWAYS), *(role for role in ("facilitator", "panelist") if form.ticked(role))),
        only_present=form.ticked("only_present"),
        smallest=_size(form, "smallest"),
        largest=_size(form, "largest"),
        languages=_languages(form, asked, languages),
        topics=_topics(form, asked),
        balance=tuple(form.choices("balance")) if form.ticked("asked") else Constraints().balance,
        nobody_isolated=form.ticked("nobody_isolated"),
        pins=_pins(form, asked, people),
        together=_groups(form, asked, people, "together"),
        apart=_groups(form, asked, people, "apart"),
        mix=next((mix for mix in Mix if mix.value == form.values.get("mix")), Mix.FRESH),
    )
    return asked


def values_of(asked: Asked, people: People, languages: Mapping[str, str]) -> dict[str, Any]:
    """What the fields of the form show.

    Args:
        languages: code -> name, of those that interpretation can be asked for.
    """
    given, typed = asked.constraints, asked.typed
    topics: dict[str, list[int]] = {}
    for number, topic in sorted(given.topics.items()):
        topics.setdefault(topic, []).append(number)
    return {
        "mix": given.mix.value,
        "facilitator": "facilitator" in given.roles,
        "panelist": "panelist" in given.roles,
        "only_present": given.only_present,
        "smallest": given.smallest,
        "largest": given.largest,
        "balance": given.balance,
        "nobody_isolated": given.nobody_isolated,
        "keep_locks": asked.keep_locks,
        "seed": asked.seed,
        "topic_rows": _topic_rows(topics, typed),
        "languages": [
            (code, name, ranges(n for n, codes in given.languages.items() if code in codes))
            for code, name in languages.items()
        ],
        "pins": [(one, people.labels.get(one, one), number) for one, number in given.pins.items()],
        **{
            kind: [[(one, people.labels.get(one, one)) for one in group] for group in getattr(given, kind)]
            for kind in KINDS
        },
        "listed": asked.listed,
        "typed": typed,
    }


def _topic_rows(topics: Mapping[str, list[int]], typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Topics with their rooms, then what could not be read, then an empty row (two where there is nothing yet)."""
    rows = [(topic, ranges(numbers)) for topic, numbers in topics.items()]
    failed = [name.removeprefix("topic_of_") for name in typed if name.startswith("topic_of_")]
    rows += [(typed[f"topic_of_{place}"], typed[f"topic_rooms_{place}"]) for place in failed]
    return [*rows, *[("", "")] * (1 if rows else 2)]


def ranges(numbers: Iterable[int]) -> str:
    """Room numbers as they are written: "1, 3\u20135"."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}\u2013{high}" for low, high in found)


def numbers_of(text: str) -> list[int] | None:
    """The room numbers that a text names; None when it cannot be read."""
    found: list[int] = []
    for part in re.split(r"[,;\s]+", _DASH.sub("-", text).strip(" ,;")):
        match = _PART.match(part)
        if match is None:
            return None
        low, high = int(match.group(1)), int(match.group(2) or match.group(1))
        if not 1 <= low <= high <= rooms_service.MOST_ROOMS:
            return None
        found.extend(range(low, high + 1))
    return sorted(set(found))


def _rooms_or_size(form: Form, people: int) -> int:
    """The number of rooms; where it is left empty, as many as take the people in rooms of the size given."""
    if not str(form.values.get("rooms", "")).strip() and str(form.values.get("size", "")).strip():
        size = form.number("size", low=1, high=MOST_PEOPLE_TO_A_ROOM)
        return max(1, -(-people // size))
    return form.number("rooms", low=1, high=rooms_service.MOST_ROOMS)


def _size(form: Form, name: str) -> int | None:
    if not form.line(name, limit=9, required=False):
        return None
    return form.number(name, low=1, high=MOST_PEOPLE_TO_A_ROOM)


def _languages(form: Form, asked: Asked, languages: Collection[str]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for code in languages:
        numbers = _numbers(form, asked, f"language_{code}", "languages")
        if numbers and max(numbers) > asked.rooms:
            asked.typed[f"language_{code}"] = str(form.values.get(f"language_{code}", ""))
            form.refuse("languages", "seating.no_room_of_number", count=asked.rooms)
        for number in numbers:
            found[number] = (*found.get(number, ()), code)
    return found


def _topics(form: Form, asked: Asked) -> dict[int, str]:
    found: dict[int, str] = {}
    texts, rooms = form.choices("topic_of"), form.choices("topic_rooms")
    for place, (text, where) in enumerate(zip(texts[:MOST_TOPICS], rooms, strict=False)):
        topic = " ".join(text.split())
        numbers = numbers_of(where) if where.strip() else []
        if topic and numbers and len(topic) <= 300 and max(numbers) <= asked.rooms:
            found |= dict.fromkeys(numbers, topic)
        elif topic and numbers and len(topic) <= 300:
            asked.typed |= {f"topic_of_{place}": text, f"topic_rooms_{place}": where}
            form.refuse("topics", "seating.no_room_of_number", count=asked.rooms)
        elif topic or where.strip():
            asked.typed |= {f"topic_of_{place}": text, f"topic_rooms_{place}": where}
            form.refuse("topics", "seating.topic_rooms")
    return found


def _numbers(form: Form, asked: Asked, name: str, group: str) -> Sequence[int]:
    text = str(form.values.get(name, ""))
    found = numbers_of(text) if text.strip() else []
    if found is None:
        asked.typed[name] = text
        form.refuse(group, "seating.room_numbers")
    return found or ()


def _pins(form: Form, asked: Asked, people: People) -> dict[str, int]:
    found = {}
    for one in form.choices("pin"):
        number = str(form.values.get(f"pin_room_{one}", ""))
        if one in people.labels and number.isdecimal():
            found[one] = int(number[:4])
    text, where = str(form.values.get("pin_new", "")), str(form.values.get("pin_new_room", "")).strip()
    if text.strip() or where:
        who = people.named(text) if text.strip() else None
        if who is None or not where.isdecimal():
            asked.typed |= {"pin_new": text, "pin_new_room": where}
            form.refuse("pins", "seating.who" if who is None else "seating.pin_room")
        else:
            found[who] = int(where[:4])
    return found


def _groups(form: Form, asked: Asked, people: People, kind: str) -> tuple[tuple[str, ...], ...]:
    found = []
    count = str(form.values.get(f"{kind}_count", "0"))
    for number in range(min(int(count) if count.isdecimal() and len(count) < 4 else 0, MOST_GROUPS)):
        group = [one for one in form.choices(f"{kind}_{number}") if one in people.labels]
        more = _who(form, asked, people, f"{kind}_{number}_more", kind)
        group = list(dict.fromkeys([*group, *more]))
        if len(group) > 1:
            found.append(tuple(group))
    new = [_who(form, asked, people, f"{kind}_new_{place}", kind) for place in (1, 2)]
    group = list(dict.fromkeys(one for who in new for one in who))
    if len(group) > 1:
        found.append(tuple(group))
    elif group:
        for place in (1, 2):
            asked.typed[f"{kind}_new_{place}"] = str(form.values.get(f"{kind}_new_{place}", ""))
        form.refuse(kind, "seating.two_people")
    return tuple(found)


def _who(form: Form, asked: Asked, people: People, name: str, group: str) -> list[str]:
    text = str(form.values.get(name, ""))
    if not text.strip():
        return []
    who = people.named(text)
    if who is None:
        asked.typed[name] = text
        form.refuse(group, "seating.who")
        return []
    return [who]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
