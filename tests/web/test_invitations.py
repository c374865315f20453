"""Coming in by invitation, and the very first account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from consult import clock
from consult.app import create_app
from consult.config import Settings
from consult.db import Db
from consult.people import first_start, invitations
from consult.people.models import Invitation, Member, User
from tests import cast
from tests.cast import World
from tests.conftest import csrf_of, post

Browser = Callable[[str], FlaskClient]
FORM = {
    "name": "Ada Newcomer",
    "languages": ["fr", "en", "xx"],
    "needs": "captions",
    "gender": "woman",
    "age_band": "25-34",
    "password": "the ferry leaves the pier at nine",
}


@pytest.fixture
def token(db: Db, world: World) -> str:
    return invited(db, world, "ada@example.org")


def invited(db: Db, world: World, email: str) -> str:
    _, token = invitations.invite(
        db, world.actor(db, "organizer"), world.consultation, email=email, name="Ada", role="delegate",
        delegation=world.members["kenya"].delegation,
    )  # fmt: skip
    db.commit()
    return token


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_accepting_signs_in_and_leads_to_the_consultation(
    db: Db, world: World, token: str, client_for: Browser
) -> None:
    client = client_for("anonymous")
    page = client.get(f"/invitations/{token}")
    assert page.status_code == 200
    assert "Third thematic consultation" in page.text
    assert "Kenya" in page.text
    assert not is_signed_in(client)
    answer = post(client, f"/invitations/{token}", page=f"/invitations/{token}", **FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{world.consultation.public_id}")
    assert is_signed_in(client)
    user = db.scalars(select(User).where(User.email == "ada@example.org")).one()
    member = db.scalars(select(Member).where(Member.user_id == user.id)).one()
    assert (user.name, member.role, member.languages) == ("Ada Newcomer", "delegate", ["en", "fr"])
    assert (member.gender, member.age_band, member.needs) == ("woman", "25-34", "captions")
    db.rollback()
    again = client_for("anonymous")
    signed = post(again, "/sign-in", page="/sign-in", email="ada@example.org", password=FORM["password"])
    assert signed.status_code == 303


def test_what_is_personal_may_be_left_out(db: Db, world: World, token: str, client_for: Browser) -> None:
    client = client_for("anonymous")
    answer = post(
        client, f"/invitations/{token}", page=f"/invitations/{token}", name="Ada", gender="undisclosed"
    )
    assert answer.status_code == 303
    member = db.scalars(select(Member).join(User, User.id == Member.user_id).where(User.name == "Ada")).one()
    assert (member.gender, member.age_band, member.needs, member.languages) == (None, None, "", [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "x" * 201}, "Shorten this"),
        ({"needs": "x" * 1001}, "Shorten this"),
        ({"gender": "robot"}, "Choose one of the options."),
        ({"age_band": "7"}, "Choose one of the options."),
        ({"password": "short"}, "Use at least 15 characters"),
    ],
)
def test_a_bad_field_is_named_and_nothing_typed_is_lost(
    db: Db, world: World, token: str, client_for: Browser, change: dict[str, str], said: str
) -> None:
    client = client_for("anonymous")
    answer = post(client, f"/invitations/{token}", page=f"/invitations/{token}", **(FORM | change))
    assert answer.status_code == 422
    assert said in answer.text
    kept = FORM["needs"] if "needs" not in change else "x" * 1001
    assert kept in answer.text
    assert str(FORM["password"]) not in answer.text
    assert db.scalars(select(Invitation.accepted_at)).one() is None
    assert not is_signed_in(client)


def test_extra_fields_choose_neither_role_nor_delegation(
    db: Db, world: World, token: str, client_for: Browser
) -> None:
    client = client_for("anonymous")
    extra = {
        "role": "organizer",
        "delegation_id": "1",
        "email": "boss@example.org",
        "is_secretariat": "1",
        "user_id": "1",
    }
    post(client, f"/invitations/{token}", page=f"/invitations/{token}", name="Ada", **extra)
    user = db.scalars(select(User).where(User.email == "ada@example.org")).one()
    member = db.scalars(select(Member).where(Member.user_id == user.id)).one()
    assert (user.is_secretariat, member.role) == (False, "delegate")
    assert member.delegation_id == world.members["kenya"].delegation_id


@pytest.mark.parametrize("end", ["used", "expired", "withdrawn", "forged"])
def test_an_invitation_that_has_ended_is_refused_on_every_path(
    db: Db, world: World, token: str, client_for: Browser, end: str
) -> None:
    client = client_for("anonymous")
    form_token = csrf_of(client.get("/sign-in").text)
    row = db.scalars(select(Invitation)).one()
    if end == "used":
        row.accepted_at = clock.now()
    elif end == "withdrawn":
        row.revoked_at = clock.now()
    elif end == "expired":
        row.expires_at = clock.now() - timedelta(seconds=1)
    else:
        token = "0" * 43
    db.commit()
    for answer in (
        client.get(f"/invitations/{token}"),
        client.post(f"/invitations/{token}", data={"csrf_token": form_token, **FORM}),
        client.get(f"/sign-in/link/{token}"),
        client.post(f"/sign-in/link/{token}", data={"csrf_token": form_token}),
    ):
        assert answer.status_code == 403
    assert not is_signed_in(client)
    assert db.scalars(select(User).where(User.email == "ada@example.org")).all() == []


def test_an_invitation_does_not_open_an_account_that_exists(
    db: Db, world: World, client_for: Browser
) -> None:
    token = invited(db, world, cast.STRANGER)
    client = client_for("anonymous")
    page = client.get(f"/invitations/{token}").text
    assert f"/sign-in?next=/invitations/{token}" in page
    assert 'name="password"' not in page
    form_token = csrf_of(client.get("/sign-in").text)
    answer = client.post(f"/invitations/{token}", data={"csrf_token": form_token, **FORM})
    assert answer.status_code == 403
    assert not is_signed_in(client)
    other = client_for("canada")
    assert "You are signed in with another address" in other.get(f"/invitations/{token}").text
    assert post(other, f"/invitations/{token}").status_code == 403
    owner = client_for(cast.STRANGER)
    assert post(owner, f"/invitations/{token}", page=f"/invitations/{token}").status_code == 303
    assert "Stranger" in owner.get("/account").text


@pytest.fixture
def empty(settings: Settings, engine: Engine) -> FlaskClient:
    """A browser on an installation where nobody has an account."""
    app = create_app(replace(settings), engine=engine)
    app.config["SERVER_NAME"] = "consult.test"
    return app.test_client()


def test_the_first_account_is_made_once_with_the_token(
    empty: FlaskClient, settings: Settings, db: Db
) -> None:
    address = f"/first-start?token={first_start.token_for(settings.secret_key)}"
    fields = {
        "token": first_start.token_for(settings.secret_key), "name": "Ada", "email": "Ada@Example.org",
        "password": "the ferry leaves the pier at nine",
    }  # fmt: skip
    bad = post(empty, "/first-start", page=address, **(fields | {"password": "short"}))
    assert bad.status_code == 422
    assert "ada@example.org" in bad.text.lower()
    answer = post(empty, "/first-start", page=address, **fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/c/new")
    assert is_signed_in(empty)
    user = db.scalars(select(User)).one()
    assert (user.email, user.is_secretariat) == ("ada@example.org", True)
    db.rollback()
    assert empty.get(address).status_code == 404
    assert post(empty, "/first-start", **(fields | {"email": "b@example.org"})).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "é", "0" * 40])
def test_without_the_token_there_is_no_first_start(empty: FlaskClient, db: Db, token: str) -> None:
    assert empty.get("/first-start", query_string={"token": token}).status_code == 404
    fields = {"token": token, "name": "Eve", "email": "eve@example.org", "password": FORM["password"]}
    assert post(empty, "/first-start", page="/sign-in", **fields).status_code == 404
    assert first_start.is_waiting(db)


def test_with_accounts_there_is_no_first_start(world: World, client_for: Browser, settings: Settings) -> None:
    token = first_start.token_for(settings.secret_key)
    assert client_for("anonymous").get(f"/first-start?token={token}").status_code == 404
