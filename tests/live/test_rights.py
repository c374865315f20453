"""What connections may do, read from the database once for all of them after a right changed."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, event

from consult import clock
from consult.db import unit_of_work
from consult.drafting import protocol
from consult.drafting.awareness import Caret, message
from consult.drafting.live_draft import Subject
from consult.live.connections import Connection
from consult.live.rights import LiveRights
from consult.programme.models import Consultation
from consult.rooms.models import Seat
from tests import cast
from tests.drafting.stage import Stage


@dataclass
class Hall:
    """As much of the hub as rights are read from: a page for everybody of the cast."""

    engine: Engine
    connections: dict[str, Connection]


@pytest.fixture
def stage(engine: Engine, world: cast.World) -> Stage:
    return Stage(engine, world)


@pytest.fixture
def hall(engine: Engine, world: cast.World) -> Hall:
    members = world.members
    pages = {who: Connection(who, 1, member.user_id, "u") for who, member in members.items()}
    return Hall(engine, pages)


@pytest.fixture
def subject(stage: Stage) -> Subject:
    item = stage.item()
    stage.page("kenya", item, client_id=1).join()
    return next(iter(stage.registry._drafts.values())).subject


def statements(engine: Engine, act: Any) -> int:
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(engine, "before_cursor_execute", counted)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    return count


def test_after_a_change_everybody_is_read_in_one_go_and_as_they_are_now(
    hall: Hall, subject: Subject, world: cast.World, stage: Stage
) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]

    def ask_all() -> dict[str, str | None]:
        return {sid: rights.editing(sid, subject) for sid in hall.connections}

    before = ask_all()
    assert before["canada"] is None
    assert len(before) > 10
    with unit_of_work(stage.sessions) as db:
        seat = db.query(Seat).filter_by(member_id=world.members["canada"].id, left_at=None).one()
        seat.left_at = clock.now()
    rights.forget()
    after: dict[str, str | None] = {}
    assert statements(hall.engine, lambda: after.update(ask_all())) <= 4
    assert after["canada"] is not None
    assert {who: why for who, why in after.items() if who != "canada"} == {
        who: why for who, why in before.items() if who != "canada"
    }


def test_a_connection_that_left_meanwhile_is_not_read_again(hall: Hall, subject: Subject) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]
    for sid in hall.connections:
        rights.editing(sid, subject)
    rights.forget()
    del hall.connections["canada"]
    assert rights.editing("kenya", subject) is None
    assert rights.editing("canada", subject) == "not_a_member"


#: As whom a State and an organisation appear beside their carets, by rule: name, delegation, mark. Chatham House Rule is "none".
SHOWN = {
    "name": (("Delegate CAN-1", "Canada", "WE"), ("Person NGO-1", "Caritas", "ST")),
    "delegation": (("Canada", "Canada", "WE"), ("Caritas", "Caritas", "ST")),
    "region": (("Western European and Others Group (WEOG)", "", "WE"), ("Other stakeholders", "", "ST")),
    "none": (("A participant", "", ""), ("A participant", "", "")),
    "a rule nobody knows": (("A participant", "", ""), ("A participant", "", "")),
}
#: What must not be read anywhere where the rule does not name it.
IDENTITIES = ("CAN-1", "NGO-1", "Canada", "Caritas", "can@example.org", "ngo@example.org")


def set_rule(stage: Stage, world: cast.World, rule: str) -> None:
    with unit_of_work(stage.sessions) as db:
        db.get_one(Consultation, world.consultation.id).attribution = rule


@pytest.mark.parametrize("rule", SHOWN)
def test_a_caret_is_named_as_the_consultation_attributes(
    hall: Hall, subject: Subject, world: cast.World, stage: Stage, rule: str
) -> None:
    set_rule(stage, world, rule)
    rights = LiveRights(hall)  # type: ignore[arg-type]
    for who, expected in zip(("canada", "ngo"), SHOWN[rule], strict=True):
        user = rights.signature(who, subject)
        assert (user["name"], user["delegation"], user["mark"]) == expected
        assert user["hue"] == (user["mark"].lower() or "st")
        assert set(user) == {"name", "delegation", "mark", "hue"}
    assert rights.is_anonymous(subject) == (SHOWN[rule][0][0] == "A participant")
    if rights.is_anonymous(subject):
        assert rights.signature("canada", subject) == rights.signature("ngo", subject), "not even by colour"


def test_who_is_nobody_any_more_has_no_name(hall: Hall, subject: Subject) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]
    assert rights.signature("gone", subject)["name"] == "A participant"


@pytest.mark.parametrize("rule", SHOWN)
def test_no_more_goes_out_with_a_caret_than_the_rule_shows_whatever_its_page_says(
    hall: Hall, world: cast.World, stage: Stage, rule: str
) -> None:
    set_rule(stage, world, rule)
    rights = LiveRights(hall)  # type: ignore[arg-type]
    item = stage.item()
    stage.registry._rights = rights
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    for page, who in ((kenya, "kenya"), (canada, "canada")):
        hall.connections[page.sid] = Connection(page.sid, 1, world.members[who].user_id, "u")
        page.join()
    lie = message([Caret(202, 1, {"user": {"name": "Caritas, NGO-1"}, "cursor": None, "field": "title"})])
    stage.registry.caret(canada.sid, (protocol.encoded(lie), item.public_id))
    stage.turn()
    late = stage.page("ngo", item, client_id=303)
    hall.connections[late.sid] = Connection(late.sid, 1, world.members["ngo"].user_id, "u")
    late.join()
    stage.turn()
    (name, delegation, _mark), _other = SHOWN[rule]
    for page in (kenya, late):
        said = b"".join(data for _event, data in page.heard("a")).decode("utf-8", "replace")
        assert name in said
        allowed = {word for word in IDENTITIES if word in f"{name} {delegation}"}
        assert {word for word in IDENTITIES if word in said} == allowed


def test_another_rule_holds_for_the_next_caret(
    hall: Hall, subject: Subject, world: cast.World, stage: Stage
) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]
    assert rights.signature("canada", subject)["name"] == "Canada"
    set_rule(stage, world, "none")
    rights.forget_rules()
    assert rights.signature("canada", subject)["name"] == "A participant"
    assert rights.is_anonymous(subject)


def test_who_only_looks_on_may_not_write(hall: Hall, subject: Subject) -> None:
    rights: Any = LiveRights(hall)  # type: ignore[arg-type]
    assert rights.editing("kenya", subject) is None
    for observes in (True, False):
        hall.connections["kenya"].observes = observes
        assert rights.editing("kenya", subject) == ("room.observing" if observes else None)
        assert rights.reading("kenya", subject) is None
