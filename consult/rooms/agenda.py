"""At which step a room is: shown to everybody in it and on the console, moved by who leads it."""

from dataclasses import dataclass
from datetime import datetime

from consult import clock
from consult.announce.events import StepChanged
from consult.db import Db
from consult.errors import Conflict, Invalid
from consult.permissions.actor import Actor
from consult.permissions.names import Permission
from consult.rooms import locking, steps
from consult.rooms.models import Room
from consult.rooms.notices import tell


@dataclass(frozen=True)
class Standing:
    """Where a room is on its way.

    Attributes:
        minutes: suggested minutes by step, in order.
        began_at: since when it is at this step, less pauses, UTC; None while it has not been open.
        taken: whole seconds at this step.
    """

    step: str
    minutes: dict[str, int]
    began_at: datetime | None
    taken: int


def standing_of(room: Room, *, minutes: int) -> Standing:
    """Where a room is, as it stands now.

    Args:
        minutes: planned length of the round.
    """
    began = room.step_at or room.opened_at
    # In a room that has closed, the step ended with it.
    until = room.closed_at or clock.now()
    taken = steps.seconds_taken(began, until, paused=room.paused_at) if began else 0
    return Standing(room.step, steps.suggested(minutes), began, taken)


def move(db: Db, actor: Actor, room: Room, *, to: str, seen: str) -> None:
    """Go on to the next step, or back to the one before. Where the room is there already, nothing changes.

    Args:
        seen: the step the actor saw the room at.

    Raises:
        Invalid: `field.choice` when `to` is not next to `seen`.
        Conflict: `step.moved` when somebody else moved the room on from `seen` meanwhile.
    """
    locking.take(db, actor, Permission.STEP_MOVE, room)
    if to not in steps.STEPS or seen not in steps.STEPS or to not in _beside(seen):
        raise Invalid("form.invalid", fields={"to": "field.choice"})
    if room.step == to:
        return
    if room.step != seen:
        raise Conflict("step.moved")
    room.step, room.step_at = to, clock.now()
    db.flush()
    tell(db, room, StepChanged(room.public_id, room.step))


def _beside(step: str) -> tuple[str | None, str | None]:
    return steps.step_before(step), steps.next_step(step)
