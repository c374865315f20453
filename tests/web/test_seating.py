"""The seating page: propose, see the balance, move, apply; without script as well."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from consult.db import Db
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round, Seat
from consult.seating import allocation
from consult.seating.case import Case, Seating
from consult.seating.models import SeatingPlan
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def second(db: Db, world: World) -> Round:
    made = rooms.create_round(
        db, world.actor(db, "facilitator"), world.session, topic="Reintegration", minutes=30
    )
    db.commit()
    return made


@pytest.fixture
def address(second: Round) -> str:
    return f"/rounds/{second.public_id}/seating"


def propose(browser: FlaskClient, address: str, **fields: object) -> object:
    return post(
        browser, address, page=address, **{"rooms": "2", "minutes": "25", "topic": "Documents", **fields}
    )


def test_only_staff_sees_the_seating(client_for: Browser, address: str) -> None:
    for name in cast.CAST:
        expected = 200 if name in ("organizer", "facilitator", "cofacilitator") else 403
        assert client_for(name).get(address).status_code == expected, name


def test_an_empty_seating_says_what_to_do(client_for: Browser, address: str) -> None:
    assert "No proposal yet" in client_for("facilitator").get(address).text


def test_a_proposal_shows_its_table_its_report_and_a_move_per_person(
    client_for: Browser, address: str, second: Round, read: Read
) -> None:
    browser = client_for("facilitator")
    assert propose(browser, address).status_code == 303
    page = browser.get(address).text
    assert "Proposed seating" in page
    assert 'aria-label="Balance report"' in page
    assert page.count("Move to…<span") == 6
    assert "Apply seating" in page
    assert read(select(Round.topic).where(Round.id == second.id)) == ["Documents"]


def test_the_report_names_people_and_languages_in_words(
    client_for: Browser, address: str, db: Db, world: World
) -> None:
    world.members["kenya"].languages = ["sw"]
    db.commit()
    browser = client_for("facilitator")
    propose(browser, address)
    page = browser.get(address).text
    kenya = world.members["kenya"]
    assert f"{kenya.user.name} could follow in no language of this room." in page
    assert f"{kenya.public_id} could follow" not in page


def test_while_somebody_is_not_seated_applying_is_not_what_is_offered_first(
    client_for: Browser, address: str, world: World, second: Round
) -> None:
    browser, apply = client_for("facilitator"), "{}>Apply seating</button>"
    propose(browser, address)
    page = browser.get(address).text
    assert apply.format('<button class="btn btn--primary"') in page
    assert "not seated" not in page
    round_, kenya = address.removesuffix("/seating"), world.members["kenya"].public_id
    assert post(browser, f"{round_}/moves", page=address, member=kenya, room="none").status_code == 303
    page = browser.get(address).text
    assert apply.format('<button class="btn" aria-describedby="not-seated"') in page
    assert 'href="#late">1 person is not seated<' in page
    assert 'id="late"' in page
    assert post(browser, f"{round_}/late-joiners", page=address, back="seating").status_code == 303
    assert apply.format('<button class="btn btn--primary"') in browser.get(address).text


def test_applying_makes_the_rooms(client_for: Browser, address: str, second: Round, read: Read) -> None:
    browser = client_for("facilitator")
    propose(browser, address, seed="4821", facilitator="1")
    plan = read(select(SeatingPlan).where(SeatingPlan.round_id == second.id))[0]
    assert plan.seed == 4821
    assert post(browser, f"{address}/apply", page=address, plan=plan.public_id).status_code == 303
    assert read(select(Room.state).where(Room.round_id == second.id)) == ["staged", "staged"]
    assert len(read(select(Seat).where(Seat.round_id == second.id))) == 8
    assert post(browser, f"{address}/apply", page=address, plan=plan.public_id).status_code == 409
    assert post(browser, f"{address}/apply", page=address, plan="nosuchplanno").status_code == 404


@pytest.mark.complaint(30)
def test_too_few_facilitators_are_warned_of_and_no_obstacle(
    client_for: Browser, address: str, second: Round, read: Read
) -> None:
    """The cast has two."""
    browser = client_for("facilitator")
    for count, asked, words in (
        ("2", "1", ""),
        ("3", "", ""),
        ("3", "1", "Too few facilitators: 1 room has none"),
        ("4", "1", "Too few facilitators: 2 rooms have none"),
    ):
        propose(browser, address, rooms=count, facilitator=asked)
        page = browser.get(address).text
        assert ("Too few facilitators" in page, words in page) == (bool(words), True), (count, asked)
    plan = read(select(SeatingPlan.public_id).where(SeatingPlan.round_id == second.id))[-1]
    assert post(browser, f"{address}/apply", page=address, plan=plan).status_code == 303
    assert read(select(Room.state).where(Room.round_id == second.id)) == ["staged"] * 4
    assert len(read(select(Seat).where(Seat.round_id == second.id, Seat.duty == "moderator"))) == 4


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rooms": "0"}, "from 1 to 200"),
        ({"rooms": "x"}, "from 1 to 200"),
        ({"rooms": "20"}, "not more rooms than people"),
        ({"minutes": "999"}, "from 1 to 240"),
        ({"topic": " "}, "Fill this in"),
        ({"seed": "-1"}, "from 0 to 999999"),
    ],
)
def test_what_cannot_be_proposed_is_named_and_kept(
    client_for: Browser, address: str, second: Round, read: Read, fields: dict[str, str], words: str
) -> None:
    answer = propose(client_for("facilitator"), address, **{"topic": "A topic I typed", **fields})
    assert answer.status_code == 422
    assert words in answer.text
    assert "A topic I typed" in answer.text or "topic" in fields
    assert read(select(Round.topic).where(Round.id == second.id)) == ["Reintegration"]
    assert read(select(SeatingPlan).where(SeatingPlan.round_id == second.id)) == []


def test_a_person_can_be_moved_without_script(
    client_for: Browser, address: str, world: World, second: Round, read: Read
) -> None:
    browser, kenya = client_for("facilitator"), world.members["kenya"].public_id
    propose(browser, address)
    page = browser.get(f"{address}?move={kenya}").text
    assert '<section class="card card--now move-plain" id="move-plain"' in page
    plan = select(SeatingPlan).where(SeatingPlan.round_id == second.id)
    to = 3 - read(plan)[0].assignment[kenya]
    post(browser, f"/rounds/{second.public_id}/moves", page=address, member=kenya, room=str(to))
    assert read(plan)[0].assignment[kenya] == to


def test_open_rooms_are_not_proposed_anew(client_for: Browser, world: World) -> None:
    address = f"/rounds/{world.round.public_id}/seating"
    browser = client_for("facilitator")
    assert "Propose seating" not in browser.get(address).text
    assert propose(browser, address).status_code == 409


def plan_of(read: Read, second: Round) -> SeatingPlan:
    """The newest proposal."""
    query = select(SeatingPlan).where(SeatingPlan.round_id == second.id).order_by(SeatingPlan.id.desc())
    return read(query)[0]


def test_a_lock_an_exchange_and_their_undoing(
    client_for: Browser, address: str, world: World, second: Round, read: Read
) -> None:
    browser = client_for("facilitator")
    propose(browser, address)
    before = plan_of(read, second).assignment
    one = next(name for name, room in before.items() if room == 1)
    other = next(name for name, room in before.items() if room == 2)
    post(browser, f"{address}/selected", page=address, lock=one)
    assert plan_of(read, second).locks == [one]
    page = browser.get(address).text
    assert f'name="unlock" value="{one}" aria-pressed="true"' in page
    assert "Propose again, keep 1 locked" in page
    post(browser, f"{address}/selected", page=address, act="exchange", member=[one, other])
    assert plan_of(read, second).assignment[one] == 2
    assert "exchanged" in browser.get(address).text
    seen = str(plan_of(read, second).revision)
    assert post(browser, f"{address}/undo", page=address, revision=seen).status_code == 303
    assert plan_of(read, second).assignment == before
    assert post(browser, f"{address}/undo", page=address, revision=seen).status_code == 409
    page = browser.get(address).text
    assert "(taken back)" in page


@pytest.mark.parametrize(
    ("act", "count", "words"),
    [
        ("lock", 0, "Choose people first"),
        ("exchange", 1, "Choose exactly two people"),
        ("together", 1, "Name at least two people"),
    ],
)
def test_too_few_people_are_asked_for_again(
    client_for: Browser, address: str, world: World, act: str, count: int, words: str
) -> None:
    browser = client_for("facilitator")
    propose(browser, address)
    chosen = [world.members["kenya"].public_id][:count]
    assert post(browser, f"{address}/selected", page=address, act=act, member=chosen).status_code == 303
    assert words in browser.get(address).text


def test_people_who_are_ticked_are_added_to_the_question_and_nothing_is_proposed(
    client_for: Browser, address: str, world: World, second: Round, read: Read
) -> None:
    browser = client_for("facilitator")
    propose(browser, address)
    plan = plan_of(read, second)
    chosen = [world.members[name].public_id for name in ("kenya", "canada")]
    answer = post(browser, f"{address}/selected", page=address, act="together", member=chosen)
    page = browser.get(answer.headers["Location"]).text
    assert page.count('name="together_0"') == 2
    assert "Nobody is moved until you propose a seating" in page
    assert plan_of(read, second).public_id == plan.public_id


def test_a_move_says_its_price_before_it_is_made(
    client_for: Browser, address: str, world: World, second: Round, read: Read
) -> None:
    browser, kenya = client_for("facilitator"), world.members["kenya"].public_id
    propose(browser, address)
    to = 3 - plan_of(read, second).assignment[kenya]
    fragment = browser.get(f"{address}/price?member={kenya}&room={to}").text
    assert "What this move would cost" in fragment
    assert kenya not in fragment
    moves = f"/rounds/{second.public_id}/moves"
    answer = post(browser, moves, page=address, member=kenya, room=str(to), reason="As asked", ask="1")
    assert plan_of(read, second).assignment[kenya] != to
    page = browser.get(answer.headers["Location"]).text
    assert "Move anyway" in page
    assert 'value="As asked"' in page
    post(browser, moves, page=address, member=kenya, room=str(to), reason="As asked")
    assert plan_of(read, second).assignment[kenya] == to


def test_proposals_are_set_side_by_side_and_one_is_used(
    client_for: Browser, address: str, second: Round, read: Read
) -> None:
    browser = client_for("facilitator")
    propose(browser, address, seed="1")
    first = plan_of(read, second)
    assert post(browser, f"{address}/again", page=address, revision=str(first.revision)).status_code == 303
    page = browser.get(f"{address}?compare={first.public_id}").text
    assert "Measures of both proposals" in page
    assert "Use seed 1" in page
    current = plan_of(read, second)
    assert post(browser, f"{address}/again", page=address, revision=str(first.revision)).status_code == 409
    post(browser, f"{address}/choose", page=address, plan=first.public_id, revision=str(current.revision))
    assert "seed 1<" in browser.get(address).text
    assert browser.get(f"{address}?compare=nosuchplanno").status_code == 404


def test_the_record_leaves_the_house_without_gender_and_can_be_checked(
    client_for: Browser, address: str, world: World, db: Db, second: Round, read: Read
) -> None:
    world.members["kenya"].gender = "woman"
    db.commit()
    browser = client_for("facilitator")
    propose(browser, address)
    plan = plan_of(read, second)
    for form in ("json", "csv"):
        answer = browser.get(f"{address}/plans/{plan.public_id}.{form}")
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "woman" not in answer.text
    assert browser.get(f"{address}/plans/{plan.public_id}.exe").status_code == 404
    assert "woman" not in browser.get(address).text
    post(browser, f"{address}/check", page=address, plan=plan.public_id)
    assert "came out the same" in browser.get(address).text


def test_wishes_that_contradict_each_other_are_named_with_what_was_given_up(
    client_for: Browser, address: str, world: World
) -> None:
    browser = client_for("facilitator")
    kenya, canada = (world.members[name] for name in ("kenya", "canada"))
    pins = {
        "pin": [kenya.public_id, canada.public_id],
        f"pin_room_{kenya.public_id}": "1",
        f"pin_room_{canada.public_id}": "2",
    }
    propose(browser, address, together_count="1", together_0=[kenya.public_id, canada.public_id], **pins)
    page = browser.get(address).text
    assert "Not everything that was asked for is possible at once" in page
    assert re.search("Keep together: Delegate (KEN-1, Delegate CAN-1|CAN-1, Delegate KEN-1)", page)
    assert kenya.public_id + " is to sit" not in page


def test_wishes_that_were_not_kept_are_named_also_where_nothing_is_proven(
    client_for: Browser, address: str, world: World, db: Db
) -> None:
    browser = client_for("facilitator")
    propose(browser, address)
    plan = db.scalars(select(SeatingPlan)).one()
    people = [world.members[name].public_id for name in ("kenya", "canada")]
    plan.status, plan.dropped = "adjusted", [{"kind": "apart", "people": people, "room": None, "round": None}]
    db.commit()
    page = browser.get(address).text
    assert "it is not proven that they cannot be kept" in page
    assert re.search("Keep apart: Delegate (KEN-1, Delegate CAN-1|CAN-1, Delegate KEN-1)", page)
    assert "possible at once" not in page
    assert "As few wishes as possible" not in page


@pytest.mark.complaint(17)
@pytest.mark.parametrize("state", ["planned", "open"])
def test_topics_are_ranked_in_the_lobby_and_followed(
    client_for: Browser, address: str, world: World, second: Round, db: Db, state: str
) -> None:
    """Also the day before: who ranks topics is told no seat yet."""
    world.session.state = state
    db.commit()
    facilitator, kenya = client_for("facilitator"), client_for("kenya")
    lobby = f"/rounds/{second.public_id}"
    assert "Topics on offer" not in kenya.get(lobby).text
    propose(facilitator, address, topic_rooms=["1", "2"], topic_of=["Papers", "Work at home"])
    assert "Topics on offer" in kenya.get(lobby).text
    assert "Topics on offer" not in client_for("viewer").get(lobby).text
    post(kenya, f"{lobby}/topics", page=lobby, topic=["Work at home", "Work at home"])
    assert '<option value="Work at home" selected>' in kenya.get(lobby).text
    assert "1 of 6 people have ranked" in facilitator.get(address).text
    assert post(kenya, f"{lobby}/topics", page=lobby, topic=["Something else"]).status_code == 422


def test_people_are_told_why_they_sit_in_their_room(client_for: Browser, world: World, db: Db) -> None:
    page = client_for("kenya").get(f"/rounds/{world.round.public_id}").text
    assert "Why am I in this room?" in page
    assert "A facilitator gave you this seat." in page
    assert "Why am I in this room?" not in client_for("late").get(f"/rounds/{world.round.public_id}").text


@pytest.mark.parametrize("act", ["", "/again"])
def test_nobody_waits_to_write_while_a_seating_is_searched(
    client_for: Browser, address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """On SQLite there is one writer at a time, and a search can take seconds."""
    browser = client_for("facilitator")
    assert propose(browser, address).status_code == 303
    search, seeds = allocation.seat, []

    def seat(case: Case, *, seed: int) -> Seating:
        with engine.begin() as other:
            other.execute(text("UPDATE round SET minutes = minutes"))
        seeds.append(seed)
        return search(case, seed=seed)

    monkeypatch.setattr(allocation, "seat", seat)
    assert post(browser, address + act, page=address, rooms="2", minutes="25", topic="D").status_code == 303
    assert len(seeds) == 1
