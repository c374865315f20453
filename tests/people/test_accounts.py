"""Accounts and sign-ins: links that work once, sign-ins that end, passwords that are worth having."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult import clock
from consult.announce.models import OutboxEvent
from consult.db import Db
from consult.errors import Invalid, NotAllowed
from consult.people import accounts, passwords
from consult.people.models import SignIn, User
from tests import cast
from tests.cast import World


@pytest.fixture
def person(db: Db) -> User:
    return cast.account(db, "ada@example.org", "Ada")


def after(**span: int) -> None:
    moment = clock.now() + timedelta(**span)
    clock.set_source(lambda: moment)


def test_a_link_works_once(db: Db, person: User) -> None:
    token = accounts.issue_link(db, person)
    assert accounts.use_link(db, token) is person
    with pytest.raises(NotAllowed, match=r"sign_in\.link_used"):
        accounts.use_link(db, token)


def test_a_link_works_for_15_minutes(db: Db, person: User) -> None:
    token = accounts.issue_link(db, person)
    after(minutes=15)
    with pytest.raises(NotAllowed, match=r"sign_in\.link_used"):
        accounts.use_link(db, token)


def test_a_link_that_works_many_times_is_for_the_sample_only(db: Db, person: User) -> None:
    token = accounts.issue_link(db, person, reusable=True, days=30)
    assert accounts.use_link(db, token, demo=True) is accounts.use_link(db, token, demo=True)
    with pytest.raises(NotAllowed, match=r"sign_in\.link_used"):
        accounts.use_link(db, token)


def test_a_disabled_account_has_no_way_in(db: Db, person: User) -> None:
    token = accounts.issue_link(db, person)
    _, cookie = accounts.begin_sign_in(db, person, device="")
    person.disabled_at = clock.now()
    db.flush()
    with pytest.raises(NotAllowed):
        accounts.use_link(db, token)
    with pytest.raises(NotAllowed):
        accounts.check_password(db, person.email, cast.PASSWORD)
    assert accounts.sign_in_for(db, cookie) is None


@pytest.mark.parametrize(
    ("email", "password"), [("ada@example.org", "wrong"), ("nobody@example.org", cast.PASSWORD)]
)
def test_a_wrong_address_and_a_wrong_password_fail_alike(
    db: Db, person: User, email: str, password: str
) -> None:
    with pytest.raises(NotAllowed, match=r"sign_in\.failed"):
        accounts.check_password(db, email, password)


def test_a_password_is_checked_to_its_last_letter(db: Db) -> None:
    long = "correct horse battery staple " * 3
    stored = passwords.hashed(long + "a")
    assert passwords.matches(stored, long + "a")
    assert not passwords.matches(stored, long + "b")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aaaaaaaaaaaaaaaaaaaa",
        "passwordpassword",
        "1234512345123451",
        "abcdefghijklmnop",
        "qwertyuiopasdfgh",
        "ada@example.org!",
        "x" * 201,
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.new_password_hash(password, email="ada@example.org")
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize(
    "password", ["the ship leaves at nine", "كلمة سر طويلة جدا هنا", "x" * 64 + " y z w v u"]
)
def test_long_sentences_are_taken(password: str) -> None:
    assert passwords.matches(accounts.new_password_hash(password, email="a@b.org"), password)


def test_a_new_password_ends_every_other_sign_in_and_open_link(db: Db, person: User) -> None:
    here, cookie_here = accounts.begin_sign_in(db, person, device="here")
    _, cookie_there = accounts.begin_sign_in(db, person, device="there")
    link = accounts.issue_link(db, person)
    accounts.set_password(
        db, person, accounts.new_password_hash("another good sentence", email=person.email), keep=here.id
    )
    assert accounts.sign_in_for(db, cookie_here) is not None
    assert accounts.sign_in_for(db, cookie_there) is None
    with pytest.raises(NotAllowed):
        accounts.use_link(db, link)
    assert accounts.check_password(db, person.email, "another good sentence") is person
    assert db.scalars(select(OutboxEvent.name)).all() == ["sign_in.ended"]


@pytest.mark.parametrize(("shared", "span"), [(True, {"hours": 2}), (False, {"days": 30})])
def test_a_sign_in_ends_when_it_is_not_used(db: Db, person: User, shared: bool, span: dict[str, int]) -> None:
    _, cookie = accounts.begin_sign_in(db, person, device="", shared=shared)
    assert accounts.sign_in_for(db, cookie) is not None
    after(**span)
    assert accounts.sign_in_for(db, cookie) is None


def test_use_keeps_a_sign_in_alive(db: Db, person: User) -> None:
    row, cookie = accounts.begin_sign_in(db, person, device="", shared=True)
    assert not accounts.is_stale(row)
    after(minutes=90)
    assert accounts.is_stale(row)
    accounts.touch(db, row.id)
    after(minutes=90)
    assert accounts.sign_in_for(db, cookie) is not None


def test_cookies_and_links_are_stored_as_hashes(db: Db, person: User) -> None:
    row, cookie = accounts.begin_sign_in(db, person, device="")
    assert cookie not in (row.token_hash, row.device)
    assert accounts.sign_in_for(db, row.token_hash) is None
    assert db.scalars(select(SignIn)).one().token_hash == passwords.token_hash(cookie)


def test_an_account_is_made_once(db: Db, world: World) -> None:
    again = accounts.create_account(db, email=" KEN@example.org", name="Somebody else", password_hash="x")
    assert again is world.users["kenya"]
    assert again.name == "Delegate KEN-1"
    assert again.password_hash != "x"


@pytest.mark.parametrize("email", ["a@b.org", "a.b+c@d.example.org", "δ@παράδειγμα.ελ"])
def test_addresses_are_taken(email: str) -> None:
    assert accounts.is_address(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@b",
        "a@b.",
        "@b.org",
        "a b@c.org",
        "a@b.org\n",
        "a@b.org,c@d.org",
        "a\x00@b.org",
        "a" * 250 + "@b.org",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert not accounts.is_address(email)
