"""Every address for every one of the cast, as the table in `routes.py` says. An address without a row fails."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session as Db
from werkzeug.test import TestResponse

from consult import mail
from consult.app import create_app
from consult.config import Settings
from consult.db import engine_for, sessions_for
from consult.people import accounts
from consult.people import service as people
from consult.summaries import service as summaries
from tests import cast
from tests.conftest import PUBLIC_URL, csrf_of
from tests.once import compiled_once
from tests.permissions.routes import OWN, PUBLIC, REFUSED_BY_STATE, ROWS, Row
from tests.permissions.stage import FOREIGN, SECRET, build, sign_in

OUTSIDERS = ("stranger", "other organizer", "withdrawn")
INSIDERS = tuple(cast.CAST)
SEATED = {1: {"kenya", "canada", "ngo"}, 2: {"philippines", "observer"}}
STAFF = {"organizer", "facilitator", "cofacilitator"}


class Site:
    """The app on a database in which nothing stays: what an act wrote is undone when it is answered."""

    def __init__(self, path: Path) -> None:
        settings = Settings(database_url=f"sqlite:///{path}", secret_key="x" * 40, public_url=PUBLIC_URL)
        self.engine = engine_for(settings.database_url)
        self.app: Flask = compiled_once(create_app(settings, engine=self.engine))
        self.app.config["SERVER_NAME"] = "consult.test"
        with sessions_for(self.engine)() as db:
            noise = cast.build(db, title=f"Another consultation {FOREIGN}")
            for user in noise.users.values():
                user.email = f"noise-{user.email}"
            db.flush()
            self.there = build(db, noise, mark=FOREIGN)
            self.here = build(db, cast.build(db))
            self._name_devices(db)
            self.cookies = self._people(db)
            db.commit()
        self.tokens: dict[str, tuple[str, dict[str, object]]] = {}

    def _name_devices(self, db: Db) -> None:
        row, _token = accounts.begin_sign_in(db, self.here.world.users["viewer"], device="Another")
        for stage in (self.here, self.there):
            version = summaries.summary_of(db, stage.world.session).versions[-1]  # type: ignore[union-attr]
            stage.ids |= {"base": summaries.base_of(version), "foreign_device": accounts.handle_of(row)}

    def _people(self, db: Db) -> dict[str, str]:
        """Who asks, with the token their browser keeps."""
        world = self.here.world
        gone = cast.account(db, "gone@example.org", "Gone")
        member = people.add_member(
            db, world.consultation, gone, world.members["kenya"].delegation, role="delegate"
        )
        people.withdraw_member(db, world.actor(db, "organizer"), world.consultation, member)
        users = world.users | {
            "stranger": cast.account(db, cast.STRANGER, "Stranger"),
            "other organizer": self.there.world.users["organizer"],
            "withdrawn": gone,
        }
        return {name: sign_in(db, user) for name, user in users.items()}

    def browser(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        if name != "anonymous":
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = self.cookies[name], True
        return client

    def ask(self, name: str, method: str, address: str, fields: dict[str, str] | None = None) -> TestResponse:
        client = self.browser(name)
        if method == "GET":
            return client.get(address)
        token, kept = self._token(name)
        with client.session_transaction() as session:
            session.update(kept)
        return client.post(address, data={"csrf_token": token, **(fields or {})})

    def _token(self, name: str) -> tuple[str, dict[str, object]]:
        """What a page with a form gave this person: the token, and what their browser keeps with it."""
        if name not in self.tokens:
            client = self.browser(name)
            token = csrf_of(client.get("/sign-in" if name == "anonymous" else "/account").text)
            with client.session_transaction() as session:
                self.tokens[name] = token, dict(session)
        return self.tokens[name]


@pytest.fixture(scope="module")
def site(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("matrix") / "consult.sqlite3"
    shutil.copyfile(migrated, path)
    mail.use_runner(lambda work: None)
    with pytest.MonkeyPatch.context() as patch:
        found = Site(path)
        patch.setattr(Db, "commit", lambda db: (db.flush(), db.rollback()))
        yield found
    mail.use_runner(None)
    found.engine.dispose()


def outcome(answer: TestResponse) -> str:
    """The class of an answer."""
    if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"):
        return "sign-in"
    return "ok" if answer.status_code in (200, 303) else str(answer.status_code)


def _written(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: ids[found.group(1)], text)


def written(row: Row, ids: dict[str, str]) -> tuple[str, dict[str, str]]:
    fields = {name: value if name == "body" else _written(value, ids) for name, value in row.fields.items()}
    return _written(row.address, ids), fields


def signed_out(method: str) -> str:
    return "sign-in" if method == "GET" else "401"


def test_every_route_has_its_row(site: Site) -> None:
    rules = {
        f"{method} {rule.rule}"
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert rules == {row.rule for row in ROWS} | set(PUBLIC) | set(OWN)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.address}")
def test_who_is_answered(row: Row, site: Site) -> None:
    address, fields = written(row, site.here.ids)
    found = {
        name: outcome(site.ask(name, row.method, address, fields))
        for name in ("anonymous", *OUTSIDERS, *INSIDERS)
    }
    expected = {name: row.outcome(name) for name in INSIDERS} | dict.fromkeys(OUTSIDERS, "404")
    assert found == expected | {"anonymous": signed_out(row.method)}


@pytest.mark.parametrize("rule", [*PUBLIC, *OWN])
def test_addresses_outside_of_consultations(rule: str, site: Site) -> None:
    address, fields, status = (PUBLIC | OWN)[rule]
    method = rule.split(maxsplit=1)[0]
    found = {
        name: site.ask(name, method, _written(address, site.here.ids), fields).status_code
        for name in ("anonymous", "stranger", "kenya", "viewer")
    }
    expected = dict.fromkeys(found, status)
    if rule in OWN:
        expected["anonymous"] = 303 if method == "GET" else 401
    assert found == expected | ({"viewer": 303} if "foreign_device" in address else {})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.address}")
def test_nothing_of_another_consultation_is_reached(row: Row, site: Site) -> None:
    """Rows 2, 5, 6 and 16: ids of the other consultation, alone and under an address of the own one."""
    here, there = site.here.ids, site.there.ids
    address, fields = written(row, there)
    for name in ("organizer", "facilitator", "kenya"):
        assert site.ask(name, row.method, address, fields).status_code == 404
    for mixed, sent in _mixtures(row, here, there):
        answer = site.ask("organizer", row.method, mixed, sent)
        assert answer.status_code in (404, 422), mixed
        assert FOREIGN not in answer.text


def _mixtures(row: Row, here: dict[str, str], there: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The row with one id each taken from the other consultation: the last of the address, then of the form."""
    names = re.findall(r"\{(\w+)\}", row.address)
    address, fields = written(row, here)
    if len(names) > 1:
        yield _written(row.address, here | {names[-1]: there[names[-1]]}), fields
    for name, value in row.fields.items():
        foreign = _written(value, there) if name not in ("body", "base") else value
        if foreign != value:
            yield address, fields | {name: foreign}


def test_the_drafts_of_a_room_are_read_in_the_room_only(site: Site) -> None:
    """Rows 2, 4, 5, 9 and 11: by no page, part of a page, version or download do the words of a room leave it."""
    readers: dict[int, set[str]] = {1: set(), 2: set()}
    for address in sorted(_readable(site)):
        for name in ("stranger", *INSIDERS):
            answer = site.ask(name, "GET", address)
            for number, secret in SECRET.items():
                if secret in answer.text:
                    readers[number].add(name)
                    assert name in STAFF | SEATED[number], (name, address)
            if name == "kenya":
                assert FOREIGN not in answer.text
    assert readers == {number: STAFF | seated for number, seated in SEATED.items()}


def _readable(site: Site) -> set[str]:
    """Every page of the consultation and each of its live parts, with every id it could be asked about."""
    ids = site.here.ids
    pages = {_written(row.address, ids) for row in ROWS if row.method == "GET"}
    pages |= {f"/rooms/{ids[name]}" for name in ("room1", "room2")}
    pages |= {f"/items/{ids[f'{kind}{n}']}" for kind in ("draft", "back") for n in (1, 2)}
    pages |= {f"/rooms/{ids['room1']}?item={ids['draft2']}", f"/rooms/{ids['room2']}?item={ids['draft1']}"}
    parts = set()
    for address in pages:
        text = site.ask("facilitator", "GET", address).text
        names = set(re.findall(r'data-part-name-value="(\w+)"', text))
        parts |= {f"{address}{'&' if '?' in address else '?'}part={name}" for name in names}
    assert len(parts) > 15
    return pages | parts


def test_acts_are_not_done_by_reading(site: Site) -> None:
    """Row 41: an address that only takes forms answers no link."""
    readable = {row.rule.split()[1] for row in ROWS if row.method == "GET"}
    for row in ROWS:
        if row.method == "POST" and row.rule.split()[1] not in readable:
            address, _fields = written(row, site.here.ids)
            assert site.ask("organizer", "GET", address).status_code == 405, address


@pytest.mark.parametrize(
    ("name", "method", "address", "fields", "status"), REFUSED_BY_STATE, ids=lambda value: str(value)[:40]
)
def test_what_the_state_refuses_to_everybody(
    name: str, method: str, address: str, fields: dict[str, str], status: int, site: Site
) -> None:
    ids = site.here.ids
    sent = {key: _written(value, ids) for key, value in fields.items()}
    assert site.ask(name, method, _written(address, ids), sent).status_code == status


def test_nothing_stayed_of_all_this(site: Site) -> None:
    """The table is only as good as the isolation of its acts."""
    assert outcome(site.ask("canada", "GET", f"/rooms/{site.here.ids['room1']}")) == "ok"
    assert (
        site.ask("kenya", "POST", f"/items/{site.here.ids['draft1']}/text", {"title": "T"}).status_code == 303
    )
