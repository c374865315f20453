"""Who is played: everybody in a room but those left free and those named by their role."""

from typing import Any

from consult.rehearsal.casting import LEFT_IN_EACH_ROOM, left_free, played


def cast() -> dict[str, Any]:
    delegates = [{"email": f"d{number}", "role": "delegate", "room": 1 + number % 2} for number in range(10)]
    return {
        "people": {
            "facilitator": {"email": "facilitator"},
            "observer": {"email": "observer"},
            "rapporteur": {"email": "d4"},
            "delegates": [],
        },
        "seated": [
            *delegates,
            {"email": "observer", "role": "observer", "room": 1},
            {"email": "o1", "role": "observer", "room": 2},
        ],
    }


def test_two_delegates_of_every_room_are_left_free_the_rapporteur_counted() -> None:
    assert left_free(cast()) == {"d4", "d0", "d1", "d3"}
    assert LEFT_IN_EACH_ROOM == 2


def test_nobody_is_played_who_is_left_free_or_named_by_role() -> None:
    assert [found["email"] for found in played(cast())] == ["d2", "d5", "d6", "d7", "d8", "d9", "o1"]


def test_before_there_are_seats_nobody_is_played() -> None:
    assert played({**cast(), "seated": []}) == []
