"""Signing in and out: nothing leaks, nothing can be forged, and the browser ends up where it should."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from consult import clock, mail
from consult.announce.models import OutboxEvent
from consult.app import create_app
from consult.config import Settings
from consult.db import Db
from consult.mail import Mail
from consult.people import accounts, passwords
from consult.people.models import SignIn, User
from consult.web.addresses import own_path
from tests import cast
from tests.cast import World
from tests.conftest import csrf_of, post
from tests.running import ForkedServer

Browser = Callable[[str], FlaskClient]
KEN = cast.CAST["kenya"].email


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Mail]]:
    """The mails that were sent; background work is done at once."""
    found: list[Mail] = []
    monkeypatch.setattr(mail, "send", lambda message, **_where: found.append(message))
    mail.use_runner(lambda work: work())
    yield found
    mail.use_runner(None)


def link_in(message: Mail) -> str:
    found = re.search(r"http://consult\.test(/\S+)", message.text)
    assert found
    return found.group(1)


def sign_in(client: FlaskClient, email: str = KEN, password: str = cast.PASSWORD, **fields: str) -> object:
    return post(client, "/sign-in", page="/sign-in", email=email, password=password, **fields)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_password_signs_in(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    assert client.get("/account").headers["Location"] == "/sign-in?next=%2Faccount"
    answer = sign_in(client, email=" KEN@Example.org ")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (KEN, "wrong"),
        ("nobody@example.org", cast.PASSWORD),
        (KEN, ""),
        (KEN, cast.PASSWORD + " "),
        (KEN, "x" * 100_000),
    ],
    ids=["wrong password", "unknown address", "no password", "one letter more", "huge"],
)
def test_failures_look_alike_and_keep_the_address(
    world: World, client_for: Browser, email: str, password: str
) -> None:
    client = client_for("anonymous")
    answer = sign_in(client, email=email, password=password)
    assert answer.status_code == 403
    assert "The address and the password do not belong together" in answer.text
    assert f'value="{email}"' in answer.text
    assert password == "" or password not in answer.text
    assert not is_signed_in(client)


@pytest.mark.parametrize("email", ["", "ken", "a\x00@b.org", "x" * 300 + "@b.org", "<script>@b.org"])
def test_what_is_no_address_is_said_to_be_none(world: World, client_for: Browser, email: str) -> None:
    answer = sign_in(client_for("anonymous"), email=email)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "<script>@" not in answer.text


def test_unknown_and_known_addresses_cost_the_same(
    world: World, client_for: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One password is checked either way: that is what takes the time, and what a stopwatch would see."""
    checked: list[str] = []

    def watched(function: Callable[..., object], *args: str) -> object:
        checked.append(args[0][:30])
        return function(*args)

    monkeypatch.setattr(passwords, "run_off_hub", watched)
    for email in (KEN, "nobody@example.org"):
        assert sign_in(client_for("anonymous"), email=email, password="wrong").status_code == 403
    assert len(checked) == 2
    assert checked[0] == checked[1], "the same parameters of argon2"


def test_the_eleventh_failure_of_an_account_waits(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    for _ in range(10):
        assert sign_in(client, password="wrong").status_code == 403
    refused = sign_in(client)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Too many attempts" in refused.text
    assert sign_in(client, email=cast.CAST["canada"].email).status_code == 303, (
        "others share the address, not the limit"
    )


def test_fifty_people_sign_in_at_once(database_url: str, db: Db, world: World, tmp_path: Path) -> None:
    """On the real server: none is refused, none waits for another's password, everybody is themselves."""
    for number in range(50):
        cast.account(db, f"p{number}@example.org", f"Person {number}")
    db.commit()
    server = ForkedServer(database_url, tmp_path / "server.log").start()
    start, outcomes = threading.Barrier(50), []

    def arrive(number: int) -> None:
        browser = requests.Session()
        token = csrf_of(browser.get(f"{server.url}/sign-in", timeout=60).text)
        start.wait(60)
        data = {
            "csrf_token": token,
            "email": f"p{number}@example.org",
            "password": cast.PASSWORD,
            "next": "/account",
        }
        answer = browser.post(f"{server.url}/sign-in", data=data, timeout=60)
        outcomes.append((answer.status_code, f'value="Person {number}"' in answer.text))

    threads = [threading.Thread(target=arrive, args=(number,)) for number in range(50)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)
    finally:
        server.stop()
    assert outcomes == [(200, True)] * 50
    assert len(db.scalars(select(SignIn)).all()) == 50


def test_signing_in_renews_the_cookie_and_the_form_token(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    before = csrf_of(client.get("/sign-in").text)
    sign_in(client)
    stale = client.post("/account/name", data={"csrf_token": before, "name": "Mallory"})
    assert stale.status_code == 400
    assert "Mallory" not in client.get("/account").text


def test_a_fixed_session_is_not_taken_over(world: World, client_for: Browser) -> None:
    """An attacker's cookie, planted before somebody signs in, must not be signed in afterwards."""
    victim, attacker = client_for("anonymous"), client_for("anonymous")
    attacker.get("/sign-in")
    planted = attacker.get_cookie("session", domain="consult.test")
    assert planted is not None
    victim.set_cookie("session", planted.value, domain="consult.test")
    sign_in(victim)
    assert is_signed_in(victim)
    assert not is_signed_in(attacker)


def test_signing_in_again_ends_the_sign_in_before(world: World, client_for: Browser, db: Db) -> None:
    client = client_for("kenya")
    sign_in(client, email=cast.CAST["canada"].email)
    rows = db.scalars(select(SignIn).order_by(SignIn.id)).all()
    assert [row.revoked_at is not None for row in rows] == [True, False]


def test_a_form_without_its_token_is_refused(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    for address in (
        "/sign-in",
        "/sign-in/link",
        "/sign-out",
        "/sign-in/link/x",
        "/invitations/x",
        "/first-start",
        "/signed-out",
    ):
        assert client.post(address, data={"email": KEN}).status_code == 400, address


def test_a_form_from_another_site_is_refused(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    token = csrf_of(client.get("/sign-in").text)
    data = {"csrf_token": token, "email": KEN, "password": cast.PASSWORD}
    assert client.post("/sign-in", data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "http:evil.example", "javascript:alert(1)", " //evil.example", "/%0d%0aSet-Cookie:x\r\nx", "@evil.example", "/" + "a" * 600,
        "https:///evil.example", "//evil.example\\@consult.test", "/\u2028/evil.example", "http://[::1",
    ],
)  # fmt: skip
def test_nothing_leads_away_after_signing_in(world: World, client_for: Browser, target: str) -> None:
    assert own_path(target) == "/"
    client = client_for("anonymous")
    assert f'value="{target}"' not in client.get("/sign-in", query_string={"next": target}).text
    assert sign_in(client, next=target).headers["Location"] == "/"


@pytest.mark.parametrize("target", ["/", "/c/abc/people?q=x&role=delegate", "/rooms/abc#items", "/c/%D8%A7"])
def test_own_pages_are_where_signing_in_leads(target: str) -> None:
    assert own_path(target) == target


def test_fields_that_are_not_on_the_form_have_no_effect(world: World, client_for: Browser, db: Db) -> None:
    extra = {
        "role": "admin",
        "is_admin": "1",
        "is_secretariat": "1",
        "delegation_id": "2",
        "user_id": "1",
        "id": "1",
        "approved": "1",
    }
    client = client_for("anonymous")
    sign_in(client, **extra)
    post(client, "/account/name", name="Ken", email="other@example.org", password_hash="x", **extra)
    db.expire_all()
    user = db.scalars(select(User).where(User.email == KEN)).one()
    assert (user.name, user.is_secretariat, user.disabled_at) == ("Ken", False, None)
    assert db.scalars(select(User).where(User.is_secretariat)).all() == []


def test_a_shared_device_forgets_sooner_and_with_the_browser(
    world: World, client_for: Browser, db: Db
) -> None:
    client = client_for("anonymous")
    answer = sign_in(client, shared="1")
    assert "Expires" not in answer.headers["Set-Cookie"]
    assert "Expires" in sign_in(client_for("anonymous")).headers["Set-Cookie"]
    assert [row.shared_device for row in db.scalars(select(SignIn).order_by(SignIn.id))] == [True, False]


def test_cookies_are_hidden_from_scripts_and_bound_to_https(
    settings: Settings, engine: Engine, world: World
) -> None:
    app = create_app(replace(settings, public_url="https://consult.test"), engine=engine)
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://consult.test")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_signing_out_ends_the_cookie_for_good(world: World, client_for: Browser, db: Db) -> None:
    client, thief = client_for("kenya"), client_for("anonymous")
    stolen = client.get_cookie("session", domain="consult.test")
    assert stolen is not None
    thief.set_cookie("session", stolen.value, domain="consult.test")
    assert is_signed_in(thief)
    assert client.get("/sign-out").status_code == 405
    answer = post(client, "/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert "Clear-Site-Data" not in answer.headers, "text in this browser is never cleared unasked"
    assert not is_signed_in(client)
    assert not is_signed_in(thief)
    assert "sign_in.ended" in db.scalars(select(OutboxEvent.name)).all()


def test_a_shared_device_asks_before_it_is_cleared(world: World, client_for: Browser) -> None:
    client = client_for("anonymous")
    sign_in(client, shared="1")
    answer = post(client, "/sign-out")
    assert answer.headers["Location"] == "/signed-out"
    assert "Clear-Site-Data" not in answer.headers
    cleared = post(client, "/signed-out", page="/signed-out")
    assert cleared.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_an_idle_sign_in_has_ended(world: World, client_for: Browser) -> None:
    client = client_for("kenya")
    later = clock.now() + timedelta(days=30)
    clock.set_source(lambda: later)
    assert not is_signed_in(client)


def test_use_is_written_down_once_a_minute(world: World, client_for: Browser, db: Db) -> None:
    client = client_for("kenya")
    first = db.scalars(select(SignIn.last_seen_at)).one()
    db.rollback()
    client.get("/account")
    assert db.scalars(select(SignIn.last_seen_at)).one() == first
    db.rollback()
    later = clock.now() + timedelta(minutes=5)
    clock.set_source(lambda: later)
    client.get("/account")
    assert db.scalars(select(SignIn.last_seen_at)).one() == later


def test_a_mailed_link_signs_in_by_its_button_and_once(
    world: World, client_for: Browser, sent: list[Mail]
) -> None:
    client = client_for("anonymous")
    answer = post(client, "/sign-in/link", page="/sign-in", email=KEN, next="/account")
    assert (answer.status_code, sent[0].to) == (303, KEN)
    address = link_in(sent[0])
    page = client.get(address)
    assert page.status_code == 200
    assert client.get(address).status_code == 200, "a mail scanner that opens the link must not use it up"
    assert not is_signed_in(client)
    assert (
        post(client, address.partition("?")[0], page=address, next="/account").headers["Location"]
        == "/account"
    )
    assert is_signed_in(client)
    again = client_for("anonymous")
    assert again.get(address).status_code == 403
    reused = post(again, address.partition("?")[0], page="/sign-in")
    assert reused.status_code == 403
    assert "This link has been used" in reused.text
    assert not is_signed_in(again)


def test_asking_for_a_link_does_not_say_who_has_an_account(
    world: World, client_for: Browser, sent: list[Mail]
) -> None:
    answers = []
    for email in (KEN, "nobody@example.org"):
        client = client_for("anonymous")
        answer = post(client, "/sign-in/link", page="/sign-in", email=email)
        shown = client.get("/sign-in").text.replace(email, "X")
        answers.append((answer.status_code, answer.headers["Location"], re.sub(r'value="[^"]*"', "", shown)))
    assert answers[0] == answers[1]
    assert [message.to for message in sent] == [KEN]


def test_the_sixth_link_within_an_hour_waits(world: World, client_for: Browser, sent: list[Mail]) -> None:
    client = client_for("anonymous")
    for email in (KEN, "nobody@example.org"):
        codes = [post(client, "/sign-in/link", page="/sign-in", email=email).status_code for _ in range(6)]
        assert codes == [303] * 5 + [429]
    assert len(sent) == 5


def test_links_are_built_from_the_configured_address(
    world: World, client_for: Browser, sent: list[Mail]
) -> None:
    client = client_for("anonymous")
    token = csrf_of(client.get("/sign-in").text)
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    client.post("/sign-in/link", data={"csrf_token": token, "email": KEN}, headers=headers)
    assert "evil" not in sent[0].text
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 421


@pytest.mark.parametrize("token", ["x", "0" * 43, "%00", "é" * 20, "../account"])
def test_forged_links_open_nothing(world: World, client_for: Browser, token: str) -> None:
    client = client_for("anonymous")
    assert client.get(f"/sign-in/link/{token}").status_code in (403, 404)
    assert not is_signed_in(client)


def test_a_link_of_the_sample_signs_in_when_opened_there_only(
    settings: Settings, engine: Engine, db: Db, world: World, client_for: Browser
) -> None:
    token = accounts.issue_link(db, world.users["kenya"], reusable=True, days=9)
    db.commit()
    demo = create_app(replace(settings, demo=True), engine=engine)
    demo.config["SERVER_NAME"] = "consult.test"
    for _ in range(2):
        client = demo.test_client()
        assert client.get(f"/sign-in/link/{token}").status_code == 303
        assert is_signed_in(client)
    production = client_for("anonymous")
    assert production.get(f"/sign-in/link/{token}").status_code == 403
    assert post(production, f"/sign-in/link/{token}", page="/sign-in").status_code == 403
    assert not is_signed_in(production)
