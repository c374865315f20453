"""Who of the cast is played, and who is left for those who try the sample. Pure: no I/O, no clock."""

from collections import defaultdict
from typing import Any

#: Rule: so many delegates of every room are never played, the cast's rapporteur among them: somebody may sign in as them.
LEFT_IN_EACH_ROOM = 2
Part = dict[str, Any]


def played(cast: dict[str, Any]) -> list[Part]:
    """The people to play: who sits in a room, but for those left free and those the cast names by their role.

    Args:
        cast: as `instance/demo.json` holds it; `seated` has everybody with a seat, with email, password, role and room.
    """
    kept = left_free(cast) | {part["email"] for part in cast["people"].values() if isinstance(part, dict)}
    return [part for part in cast["seated"] if part["email"] not in kept]


def left_free(cast: dict[str, Any]) -> set[str]:
    """E-mail addresses of the delegates that nobody plays."""
    rooms: defaultdict[int, list[str]] = defaultdict(list)
    rapporteur = cast["people"]["rapporteur"]["email"]
    for part in sorted(cast["seated"], key=lambda part: bool(part["email"] != rapporteur)):
        if part["role"] == "delegate":
            rooms[part["room"]].append(part["email"])
    return {email for emails in rooms.values() for email in emails[:LEFT_IN_EACH_ROOM]}
