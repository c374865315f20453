"""The cookie of a browser when the server's clock is wrong."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from consult import clock
from tests.cast import World
from tests.conftest import csrf_of

Browsers = Callable[[str], FlaskClient]


@pytest.mark.parametrize(("ahead", "holds"), [(600, True), (86_000, True), (90_000, False)])
def test_a_sign_in_outlives_a_clock_that_is_set_back(
    world: World, client_for: Browsers, monkeypatch: pytest.MonkeyPatch, ahead: int, holds: bool
) -> None:
    """The cookie then seems to have been signed in the future. One that was signed more than a day ahead is let go."""
    right, wrong = time.time(), clock.now() + timedelta(seconds=ahead)
    clock.set_source(lambda: wrong)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("itsdangerous.timed.time", SimpleNamespace(time=lambda: right + ahead))
        client = client_for("kenya")
        token = csrf_of(client.get("/account").text)
    clock.set_source(None)
    assert (client.get("/account").status_code == 200) == holds
    if holds:
        assert client.post("/account/name", data={"csrf_token": token, "name": "K"}).status_code == 303
