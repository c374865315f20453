"""View data of a lobby about the reader's own seat: why they sit in their room, and the topics they would like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consult import i18n
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.names import Permission
from consult.rooms import queries as rooms
from consult.rooms.counts import share_of
from consult.rooms.models import Room, RoomState, Round
from consult.rooms.queries import Person
from consult.seating import service
from consult.seating.models import SeatingPlan
from consult.seating.proposals.acts import last_entries
from consult.seating.proposals.plans import applied_plan
from consult.seating.quotas import fair_range
from consult.seating.report.cells import Cell
from consult.web.context import db
from consult.web.figures import group_label
from consult.web.pages import language, t

MOST_WISHES = 5


@dataclass(frozen=True)
class Wishes:
    """The topics on offer and the reader's own order of them."""

    topics: Sequence[str]
    mine: Sequence[str]
    places: int


def wishes_for(actor: Actor, round_: Round) -> Wishes | None:
    """What the reader can wish for; None when nothing is on offer, or no longer."""
    if any(room.state != RoomState.STAGED for room in round_.rooms):
        return None
    if not allows(actor, Permission.TOPIC_WISH, round_):
        return None
    topics = service.topics_on_offer(db(), round_)
    if len(topics) < 2:
        return None
    mine = service.my_topic_wishes(db(), actor, round_)
    return Wishes(topics, [topic for topic in mine if topic in topics], min(len(topics), MOST_WISHES))


def companions_of(actor: Actor, room: Room | None) -> list[Person]:
    """Who else sits in the reader's room."""
    seated = rooms.seated_in_room(db(), room) if room is not None else []
    return [person for person in seated if person.public_id != actor.public_id]


def why_here(actor: Actor, round_: Round, room: Room, companions: Sequence[Person], zone: str) -> list[str]:
    """Why the reader sits in their room, in a few sentences.

    Args:
        companions: who else sits in the room.
        zone: of the consultation.
    """
    plan = applied_plan(db(), round_, in_full=False)
    found = [_by_whom(actor, plan, zone), _share(actor, room)]
    if all(person.delegation != actor.delegation_name for person in companions):
        found.append(t("Nobody else of your delegation sits here, so that its voice is heard in more rooms."))
    if plan is not None:
        found.append(
            t(
                "Chance decided only between equals, with the seed %(seed)s: run again, it gives the same seating.",
                seed=plan.seed,
            )
        )
    return found


def _by_whom(actor: Actor, plan: SeatingPlan | None, zone: str) -> str:
    if plan is None:
        return t("A facilitator gave you this seat.")
    act = last_entries(plan.moves).get(actor.public_id)
    if act is not None:
        at = i18n.time_of_day(datetime.fromisoformat(act.at), language().code, zone)
        if act.reason:
            return t(
                "A facilitator gave you this seat at %(time)s: “%(reason)s”.", time=at, reason=act.reason
            )
        return t("A facilitator gave you this seat at %(time)s.", time=at)
    if actor.public_id in service.Constraints.from_json(plan.constraints).pins:
        return t("The facilitators fixed your seat in this room before the others were seated.")
    return t(
        "Your seat was proposed by a search that spreads people over all rooms, and checked by a facilitator."
    )


def _share(actor: Actor, room: Room) -> str:
    share = share_of(db(), room, actor.mark)
    fair = Cell(share.here, *fair_range(share.in_round, share.room_size, share.round_size)).fair
    return t(
        "Each room is to have its fair share of every regional group. %(group)s: %(count)s in this room; %(fair)s is fair.",
        group=group_label(actor.mark),
        count=share.here,
        fair=fair,
    )
