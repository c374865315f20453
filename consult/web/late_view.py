"""What pages show of text that came after the end: where it waits, and each contribution with what accepting it would do.

Only who decides on it sees any of this.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from consult import clock
from consult.items.late import Waiting, offers, waiting
from consult.items.models import ActionItem
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms.models import Room
from consult.web.context import db
from consult.web.history_view import difference
from consult.web.loading import consultation_of
from consult.web.pages import refusal, t
from consult.web.shared import shared
from consult.web.voices import authors


@dataclass(frozen=True)
class LateLine:
    """An item for which late contributions wait. `room`: the number of its room."""

    room: int
    number: int
    title: str
    count: int
    url: str


def may_decide(actor: Actor) -> bool:
    """Whether there is any room at all for which the reader decides."""
    return actor.is_staff or bool(actor.recording)


def late_lines(actor: Actor, session_id: int, rooms: Iterable[Room]) -> list[LateLine]:
    """Where late contributions wait in these rooms of a session, as far as the reader decides on them.

    What waits is read once for all readers; what one of them may see is decided for each.
    """
    own = {room.id: room for room in rooms if allows(actor, Permission.LATE_DECIDE, room)}
    found = _waiting(session_id) if own else []
    return [_line(one, own[one.room_id]) for one in found if one.room_id in own]


def late_by_item(actor: Actor, room: Room) -> dict[str, int]:
    """How many wait for each item of a room, by public id; nothing for who does not decide."""
    if not allows(actor, Permission.LATE_DECIDE, room):
        return {}
    return {one.item: one.count for one in _waiting(room.session_id) if one.room_id == room.id}


def _waiting(session_id: int) -> list[Waiting]:
    return shared(("late", session_id), lambda db: waiting(db, session_id))


def _line(one: Waiting, room: Room) -> LateLine:
    return LateLine(room.number, one.number, one.title, one.count, f"/rooms/{room.public_id}?item={one.item}")


def late_cards(item: ActionItem, actor: Actor) -> list[dict[str, Any]]:
    """The late contributions to an item, for those who decide on them: by whom, what would change, and whether it can."""
    if not allows(actor, Permission.LATE_DECIDE, item):
        return []
    found = offers(db(), item)
    members = {offer.contribution.member_id for offer in found if offer.contribution.member_id}
    known = authors(members, consultation_of(item))
    cards = []
    for offer in found:
        one, effect = offer.contribution, offer.effect
        who = known.get(one.member_id) if one.member_id else None
        cards.append(
            {
                "id": one.public_id,
                "at": one.at,
                "who": who.label if who else t("A participant"),
                "words": one.preview,
                "change": difference(effect.before, effect.after),
                "suggestions": effect.suggestions,
                "is_there": effect.is_there,
                "at_the_end": offer.at_the_end,
                "cannot": refusal(offer.refused) if offer.refused else "",
            }
        )
        clock.give_way()
    return cards
