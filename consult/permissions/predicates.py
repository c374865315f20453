"""Sentence-like tests on (actor, subject). Pure. Each names the reason a page shows when it fails.

A subject is whatever the act is about: any object with the attributes the sentence speaks of (`consultation_id`,
`room_id`, `state`, …). What a subject does not have makes the sentence false, never an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consult.permissions.actor import Actor

EDITABLE_ROOM_STATES = frozenset({"open", "closing", "reopened"})
#: Roles that answer a poll for their delegation.
ANSWERING_ROLES = frozenset({"delegate", "panelist", "observer", "facilitator"})


@dataclass(frozen=True)
class Predicate:
    """A named test with the reason code for its failure."""

    name: str
    reason: str
    test: Callable[[Actor, Any], bool]

    def __call__(self, actor: Actor, subject: Any) -> bool:
        return self.test(actor, subject)


def predicate(reason: str) -> Callable[[Callable[[Actor, Any], bool]], Predicate]:
    """Turn a function into a `Predicate` named after it."""

    def wrap(test: Callable[[Actor, Any], bool]) -> Predicate:
        return Predicate(test.__name__, reason, test)

    return wrap


def _room(subject: Any) -> Any:
    """The room an item or room subject belongs to."""
    return getattr(subject, "room", subject)


@predicate("not_a_member")
def takes_part(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "consultation_id", getattr(subject, "id", None)) == actor.consultation_id


@predicate("organizers_only")
def is_organizer(actor: Actor, subject: Any) -> bool:
    return actor.role == "organizer"


@predicate("facilitators_only")
def is_staff(actor: Actor, subject: Any) -> bool:
    return actor.is_staff


@predicate("viewers_only_read")
def is_not_viewer(actor: Actor, subject: Any) -> bool:
    return actor.role != "viewer"


@predicate("room.not_seated")
def seated_in_room(actor: Actor, subject: Any) -> bool:
    return getattr(_room(subject), "id", None) in actor.seats


@predicate("room.rapporteurs_only")
def records_in_room(actor: Actor, subject: Any) -> bool:
    return getattr(_room(subject), "id", None) in actor.recording


@predicate("room.moderators_only")
def moderates_room(actor: Actor, subject: Any) -> bool:
    return getattr(_room(subject), "id", None) in actor.moderating


@predicate("chat.not_yours")
def wrote_it(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "member_id", None) == actor.member_id


@predicate("room.closed")
def room_is_open(actor: Actor, subject: Any) -> bool:
    return getattr(_room(subject), "state", None) in EDITABLE_ROOM_STATES


@predicate("item.not_drafting")
def item_is_in_drafting(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "state", None) == "drafting"


@predicate("item.not_submitted")
def item_is_before_plenary(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "state", None) in ("submitted", "under_comment", "tabled")


@predicate("item.not_under_comment")
def item_is_under_comment(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "state", None) in ("under_comment", "tabled")


@predicate("item.cannot_return")
def item_can_return(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "state", None) in ("submitted", "under_comment")


@predicate("decision.not_an_elector")
def delegation_may_answer(actor: Actor, subject: Any) -> bool:
    return any(row.delegation_id == actor.delegation_id for row in getattr(subject, "electorate", ()))


@predicate("decision.observers_do_not_answer")
def speaks_for_delegation(actor: Actor, subject: Any) -> bool:
    return actor.role in ANSWERING_ROLES


@predicate("summary.not_published")
def summary_is_published(actor: Actor, subject: Any) -> bool:
    return getattr(subject, "published_at", None) is not None
