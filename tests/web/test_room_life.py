"""What happens in a room beside its text: duties and the speaking queue on its page."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consult.db import Db
from consult.library import service as library
from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def address(world: World) -> str:
    return f"/rooms/{world.rooms[0].public_id}"


def test_the_queue_goes_from_hand_to_turn_to_done(world: World, client_for: Browser, address: str) -> None:
    canada, kenya = client_for("canada"), client_for("kenya")
    assert post(canada, f"{address}/hand", page=address, act="raise").status_code == 303
    page = canada.get(address).text
    assert "Take my hand down" in page
    assert "Give the floor" not in page
    assert "Give the floor" in kenya.get(address).text
    member = world.members["canada"].public_id
    assert post(kenya, f"{address}/floor", page=address, act="call", member=member).status_code == 303
    page = canada.get(f"{address}?part=queue").text
    assert "Speaking now" in page
    assert "I have finished" in page
    assert 'data-clock-quiet-value="true"' in page
    assert post(canada, f"{address}/hand", page=address, act="lower").status_code == 303
    assert "Nobody is waiting to speak" in canada.get(address).text


def test_who_has_not_been_heard_is_private_to_who_gives_the_floor(
    world: World, client_for: Browser, address: str
) -> None:
    assert "Not heard yet:" in client_for("kenya").get(address).text
    assert "Not heard yet:" in client_for("facilitator").get(address).text
    for name in ("canada", "ngo"):
        assert "Not heard yet:" not in client_for(name).get(address).text


def test_what_was_picked_for_a_room_stands_under_its_brief_and_first_among_its_sources(
    db: Db, world: World, client_for: Browser, address: str
) -> None:
    organizer = world.actor(db, "organizer")
    one, two = (
        library.add_source(
            db, organizer, world.consultation, library.SourceDetails("document", title, "A/1")
        ).public_id
        for title in ("First paper", "Second paper")
    )
    db.commit()
    kenya, facilitator = client_for("kenya"), client_for("facilitator")
    assert "At hand for this room" not in kenya.get(address).text
    console = f"/rounds/{world.round.public_id}/console"
    assert "Second paper" in facilitator.get(f"{console}?room=1").text
    answer = post(facilitator, f"{address}/documents", page=console, source=two, back="console")
    assert answer.status_code == 303
    brief = kenya.get(f"{address}?part=brief").text
    assert "Second paper" in brief
    assert f"/library#source-{two}" in brief
    assert "First paper" not in brief
    listed = kenya.get(f"{address}?part=sources").text
    assert listed.index("Second paper") < listed.index("Other sources") < listed.index("First paper")
    assert post(facilitator, f"{address}/documents", page=console, source=one).status_code == 409
    assert post(kenya, f"{address}/documents", page=address, source=one).status_code == 403


def test_a_room_without_a_moderator_is_asked_to_pick_one(
    world: World, client_for: Browser, address: str
) -> None:
    ngo = client_for("ngo")
    page = ngo.get(address).text
    assert "This room has no moderator yet" in page
    assert "This room has no rapporteur yet" not in page
    picking = ngo.get(f"{address}?part=picking").text
    picking = picking[picking.index('id="pick-moderator"') :].partition("</select>")[0]
    assert "I do it" in picking
    assert "Delegate CAN-1" in picking
    assert "Delegate KEN-1" not in picking, "who reports cannot be picked away from it"
    fields = {"act": "take", "duty": "moderator", "member": world.members["ngo"].public_id}
    assert post(ngo, f"{address}/duties", page=address, **fields).status_code == 303
    page = ngo.get(address).text
    assert "This room has no moderator yet" not in page
    assert "Hand over a duty" in page
    late = post(client_for("canada"), f"{address}/duties", page=address, **fields)
    assert late.status_code == 409
    assert "Somebody has this duty already" in late.text


@pytest.mark.parametrize(
    ("act", "fields", "status"),
    [
        ("hand", {"act": "wave"}, 422),
        ("duties", {"act": "take", "duty": "king", "member": "x"}, 422),
        ("duties", {"act": "take", "duty": "moderator"}, 404),
        ("duties", {"act": "take", "duty": "deputy"}, 422),
        ("floor", {"act": "time", "minutes": "900"}, 422),
        ("floor", {"act": "done"}, 404),
        ("floor", {"act": "call", "member": "nobody"}, 404),
    ],
)
def test_forged_forms_change_nothing(
    client_for: Browser, address: str, act: str, fields: dict[str, str], status: int
) -> None:
    assert post(client_for("kenya"), f"{address}/{act}", page=address, **fields).status_code == status


@pytest.mark.parametrize("act", ["merge", "split"])
def test_rooms_are_regrouped_by_the_writer_after_what_it_has_received(
    app: Flask, world: World, client_for: Browser, address: str, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafting, done = app.extensions["consult.hub"].drafting, []
    barrier = drafting.barrier

    def watched(inner: Callable[[Db], object]) -> object:
        done.append(act)
        return barrier(inner)

    monkeypatch.setattr(drafting, "barrier", watched)
    fields = {"into": "2"} if act == "merge" else {"member": world.members["ngo"].public_id}
    answer = post(client_for("facilitator"), f"{address}/{act}", page=f"{address}/regroup", **fields)
    assert (answer.status_code, done) == (303, [act])
    assert "Room 1" in client_for("facilitator").get(answer.headers["Location"]).text


def test_a_split_that_names_nobody_is_shown_again_with_what_was_chosen(
    world: World, client_for: Browser, address: str
) -> None:
    browser, page = client_for("facilitator"), f"{address}/regroup"
    assert "Split Room 1" in browser.get(page).text
    everybody = [world.members[name].public_id for name in ("kenya", "canada", "ngo")]
    answer = post(browser, f"{address}/split", page=page, member=everybody)
    assert answer.status_code == 422
    assert "leave at least one" in answer.text
    assert answer.text.count('name="member" value=') == answer.text.count(" checked") == 3


def test_a_room_is_merged_into_the_other_one_from_its_page(
    world: World, client_for: Browser, address: str
) -> None:
    browser, page = client_for("facilitator"), f"{address}/regroup"
    assert post(browser, f"{address}/merge", page=page, into="1").status_code == 422
    answer = post(browser, f"{address}/merge", page=page, into="2", reason="Too few")
    assert answer.headers["Location"] == f"/rounds/{world.round.public_id}/console"
    assert client_for("kenya").get(f"/rooms/{world.rooms[1].public_id}").status_code == 200
    assert client_for("kenya").get(address).status_code == 403
