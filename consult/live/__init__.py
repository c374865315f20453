"""The live entrance: one Socket.IO server, websocket only. Handlers hold no rules: they parse, load, call a service, ack.

A connection belongs to a sign-in. What its person may do is read from the database at every event (drafting keeps a
cached actor that a commit invalidates), and what it may hear is checked when it follows an audience and again whenever
a right changed.
"""

from flask import Flask
from flask_socketio import SocketIO

from consult.live import delivery, drafting, events, presence, visits
from consult.live.connections import Connections
from consult.live.hub import Hub


def register(app: Flask) -> None:
    """Create the Socket.IO server and the handlers. Background work starts with `hub.start()`, in the server process."""
    settings = app.extensions["consult.settings"]
    socketio = SocketIO(
        app,
        async_mode="gevent" if _gevent_runs() else "threading",
        async_handlers=False,
        manage_session=False,
        always_connect=False,
        transports=["websocket"],
        cors_allowed_origins=[settings.public_url],
        max_http_buffer_size=256_000,
        ping_interval=15,
        ping_timeout=10,
    )
    hub = Hub(
        app=app,
        server=socketio.server,
        sessions=app.extensions["consult.sessions"],
        engine=app.extensions["consult.engine"],
        settings=settings,
        connections=Connections(),
    )
    app.extensions["consult.hub"] = hub
    events.register(hub, socketio)
    presence.register(hub)
    visits.register(hub)
    drafting.register(hub)
    delivery.register(hub)


def _gevent_runs() -> bool:
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
