"""Topic wishes: everybody for themself, among the topics on offer, until the rooms open; proposals follow them."""

import pytest

from consult import clock
from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed, NotFound
from consult.rooms import service as rooms
from consult.rooms.models import Round
from consult.seating import service as seating
from consult.seating.service import Constraints, Mix
from tests import cast
from tests.cast import World

TOPICS = Constraints(topics={1: "Data", 2: "Documents", 3: "Data"})


@pytest.fixture
def second(db: Db, world: World) -> Round:
    """A round for which topics are on offer."""
    staff = world.actor(db, "facilitator")
    made = rooms.create_round(db, staff, world.session, topic="Reintegration", minutes=30)
    seating.propose(db, staff, made, room_count=3, constraints=TOPICS)
    return made


def test_topics_on_offer_are_those_of_the_current_proposal(db: Db, world: World, second: Round) -> None:
    assert seating.topics_on_offer(db, second) == ("Data", "Documents")
    assert seating.topics_on_offer(db, world.round) == ()
    seating.propose(db, world.actor(db, "facilitator"), second, room_count=3)
    assert seating.topics_on_offer(db, second) == ()


def test_people_say_what_they_would_like_and_change_their_minds(db: Db, world: World, second: Round) -> None:
    kenya, canada = world.actor(db, "kenya"), world.actor(db, "canada")
    seating.set_topic_wishes(db, kenya, second, ["Data", "Documents"])
    seating.set_topic_wishes(db, canada, second, ["Data"])
    seating.set_topic_wishes(db, kenya, second, ["Documents"])
    assert seating.my_topic_wishes(db, kenya, second) == ("Documents",)
    assert seating.topic_wishes_of(db, second) == {
        kenya.public_id: ("Documents",),
        canada.public_id: ("Data",),
    }
    assert seating.topic_wishes_of(db, world.round) == {}
    seating.set_topic_wishes(db, kenya, second, [])
    assert seating.topic_wishes_of(db, second) == {canada.public_id: ("Data",)}


@pytest.mark.parametrize("topics", [["Weather"], ["Data", "Data"]])
def test_only_topics_on_offer_can_be_wished_for(
    db: Db, world: World, second: Round, topics: list[str]
) -> None:
    with pytest.raises(Invalid):
        seating.set_topic_wishes(db, world.actor(db, "kenya"), second, topics)


def test_wishes_close_when_the_rooms_open(db: Db, world: World, second: Round) -> None:
    staff, kenya = world.actor(db, "facilitator"), world.actor(db, "kenya")
    plan = seating.open_plan(db, second)
    assert plan is not None
    made = seating.apply(db, staff, second, plan)
    assert [room.topic for room in made] == ["Data", "Documents", "Data"]
    seating.set_topic_wishes(db, kenya, second, ["Data"])
    rooms.open_rooms(db, staff, second)
    with pytest.raises(Conflict, match=r"seating.wishes_closed"):
        seating.set_topic_wishes(db, kenya, second, [])
    assert seating.my_topic_wishes(db, kenya, second) == ("Data",)


def test_viewers_and_strangers_wish_for_nothing(db: Db, world: World, second: Round) -> None:
    with pytest.raises(NotAllowed, match=r"viewers_only_read"):
        seating.set_topic_wishes(db, world.actor(db, "viewer"), second, ["Data"])
    elsewhere = cast.build(db, title="Elsewhere")
    with pytest.raises(NotFound):
        seating.set_topic_wishes(db, elsewhere.actor(db, "kenya"), second, ["Data"])


def test_wishes_are_in_the_case_only_when_topics_are_followed(db: Db, world: World, second: Round) -> None:
    staff, kenya = world.actor(db, "facilitator"), world.actor(db, "kenya")
    seating.set_topic_wishes(db, kenya, second, ["Documents", "Data"])
    fresh = seating.propose(db, staff, second, room_count=3, constraints=TOPICS)
    assert {topic for person in fresh.case["participants"] for topic in person["topics"]} == set()
    assert all("topic" not in room for room in fresh.case["rooms"])
    asked = Constraints(topics={1: "Data", 2: "Weather"}, mix=Mix.TOPICS)
    followed = seating.propose(db, staff, second, room_count=3, constraints=asked)
    wished = {person["id"]: person["topics"] for person in followed.case["participants"] if person["topics"]}
    assert wished == {kenya.public_id: ["Data"]}, "what is no longer on offer is passed over"
    assert [room.get("topic") for room in followed.case["rooms"]] == ["Data", "Weather", None]


def test_wishes_of_people_who_left_are_passed_over(db: Db, world: World, second: Round) -> None:
    seating.set_topic_wishes(db, world.actor(db, "kenya"), second, ["Data"])
    world.members["kenya"].withdrawn_at = clock.now()
    db.flush()
    assert seating.topic_wishes_of(db, second) == {}
