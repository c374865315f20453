"""Puts names for ids in sentences about a seating, before they are shown. Pure: values only, no I/O, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from consult.seating.case import Wish, WishKind
from consult.seating.casefile.reading import case_of
from consult.seating.contradictions.conflict_sentences import sentence_of
from consult.seating.sentences import Sentence


def named(
    sentence: Sentence,
    *,
    people: Mapping[str, str],
    rooms: Mapping[str, str],
    languages: Mapping[str, str] | None = None,
) -> Sentence:
    """The sentence with names of people, rooms and languages where it has their ids; lists become one text.

    Args:
        people: member public id -> name, under whatever rule holds where it is shown.
        rooms: room id -> name, such as "003" -> "Room 3".
        languages: code -> name.
    """
    known = {**people, **rooms}

    def shown(name: str, value: object) -> object:
        if isinstance(value, list | tuple | set | frozenset):
            return ", ".join(str(shown(name, part)) for part in value)
        if not isinstance(value, str):
            return value
        return (languages or {}).get(value, value) if name == "languages" else known.get(value, value)

    return replace(sentence, params={name: shown(name, value) for name, value in sentence.params.items()})


def conflicts_said(
    case: object,
    conflicts: Sequence[Mapping[str, Any]],
    *,
    people: Mapping[str, str],
    rooms: Mapping[str, str],
) -> list[Sentence]:
    """Why wishes cannot all be kept, one sentence a contradiction, with names.

    Args:
        case, conflicts: as they are kept with a proposal (`SeatingPlan`).
        people: member public id -> name, under whatever rule holds where it is shown.
        rooms: room id -> name.
    """
    if case is None:
        return [named(Sentence(c["message"], c["params"]), people=people, rooms=rooms) for c in conflicts]
    read = case_of(case)
    return [
        sentence_of(
            [_wish(wish) for wish in conflict["wishes"]],
            read,
            lambda person: people.get(person, person),
            lambda room: rooms.get(room, room),
        )
        for conflict in conflicts
    ]


def _wish(row: Mapping[str, Any]) -> Wish:
    room = None if row["room"] is None else f"{row['room']:03d}"
    return Wish(WishKind(row["kind"]), tuple(row["people"]), room, row["round"])
