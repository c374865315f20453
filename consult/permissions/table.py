"""The table of rights: permission -> any of these lists of sentences. The only place to change a right. Pure."""

from consult.permissions.names import Permission as P  # noqa: N817  (one letter keeps the table readable)
from consult.permissions.predicates import (
    Predicate,
    delegation_may_answer,
    is_not_viewer,
    is_organizer,
    is_staff,
    item_can_return,
    item_is_before_plenary,
    item_is_in_drafting,
    item_is_under_comment,
    moderates_room,
    records_in_room,
    room_is_open,
    seated_in_room,
    speaks_for_delegation,
    summary_is_published,
    takes_part,
    wrote_it,
)

AllOf = tuple[Predicate, ...]
AnyOf = tuple[AllOf, ...]

TABLE: dict[P, AnyOf] = {
    P.CONSULTATION_VIEW: ((takes_part,),),
    P.CONSULTATION_MANAGE: ((takes_part, is_organizer),),
    P.PEOPLE_VIEW: ((takes_part,),),
    P.PEOPLE_MANAGE: ((takes_part, is_organizer),),
    P.SESSION_RUN: ((takes_part, is_staff),),
    P.ROUND_OPEN: ((takes_part, is_staff),),
    P.SEATING_PROPOSE: ((takes_part, is_staff),),
    P.TOPIC_WISH: ((takes_part, is_not_viewer),),
    P.SEAT_MOVE: ((takes_part, is_staff),),
    P.ROOM_RUN: ((takes_part, is_staff),),
    P.ROOM_VIEW: ((takes_part, is_staff), (takes_part, seated_in_room)),
    P.HELP_ASK: ((takes_part, room_is_open, is_not_viewer, seated_in_room),),
    P.HELP_CANCEL: ((takes_part, is_staff), (takes_part, is_not_viewer, seated_in_room)),
    P.HELP_ANSWER: ((takes_part, is_staff),),
    P.BROADCAST_SEND: ((takes_part, is_staff),),
    P.BROADCAST_READ: ((takes_part, seated_in_room),),
    P.DUTY_TAKE: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, seated_in_room),
    ),
    P.DUTY_HAND_OVER: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, records_in_room),
    ),
    P.HAND_RAISE: ((takes_part, room_is_open, is_not_viewer, seated_in_room),),
    P.HAND_CALL: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, records_in_room),
    ),
    P.STEP_MOVE: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, moderates_room),
    ),
    P.CHAT_WRITE: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, seated_in_room),
    ),
    P.CHAT_REMOVE: (
        (takes_part, is_staff),
        (takes_part, room_is_open, is_not_viewer, moderates_room),
        (takes_part, room_is_open, is_not_viewer, wrote_it),
    ),
    # Rule: seats decide editing. Only members seated in the room, and facilitators, and only while the room is open.
    P.ITEM_CREATE: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, seated_in_room),
    ),
    P.ITEM_EDIT: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.ITEM_SUBMIT: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.ITEM_WITHDRAW: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.ITEM_ARRANGE: (
        (takes_part, room_is_open, is_staff),
        (takes_part, room_is_open, is_not_viewer, seated_in_room),
    ),
    P.ITEM_MERGE: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.ITEM_RETURN: ((takes_part, item_can_return, is_staff),),
    P.ITEM_VIEW: (
        (takes_part, item_is_before_plenary),
        (takes_part, seated_in_room),
        (takes_part, is_staff),
    ),
    # Rule: what was tried in a room stays among those who tried it; the others see what was submitted.
    P.ITEM_HISTORY: ((takes_part, is_staff), (takes_part, seated_in_room)),
    P.VERSION_NAME: ((takes_part, is_staff), (takes_part, room_is_open, is_not_viewer, seated_in_room)),
    P.ITEM_RESTORE: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.LATE_DECIDE: ((takes_part, is_staff), (takes_part, is_not_viewer, records_in_room)),
    # Rule: notes in the margin are part of drafting, so whoever writes in the draft writes them; those who keep the room's
    # record may still close them once it is submitted. They are read with the draft (`ROOM_VIEW`).
    P.NOTE_WRITE: (
        (takes_part, room_is_open, item_is_in_drafting, is_staff),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.NOTE_RESOLVE: (
        (takes_part, is_staff),
        (takes_part, is_not_viewer, records_in_room),
        (takes_part, room_is_open, item_is_in_drafting, is_not_viewer, seated_in_room),
    ),
    P.COMMENT_POST: ((takes_part, item_is_under_comment, is_not_viewer),),
    P.COMMENT_ANSWER: (
        (takes_part, item_is_under_comment, is_staff),
        (takes_part, item_is_under_comment, is_not_viewer, records_in_room),
    ),
    P.DECISION_OPEN: ((takes_part, is_staff),),
    P.DECISION_CAST: ((takes_part, speaks_for_delegation, delegation_may_answer),),
    P.SUMMARY_WRITE: ((takes_part, is_staff),),
    P.SUMMARY_VIEW: ((takes_part, summary_is_published), (takes_part, is_staff)),
    P.RECORD_EXPORT: ((takes_part, summary_is_published), (takes_part, is_staff)),
}
