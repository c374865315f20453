"""People on the console: who has no seat, who is away since when, and everybody to be found and moved."""

from typing import Any

from flask import request

from consult.permissions.actor import Actor
from consult.rooms import queries as rooms
from consult.rooms.models import Round
from consult.rooms.presence import away_since
from consult.seating import service as seating
from consult.web.context import db

#: Suggestions cost a comparison of all rooms each, so a crowd is seated with one button instead.
MOST_SUGGESTIONS = 30


def people_view(found: Round, actor: Actor) -> dict[str, Any]:
    """What the people panel shows of a round."""
    seated = rooms.seated_in(db(), [found.id], consultation_id=found.consultation_id)
    names = {person.public_id for person in seated}
    waiting = [
        person
        for person in rooms.everybody(db(), found.consultation_id)
        if person.role in seating.ALWAYS and person.public_id not in names
    ]
    suggest = found.rooms and 0 < len(waiting) <= MOST_SUGGESTIONS
    asked = request.args.get("move", "")
    moving = [person for person in [*seated, *waiting] if person.public_id == asked]
    return {
        "seated": seated,
        "here_count": sum(person.is_here for person in seated),
        "away": [person for person in seated if not person.is_here],
        "since": away_since(db(), found.consultation_id),
        "waiting": waiting,
        "suggested": seating.late_joiners(db(), found) if suggest else {},
        "moving": {"people": moving} if moving else None,
    }
