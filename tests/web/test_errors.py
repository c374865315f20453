"""Refusals and failures: a page with the right status, a way back, and what was typed."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from consult.errors import Conflict, Invalid, NotAllowed, TooLate, TooMany
from tests.cast import World
from tests.conftest import csrf_of

Browsers = Callable[[str], FlaskClient]
pytestmark = pytest.mark.usefixtures("world")
TYPED = "A sentence that took somebody ten minutes to write."


@pytest.fixture
def failing(app: Flask) -> Callable[[BaseException], None]:
    """Makes GET and POST /fails raise what the test chooses."""
    chosen: list[BaseException] = []

    @app.route("/fails", methods=["GET", "POST"])
    def fails() -> str:
        raise chosen[0]

    return chosen.append


def sent(client: FlaskClient, address: str, **fields: str) -> Any:
    token = csrf_of(client.get("/account").text)
    return client.post(
        address,
        data={"csrf_token": token, **fields},
        headers={"Referer": "http://consult.test/account?x=1"},
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Conflict("conflict"), 409),
        (NotAllowed("facilitators_only"), 403),
        (TooLate("decision.past_deadline", now="2017-06-19T15:00:00+00:00"), 409),
        (TooMany("too_many", after=30), 429),
        (Invalid("form.invalid", fields={"title": "Give it a title."}), 422),
        (ValueError("secret internals"), 500),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    error: Exception, status: int, failing: Callable[[BaseException], None], client_for: Browsers
) -> None:
    failing(error)
    answer = sent(client_for("kenya"), "/fails", words=TYPED, password="never shown again")
    assert answer.status_code == status
    assert TYPED in answer.text
    assert "never shown again" not in answer.text
    assert "secret internals" not in answer.text
    assert "Traceback" not in answer.text
    assert 'href="/account"' in answer.text
    assert ("Retry-After" in answer.headers) == (status == 429)


def test_programs_are_answered_in_json(
    failing: Callable[[BaseException], None], client_for: Browsers
) -> None:
    failing(Invalid("form.invalid", fields={"title": "Give it a title."}))
    answer = client_for("kenya").get("/fails", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["code"] == "form.invalid"
    assert answer.json["error"]["fields"] == {"title": "Give it a title."}


def test_an_expired_form_keeps_what_was_typed(client_for: Browsers) -> None:
    client = client_for("kenya")
    answer = client.post("/sign-in", data={"csrf_token": "old", "words": TYPED})
    assert answer.status_code == 400
    assert TYPED in answer.text


def test_a_page_of_somebody_else_neither_brings_nor_sends_anything(client_for: Browsers) -> None:
    client = client_for("kenya")
    token = csrf_of(client.get("/account").text)
    theirs, own = {"Consult-Person": "somebodyelse"}, {"Consult-Person": _account(client)}
    sent = client.post("/account/name", data={"csrf_token": token, "words": TYPED}, headers=theirs)
    assert sent.status_code == 409
    assert TYPED in sent.text
    assert client.get("/account", headers=theirs).status_code == 409
    assert client.get("/account", headers=own).status_code == 200


def test_hostile_text_is_shown_as_text(client_for: Browsers) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    answer = client_for("kenya").post("/sign-in", data={"words": hostile})
    assert "<script>alert" not in answer.text
    assert "&lt;/textarea&gt;" in answer.text


@pytest.mark.parametrize(
    "referrer",
    ["https://evil.example/x", "http://consult.test//evil.example", "javascript:alert(1)", "http://["],
)
def test_the_way_back_leads_only_to_our_own_pages(referrer: str, client_for: Browsers) -> None:
    answer = client_for("kenya").get("/nothing", headers={"Referer": referrer})
    assert answer.status_code == 404
    assert "evil" not in answer.text
    assert "javascript:" not in answer.text


@pytest.mark.parametrize("name", ["anonymous", "kenya"])
def test_what_is_not_there_is_a_page(name: str, client_for: Browsers, world: World) -> None:
    for address in (
        "/nothing",
        "/s/zzzzzzzzzzzz",
        f"/s/{world.session.public_id}/nothing",
        "/%00",
        "/s/%ff%fe",
    ):
        answer = client_for(name).get(address)
        assert answer.status_code in (404, 303)
        if answer.status_code == 404:
            assert "There is nothing here for you" in answer.text


@pytest.mark.parametrize(
    ("size", "kind"), [(7, "application/x-www-form-urlencoded"), (3, "multipart/form-data; boundary=end")]
)
def test_too_much_at_once_is_a_page(size: int, kind: str, client_for: Browsers) -> None:
    head, foot = b'--end\r\nContent-Disposition: form-data; name="words"\r\n\r\n', b"\r\n--end--\r\n"
    body = head + b"x" * (size * 1024 * 1024) + foot
    answer = client_for("kenya").post("/sign-in", data=body, content_type=kind)
    assert answer.status_code == 413
    assert "That is too much at once" in answer.text
    assert len(answer.data) < 20_000


def test_too_many_fields_are_refused(client_for: Browsers) -> None:
    parts = {f"f{number}": "x" for number in range(2500)}
    answer = client_for("kenya").post("/sign-in", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413


def test_an_unreachable_database_is_a_page_without_a_trace(
    app: Flask, client_for: Browsers, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_for("kenya")
    token = csrf_of(client.get("/account").text)
    engine = app.extensions["consult.engine"]

    @event.listens_for(engine, "begin")
    def away(_connection: object) -> None:
        import sqlite3

        from sqlalchemy.exc import OperationalError

        raise OperationalError("SELECT secret FROM user", {}, sqlite3.OperationalError("unable to open"))

    try:
        with caplog.at_level(logging.ERROR):
            read = client.get("/")
            wrote = client.post("/sign-in", data={"csrf_token": token, "words": TYPED})
    finally:
        event.remove(engine, "begin", away)
    for answer in (read, wrote):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "<html" in answer.text
        assert "The service is not available" in answer.text
        for word in ("SELECT", "Traceback", "sqlite", "OperationalError"):
            assert word not in answer.text
    assert TYPED in wrote.text
    assert client.get("/").status_code == 200


def test_error_pages_ignore_the_part_that_was_asked_for(client_for: Browsers) -> None:
    answer = client_for("kenya").get("/nothing?part=document")
    assert answer.status_code == 404
    assert "<html" in answer.text


def test_what_a_rule_says_of_a_field_is_shown_in_words(
    failing: Callable[[BaseException], None], client_for: Browsers
) -> None:
    failing(
        Invalid("form.invalid", fields={"minutes": "field.number", "room": "field.choice"}, low=1, high=9)
    )
    page = sent(client_for("kenya"), "/fails").text
    assert "Write a whole number from 1 to 9." in page
    assert "Choose one of the options." in page
    assert "field." not in page


def _account(client: FlaskClient) -> str:
    found = re.search(r'data-person="(\w+)"', client.get("/account").text)
    assert found is not None
    return found[1]
