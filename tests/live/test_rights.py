"""What connections may do, read from the database once for all of them after a right changed."""

from dataclasses import dataclass, replace
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
from consult.rooms.actors import actors_for
from consult.rooms.models import Seat
from tests import cast
from tests.drafting.stage import Answer, Page, Stage


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


#: Who may write in room 1.
WRITERS = ("kenya", "canada", "facilitator")


@pytest.fixture
def writing(hall: Hall, world: cast.World, stage: Stage) -> tuple[LiveRights, list[Page]]:
    """Three people who have written in one draft, and what is known of them."""
    rights = LiveRights(hall)  # type: ignore[arg-type]
    item = stage.item()
    stage.registry._rights = rights
    stage.registry._flusher = replace(stage.registry._flusher, rights=rights)
    pages = [stage.page(who, item, client_id=100 + number) for number, who in enumerate(WRITERS)]
    for page, who in zip(pages, WRITERS, strict=True):
        hall.connections[page.sid] = Connection(page.sid, 1, world.members[who].user_id, "u")
        page.join()
        page.editor.title += "first words, "
        assert page.saved()[0]["ok"] == 1
    return rights, pages


def test_all_who_write_after_a_pause_are_looked_up_once_and_when_it_is_written(
    hall: Hall, stage: Stage, writing: tuple[LiveRights, list[Page]]
) -> None:
    rights, pages = writing

    def write() -> list[Answer]:
        for page in pages:
            page.editor.title += "and more, "
        return [answer for page in pages for answer in page.send()]

    answers: list[Answer] = []
    asked: dict[bool, int] = {}
    for is_pause in (False, True):
        if is_pause:
            rights._actors.clear()
        assert statements(hall.engine, lambda: answers.extend(write())) == 0, "whoever reads waits for nobody"
        asked[is_pause] = statements(hall.engine, stage.turn)
    assert [answer.value["ok"] for answer in answers] == [1] * 6
    assert asked[True] - asked[False] == 2, "two statements for three people"


def test_who_lost_the_right_in_a_pause_is_refused_when_it_would_be_written(
    stage: Stage, world: cast.World, writing: tuple[LiveRights, list[Page]]
) -> None:
    rights, (kenya, canada, _facilitator) = writing
    rights._actors.clear()
    with unit_of_work(stage.sessions) as db:
        seat = db.query(Seat).filter_by(member_id=world.members["canada"].id, left_at=None).one()
        seat.left_at = clock.now()
    for page in (kenya, canada):
        page.editor.title += "after it, "
    (allowed,), (refused,) = kenya.send(), canada.send()
    stage.turn()
    assert allowed.value["ok"] == 1
    assert refused.value["code"] == "readonly"


def test_a_caret_after_a_pause_is_shown_once_its_page_was_looked_up(
    hall: Hall, stage: Stage, writing: tuple[LiveRights, list[Page]]
) -> None:
    rights, (kenya, canada, _facilitator) = writing
    rights._actors.clear()
    mine = message([Caret(101, 1, {"user": {}, "cursor": None, "field": "title"})])
    stage.turn()
    before = len(kenya.heard("a"))

    def show() -> None:
        stage.registry.caret(canada.sid, (protocol.encoded(mine), canada.name))

    assert statements(hall.engine, show) == 0
    stage.turn()
    stage.turn()
    assert len(kenya.heard("a")) == before + 1


def test_who_was_looked_up_while_a_right_changed_is_looked_up_again(
    hall: Hall, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = LiveRights(hall)  # type: ignore[arg-type]
    assert not rights.is_known("kenya", subject)
    assert not rights.is_known("canada", subject)

    def changed_meanwhile(*args: Any) -> Any:
        monkeypatch.undo()
        rights.forget()
        return actors_for(*args)

    monkeypatch.setattr("consult.live.rights.actors_for", changed_meanwhile)
    rights.learn()
    assert not rights.is_known("kenya", subject), "what was read may be older than the change"
    assert statements(hall.engine, rights.learn) == 2
    assert rights.is_known("kenya", subject)
    assert rights.is_known("canada", subject)
