"""The chat of a room: who writes, who removes, what is kept, and what is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from consult.proceedings import service as proceedings
from consult.proceedings.regrouping import merge_rooms
from consult.rooms import chat
from consult.rooms import service as rooms
from consult.rooms.chat_models import ChatMessage
from tests.cast import World


def said(db: Db, world: World, room: int = 1) -> list[str]:
    return [message.text for message in chat.talk_in(db, world.rooms[room - 1]).messages]


def write(db: Db, world: World, name: str, text: str) -> ChatMessage:
    return chat.post(db, world.actor(db, name), world.rooms[0], text=text)


def acts(db: Db) -> list[tuple[str, str]]:
    query = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.act.startswith("chat."))
    return [(act, actor) for act, actor in db.execute(query.order_by(AuditEntry.seq))]


def test_everybody_of_the_room_writes_and_the_room_alone_is_told(db: Db, world: World) -> None:
    for name, text in (("canada", " One\n line "), ("ngo", "Two"), ("facilitator", "Three")):
        write(db, world, name, text)
    assert said(db, world) == ["One line", "Two", "Three"]
    assert said(db, world, room=2) == []
    events = db.execute(
        select(OutboxEvent.audience, OutboxEvent.data).where(OutboxEvent.name == "chat.posted")
    ).all()
    assert {audience for audience, _data in events} == {f"room:{world.rooms[0].public_id}"}
    assert all(set(data) == {"room", "message"} for _audience, data in events), "ids, never words"


@pytest.mark.parametrize("name", ["philippines", "panelist", "viewer", "late"])
def test_nobody_else_writes(db: Db, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        write(db, world, name, "Hello")


def test_a_message_has_words_and_500_characters_at_most(db: Db, world: World) -> None:
    for text in ("", " \n\t ", "x" * 501):
        with pytest.raises(Invalid, match=r"chat\.invalid"):
            write(db, world, "canada", text)
    write(db, world, "canada", "x" * 500)
    write(db, world, "canada", "<b>as it stands</b>")
    assert said(db, world)[1] == "<b>as it stands</b>"


def test_twelve_messages_in_a_minute_and_no_more(db: Db, world: World) -> None:
    now = [clock.now()]
    clock.set_source(lambda: now[0])
    for number in range(chat.MOST_IN_A_MINUTE):
        write(db, world, "canada", str(number))
        now[0] += timedelta(seconds=2)
    with pytest.raises(TooMany) as refused:
        write(db, world, "canada", "one more")
    assert refused.value.code == "chat.too_many"
    write(db, world, "ngo", "others go on")
    now[0] += timedelta(seconds=refused.value.params["after"])
    write(db, world, "canada", "one more")


def test_its_author_takes_a_message_back_and_its_words_are_gone(db: Db, world: World) -> None:
    message = write(db, world, "canada", "What I should not have said")
    with pytest.raises(NotAllowed, match=r"chat\.not_yours"):
        chat.remove(db, world.actor(db, "ngo"), world.rooms[0], message.public_id)
    chat.remove(db, world.actor(db, "canada"), world.rooms[0], message.public_id)
    assert (message.text, message.removed_as) == ("", "author")
    assert acts(db) == [("chat.taken_back", world.members["canada"].public_id)]
    with pytest.raises(Conflict, match=r"chat\.gone"):
        chat.remove(db, world.actor(db, "canada"), world.rooms[0], message.public_id)
    told = db.scalars(select(OutboxEvent.audience).where(OutboxEvent.name == "chat.removed")).all()
    assert told == [f"room:{world.rooms[0].public_id}"]


def test_moderator_and_facilitator_remove_what_others_wrote(db: Db, world: World) -> None:
    facilitator = world.actor(db, "facilitator")
    rooms.assign_duty(db, facilitator, world.rooms[0], world.members["ngo"], duty="moderator")
    first, second = (write(db, world, "canada", text) for text in ("One", "Two"))
    chat.remove(db, world.actor(db, "ngo"), world.rooms[0], first.public_id)
    chat.remove(db, facilitator, world.rooms[0], second.public_id)
    assert (first.removed_as, second.removed_as) == ("moderator", "moderator")
    assert [act for act, _actor in acts(db)] == ["chat.removed", "chat.removed"]
    with pytest.raises(NotFound):
        chat.remove(db, facilitator, world.rooms[1], first.public_id)


def close(db: Db, world: World) -> None:
    proceedings.recall(db, world.actor(db, "facilitator"), world.round, immediately=True)
    proceedings.close_due(db, clock.now())
    db.refresh(world.rooms[0])


def test_a_closed_room_is_read_only_but_for_facilitators_who_remove(db: Db, world: World) -> None:
    message = write(db, world, "canada", "Hello")
    close(db, world)
    assert said(db, world) == ["Hello"]
    for name in ("canada", "facilitator"):
        with pytest.raises(NotAllowed, match=r"room\.closed"):
            write(db, world, name, "Too late")
    with pytest.raises(NotAllowed, match=r"room\.closed"):
        chat.remove(db, world.actor(db, "canada"), world.rooms[0], message.public_id)
    chat.remove(db, world.actor(db, "facilitator"), world.rooms[0], message.public_id)
    assert said(db, world) == [""]


def test_after_the_deadline_nothing_is_written_though_nobody_closed_the_room_yet(
    db: Db, world: World
) -> None:
    message = write(db, world, "canada", "Hello")
    world.rooms[0].deadline_at = clock.now()
    db.flush()
    with pytest.raises(NotAllowed, match=r"room\.closed"):
        write(db, world, "canada", "Too late")
    with pytest.raises(NotAllowed, match=r"room\.closed"):
        chat.remove(db, world.actor(db, "canada"), world.rooms[0], message.public_id)


@pytest.mark.parametrize("rule", ["name", "delegation", "region", "none"])
def test_where_nobody_is_named_the_close_forgets_who_wrote(db: Db, world: World, rule: str) -> None:
    world.consultation.attribution = rule
    message = write(db, world, "canada", "Hello")
    taken = write(db, world, "canada", "Oh")
    chat.remove(db, world.actor(db, "canada"), world.rooms[0], taken.public_id)
    assert acts(db)[0][1] == ("server" if rule == "none" else world.members["canada"].public_id)
    close(db, world)
    db.refresh(message)
    assert (message.member_id is None) == (rule == "none")


def test_a_rule_that_names_nobody_holds_for_rooms_that_had_closed_before(db: Db, world: World) -> None:
    message = write(db, world, "canada", "Hello")
    close(db, world)
    for rule, is_known in (("region", True), ("none", False)):
        world.consultation.attribution = rule
        db.flush()
        chat.forget_closed(db)
        db.refresh(message)
        assert (message.member_id is not None) == is_known


def test_a_room_merged_into_another_forgets_too(db: Db, world: World) -> None:
    world.consultation.attribution = "none"
    message = write(db, world, "canada", "Hello")
    merge_rooms(db, world.actor(db, "facilitator"), world.rooms[0], world.rooms[1])
    db.refresh(message)
    assert message.member_id is None


def test_a_page_shows_the_newest_and_says_how_many_came_before(
    db: Db, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "SHOWN", 3)
    for number in range(3):
        write(db, world, "canada", str(number))
    assert chat.talk_in(db, world.rooms[0]).earlier == 0
    for number in range(3, 5):
        write(db, world, "canada", str(number))
    assert (said(db, world), chat.talk_in(db, world.rooms[0]).earlier) == (["2", "3", "4"], 2)
