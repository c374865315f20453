"""Text that came after the end of a round: who is told that it waits and where, what its card says, and how it is decided."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult import richtext
from consult.db import Db
from consult.drafting.models import LateContribution
from consult.items import service as items
from consult.items.models import ActionItem
from consult.rooms.seats import assign_duty
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.drafting.stage import Editor
from tests.factories.items import TEXT, TITLE, drafted
from tests.factories.late import kept_late
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
#: Staff, and the rapporteur of room 1.
DECIDE = ("organizer", "facilitator", "cofacilitator", "kenya")


def late_words(editor: Editor) -> None:
    editor.lines()[0].insert(0, "Late words. ")


def late_deletion(editor: Editor) -> None:
    at = str(editor.lines()[0]).index("train the officers")
    del editor.lines()[0][at : at + len("train the officers ")]


@pytest.fixture
def item(db: Db, world: World) -> ActionItem:
    """An item of room 1, which has closed; two late contributions wait for it."""
    made = drafted(db, world)
    kept_late(db, world, made, late_words)
    kept_late(db, world, made, late_deletion, by="ngo")
    world.rooms[0].state = "closed"
    db.commit()
    return made


def card(browser: FlaskClient, item: ActionItem) -> str:
    """What the room's page says of late contributions, spaces as a reader sees them."""
    page = browser.get(f"/rooms/{item.room.public_id}?item={item.public_id}&part=late").text
    return re.sub(r"\s+", " ", page)


def decided(browser: FlaskClient, item: ActionItem, number: int, decision: str) -> object:
    """Press a button on the card of a late contribution, the first one being 0."""
    room = f"/rooms/{item.room.public_id}?item={item.public_id}"
    addresses = list(dict.fromkeys(re.findall(r'action="(/items/\w+/late/\w+)"', browser.get(room).text)))
    return post(browser, addresses[number], page=room, decision=decision)


def test_the_session_tells_those_who_decide_where_it_waits_and_nobody_else(
    world: World, client_for: Browser, item: ActionItem
) -> None:
    link = f'href="/rooms/{world.rooms[0].public_id}?item={item.public_id}"'
    for name in cast.CAST:
        page = client_for(name).get(f"/s/{world.session.public_id}").text
        assert (link in page) == (name in DECIDE), name
        assert ("2 late contributions" in page) == (name in DECIDE), name
        part = client_for(name).get(f"/s/{world.session.public_id}?part=late").text
        assert (link in part) == (name in DECIDE), name


def test_who_decides_for_another_room_is_told_of_that_room_only(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    assign_duty(
        db, world.actor(db, "facilitator"), world.rooms[1], world.members["philippines"], duty="rapporteur"
    )
    other = items.create_item(db, world.actor(db, "philippines"), world.rooms[1], title="Another")
    kept_late(db, world, other, lambda editor: editor.paragraph("Late."), by="observer")
    db.commit()
    session = f"/s/{world.session.public_id}"
    for name, own, others in (("philippines", other, item), ("kenya", item, other)):
        page = client_for(name).get(session).text
        assert f"?item={own.public_id}" in page, name
        assert f"?item={others.public_id}" not in page, name
    staff = client_for("facilitator").get(session).text
    assert staff.index(f"?item={item.public_id}") < staff.index(f"?item={other.public_id}")


def test_nothing_is_said_when_nothing_waits(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    browser = client_for("kenya")
    for _number in range(2):
        assert decided(browser, item, 0, "drop").status_code == 303
    for address in (f"/s/{world.session.public_id}", f"/rooms/{world.rooms[0].public_id}"):
        page = browser.get(address).text
        assert 'id="late"' in page, "it may come at any moment"
        assert "late-title" not in page
        assert not re.search(r"\d late contribution", page)


def test_the_rooms_list_marks_the_items_for_those_who_decide(
    world: World, client_for: Browser, item: ActionItem
) -> None:
    for name in ("organizer", "facilitator", "kenya", "canada", "ngo"):
        part = client_for(name).get(f"/rooms/{world.rooms[0].public_id}?part=list").text
        assert ("2 late contributions" in part) == (name in DECIDE), name


def test_the_console_counts_them_on_the_tile_and_leads_to_them(
    world: World, client_for: Browser, item: ActionItem
) -> None:
    console = f"/rounds/{world.round.public_id}/console"
    browser = client_for("facilitator")
    tiles = re.findall(
        r'data-slot="late"( hidden)?>.*?data-slot="late-word">(.*?)<',
        browser.get(f"{console}?part=wall").text,
    )
    assert tiles == [("", "2 late texts"), (" hidden", "0 late texts")]
    link = f'href="/rooms/{world.rooms[0].public_id}?item={item.public_id}"'
    assert link in browser.get(f"{console}?part=sheet&room=1").text
    assert link not in browser.get(f"{console}?part=sheet&room=2").text


def test_the_card_says_who_and_what_would_change(client_for: Browser, item: ActionItem) -> None:
    said = card(client_for("kenya"), item)
    assert "<ins>Late words. </ins>" in said
    assert "2 words added, 0 words removed." in said
    assert "<del> train the officers</del>" in said
    assert "0 words added, 3 words removed." in said
    assert [name for name in ("Canada", "Caritas") if name in said] == ["Canada", "Caritas"]
    for name in ("canada", "ngo"):
        assert "Late words" not in card(client_for(name), item), name


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("name", "Delegate CAN-1 (Canada)"),
        ("delegation", "Canada"),
        ("region", "Western European and Other"),
        ("none", "A participant"),
    ],
)
def test_the_author_is_named_as_the_consultation_allows(
    db: Db, world: World, client_for: Browser, item: ActionItem, rule: str, shown: str
) -> None:
    world.consultation.attribution = rule
    db.commit()
    who = re.search(r"<strong><bdi>(.*?)</bdi></strong>", card(client_for("kenya"), item))
    assert who
    assert who[1].startswith(shown)
    if rule == "none":
        assert not re.search("Canada|CAN-1|Caritas", card(client_for("facilitator"), item))


def test_it_is_accepted_and_set_aside_by_form(
    db: Db, read: Read, client_for: Browser, item: ActionItem
) -> None:
    browser = client_for("kenya")
    assert decided(client_for("facilitator"), item, 1, "accept").status_code == 303
    assert decided(browser, item, 0, "drop").status_code == 303
    assert "It stays in the record" in browser.get("/account").text
    assert "late-title" not in card(browser, item)
    (text,) = read(select(ActionItem.text).where(ActionItem.id == item.id))
    assert richtext.to_text(text).strip() == TEXT.replace("train the officers ", "")
    assert sorted(read(select(LateContribution.decision))) == ["accepted", "dropped"]


def test_who_does_not_keep_the_record_does_not_decide(
    db: Db, read: Read, client_for: Browser, item: ActionItem
) -> None:
    (first, *_others) = read(select(LateContribution.public_id))
    address = f"/items/{item.public_id}/late/{first}"
    room = f"/rooms/{item.room.public_id}?item={item.public_id}"
    assert post(client_for("canada"), address, page=room, decision="accept").status_code == 403
    assert set(read(select(LateContribution.decision))) == {None}


def test_for_a_submitted_item_it_is_said_why_it_cannot_be_accepted(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    world.rooms[0].state = "open"
    items.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    world.rooms[0].state = "closed"
    db.commit()
    said = card(client_for("kenya"), item)
    assert "Accept into the text" not in said
    assert "The item has been submitted, so its text stays as it is." in said
    assert said.count("Set aside") == 2
    items.return_item(db, world.actor(db, "facilitator"), item, reason="Take the late words in.")
    db.commit()
    assert card(client_for("kenya"), item).count("Accept into the text") == 2
    assert decided(client_for("kenya"), item, 0, "accept").status_code == 303


def test_what_is_in_the_text_already_is_said_to_be(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    browser = client_for("kenya")
    (first, *_others) = items.drafting.late_contributions(db, item)
    again = LateContribution(
        draft_id=first.draft_id,
        owner="other",
        member_id=None,
        data=first.data,
        preview=first.preview,
        at=first.at,
    )
    db.add(again)
    db.commit()
    decided(browser, item, 0, "accept")
    assert "The item has all of this already." in card(browser, item)


def test_details_and_title_of_a_late_contribution_are_shown(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    def change(editor: Editor) -> None:
        editor.title += " in every region"
        editor.facts["means"] = "A late fund"

    kept_late(db, world, item, change)
    db.commit()
    said = card(client_for("kenya"), item)
    assert f"{TITLE}<ins> in every region</ins>" in said
    assert "<ins>A late fund</ins>" in said


def test_words_that_are_only_suggested_are_said_to_be(
    db: Db, world: World, client_for: Browser, item: ActionItem
) -> None:
    def change(editor: Editor) -> None:
        mark = {"id": "abcdef12", "by": str(editor.doc.client_id)}
        editor.lines()[0].insert(0, "Perhaps ", {"insertion": mark})

    kept_late(db, world, item, change)
    db.commit()
    said = card(client_for("kenya"), item)
    assert "It brings 1 suggestion, to be accepted or rejected in the text." in said
    assert "<p>Perhaps</p>" in said
