"""Whether the process lives and can serve, for those who watch it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from consult.app import create_app
from consult.config import Settings


def client_of(app: Flask, host: str = "10.0.0.7:5000") -> FlaskClient:
    app.config["SERVER_NAME"] = host  # what the test client asks for
    return app.test_client()


def test_probes_are_answered_under_any_host(app: Flask) -> None:
    client = client_of(app)
    assert client.get("/healthz").json == {"ok": True}
    assert client.get("/readyz").json == {
        "ok": True,
        "degraded": False,
        "database": True,
        "queue": True,
    }


def test_ready_is_no_when_the_database_is_away(settings: Settings, tmp_path: object) -> None:
    broken = replace(settings, database_url=f"sqlite:///{tmp_path}/")
    answer = client_of(create_app(broken)).get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ok": False, "degraded": False, "database": False, "queue": True}
    assert client_of(create_app(broken)).get("/healthz").status_code == 200


def test_ready_stays_yes_when_the_queue_is_away_as_people_can_still_write(
    settings: Settings, engine: Engine
) -> None:
    app = create_app(replace(settings, message_queue_url="redis://127.0.0.1:1/0"), engine=engine)
    answer = client_of(app).get("/readyz")
    assert answer.status_code == 200, (
        "a balancer would send everybody away though nothing depends on the queue"
    )
    assert answer.json == {"ok": True, "degraded": True, "database": True, "queue": False}


def test_ready_asks_the_queue(settings: Settings, engine: Engine, redis_url: str) -> None:
    app = create_app(replace(settings, message_queue_url=redis_url), engine=engine)
    answer = client_of(app).get("/readyz")
    assert (answer.status_code, answer.json and answer.json["queue"]) == (200, True)


def test_metrics_are_off_unless_asked_for(settings: Settings, engine: Engine, app: Flask) -> None:
    assert client_of(app, "consult.test").get("/metrics").status_code == 404
    measured = create_app(replace(settings, metrics=True), engine=engine)
    gauge: Callable[[], int] = lambda: 7  # noqa: E731
    measured.extensions["consult.gauges"]["marker"] = gauge
    answer = client_of(measured, "consult.test").get("/metrics")
    assert answer.content_type.startswith("text/plain")
    assert "\nconsult_marker 7\n" in f"\n{answer.text}"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_not_kept_by_caches(path: str, app: Flask) -> None:
    assert "no-" in client_of(app).get(path).headers["Cache-Control"]
