"""Guessing a password: slowly, quickly, and all at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient

from consult.people import passwords
from tests import cast
from tests.conftest import csrf_of

Browsers = Callable[[str], FlaskClient]
pytestmark = pytest.mark.usefixtures("world")


def guess(client: FlaskClient, password: str) -> int:
    form = {"csrf_token": csrf_of(client.get("/sign-in").text), "email": cast.CAST["kenya"].email}
    return client.post("/sign-in", data={**form, "password": password}).status_code


def test_of_many_guesses_sent_at_once_ten_are_compared(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 18, for passwords: comparing takes long, so the limit must not be asked before and counted after it."""
    compared, waiting = [], threading.Event()

    def slowly(_stored: str | None, password: str) -> bool:
        compared.append(password)
        waiting.wait(3)
        return False

    monkeypatch.setattr(passwords, "matches", slowly)
    with ThreadPoolExecutor(30) as pool:
        guesses = [pool.submit(guess, app.test_client(), f"guess {number}") for number in range(30)]
        refused = [found for found in guesses if found.result(20) == 429]
    assert len(compared) == 10
    assert len(refused) == 20


def test_who_signs_in_is_forgiven_earlier_failures(client_for: Browsers) -> None:
    client = client_for("anonymous")
    for _ in range(2):
        for _ in range(9):
            assert guess(client, "wrong") == 403
        assert guess(client, cast.PASSWORD) == 303
