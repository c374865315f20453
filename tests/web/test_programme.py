"""Front page, consultation, outcomes, library, settings."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.db import Db
from consult.items import service as items
from consult.library import service as library
from consult.library.models import Source
from consult.people.models import Member
from consult.programme.models import Consultation, GuidingQuestion, Session
from tests import cast
from tests.cast import World
from tests.conftest import post
from tests.web.conftest import Read

Browser = Callable[[str], FlaskClient]
DETAILS = {
    "title": "Fourth consultation", "short_title": "Thematic 4", "starts_on": "2017-07-24", "ends_on": "2017-07-25",
    "place": "New York", "time_zone": "America/New_York", "attribution": "region",
}  # fmt: skip
SESSION = {
    "title": "A theme",
    "short_title": "Panel 4",
    "mode": "informal",
    "date": "2017-06-20",
    "time": "15:00",
    "target_words": "200",
}
SOURCE = {"kind": "statement", "title": "T", "reference": "Canada, Panel 3", "session": ""}


@pytest.fixture
def address(world: World) -> str:
    return f"/c/{world.consultation.public_id}"


def test_a_newcomer_reads_what_this_is(client_for: Browser, world: World) -> None:
    page = client_for("anonymous").get("/")
    assert page.status_code == 200
    assert 'href="/sign-in"' in page.text
    for public in ("/help", "/accessibility"):
        assert client_for("anonymous").get(public).status_code == 200
        assert client_for("kenya").get(public).status_code == 200


def test_the_front_page_leads_to_where_one_should_be(client_for: Browser, world: World) -> None:
    page = client_for("kenya").get("/").text
    assert f'href="/rooms/{world.rooms[0].public_id}"' in page
    assert "Another consultation" not in page
    assert "You do not take part in a consultation yet" in client_for(cast.STRANGER).get("/").text


def test_everybody_who_takes_part_sees_the_programme(client_for: Browser, world: World, address: str) -> None:
    for name in cast.CAST:
        page = client_for(name).get(address)
        assert page.status_code == 200, name
        assert "Panel 3" in page.text
        assert (f'href="{address}/settings"' in page.text) == (name == "organizer"), name
    assert client_for(cast.STRANGER).get(address).status_code == 404


def test_join_leads_to_the_room(client_for: Browser, world: World, address: str) -> None:
    page = client_for("kenya").get(address).text
    assert "Join: Panel 3" in page
    assert f'href="/rooms/{world.rooms[0].public_id}"' in page


def test_an_unpublished_programme_is_for_the_staff(
    client_for: Browser, world: World, address: str, db: Db
) -> None:
    world.consultation.published_at = None
    db.commit()
    link = f'href="/s/{world.session.public_id}"'
    assert link not in client_for("kenya").get(address).text
    assert link in client_for("organizer").get(address).text
    assert post(client_for("organizer"), f"{address}/publish", page=f"{address}/settings").status_code == 303
    assert link in client_for("kenya").get(address).text


def test_outcomes_show_what_was_submitted_and_nothing_else(
    client_for: Browser, world: World, address: str, db: Db
) -> None:
    kenya = world.actor(db, "kenya")
    done, draft = (
        items.create_item(db, kenya, world.rooms[0], title=title) for title in ("Done item", "Draft item")
    )
    done.state = "submitted"
    db.commit()
    page = client_for("viewer").get(f"{address}/outcomes").text
    assert "Done item" in page
    assert draft.title not in page


def test_the_record_of_everything_is_offered_to_those_who_run_it(
    client_for: Browser, world: World, address: str, db: Db
) -> None:
    made = items.create_item(db, world.actor(db, "kenya"), world.rooms[0], title="Done item")
    made.state = "submitted"
    db.commit()
    assert f"{address}/record/docx" in client_for("facilitator").get(f"{address}/outcomes").text
    assert "/record/" not in client_for("kenya").get(f"{address}/outcomes").text


def test_the_library_lists_and_finds(client_for: Browser, world: World, address: str, db: Db) -> None:
    organizer = world.actor(db, "organizer")
    for title, speaker in (("Secondment on documents", "Canada"), ("Evaluation cycles", "Kenya")):
        details = library.SourceDetails("statement", title, "Panel 3", speaker)
        library.add_source(db, organizer, world.consultation, details, session=world.session)
    db.commit()
    browser = client_for("viewer")
    page = browser.get(f"{address}/library").text
    assert "Secondment on documents" in page
    assert "Add a source" not in page
    found = browser.get(f"{address}/library?q=KENYA cycles").text
    assert "Evaluation cycles" in found
    assert "Secondment" not in found
    assert "Nothing matches" in browser.get(f"{address}/library?q=zebra").text


@pytest.mark.parametrize("name", ["facilitator", "kenya", "panelist", "viewer"])
def test_settings_are_the_secretariats(client_for: Browser, world: World, address: str, name: str) -> None:
    browser = client_for(name)
    edit = f"/s/{world.session.public_id}/edit"
    for page in (f"{address}/settings", f"{address}/sessions/new", f"{address}/sources/new", edit, "/c/new"):
        assert browser.get(page).status_code == 403, page
        assert post(browser, page).status_code == 403, page
    assert post(browser, f"{address}/publish").status_code == 403


def test_settings_are_saved(client_for: Browser, world: World, address: str, read: Read) -> None:
    page = f"{address}/settings"
    assert post(client_for("organizer"), page, page=page, **DETAILS).status_code == 303
    saved = read(select(Consultation).where(Consultation.id == world.consultation.id))[0]
    assert (saved.title, saved.attribution, saved.time_zone) == (
        "Fourth consultation",
        "region",
        "America/New_York",
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "Fill this in"),
        ({"ends_on": "2017-07-01"}, "before the first"),
        ({"starts_on": "soon"}, "year-month-day"),
        ({"time_zone": "Mars"}, "Choose one"),
        ({"attribution": "secret"}, "Choose one"),
        ({"place": "x" * 121}, "at most 120"),
    ],
)
def test_wrong_settings_are_named_and_kept(
    client_for: Browser, world: World, address: str, wrong: dict[str, str], words: str
) -> None:
    page = f"{address}/settings"
    answer = post(
        client_for("organizer"), page, page=page, **{**DETAILS, "description": "What I typed", **wrong}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "What I typed" in answer.text


def test_a_session_is_added_with_its_questions_and_time(
    client_for: Browser, world: World, address: str, read: Read
) -> None:
    page = f"{address}/sessions/new"
    fields = {**SESSION, "questions": "What works?\n\n For whom? \n"}
    assert post(client_for("organizer"), page, page=page, **fields).status_code == 303
    made = read(select(Session).where(Session.consultation_id == world.consultation.id, Session.number == 4))[
        0
    ]
    assert made.starts_at.isoformat() == "2017-06-20T13:00:00+00:00", "15:00 in Zurich"
    questions = read(select(GuidingQuestion.text).where(GuidingQuestion.session_id == made.id))
    assert questions == ["What works?", "For whom?"]


def test_a_session_is_changed(client_for: Browser, world: World, read: Read) -> None:
    page = f"/s/{world.session.public_id}/edit"
    browser = client_for("organizer")
    assert "How can returns be agreed" in browser.get(page).text
    assert post(browser, page, page=page, **{**SESSION, "time": ""}).status_code == 303
    assert read(select(Session.title).where(Session.id == world.session.id)) == ["A theme"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": "25:00"},
        {"title": ""},
        {"mode": "fun"},
        {"questions": "Why?\n" * 13},
        {"target_words": "some"},
    ],
)
def test_a_wrong_session_is_kept(
    client_for: Browser, world: World, address: str, wrong: dict[str, str], read: Read
) -> None:
    page = f"{address}/sessions/new"
    answer = post(
        client_for("organizer"), page, page=page, **{**SESSION, "description": "What I typed", **wrong}
    )
    assert answer.status_code == 422
    assert "What I typed" in answer.text
    assert len(read(select(Session).where(Session.consultation_id == world.consultation.id))) == 1


def test_a_source_is_added_and_corrected(client_for: Browser, world: World, address: str, read: Read) -> None:
    browser, page = client_for("organizer"), f"{address}/sources/new"
    chosen = {**SOURCE, "session": world.session.public_id}
    assert post(browser, page, page=page, **chosen).status_code == 303
    source = read(select(Source).where(Source.consultation_id == world.consultation.id))[0]
    assert (source.session_id, source.reference) == (world.session.id, "Canada, Panel 3")
    page = f"{address}/sources/{source.public_id}"
    assert post(browser, page, page=page, **{**SOURCE, "title": "Better"}).status_code == 303
    assert read(select(Source.title).where(Source.id == source.id)) == ["Better"]
    assert (
        post(browser, f"{address}/sources/new", page=page, **{**SOURCE, "kind": "rumour"}).status_code == 422
    )
    assert browser.get(f"{address}/sources/nosuchsource").status_code == 404


def test_a_secretariat_account_begins_a_consultation(
    client_for: Browser, world: World, db: Db, read: Read
) -> None:
    world.users["organizer"].is_secretariat = True
    db.commit()
    browser = client_for("organizer")
    answer = post(browser, "/c/new", page="/c/new", **DETAILS, body="Conference office")
    assert answer.status_code == 303
    made = read(select(Consultation).where(Consultation.title == "Fourth consultation"))[0]
    assert answer.headers["Location"] == f"/c/{made.public_id}/settings"
    assert read(select(Member.role).where(Member.consultation_id == made.id)) == ["organizer"]
    assert post(browser, "/c/new", page="/c/new", **{**DETAILS, "title": ""}).status_code == 422
