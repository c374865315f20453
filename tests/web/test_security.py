"""Headers, cookies, hosts, origins, tokens and sizes: what every answer and every form is held to."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from consult.app import create_app
from consult.config import Settings
from consult.db import Db
from tests import cast
from tests.cast import World
from tests.conftest import csrf_of

Browsers = Callable[[str], FlaskClient]
pytestmark = pytest.mark.usefixtures("world")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def checked(answer: Any) -> None:
    for name, value in ALWAYS.items():
        assert answer.headers[name] == value
    policy = answer.headers["Content-Security-Policy"]
    for directive in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe" not in policy
    assert "camera=()" in answer.headers["Permissions-Policy"]


def test_headers_are_on_every_kind_of_answer(client_for: Browsers, world: World, app: Flask) -> None:
    anonymous, facilitator = client_for("anonymous"), client_for("facilitator")
    style = app.jinja_env.globals["static_url"]("css/layers.css")  # type: ignore[operator]
    answers = [
        anonymous.get("/sign-in"),
        anonymous.get(f"/s/{world.session.public_id}/summary"),
        anonymous.get("/nothing/here"),
        anonymous.get(style),
        anonymous.get("/static/0/none.js"),
        anonymous.post("/sign-in", data={"email": "x"}),
        anonymous.get("/healthz"),
        anonymous.get("/", headers={"Host": "evil.example"}),
        anonymous.post("/sign-in", headers={"Origin": "https://evil.example"}),
        anonymous.delete("/sign-in"),
        facilitator.get("/"),
    ]
    assert [answer.status_code for answer in answers] == [
        200,
        303,
        404,
        200,
        404,
        400,
        200,
        421,
        403,
        405,
        200,
    ]
    for answer in answers:
        checked(answer)
        assert "Strict-Transport-Security" not in answer.headers


def test_pages_of_signed_in_people_are_kept_nowhere(client_for: Browsers) -> None:
    assert client_for("kenya").get("/").headers["Cache-Control"] == "no-store"


def browser(app: Flask) -> FlaskClient:
    app.config["SERVER_NAME"] = "consult.test"  # what the test client asks for
    return app.test_client()


def test_over_https_cookies_are_bound_to_the_host(settings: Settings, engine: Engine, world: World) -> None:
    app = create_app(replace(settings, public_url="https://consult.test"), engine=engine)
    client = browser(app)
    page = client.get("/sign-in?lang=ar", base_url="https://consult.test")
    token = csrf_of(page.text)
    answer = client.post(
        "/sign-in",
        base_url="https://consult.test",
        data={"csrf_token": token, "email": cast.CAST["kenya"].email, "password": cast.PASSWORD},
    )
    assert answer.status_code == 303
    cookies = page.headers.getlist("Set-Cookie") + answer.headers.getlist("Set-Cookie")
    session = [found for found in cookies if found.startswith("__Host-session=")]
    assert session
    for cookie in session:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert all("Secure" in found and "SameSite=Lax" in found for found in cookies)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_forged_host_gets_no_page_and_no_link(client_for: Browsers) -> None:
    client = client_for("anonymous")
    for host in ("evil.example", "consult.test.evil.example", "consult.test:81", ""):
        answer = client.get("/sign-in", headers={"Host": host})
        assert answer.status_code in (400, 421)
        assert "evil" not in answer.text


def test_forwarded_headers_are_believed_only_from_configured_proxies(
    settings: Settings, engine: Engine, client_for: Browsers
) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "203.0.113.9"}
    assert client_for("anonymous").get("/sign-in", headers=forged).status_code == 200
    behind = create_app(replace(settings, proxy_hops=1), engine=engine)
    answer = browser(behind).get("/sign-in", headers=forged)
    assert answer.status_code == 200
    assert "evil" not in answer.text


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://consult.test.evil.example"])
def test_forms_of_other_sites_are_refused_even_with_a_token(
    origin: str, client_for: Browsers, world: World
) -> None:
    client = client_for("facilitator")
    address = f"/s/{world.session.public_id}/summary"
    token = csrf_of(client.get(address).text)
    refused = client.post(f"{address}/generate", data={"csrf_token": token}, headers={"Origin": origin})
    assert refused.status_code == 403
    assert "There is no summary yet" in client.get(address).text
    own = client.post(
        f"{address}/generate", data={"csrf_token": token}, headers={"Origin": "http://consult.test"}
    )
    assert own.status_code == 303


def test_every_act_needs_a_token(app: Flask, client_for: Browsers, world: World) -> None:
    client = client_for("facilitator")
    exempt, asked = [], 0
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint == "csp_report":
            continue
        address = re.sub(r"<int:\w+>", "1", str(rule))
        address = re.sub(r"<[^>]+>", "zzzzzzzzzzzz", address)
        answer = client.post(address, data={"csrf_token": "forged"})
        asked += 1
        if answer.status_code != 400 or "out of date" not in answer.text:
            exempt.append(str(rule))
    assert exempt == []
    assert asked > 10


def test_every_form_of_a_page_carries_a_token(client_for: Browsers, world: World) -> None:
    client = client_for("facilitator")
    session = world.session.public_id
    for address in ("/", f"/c/{world.consultation.public_id}", f"/s/{session}", f"/s/{session}/summary"):
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", client.get(address).text, re.DOTALL):
            assert 'name="csrf_token"' in form, address


@pytest.mark.parametrize(
    "part", ["../../base", "..%2fx", "_margin", "MARGIN", "a" * 300, "", "nothing", "x\n", "%00"]
)
def test_a_part_that_is_none_is_not_found(part: str, client_for: Browsers, world: World) -> None:
    client = client_for("facilitator")
    answer = client.get(f"/s/{world.session.public_id}/summary", query_string={"part": part})
    assert answer.status_code == 404
    assert "<html" in answer.text


@pytest.mark.parametrize("lang", ["../../etc", "ar\r\nSet-Cookie: x=1", "<script>", "x" * 5000, "", "EN"])
def test_a_language_that_is_none_is_english(lang: str, client_for: Browsers) -> None:
    answer = client_for("anonymous").get("/sign-in", query_string={"lang": lang})
    assert answer.status_code == 200
    assert '<html lang="en" dir="ltr"' in answer.text
    assert "x=1" not in str(answer.headers)
    assert "<script>" not in answer.text


def test_a_form_changes_only_what_it_is_about(client_for: Browsers, db: Db, world: World) -> None:
    client = client_for("kenya")
    token = csrf_of(client.get("/account").text)
    extra = {
        "role": "organizer",
        "is_organizer": "1",
        "user_id": "1",
        "consultation_id": "1",
        "disabled_at": "",
    }
    rules = [f"/c/{world.consultation.public_id}/settings", f"/s/{world.session.public_id}/summary/publish"]
    for address in rules:
        assert client.post(address, data={"csrf_token": token, **extra}).status_code in (403, 404, 405)
    db.rollback()
    db.refresh(world.members["kenya"])
    assert world.members["kenya"].role == "delegate"


def test_reports_of_the_browser_are_taken_quietly(client_for: Browsers) -> None:
    answer = client_for("anonymous").post("/csp-report", data=b'{"csp-report": {}}\nforged line')
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_flood_of_reports_does_not_fill_the_log(
    client_for: Browsers, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for("anonymous")
    with caplog.at_level("WARNING"):
        codes = {client.post("/csp-report", data=b"{}").status_code for _ in range(65)}
    assert codes == {204}
    assert sum("csp report" in record.message for record in caplog.records) == 60
