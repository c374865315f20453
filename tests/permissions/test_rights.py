"""Every act for every one of the cast: who may, and the reason the others read."""

import pytest

from consult.db import Db
from consult.errors import NotAllowed, NotFound
from consult.items.models import ActionItem
from consult.permissions.check import refusal, require
from consult.permissions.names import Permission as P
from consult.summaries.models import Summary
from tests.cast import CAST, World

PEOPLE = (
    "organizer",
    "facilitator",
    "panelist",
    "kenya",
    "canada",
    "philippines",
    "observer",
    "ngo",
    "late",
    "viewer",
)
ALL_OK = dict.fromkeys(PEOPLE, "ok")


def only(*names: str, others: str) -> dict[str, str]:
    return {name: "ok" if name in names else others for name in PEOPLE}


STAFF = ("organizer", "facilitator")
SEATED = ("kenya", "canada", "ngo")

#: permission -> subject -> person -> "ok" or the reason. Room 1 is open, Kenya its rapporteur; Canada and the NGO sit there.
RIGHTS: dict[P, tuple[str, dict[str, str]]] = {
    P.CONSULTATION_VIEW: ("consultation", ALL_OK),
    P.CONSULTATION_MANAGE: ("consultation", only("organizer", others="organizers_only")),
    P.PEOPLE_VIEW: ("consultation", ALL_OK),
    P.PEOPLE_MANAGE: ("consultation", only("organizer", others="organizers_only")),
    P.SESSION_RUN: ("session", only(*STAFF, others="facilitators_only")),
    P.ROUND_OPEN: ("session", only(*STAFF, others="facilitators_only")),
    P.SEATING_PROPOSE: ("round", only(*STAFF, others="facilitators_only")),
    P.TOPIC_WISH: ("round", ALL_OK | {"viewer": "viewers_only_read"}),
    P.SEAT_MOVE: ("round", only(*STAFF, others="facilitators_only")),
    P.ROOM_RUN: ("room", only(*STAFF, others="facilitators_only")),
    P.ROOM_VIEW: ("room", only(*STAFF, *SEATED, others="room.not_seated")),
    P.HELP_ASK: ("room", only(*SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.HELP_CANCEL: ("room", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.HELP_ANSWER: ("room", only(*STAFF, others="facilitators_only")),
    P.DUTY_TAKE: ("room", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.DUTY_HAND_OVER: ("room", only(*STAFF, "kenya", others="room.rapporteurs_only") | {"viewer": "viewers_only_read"}),
    P.HAND_RAISE: ("room", only(*SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.HAND_CALL: ("room", only(*STAFF, "kenya", others="room.rapporteurs_only") | {"viewer": "viewers_only_read"}),
    P.STEP_MOVE: ("room", only(*STAFF, others="room.moderators_only") | {"viewer": "viewers_only_read"}),
    P.CHAT_WRITE: ("room", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.CHAT_REMOVE: ("message of canada", only(*STAFF, "canada", others="chat.not_yours") | {"viewer": "viewers_only_read"}),
    P.BROADCAST_SEND: ("round", only(*STAFF, others="facilitators_only")),
    P.BROADCAST_READ: ("room", only(*SEATED, others="room.not_seated")),
    P.ITEM_CREATE: ("room", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_EDIT: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_SUBMIT: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_WITHDRAW: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_ARRANGE: ("room", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_MERGE: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_RETURN: ("submitted item", only(*STAFF, others="facilitators_only")),
    P.ITEM_VIEW: ("submitted item", ALL_OK),
    P.ITEM_HISTORY: ("submitted item", only(*STAFF, *SEATED, others="room.not_seated")),
    P.VERSION_NAME: ("submitted item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.ITEM_RESTORE: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.LATE_DECIDE: ("item", only(*STAFF, "kenya", others="room.rapporteurs_only") | {"viewer": "viewers_only_read"}),
    P.NOTE_WRITE: ("item", only(*STAFF, *SEATED, others="room.not_seated") | {"viewer": "viewers_only_read"}),
    P.NOTE_RESOLVE: ("submitted item", only(*STAFF, "kenya", others="item.not_drafting") | {"viewer": "item.not_drafting"}),
    P.COMMENT_POST: ("item under comment", ALL_OK | {"viewer": "viewers_only_read"}),
    P.COMMENT_ANSWER: ("item under comment", only(*STAFF, "kenya", others="room.rapporteurs_only")
        | {"viewer": "viewers_only_read"}),
    P.DECISION_OPEN: ("session", only(*STAFF, others="facilitators_only")),
    P.DECISION_CAST: ("decision", dict.fromkeys(PEOPLE, "decision.not_an_elector") | {"kenya": "ok"}
        | {"organizer": "decision.observers_do_not_answer", "viewer": "decision.observers_do_not_answer"}),
    P.SUMMARY_WRITE: ("session", only(*STAFF, others="facilitators_only")),
    P.SUMMARY_VIEW: ("summary", only(*STAFF, others="facilitators_only")),
    P.RECORD_EXPORT: ("summary", only(*STAFF, others="facilitators_only")),
}  # fmt: skip


class Standing:
    """A subject with just the attributes a rule asks about."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)


@pytest.fixture
def subjects(world: World) -> dict[str, object]:
    here = world.consultation.id
    room = world.rooms[0]

    def item(state: str) -> ActionItem:
        return ActionItem(consultation_id=here, room=room, state=state, text={})

    elector = Standing(delegation_id=world.members["kenya"].delegation_id)
    return {
        "consultation": world.consultation,
        "session": world.session,
        "round": world.round,
        "room": room,
        "message of canada": Standing(consultation_id=here, room=room, member_id=world.members["canada"].id),
        "item": item("drafting"),
        "submitted item": item("submitted"),
        "item under comment": item("under_comment"),
        "decision": Standing(consultation_id=here, electorate=[elector], closed_at=None),
        "summary": Summary(consultation_id=here, published_at=None),
    }


def test_every_permission_has_its_row() -> None:
    assert set(RIGHTS) == set(P)


@pytest.mark.parametrize("permission", list(P), ids=str)
def test_rights(permission: P, db: Db, world: World, subjects: dict[str, object]) -> None:
    kind, expected = RIGHTS[permission]
    found = {name: refusal(world.actor(db, name), permission, subjects[kind]) or "ok" for name in PEOPLE}
    assert found == expected


@pytest.mark.parametrize("permission", list(P), ids=str)
def test_nobody_acts_in_a_consultation_they_do_not_take_part_in(
    permission: P, db: Db, world: World, subjects: dict[str, object]
) -> None:
    outsider = Standing(**{**world.actor(db, "organizer").__dict__, "consultation_id": -1, "is_staff": True})
    assert refusal(outsider, permission, subjects[RIGHTS[permission][0]]) == "not_a_member"  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["draft", "staged", "closed"])
def test_a_room_that_is_not_open_takes_no_writing_from_anybody(
    state: str, db: Db, world: World, subjects: dict[str, object]
) -> None:
    world.rooms[0].state = state
    for name in PEOPLE:
        assert refusal(world.actor(db, name), P.ITEM_EDIT, subjects["item"]) == "room.closed"


def test_a_submitted_item_is_not_edited_any_more(db: Db, world: World, subjects: dict[str, object]) -> None:
    assert refusal(world.actor(db, "kenya"), P.ITEM_EDIT, subjects["submitted item"]) == "item.not_drafting"


def test_leaving_the_seat_ends_editing(db: Db, world: World, subjects: dict[str, object]) -> None:
    from consult import clock
    from consult.rooms.models import Seat

    assert refusal(world.actor(db, "canada"), P.ITEM_EDIT, subjects["item"]) is None
    db.query(Seat).filter_by(member_id=world.members["canada"].id).one().left_at = clock.now()
    db.flush()
    assert refusal(world.actor(db, "canada"), P.ITEM_EDIT, subjects["item"]) == "room.not_seated"


def test_who_became_a_viewer_only_reads_whatever_seat_and_duty_are_left(
    db: Db, world: World, subjects: dict[str, object]
) -> None:
    world.members["kenya"].role = "viewer"
    db.flush()
    acts = {P.ITEM_EDIT: "item", P.LATE_DECIDE: "item", P.COMMENT_ANSWER: "item under comment"}
    for permission, kind in acts.items():
        assert refusal(world.actor(db, "kenya"), permission, subjects[kind]) == "viewers_only_read"


def test_require_says_not_found_to_outsiders_and_why_to_members(
    db: Db, world: World, subjects: dict[str, object]
) -> None:
    with pytest.raises(NotAllowed) as refused:
        require(world.actor(db, "philippines"), P.ROOM_VIEW, subjects["room"])
    assert refused.value.code == "room.not_seated"
    with pytest.raises(NotFound):
        require(world.actor(db, "philippines"), P.CONSULTATION_VIEW, Standing(consultation_id=-1))


def test_the_cast_is_complete() -> None:
    assert set(PEOPLE) <= set(CAST)
