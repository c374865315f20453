"""What the log never holds: secrets that open a door, and what people wrote or answered."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from consult.web import invitations
from tests.cast import PASSWORD, World
from tests.conftest import csrf_of

Browsers = Callable[[str], FlaskClient]


def test_a_statement_that_failed_does_not_tell_its_values(engine: Engine) -> None:
    """Row 53: a ballot that could not be written stays secret."""
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("INSERT INTO no_such_table VALUES (:choice)"), {"choice": "my-secret-answer"})
    assert "my-secret-answer" not in str(failed.value)


def test_a_token_in_an_address_is_not_logged(
    app: Flask, client_for: Browsers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 53: a page that failed for whatever reason does not hand out its invitation."""

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(invitations, "invitation_for", fail)
    with caplog.at_level(logging.DEBUG):
        assert client_for("anonymous").get("/invitations/token-of-mine").status_code == 500
    assert "unexpected error path=/invitations/…" in caplog.text
    assert "token-of-mine" not in caplog.text


def test_failures_log_neither_cookie_nor_password_nor_text(
    client_for: Browsers,
    world: World,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Row 53: a 500 in the middle of an act."""
    client = client_for("kenya")
    token = csrf_of(client.get("/account").text)

    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("consult.web.profile.accounts.rename", fail)
    form = {"csrf_token": token, "name": "Words-that-were-typed", "password": PASSWORD}
    with caplog.at_level(logging.DEBUG):
        assert client.post("/account/name", data=form).status_code == 500
    cookie = client.get_cookie("session", domain="consult.test")
    assert cookie is not None
    assert "unexpected error path=/account/name" in caplog.text
    for secret in (token, PASSWORD, "Words-that-were-typed", cookie.value):
        assert secret not in caplog.text
