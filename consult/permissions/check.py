"""`allows` and `require`: the one function that decides a right, and its raising twin. Pure."""

from typing import Any

from consult.errors import NotAllowed, NotFound
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.permissions.table import TABLE


def refusal(actor: Actor, permission: Permission, subject: Any) -> str | None:
    """Why `actor` may not do this, as a reason code; None when it is allowed.

    The reason given is that of the alternative that came furthest, so that a seated delegate of a closed room reads
    "the room is closed" and not "facilitators only".
    """
    furthest, reason = -1, "not_allowed"
    for alternative in TABLE[permission]:
        for position, predicate in enumerate(alternative):
            if not predicate(actor, subject):
                if position >= furthest:
                    furthest, reason = position, predicate.reason
                break
        else:
            return None
    return reason


def allows(actor: Actor, permission: Permission, subject: Any) -> bool:
    """Whether `actor` may do this."""
    return refusal(actor, permission, subject) is None


def require(actor: Actor, permission: Permission, subject: Any) -> None:
    """Refuse with a reason unless allowed.

    Raises:
        NotFound: the subject is not of a consultation the actor takes part in.
        NotAllowed: with the reason code.
    """
    reason = refusal(actor, permission, subject)
    if reason == "not_a_member":
        raise NotFound()
    if reason is not None:
        raise NotAllowed(reason)
