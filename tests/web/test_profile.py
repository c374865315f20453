"""One's own account: name, password, the devices one is signed in with."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from consult.db import Db
from consult.people.models import User
from tests import cast
from tests.cast import World
from tests.conftest import post

Browser = Callable[[str], FlaskClient]
NEW = "the ferry leaves the pier at nine"


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_name_is_changed_and_shown(world: World, client_for: Browser) -> None:
    client = client_for("kenya")
    assert post(client, "/account/name", name="  Wanjiru \u202e Kamau ").status_code == 303
    assert 'value="Wanjiru Kamau"' in client.get("/account").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_cannot_be_taken_is_kept_in_the_form(
    world: World, client_for: Browser, db: Db, name: str
) -> None:
    client = client_for("kenya")
    answer = post(client, "/account/name", name=name)
    assert answer.status_code == 422
    assert f'value="{name}"' in answer.text
    assert "Error: Your account" in answer.text
    assert (
        db.scalars(select(User.name).where(User.email == cast.CAST["kenya"].email)).one() == "Delegate KEN-1"
    )


def test_markup_in_a_name_stays_text(world: World, client_for: Browser) -> None:
    client = client_for("kenya")
    post(client, "/account/name", name='"><script>alert(1)</script>')
    assert "<script>alert" not in client.get("/account").text


def test_a_new_password_signs_everybody_else_out(world: World, client_for: Browser) -> None:
    here, there = client_for("kenya"), client_for("kenya")
    answer = post(here, "/account/password", current=cast.PASSWORD, password=NEW)
    assert answer.status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(there)
    fresh = client_for("anonymous")
    assert post(fresh, "/sign-in", page="/sign-in", email="ken@example.org", password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "password", "said"),
    [
        ("wrong", NEW, "This is not your current password."),
        (cast.PASSWORD, "short", "Use at least 15 characters"),
        (cast.PASSWORD, "passwordpassword", "too easy to guess"),
        (cast.PASSWORD, "", "Use at least 15 characters"),
    ],
)
def test_a_password_is_not_changed_without_reason(
    world: World, client_for: Browser, current: str, password: str, said: str
) -> None:
    client, other = client_for("kenya"), client_for("kenya")
    answer = post(client, "/account/password", current=current, password=password)
    assert answer.status_code == 422
    assert said in answer.text
    assert not password or password not in answer.text
    assert is_signed_in(other)


def test_who_has_no_password_can_set_one(db: Db, world: World, client_for: Browser) -> None:
    client = client_for("kenya")
    db.execute(User.__table__.update().where(User.email == "ken@example.org").values(password_hash=None))  # type: ignore[attr-defined]
    db.commit()
    assert post(client, "/account/password", password=NEW).status_code == 303


def test_one_device_is_signed_out_from_another(world: World, client_for: Browser) -> None:
    here, there = client_for("kenya"), client_for("kenya")
    address = re.search(r"/account/devices/\w+/sign-out", here.get("/account").text)
    assert address
    assert post(here, address.group()).status_code == 303
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_everybody_else_is_signed_out(world: World, client_for: Browser) -> None:
    here, others = client_for("kenya"), [client_for("kenya") for _ in range(2)]
    post(here, "/account/devices/sign-out")
    assert is_signed_in(here)
    assert not any(is_signed_in(other) for other in others)


def test_somebody_elses_device_is_not_there(world: World, client_for: Browser) -> None:
    victim = client_for("canada")
    victim_too = client_for("canada")
    address = re.search(r"/account/devices/\w+/sign-out", victim.get("/account").text)
    assert address
    assert post(client_for("kenya"), address.group()).status_code == 404
    assert is_signed_in(victim_too)


@pytest.mark.parametrize(
    "path", ["/account/name", "/account/password", "/account/devices/x/sign-out", "/account/devices/sign-out"]
)
def test_nobody_is_asked_to_sign_in_first(world: World, client_for: Browser, path: str) -> None:
    assert post(client_for("anonymous"), path, page="/sign-in", name="x").status_code == 401
