"""Whether the process lives, whether it can serve, and its numbers."""

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import text

from consult.errors import NotFound
from consult.web.context import db, settings

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(ok=True)


@pages.get("/readyz")
def readyz() -> Response:
    """The database answers. Without the message queue the process serves on, only slower to tell others: degraded."""
    database, queue = _database(), _queue()
    response = jsonify(ok=database, degraded=not queue, database=database, queue=queue)
    response.status_code = 200 if database else 503
    return response


@pages.get("/metrics")
def metrics() -> Response:
    """Counters in Prometheus' text format; off unless CONSULT_METRICS is set."""
    if not settings().metrics:
        raise NotFound()
    gauges = current_app.extensions["consult.gauges"]
    lines = [f"# TYPE consult_{name} gauge\nconsult_{name} {read()}" for name, read in sorted(gauges.items())]
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")


def _database() -> bool:
    try:
        db().execute(text("SELECT 1"))
    except Exception:  # any failure to reach it is the answer
        current_app.logger.exception("readyz: database")
        return False
    return True


def _queue() -> bool:
    if not settings().message_queue_url:
        return True
    import redis

    try:
        return bool(
            redis.Redis.from_url(
                settings().message_queue_url, socket_timeout=1, socket_connect_timeout=1
            ).ping()
        )
    except redis.RedisError:
        current_app.logger.exception("readyz: queue")
        return False
