"""The summary's pages and the record's downloads: who sees what, and what happens to typed text."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from consult.audit.models import AuditEntry
from consult.db import Db
from consult.summaries import service
from tests.cast import CAST, World
from tests.conftest import csrf_of, post

Browsers = Callable[[str], FlaskClient]
STAFF = ("organizer", "facilitator", "cofacilitator")


def text(words: str) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": words}]}]}


@pytest.fixture
def address(world: World) -> str:
    return f"/s/{world.session.public_id}/summary"


@pytest.fixture
def base(db: Db, world: World) -> str:
    """A first version exists; what a page would say it was edited from."""
    made = service.generate(db, world.actor(db, "facilitator"), world.session)
    db.commit()
    return service.base_of(made)


def published(db: Db, world: World, base: str) -> None:
    service.publish(db, world.actor(db, "facilitator"), world.session, base=base)
    db.commit()


def stored(db: Db, world: World) -> list[Any]:
    db.rollback()
    found = service.summary_of(db, world.session)
    bodies = [version.body for version in found.versions] if found else []
    db.rollback()  # the app must not wait for this session
    return bodies


@pytest.mark.parametrize("name", [*CAST, "anonymous"])
def test_who_finds_what_before_publication(name: str, client_for: Browsers, address: str, base: str) -> None:
    client = client_for(name)
    page = client.get(address)
    if name == "anonymous":
        assert (page.status_code, page.headers["Location"].split("?")[0]) == (303, "/sign-in")
        return
    assert page.status_code == 200
    assert ("Generate summary" in page.text) == (name in STAFF)
    assert ("Introduction" in page.text) == (name in STAFF)
    assert ("The summary has not been published yet" in page.text) == (name not in STAFF)
    assert client.get(f"{address}/download/md").status_code == (200 if name in STAFF else 403)
    assert client.get(f"{address}/versions/1").status_code == (200 if name in STAFF else 403)


@pytest.mark.parametrize("name", sorted(set(CAST) - set(STAFF)))
def test_readers_cannot_write(
    name: str, client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    client = client_for(name)
    before = stored(db, world)
    for act, fields in (
        ("", {"body": json.dumps(text("mine")), "base": base}),
        ("/generate", {}),
        ("/publish", {"base": base}),
    ):
        answer: Any = post(client, f"{address}{act}", **fields)
        assert answer.status_code == 403
    assert stored(db, world) == before


def test_everybody_reads_and_downloads_what_is_published_and_only_that(
    client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    published(db, world, base)
    service.edit(
        db, world.actor(db, "facilitator"), world.session, body=text("Unfinished thought"), base=base
    )
    db.commit()
    viewer = client_for("viewer")
    page = viewer.get(address)
    assert "Introduction" in page.text
    assert "Unfinished thought" not in page.text
    assert "Unfinished thought" not in viewer.get(f"{address}/download/md").text
    assert "Unfinished thought" in client_for("organizer").get(f"{address}/download/md").text


def test_saving_publishing_and_generating_by_form(
    client_for: Browsers, address: str, db: Db, world: World
) -> None:
    client = client_for("facilitator")
    assert "There is no summary yet" in client.get(address).text
    answer: Any = post(client, f"{address}/generate", page=address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = client.get(address).text
    base = page.split('data-autosave-target="base"')[0].rsplit('value="', 1)[1].split('"')[0]
    answer = post(client, address, page=address, body=json.dumps(text("By hand")), base=base)
    assert answer.status_code == 303
    assert "Saved as version 2." in client.get(address).text
    found = service.summary_of(db, world.session)
    assert found is not None
    newest = service.base_of(found.versions[-1])
    db.rollback()
    answer = post(client, f"{address}/publish", page=address, base=newest)
    assert answer.status_code == 303
    assert "By hand" in client_for("canada").get(address).text


def test_a_conflict_shows_the_typed_text_in_the_editor_and_saves_nothing(
    client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    service.edit(db, world.actor(db, "cofacilitator"), world.session, body=text("Theirs"), base=base)
    db.commit()
    client = client_for("facilitator")
    answer: Any = post(client, address, page=address, body=json.dumps(text("My careful words")), base=base)
    assert answer.status_code == 409
    assert "My careful words" in answer.text
    assert "Somebody saved another version" in answer.text
    assert stored(db, world)[-1] == text("Theirs")
    newest = answer.text.split('data-autosave-target="base"')[0].rsplit('value="', 1)[1].split('"')[0]
    again: Any = post(client, address, page=address, body=json.dumps(text("My careful words")), base=newest)
    assert again.status_code == 303
    assert stored(db, world)[-2:] == [text("Theirs"), text("My careful words")]


def test_publishing_what_somebody_changed_meanwhile_publishes_nothing(
    client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    service.edit(db, world.actor(db, "cofacilitator"), world.session, body=text("Theirs"), base=base)
    db.commit()
    client = client_for("facilitator")
    post(client, f"{address}/publish", page=address, base=base)
    assert "Read it before you publish" in client.get(address).text
    assert client_for("canada").get(f"{address}/download/md").status_code == 403


def autosave(client: FlaskClient, address: str, **fields: str) -> Any:
    token = csrf_of(client.get(address).text)
    headers = {"X-Autosave": "1", "Accept": "application/json"}
    return client.post(address, data={"csrf_token": token, **fields}, headers=headers)


def test_autosave_answers_with_the_next_base(
    client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    client = client_for("facilitator")
    first = autosave(client, address, body=json.dumps(text("One")), base=base)
    assert (first.status_code, first.json["ok"]) == (200, True)
    second = autosave(client, address, body=json.dumps(text("One two")), base=first.json["base"])
    assert second.json["ok"] is True
    assert second.json["base"] != first.json["base"]
    assert stored(db, world)[-1] == text("One two")


@pytest.mark.parametrize(
    ("body", "base_given", "status", "code"),
    [
        (json.dumps(text("Late")), "1-000000000000", 409, "summary.changed_meanwhile"),
        (json.dumps(text("Late")), "", 409, "summary.changed_meanwhile"),
        (json.dumps(text("Late")), "9" * 300, 409, "summary.changed_meanwhile"),
        ("not json", None, 422, "summary.invalid"),
        ("[" * 20000, None, 422, "summary.invalid"),
        ('{"type": "doc", "content": [{"type": "iframe"}]}', None, 422, "summary.invalid"),
    ],
)
def test_autosave_says_why_it_did_not_save(
    body: str, base_given: str | None, status: int, code: str, client_for: Browsers, address: str, base: str
) -> None:
    answer = autosave(
        client_for("facilitator"), address, body=body, base=base if base_given is None else base_given
    )
    assert (answer.status_code, answer.json["ok"], answer.json["error"]["code"]) == (status, False, code)
    assert answer.json["error"]["message"].endswith(".")


@pytest.mark.parametrize("form", ["docx", "pdf", "html", "md", "json"])
def test_downloads_have_safe_names_and_are_not_kept_by_caches(
    form: str, client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    world.session.title = 'Returns / "readmission"\r\nSet-Cookie: x=1 <b>'
    db.commit()
    answer = client_for("facilitator").get(f"{address}/download/{form}")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert name.startswith("attachment; ")
    assert not any(found in name for found in ("/", "\n", "<", "\\"))
    assert name.split('"')[1].endswith(f".{form}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers or "x=1" not in answer.headers["Set-Cookie"]


def test_every_download_is_in_the_log(
    client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    client = client_for("facilitator")
    client.get(f"{address}/download/json")
    client.get(f"/c/{world.consultation.public_id}/record/md")
    client.get(f"{address}/download/exe")
    db.rollback()
    noted = db.query(AuditEntry).filter_by(act="record.exported").order_by(AuditEntry.seq).all()
    assert [(entry.actor, entry.facts) for entry in noted] == [
        (world.members["facilitator"].public_id, {"format": "json"}),
        (world.members["facilitator"].public_id, {"format": "md"}),
    ]


def test_unknown_formats_versions_and_sessions_are_not_found(
    client_for: Browsers, address: str, base: str, world: World
) -> None:
    client = client_for("facilitator")
    for path in (
        f"{address}/download/exe",
        f"{address}/download/docx.html",
        f"{address}/versions/99",
        "/s/zzzzzzzzzzzz/summary",
        f"/c/{world.consultation.public_id}/record/xlsx",
    ):
        assert client.get(path).status_code == 404


def test_the_whole_record_is_for_those_who_run_the_consultation(client_for: Browsers, world: World) -> None:
    path = f"/c/{world.consultation.public_id}/record/md"
    assert client_for("organizer").get(path).status_code == 200
    assert client_for("kenya").get(path).status_code == 403


def test_an_export_that_fails_says_so(
    client_for: Browsers, address: str, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consult.exports.run import ExportFailed

    def fails(*_args: object) -> None:
        raise ExportFailed("broken pipe")

    monkeypatch.setattr("consult.web.summaries.render", fails)
    answer = client_for("facilitator").get(f"{address}/download/pdf")
    assert answer.status_code == 503
    assert "The file could not be made" in answer.text


@pytest.mark.parametrize(
    ("part", "name"), [("state", "facilitator"), ("margin", "facilitator"), ("document", "kenya")]
)
def test_live_parts_are_served_alone(
    part: str, name: str, client_for: Browsers, address: str, base: str, db: Db, world: World
) -> None:
    published(db, world, base)
    answer = client_for(name).get(f"{address}?part={part}")
    assert answer.status_code == 200
    assert f'data-part-name-value="{part}"' in answer.text
    assert "<html" not in answer.text
