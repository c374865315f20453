"""Writes a case as the JSON that `consult seat` reads: the inverse of `reading.case_of`. Pure: no I/O, no clock."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from consult.seating.case import Case, Conflict, Person, RoomSpec, Wish

GENDER = "gender"


def case_json(case: Case, *, with_gender: bool = True) -> dict[str, Any]:
    """The case as JSON values.

    Args:
        with_gender: False leaves out what people declared, and does not ask for balance in it: for files that leave
            the house. `gender_decides` says whether such a file can be run again exactly.
    """
    case = case if with_gender else without_gender(case)
    wishes = case.wishes
    return {
        "participants": [_person(person) for person in case.people],
        "rooms": [_room(room) for room in case.rooms],
        "rounds": case.rounds,
        "constraints": {
            "pins": [
                _without_nothing({"participant": pin.person, "room": pin.room, "round": pin.round})
                for pin in wishes.pins
            ],
            "apart": [list(group) for group in wishes.apart],
            "together": [list(group) for group in wishes.together],
        },
        "balance": list(case.balance),
        "past_meetings": [list(pair) for pair in case.past_meetings],
        "seated": [dict(seats) for seats in case.seated],
        "allow_empty": case.allow_empty,
        "custom_sizes": case.custom_sizes,
        "nobody_isolated": case.nobody_isolated,
    }


def without_gender(case: Case) -> Case:
    """The case without what people declared, and without asking for balance in it."""
    people = tuple(replace(person, gender=None) for person in case.people)
    return replace(case, people=people, balance=tuple(name for name in case.balance if name != GENDER))


def gender_decides(case: Case) -> bool:
    """Whether declared gender takes part in the seating, so that it cannot be found again without it."""
    return GENDER in case.balance or case.nobody_isolated


def input_hash(case: Mapping[str, Any], *, seed: int, version: int) -> str:
    """SHA-256 (hexadecimal) of everything that decides a seating: the case's JSON, the seed, the version of the search."""
    content = {"case": case, "seed": seed, "version": version}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def wish_json(wish: Wish) -> dict[str, Any]:
    """A wish as JSON values."""
    return {"kind": wish.kind.value, "people": list(wish.people), "room": wish.room, "round": wish.round}


def conflict_json(conflict: Conflict) -> dict[str, Any]:
    """A conflict as JSON values: its wishes, and the sentence with what it speaks of."""
    sentence = conflict.sentence
    return {
        "wishes": [wish_json(wish) for wish in conflict.wishes],
        "message": sentence.message,
        "params": dict(sentence.params),
    }


def _person(person: Person) -> dict[str, Any]:
    return _without_nothing(
        {
            "id": person.id,
            "region": person.region,
            "stakeholder": person.stakeholder_family,
            "role": person.role,
            "gender": person.gender,
            "delegation": person.delegation,
            "languages": list(person.languages),
            "mobility": person.mobility,
            "topics": list(person.topics),
            "present": None if person.present is None else list(person.present),
        }
    )


def _room(room: RoomSpec) -> dict[str, Any]:
    return _without_nothing(
        {
            "id": room.id,
            "min": room.minimum,
            "max": room.capacity,
            "languages": list(room.languages),
            "topic": room.topic,
        }
    )


def _without_nothing(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
