"""Comments in three lanes, replies, and answers that stay in the record."""

import pytest
from sqlalchemy import func, select

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.deliberation import service
from consult.deliberation.lanes import lane_of
from consult.deliberation.models import Comment, Disposition
from consult.deliberation.queries import numbers_of, threads_of
from consult.errors import Invalid, NotAllowed, NotFound
from consult.items.models import ActionItem
from consult.programme.models import SessionState
from tests.cast import World
from tests.factories.items import submitted, under_comment


def posted(
    db: Db, world: World, item: ActionItem, by: str = "panelist", text: str = "Who pays?", **more: str
) -> Comment:
    return service.post_comment(
        db, world.actor(db, by), item, kind=more.pop("kind", "question"), text=text, **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("role", "kind", "lane"),
    [
        ("panelist", "un_entity", "panelists"),
        ("panelist", "member_state", "panelists"),
        ("delegate", "member_state", "member_states"),
        ("facilitator", "member_state", "member_states"),
        ("observer", "observer_state", "others"),
        ("observer", "ngo", "others"),
        ("organizer", "secretariat", "others"),
    ],
)
def test_the_lane_of_a_comment(role: str, kind: str, lane: str) -> None:
    assert lane_of(role, kind) == lane


def test_a_comment_is_posted_recorded_and_announced(db: Db, world: World) -> None:
    item = under_comment(db, world)[0]
    comment = posted(db, world, item, text="  Who pays?\nAnd when?  ")
    assert (comment.lane, comment.kind, comment.text) == ("panelists", "question", "Who pays?\nAnd when?")
    act = db.scalars(select(AuditEntry).where(AuditEntry.act == "comment.posted")).one()
    assert act.facts == {"item": item.public_id, "lane": "panelists", "kind": "question"}
    event = db.scalars(select(OutboxEvent).where(OutboxEvent.name == "comment.posted")).one()
    assert (event.audience, event.data) == (
        f"session:{world.session.public_id}",
        {"item": item.public_id, "lane": "panelists"},
    )


@pytest.mark.parametrize(
    ("kind", "text", "fields"),
    [
        ("question", "", {"text": "field.required"}),
        ("question", " \n ", {"text": "field.required"}),
        ("question", "x" * 5001, {"text": "field.too_long"}),
        ("praise", "Good", {"kind": "field.choice"}),
        ("", "", {"text": "field.required", "kind": "field.choice"}),
    ],
)
def test_what_cannot_be_posted(db: Db, world: World, kind: str, text: str, fields: dict[str, str]) -> None:
    item = under_comment(db, world)[0]
    with pytest.raises(Invalid) as refused:
        posted(db, world, item, text=text, kind=kind)
    assert refused.value.fields == fields


def test_the_longest_comment_is_taken(db: Db, world: World) -> None:
    assert len(posted(db, world, under_comment(db, world)[0], text="x" * 5000).text) == 5000


def test_viewers_read_and_nobody_comments_before_the_report_back_or_after_the_session(
    db: Db, world: World
) -> None:
    early = submitted(db, world)
    with pytest.raises(NotAllowed) as refused:
        posted(db, world, early)
    assert refused.value.code == "item.not_under_comment"
    item = under_comment(db, world)[0]
    with pytest.raises(NotAllowed) as refused:
        posted(db, world, item, by="viewer")
    assert refused.value.code == "viewers_only_read"
    world.session.state = SessionState.CLOSED.value
    db.flush()
    with pytest.raises(NotAllowed) as refused:
        posted(db, world, item)
    assert refused.value.code == "item.not_under_comment"


def test_sending_the_same_message_twice_makes_one_comment(db: Db, world: World) -> None:
    item = under_comment(db, world)[0]
    first = posted(db, world, item, message_id="a1")
    assert posted(db, world, item, message_id="a1") is first
    assert db.scalar(select(func.count(Comment.id))) == 1


def test_another_message_under_an_old_name_is_not_lost(db: Db, world: World) -> None:
    item = under_comment(db, world)[0]
    posted(db, world, item, message_id="a1")
    posted(db, world, item, text="Something else", message_id="a1")
    posted(db, world, item, by="canada", message_id="a1")
    assert db.scalar(select(func.count(Comment.id))) == 3


def test_replies_stand_under_their_comment_and_have_no_replies(db: Db, world: World) -> None:
    one, other = under_comment(db, world, 2)
    comment = posted(db, world, one)
    reply = service.post_comment(
        db, world.actor(db, "canada"), one, kind="question", text="The donors.", parent=comment
    )
    for item, parent in ((one, reply), (other, comment)):
        with pytest.raises(Invalid):
            service.post_comment(
                db, world.actor(db, "canada"), item, kind="question", text="?", parent=parent
            )
    thread = threads_of(db, one.id)[0]
    assert (thread.comment, thread.replies, thread.disposition) == (comment, (reply,), None)


def test_a_comment_of_another_item_is_not_found(db: Db, world: World) -> None:
    one, other = under_comment(db, world, 2)
    comment = posted(db, world, one)
    assert service.comment_called(db, one, comment.public_id) is comment
    with pytest.raises(NotFound):
        service.comment_called(db, other, comment.public_id)


@pytest.mark.parametrize("name", ["facilitator", "organizer", "kenya"])
def test_facilitators_and_the_rapporteur_answer_and_a_later_answer_counts(
    db: Db, world: World, name: str
) -> None:
    item = under_comment(db, world)[0]
    comment = posted(db, world, item)
    service.answer_comment(db, world.actor(db, name), comment, answer="noted", reason="Noted for now.")
    service.answer_comment(db, world.actor(db, name), comment, answer="accepted", reason="Taken up.")
    db.expire_all()
    disposition = threads_of(db, item.id)[0].disposition
    assert disposition is not None
    assert (disposition.answer, disposition.reason) == ("accepted", "Taken up.")
    assert db.scalar(select(func.count(Disposition.id))) == 2


@pytest.mark.parametrize("name", ["canada", "philippines", "panelist", "observer", "viewer"])
def test_others_do_not_answer(db: Db, world: World, name: str) -> None:
    comment = posted(db, world, under_comment(db, world)[0])
    with pytest.raises(NotAllowed):
        service.answer_comment(db, world.actor(db, name), comment, answer="noted", reason="No.")


@pytest.mark.parametrize(
    ("answer", "reason", "fields"),
    [
        ("maybe", "Because", {"answer": "field.choice"}),
        ("noted", "", {"reason": "field.required"}),
        ("noted", "x" * 2001, {"reason": "field.too_long"}),
    ],
)
def test_an_answer_needs_a_word_and_a_reason(
    db: Db, world: World, answer: str, reason: str, fields: dict[str, str]
) -> None:
    comment = posted(db, world, under_comment(db, world)[0])
    with pytest.raises(Invalid) as refused:
        service.answer_comment(db, world.actor(db, "facilitator"), comment, answer=answer, reason=reason)
    assert refused.value.fields == fields


def test_numbers_count_comments_by_lane_and_not_replies(db: Db, world: World) -> None:
    one, other = under_comment(db, world, 2)
    comment = posted(db, world, one)
    posted(db, world, one, by="canada")
    posted(db, world, one, by="ngo")
    service.post_comment(db, world.actor(db, "canada"), one, kind="support", text="Yes", parent=comment)
    service.answer_comment(db, world.actor(db, "facilitator"), comment, answer="noted", reason="Yes.")
    numbers = numbers_of(db, [one.id, other.id])
    assert numbers[one.id].by_lane == {"panelists": 1, "member_states": 1, "others": 1}
    assert (numbers[one.id].total, numbers[one.id].unanswered) == (3, 2)
    assert (numbers[other.id].total, numbers[other.id].unanswered) == (0, 0)
