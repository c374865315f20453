"""Two rooms become one, one becomes two: nobody and no word is lost on the way."""

import pytest
from sqlalchemy import Engine, select

from consult import clock, richtext
from consult.audit.models import AuditEntry
from consult.db import Db, reading_session, unit_of_work
from consult.drafting import service as drafting
from consult.errors import Conflict, Invalid, NotAllowed
from consult.items import late
from consult.items import service as items
from consult.items.models import ActionItem, ItemState
from consult.items.queries import drafted_in
from consult.proceedings import regrouping
from consult.proceedings import service as proceedings
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round, Seat
from consult.rooms.seats import assign_duty
from consult.seating import service as seating
from consult.seating.models import SeatingPlan
from consult.seating.proposals.plans import real_seats
from tests.cast import World
from tests.drafting.stage import Answer, Stage
from tests.factories.items import drafted


def seats(db: Db, room: Room) -> set[int]:
    return set(db.scalars(select(Seat.member_id).where(Seat.room_id == room.id, Seat.left_at.is_(None))))


def words(db: Db, room: Room) -> list[str]:
    """What the drafts of a room's living items say."""
    query = select(ActionItem).where(
        ActionItem.room_id == room.id, ActionItem.state == ItemState.DRAFTING.value
    )
    found = db.scalars(query.order_by(ActionItem.position))
    return [richtext.to_text(drafting.content_of(db, item).text) for item in found]


@pytest.fixture
def seated(db: Db, world: World) -> tuple[Round, SeatingPlan]:
    """A round whose two rooms were made of a proposal, and are open."""
    staff = world.actor(db, "facilitator")
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    plan = seating.propose(db, staff, made, room_count=2)
    seating.apply(db, staff, made, plan)
    rooms.open_rooms(db, staff, made)
    return made, plan


@pytest.mark.complaint(26)
def test_merged_rooms_keep_everybody_and_both_drafts_side_by_side(db: Db, world: World) -> None:
    facilitator, (one, two) = world.actor(db, "facilitator"), world.rooms
    ours = drafted(db, world, text="What room 1 wrote")
    everybody = seats(db, one) | seats(db, two)
    theirs = drafted(db, world, text="What else room 1 wrote")
    made = regrouping.merge_rooms(db, facilitator, one, two, reason="Too few people")
    assert seats(db, two) == everybody
    assert (seats(db, one), one.state) == (set(), "closed")
    assert words(db, two) == ["What room 1 wrote", "What else room 1 wrote"]
    assert words(db, one) == []
    assert [(item.state, item.merged_into_id) for item in (ours, theirs)] == [
        ("merged", made[0].id),
        ("merged", made[1].id),
    ]
    assert [item.origin_id for item in made] == [ours.id, theirs.id]
    assert "rooms.merged" in db.scalars(select(AuditEntry.act)).all()
    assert drafted_by_room_two(db, world, made[0])


def drafted_by_room_two(db: Db, world: World, item: ActionItem) -> bool:
    """Who sits in the other room may write in what came along."""
    drafting.write(db, world.actor(db, "kenya"), item, text=richtext.from_text("And more"))
    return words(db, world.rooms[1])[0] == "And more"


@pytest.mark.complaint(26)
def test_a_split_takes_along_who_and_what_was_chosen_and_nothing_else(db: Db, world: World) -> None:
    facilitator, room = world.actor(db, "facilitator"), world.rooms[0]
    stays, goes = drafted(db, world, text="It stays"), drafted(db, world, text="It goes")
    going = [world.members["canada"], world.members["ngo"]]
    made = regrouping.split_room(db, facilitator, room, people=going, items=[goes])
    assert seats(db, made) == {member.id for member in going}
    assert seats(db, room) == {world.members["kenya"].id}
    assert (words(db, room), words(db, made)) == (["It stays"], ["It goes"])
    assert stays.state == "drafting"
    assert (made.number, made.state, made.deadline_at) == (3, "open", room.deadline_at)


def test_the_record_of_the_seating_follows_a_merge_as_one_act(
    db: Db, world: World, seated: tuple[Round, SeatingPlan]
) -> None:
    staff, (round_, plan) = world.actor(db, "facilitator"), seated
    one, two = rooms.rooms_of(db, round_)
    moved = {name for name, number in real_seats(db, round_).items() if number == 1}
    regrouping.merge_rooms(db, staff, one, two, reason="Too few people")
    assert seating.final_seats(plan) == real_seats(db, round_)
    (act,) = seating.acts_of(plan)
    assert {entry.member for entry in act.entries} == moved
    assert (act.kind, act.reason, act.in_rooms) == ("moved", "Too few people", True)
    assert seating.plan_json(db, staff, plan)["final"] == real_seats(db, round_)
    assert set(seating.late_joiners(db, round_).values()) <= {2}, "nobody is seated in a closed room"
    rooms.unseat(db, staff, round_, world.members["kenya"])
    assert seating.late_joiners(db, round_) == {world.members["kenya"].public_id: 2}


def test_the_record_of_the_seating_follows_a_split_into_a_room_no_proposal_had(
    db: Db, world: World, seated: tuple[Round, SeatingPlan]
) -> None:
    staff, (round_, plan) = world.actor(db, "facilitator"), seated
    one, _two = rooms.rooms_of(db, round_)
    going = db.get_one(Seat, db.scalars(select(Seat.id).where(Seat.room_id == one.id)).first()).member
    made = regrouping.split_room(db, staff, one, people=[going])
    assert seating.final_seats(plan) == real_seats(db, round_)
    assert seating.final_seats(plan)[going.public_id] == made.number == 3
    record = seating.plan_json(db, staff, plan)
    assert record["final"] == real_seats(db, round_)
    assert record["measures"]["final"]
    assert going.public_id in seating.plan_csv(db, staff, plan) or going.user.name in seating.plan_csv(
        db, staff, plan
    )
    assert seating.compare(db, staff, plan, plan).changes == ()


def test_rooms_that_are_open_do_not_listen_to_a_proposal_that_was_never_applied(db: Db, world: World) -> None:
    """A move on the console went into the forgotten proposal, and nobody was moved."""
    staff, kenya = world.actor(db, "facilitator"), world.members["kenya"]
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    first = seating.propose(db, staff, made, room_count=2)
    seating.apply(db, staff, made, first)
    forgotten = seating.propose(db, staff, made, room_count=2)
    rooms.open_rooms(db, staff, made)
    to = 3 - real_seats(db, made)[kenya.public_id]
    seating.move_people(db, staff, made, [kenya], number=to)
    assert real_seats(db, made)[kenya.public_id] == to
    assert (seating.current_plan(db, made), forgotten.moves) == (first, [])
    assert seating.final_seats(first) == real_seats(db, made)


@pytest.mark.parametrize("names", [(), ("kenya", "canada", "ngo"), ("philippines",)])
def test_a_split_leaves_nobody_alone_in_no_room(db: Db, world: World, names: tuple[str, ...]) -> None:
    people = [world.members[name] for name in names]
    with pytest.raises(Invalid, match=r"room.split_nobody"):
        regrouping.split_room(db, world.actor(db, "facilitator"), world.rooms[0], people=people)
    assert db.scalars(select(Room.number).where(Room.round_id == world.round.id)).all() == [1, 2]


def test_rooms_that_are_recalled_or_closed_are_not_regrouped(db: Db, world: World) -> None:
    facilitator, (one, two) = world.actor(db, "facilitator"), world.rooms
    with pytest.raises(Invalid, match=r"room.merge_itself"):
        regrouping.merge_rooms(db, facilitator, one, one)
    proceedings.recall_room(db, facilitator, two)
    with pytest.raises(Conflict, match=r"room.recall_running"):
        regrouping.merge_rooms(db, facilitator, one, two)
    proceedings.recall_room(db, facilitator, two, immediately=True)
    proceedings.close_due(db, clock.now())
    with pytest.raises(Conflict, match=r"room.not_open"):
        regrouping.merge_rooms(db, facilitator, one, two)


@pytest.mark.parametrize("name", ["kenya", "panelist", "viewer"])
def test_only_staff_regroups(db: Db, world: World, name: str) -> None:
    actor = world.actor(db, name)
    with pytest.raises(NotAllowed):
        regrouping.merge_rooms(db, actor, *world.rooms)
    with pytest.raises(NotAllowed):
        regrouping.split_room(db, actor, world.rooms[0], people=[world.members["canada"]])


@pytest.mark.parametrize("act", ["merge", "split"])
def test_an_edit_in_flight_comes_along_or_is_kept_as_late(engine: Engine, world: World, act: str) -> None:
    """What was received before goes on in the other room; what comes while the rooms are merged or split is not lost."""
    stage = Stage(engine, world)
    item, (one, two) = stage.item(), world.rooms
    page = stage.page("kenya", item, client_id=101)
    page.join()
    page.editor.title += "received before"
    (before,) = page.send()
    meanwhile, done = [], Answer()

    def regroup(db: Db) -> str:
        staff, place = stage.actor(db, "facilitator"), db.merge(one)
        if act == "merge":
            (made,) = regrouping.merge_rooms(db, staff, place, db.merge(two))
        else:
            kenya, found = db.merge(world.members["kenya"]), db.get_one(ActionItem, item.id)
            room = regrouping.split_room(db, staff, place, people=[kenya], items=[found])
            made = drafted_in(db, room.id)[0]
        page.editor.title += ", sent meanwhile"
        meanwhile.extend(page.send())
        return made.public_id

    stage.registry.barrier(regroup, done)
    stage.turn()
    name, error = done.value
    assert error is None
    assert before.value["ok"] == 1
    assert [answer.value["code"] for answer in meanwhile] == ["late"]
    assert page.heard("moved"), "and the page is told"
    with reading_session(engine) as db:
        goes_on = db.scalars(select(ActionItem).where(ActionItem.public_id == name)).one()
        assert goes_on.title == "received before"
        assert [one.preview for one in late.late_contributions(db, goes_on)] == [", sent meanwhile"]


def test_late_words_are_decided_where_the_item_goes_on(engine: Engine, world: World) -> None:
    stage = Stage(engine, world)
    item = stage.item(title="Documents")
    pages = {
        "One late line": stage.page("kenya", item, client_id=101),
        "Another": stage.page("canada", item, client_id=102),
    }
    for page in pages.values():
        page.join()
    answers = []
    for words_typed, page in pages.items():
        page.editor.title += words_typed
        answers += page.send()
    with unit_of_work(stage.sessions) as db:  # by a process that has not received them
        rooms_now = [db.merge(room) for room in world.rooms]
        (made,) = regrouping.merge_rooms(db, stage.actor(db, "facilitator"), *rooms_now)
        assign_duty(
            db,
            stage.actor(db, "facilitator"),
            rooms_now[1],
            db.merge(world.members["ngo"]),
            duty="rapporteur",
        )
    stage.turn()
    assert [answer.value["code"] for answer in answers] == ["late", "late"]
    with unit_of_work(stage.sessions) as db:
        made, ngo = db.merge(made), stage.actor(db, "ngo")
        accepted, dropped = late.late_contributions(db, made)
        with pytest.raises(NotAllowed):
            items.decide_late(db, stage.actor(db, "canada"), made, accepted, accept=True)
        items.decide_late(db, ngo, made, accepted, accept=True)
        items.decide_late(db, ngo, made, dropped, accept=False)
        with pytest.raises(Conflict, match=r"late.decided"):
            items.decide_late(db, ngo, made, accepted, accept=True)
        assert richtext.to_text(made.text).strip() == "One late line"
        assert late.late_contributions(db, made) == []
        assert (accepted.decision, dropped.decision) == ("accepted", "dropped")
