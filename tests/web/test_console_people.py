"""People on the console: found by the server, ticked and moved together, exchanged, seated when they come late."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.announce.models import OutboxEvent
from consult.audit.models import AuditEntry
from consult.db import Db
from consult.rooms import presence
from consult.rooms import service as rooms
from consult.rooms.models import Room, Round, Seat
from consult.rooms.presence import Whereabouts
from consult.seating import service as seating
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def address(world: World) -> str:
    return f"/rounds/{world.round.public_id}"


def found(browser: FlaskClient, address: str, typed: str) -> list[str]:
    page = browser.get(f"{address}/console", query_string={"part": "found", "q": typed}).text
    return re.findall(r'data-name="([^"]+)"', page)


def room_of(read: Read, world: World, *names: str) -> list[int | None]:
    query = select(Room.number).join(Seat, Seat.room_id == Room.id).where(Seat.left_at.is_(None))
    query = query.where(Room.round_id == world.round.id)
    numbers = [read(query.where(Seat.member_id == world.members[name].id)) for name in names]
    return [found[0] if found else None for found in numbers]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ken", ["Delegate KEN-1"]),
        ("KENYA delegate", ["Delegate KEN-1"]),
        ("jose", ["José Núñez"]),
        ("nunez can", ["José Núñez"]),
        ("chl", ["Delegate CHL-1"]),
        ("2", ["Delegate PHL-1", "Observer VAT-1"]),
        ("press", []),
        ("9", []),
        ("nobody at all", []),
        ("", []),
    ],
)
def test_the_server_finds_people_by_parts_of_name_and_delegation_or_by_room(
    db: Db, world: World, client_for: Browser, address: str, typed: str, names: list[str]
) -> None:
    world.users["canada"].name = "José Núñez"
    db.commit()
    assert found(client_for("facilitator"), address, typed) == names


def test_a_search_shows_the_first_and_says_how_many_there_are(
    world: World, client_for: Browser, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consult.web.console_people.SHOWN", 2)
    page = client_for("facilitator").get(f"{address}/console?part=found&q=e").text
    assert len(re.findall("data-name=", page)) == 2
    assert re.search(r"The first 2 of \d+\. Type more\.", page)
    whole = client_for("facilitator").get(f"{address}/console?q=kenya").text
    assert 'name="q" value="kenya"' in whole, "without script the page shows the same"
    assert 'id="found-' in whole


def test_only_staff_looks_for_people(client_for: Browser, address: str) -> None:
    assert client_for("kenya").get(f"{address}/console?part=found&q=e").status_code == 403


def test_several_people_are_ticked_moved_with_a_reason_and_moved_back(
    world: World, client_for: Browser, address: str, read: Read, db: Db
) -> None:
    browser, console = client_for("facilitator"), f"{address}/console"
    names = ("kenya", "canada", "late")
    people = [world.members[name].public_id for name in names]
    asked = post(
        browser, f"{address}/seating/selected", page=console, act="move", member=people, back="console"
    )
    assert asked.headers["Location"] == f"{console}?move={'.'.join(people)}#move-plain"
    page = browser.get(asked.headers["Location"]).text
    form = page[page.index('id="move-plain"') :]
    seen = re.findall(r'name="seen" value="([^"]+)"', form)
    assert sorted(seen) == sorted([f"{people[0]}.1", f"{people[1]}.1", f"{people[2]}.0"])
    fields = {
        "member": people,
        "seen": seen,
        "room": "2",
        "reason": "French is spoken there",
        "back": "console",
    }
    assert post(browser, f"{address}/moves", page=console, **fields).headers["Location"] == console
    assert room_of(read, world, *names) == [2, 2, 2]
    reasons = read(select(Seat.reason).where(Seat.left_at.is_(None), Seat.reason != ""))
    assert reasons == ["French is spoken there"] * 3
    part = browser.get(f"{console}?part=undo").text
    seats = re.findall(r'name="seat" value="([^"]+)"', part)
    assert post(browser, f"{address}/moves/back", seat=seats).status_code == 303
    assert room_of(read, world, *names) == [1, 1, None]


def test_who_was_moved_meanwhile_is_named_and_nobody_is_moved(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    """Two facilitators move the same person: the second one is told where they sit now, and moves none of those ticked."""
    people = [world.members[name].public_id for name in ("canada", "kenya")]
    seen = [f"{name}.1" for name in people]
    rooms.move_member(db, world.actor(db, "cofacilitator"), world.rooms[1], world.members["kenya"])
    db.commit()
    fields = {"member": people, "seen": seen, "room": "none"}
    answer = post(client_for("facilitator"), f"{address}/moves", page=f"{address}/console", **fields)
    assert answer.status_code == 409
    assert "Delegate KEN-1 sits in Room 2 by now" in answer.text
    assert room_of(read, world, "canada", "kenya") == [1, 2]
    db.refresh(world.rooms[1])
    seating.move_people(
        db, world.actor(db, "cofacilitator"), world.round, [world.members["canada"]], number=None
    )
    db.commit()
    late = post(client_for("facilitator"), f"{address}/moves", member=people[0], seen=seen[0], room="2")
    assert (late.status_code, "Delegate CAN-1 has no seat any more" in late.text) == (409, True)


def test_two_people_change_places_and_change_back(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, console = client_for("facilitator"), f"{address}/console"
    two = [world.members[name].public_id for name in ("kenya", "philippines")]
    fields = {"act": "exchange", "member": two, "back": "console", "reason": "They asked for it"}
    seen = [f"{two[0]}.1", f"{two[1]}.2", f"{world.members['ngo'].public_id}.2"]
    done = post(browser, f"{address}/seating/selected", page=console, seen=seen, **fields)
    assert done.headers["Location"] == console, "what the page showed of others does not matter"
    assert room_of(read, world, "kenya", "philippines") == [2, 1]
    assert (
        read(select(Seat.reason).where(Seat.left_at.is_(None), Seat.reason != ""))
        == ["They asked for it"] * 2
    )
    seats = re.findall(r'name="seat" value="([^"]+)"', browser.get(f"{console}?part=undo").text)
    assert len(seats) == 2
    again = post(browser, f"{address}/seating/selected", page=console, seen=seen, **fields)
    assert (again.status_code, "by now" in again.text) == (409, True)
    assert post(browser, f"{address}/moves/back", seat=seats).status_code == 303
    assert room_of(read, world, "kenya", "philippines") == [1, 2]


@pytest.mark.complaint(23)
def test_where_people_are_moved_it_says_who_is_in_each_room(
    world: World, client_for: Browser, address: str
) -> None:
    browser, late = client_for("facilitator"), world.members["late"].public_id
    said = ["Room 1 – 3: AF 1, WE 1, ST 1", "Room 2 – 2: AP 1, OB 1", "No room"]
    for query in ("part=to", f"move={late}"):
        page = re.sub("[\u2068\u2069]", "", browser.get(f"{address}/console?{query}").text)
        for field in re.findall(r'<select [^>]*name="room".*?</select>', page, re.DOTALL):
            assert re.findall(r"<option [^>]*>([^<]+)</option>", field) == said
    assert 'id="plain-room"' in page, "without script as well"
    post(browser, f"{address}/moves", page=f"{address}/console", member=late, seen=f"{late}.0", room="2")
    part = browser.get(f"{address}/console?part=to").text
    assert "Room 2 – 3: AP 1, LA 1, OB 1" in re.sub("[\u2068\u2069]", "", part)


@pytest.mark.complaint(22)
def test_somebody_who_comes_late_is_shown_with_the_best_seat_and_gets_it_with_one_press(
    world: World, client_for: Browser, address: str, read: Read, db: Db
) -> None:
    browser, late = client_for("facilitator"), world.members["late"].public_id
    (best,) = seating.late_joiners(db, world.round).values()
    db.rollback()
    page = browser.get(f"{address}/console?part=people").text
    waiting = page[page.index('id="waiting"') : page.index('id="away"')]
    assert f'name="room" value="{best}">Seat in Room {best}' in waiting
    fields = {"member": late, "seen": f"{late}.0", "room": str(best), "back": "console"}
    assert post(browser, f"{address}/moves", page=f"{address}/console", **fields).status_code == 303
    assert room_of(read, world, "late") == [best]
    assert 'class="undo"' in browser.get(f"{address}/console?part=undo").text


def test_seating_a_crowd_for_balance_can_be_taken_back(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser = client_for("facilitator")
    assert post(browser, f"{address}/late-joiners", back="console").status_code == 303
    assert room_of(read, world, "late") != [None]
    seats = re.findall(r'name="seat" value="([^"]+)"', browser.get(f"{address}/console?part=undo").text)
    assert post(browser, f"{address}/moves/back", seat=seats).status_code == 303
    assert room_of(read, world, "late") == [None]


def test_after_no_shows_the_moves_that_would_help_are_offered_and_carried_out(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    everybody = ("kenya", "canada", "ngo", "late", "philippines")
    for name in ("late", "philippines"):
        rooms.move_member(db, world.actor(db, "facilitator"), world.rooms[0], world.members[name])
    here = {world.members[name].id: Whereabouts(world.consultation.id) for name in everybody}
    presence.seen(db, here)
    db.commit()
    browser = client_for("facilitator")
    page = browser.get(f"{address}/console?offers=1&part=sheet").text
    assert "Do this" in page
    first = page[page.index("/seating/offers") :].partition("</form>")[0]
    fields = {
        name: re.findall(rf'name="{name}" value="([^"]+)"', first) for name in ("member", "room", "seen")
    }
    before = room_of(read, world, *everybody)
    done = post(browser, f"{address}/seating/offers", back="console", **fields)
    assert done.headers["Location"] == f"{address}/console"
    assert room_of(read, world, *everybody) != before
    assert 'class="undo"' in browser.get(f"{address}/console?part=undo").text
    assert post(browser, f"{address}/seating/offers", back="console", **fields).status_code == 409
    assert "Look for moves that would help" in browser.get(f"{address}/console").text


def test_who_is_not_in_their_room_is_seen_on_the_console_and_called_in(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    one = world.rooms[0].id
    places = {"kenya": one, "canada": None, "philippines": one, "late": None}
    where = {
        world.members[name].id: Whereabouts(world.consultation.id, room) for name, room in places.items()
    }
    presence.seen(db, where, process="alpha")
    db.commit()
    browser, console = client_for("facilitator"), f"{address}/console"
    part = browser.get(f"{console}?part=people").text
    assert re.findall(r'id="outside-(\w+)" data-person', part) == [
        world.members[name].public_id for name in ("philippines", "canada")
    ]
    assert "Call in all 2 people" in part
    sheet = browser.get(f"{console}?room=1&part=sheet").text
    assert "Call in 1 person who is not in the room" in sheet

    def called() -> list[str]:
        return sorted(read(select(OutboxEvent.audience).where(OutboxEvent.name == "seat.called")))

    canada, philippines = (f"member:{world.members[name].public_id}" for name in ("canada", "philippines"))
    answer = post(browser, f"/rooms/{world.rooms[0].public_id}/nudge", page=console, back="console")
    assert (answer.status_code, answer.location, called()) == (303, console, [canada])
    assert post(browser, f"{address}/nudge", page=console).location == console
    assert called() == sorted([canada, canada, philippines])
    assert "Called to their rooms: 2." in browser.get(console).text
    assert post(client_for("kenya"), f"{address}/nudge").status_code == 403

    post(browser, f"{address}/command", page=console, line="call in 2")
    post(browser, f"{address}/command", page=console, line="call in")
    assert called() == sorted([canada] * 3 + [philippines] * 3)

    for room in world.rooms:
        room.state = "closed"
    db.commit()
    assert "not in their room" not in browser.get(f"{console}?part=people").text
    assert post(browser, f"{address}/command", page=console, line="call in").status_code == 409


def test_nobody_is_moved_into_a_room_that_is_closed(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    world.rooms[1].state = "closed"
    db.commit()
    browser, kenya = client_for("facilitator"), world.members["kenya"].public_id
    part = browser.get(f"{address}/console?part=to").text
    assert re.findall(r'<option value="([^"]+)"', part) == ["1", "none"]
    answer = post(browser, f"{address}/moves", member=kenya, room="2")
    assert (answer.status_code, "This room is closed" in answer.text) == (409, True)
    assert room_of(read, world, "kenya") == [1]


def test_the_log_knows_why_somebody_was_moved(
    db: Db, world: World, client_for: Browser, address: str, read: Read
) -> None:
    kenya, browser = world.members["kenya"].public_id, client_for("facilitator")
    fields = {"member": kenya, "room": "2", "reason": "Balance <b>", "back": "console"}
    post(browser, f"{address}/moves", **fields)
    (facts,) = read(select(AuditEntry.facts).where(AuditEntry.act == "seat.moved"))
    assert facts["reason"] == "Balance <b>"
    (told,) = read(select(OutboxEvent.data).where(OutboxEvent.name == "seat.moved"))
    assert told["reason"] == "Balance <b>"
    log = browser.get(f"{address}/console?log=1&part=sheet").text
    assert '<q class="soft" dir="auto">Balance &lt;b&gt;</q>' in log
    post(browser, f"{address}/moves", member=kenya, room="1", back="console")
    assert browser.get(f"{address}/console?log=1&part=sheet").text.count("<q ") == 1, (
        "only where one was given"
    )


def test_late_joiners_are_seated_by_themselves_where_a_facilitator_says_so(
    world: World, client_for: Browser, address: str, read: Read
) -> None:
    browser, console = client_for("facilitator"), f"{address}/console"
    rule = select(Round.place_late_after).where(Round.id == world.round.id)
    assert "Seat late joiners by themselves after 60 seconds" in browser.get(console).text
    assert post(browser, f"{address}/late-joiners/rule", page=console, after="60").status_code == 303
    assert read(rule) == [60]
    assert "seated by itself after 60 seconds" in browser.get(f"{console}?part=people").text
    assert post(browser, f"{address}/late-joiners/rule", page=console, after="1").status_code == 422
    assert post(browser, f"{address}/late-joiners/rule", page=console, after="").status_code == 303
    assert read(rule) == [None]
    assert "when late joiners are seated" in browser.get(f"{console}?log=1&part=sheet").text
