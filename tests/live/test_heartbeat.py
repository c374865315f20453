"""Who is cut off without a word is found out."""

from flask import Flask

from consult import live
from consult.live.engine import HEARTBEAT_SECONDS


def test_a_line_that_carries_nothing_is_noticed_within_fifteen_seconds(app: Flask) -> None:
    engine = app.extensions["consult.hub"].server.eio
    assert (engine.ping_interval, engine.ping_timeout) == (live.PING_SECONDS, live.PONG_SECONDS)
    assert engine.ping_interval + engine.ping_timeout + HEARTBEAT_SECONDS <= 15
    assert engine.ping_timeout >= 5, "a phone on a bad line has time to answer"
