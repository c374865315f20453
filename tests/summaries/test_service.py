"""The summary's life: generated from the record, edited without overwriting anybody, published as it is."""

from collections.abc import Callable
from typing import Any

import pytest

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.programme.models import Session
from consult.summaries import service
from consult.summaries.models import SummaryVersion
from tests.cast import CAST, World
from tests.cast import build as build_world

STAFF = ("organizer", "facilitator", "cofacilitator")


def text(words: str) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}]}


def generated(db: Db, world: World, by: str = "facilitator") -> SummaryVersion:
    return service.generate(db, world.actor(db, by), world.session)


def edited(db: Db, world: World, words: str, base: SummaryVersion, by: str = "facilitator") -> SummaryVersion:
    return service.edit(db, world.actor(db, by), world.session, body=text(words), base=service.base_of(base))


def numbers(db: Db, session: Session) -> list[int]:
    found = service.summary_of(db, session)
    return [version.number for version in found.versions] if found else []


@pytest.mark.parametrize("name", sorted(set(CAST) - set(STAFF)))
def test_only_those_who_run_the_session_write_its_summary(name: str, db: Db, world: World) -> None:
    first = generated(db, world)
    actor = world.actor(db, name)
    acts: list[Callable[[], object]] = [
        lambda: service.generate(db, actor, world.session),
        lambda: service.edit(db, actor, world.session, body=text("mine"), base=service.base_of(first)),
        lambda: service.publish(db, actor, world.session, base=service.base_of(first)),
    ]
    for act in acts:
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "facilitators_only"
    assert numbers(db, world.session) == [1]


def test_staff_of_another_consultation_find_nothing(db: Db, world: World) -> None:
    other = build_world(db, title="Elsewhere")
    with pytest.raises(NotFound):
        service.generate(db, other.actor(db, "facilitator"), world.session)


def test_generating_again_keeps_what_was_edited(db: Db, world: World) -> None:
    first = generated(db, world)
    second = edited(db, world, "Edited by hand.", first)
    third = generated(db, world)
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert [second.origin, third.origin] == ["edited", "generated"]
    assert second.body == text("Edited by hand.")


def test_saving_again_by_the_same_person_continues_the_version(db: Db, world: World) -> None:
    second = edited(db, world, "One", generated(db, world))
    again = edited(db, world, "One two", second)
    assert again.number == second.number
    assert numbers(db, world.session) == [1, 2]


def test_another_person_saving_makes_another_version(db: Db, world: World) -> None:
    second = edited(db, world, "One", generated(db, world))
    third = edited(db, world, "One and a half", second, by="cofacilitator")
    assert third.number == 3
    assert second.body == text("One")


def test_saving_an_unchanged_text_makes_no_version(db: Db, world: World) -> None:
    first = generated(db, world)
    same = service.edit(db, world.actor(db, "facilitator"), world.session, body=first.body, base="0-anything")
    assert (same.number, numbers(db, world.session)) == (1, [1])


def test_a_stale_save_of_somebody_else_is_refused_and_changes_nothing(db: Db, world: World) -> None:
    first = generated(db, world)
    edited(db, world, "Theirs", first, by="cofacilitator")
    with pytest.raises(Conflict) as refused:
        edited(db, world, "Mine", first)
    assert (refused.value.code, refused.value.params["newest"]) == ("summary.changed_meanwhile", 2)
    found = service.summary_of(db, world.session)
    assert found is not None
    assert found.versions[-1].body == text("Theirs")


def test_two_pages_of_one_person_do_not_overwrite_each_other(db: Db, world: World) -> None:
    second = edited(db, world, "Start", generated(db, world))
    opened_twice = service.base_of(second)
    edited(db, world, "From the first page", second)
    with pytest.raises(Conflict):
        service.edit(
            db,
            world.actor(db, "facilitator"),
            world.session,
            body=text("From the second page"),
            base=opened_twice,
        )
    assert second.body == text("From the first page")


def test_a_published_version_stays_as_it_was(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    second = edited(db, world, "Agreed", generated(db, world))
    summary = service.publish(db, facilitator, world.session, base=service.base_of(second))
    assert (summary.published_version, summary.published_at is not None) == (2, True)
    third = edited(db, world, "Agreed, corrected", second)
    assert third.number == 3
    assert second.body == text("Agreed")
    found = service.summary_of(db, world.session)
    assert found is not None
    assert found.published_version == 2


def test_only_the_text_that_was_read_is_published(db: Db, world: World) -> None:
    first = generated(db, world)
    edited(db, world, "Changed meanwhile", first, by="cofacilitator")
    with pytest.raises(Conflict):
        service.publish(db, world.actor(db, "facilitator"), world.session, base=service.base_of(first))
    found = service.summary_of(db, world.session)
    assert found is not None
    assert found.published_at is None


def test_publishing_twice_is_one_act(db: Db, world: World) -> None:
    first = generated(db, world)
    actor = world.actor(db, "facilitator")
    once = service.publish(db, actor, world.session, base=service.base_of(first)).published_at
    again = service.publish(db, actor, world.session, base=service.base_of(first)).published_at
    assert again == once
    assert db.query(AuditEntry).filter_by(act="summary.published").count() == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        "words",
        [],
        {"type": "doc", "content": [{"type": "script"}]},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": 1}]}]},
        {
            "type": "doc",
            "content": [
                {
                    "type": "paragraph",
                    "content": [
                        {
                            "type": "text",
                            "text": "x",
                            "marks": [{"type": "link", "attrs": {"href": "javascript:alert(1)"}}],
                        }
                    ],
                }
            ],
        },
    ],
)
def test_text_outside_the_schema_is_refused(body: object, db: Db, world: World) -> None:
    first = generated(db, world)
    with pytest.raises(Invalid) as refused:
        service.edit(
            db, world.actor(db, "facilitator"), world.session, body=body, base=service.base_of(first)
        )
    assert refused.value.code == "summary.invalid"
    assert numbers(db, world.session) == [1]


def test_there_is_nothing_to_edit_or_publish_before_the_first_version(db: Db, world: World) -> None:
    actor = world.actor(db, "facilitator")
    for act in (
        lambda: service.edit(db, actor, world.session, body=text("x"), base=""),
        lambda: service.publish(db, actor, world.session, base=""),
    ):
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.code == "summary.nothing_yet"


def test_every_act_is_in_the_log_and_told_to_the_session(db: Db, world: World) -> None:
    second = edited(db, world, "One", generated(db, world))
    service.publish(db, world.actor(db, "facilitator"), world.session, base=service.base_of(second))
    acts = [entry.act for entry in db.query(AuditEntry).order_by(AuditEntry.seq)]
    assert acts == ["summary.generated", "summary.edited", "summary.published"]
    told = [
        (event.audience.split(":")[0], event.name) for event in db.query(OutboxEvent).order_by(OutboxEvent.id)
    ]
    assert told == [
        ("session", "summary.generated"),
        ("session", "summary.generated"),
        ("session", "summary.published"),
        ("consultation", "summary.published"),
    ]
