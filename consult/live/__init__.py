"""The live entrance: one Socket.IO server, websocket only. Handlers hold no rules: they parse, load, call a service, ack.

A connection belongs to a sign-in. What its person may do is read from the database at every event (drafting keeps a
cached actor that a commit invalidates), and what it may hear is checked when it follows an audience and again whenever
a right changed.
"""

from flask import Flask
from flask_socketio import SocketIO

from consult.live import delivery, digests, drafting, engine, events, posting, presence, transport, visits
from consult.live.connections import Connections
from consult.live.hub import Hub
from consult.live.lane import Lane
from consult.live.manager import IndexedManager
from consult.live.turns import Turns

#: How often a page is asked whether it is there, and how long it may take to answer: who is cut off without a word, on either side, is found
#: out within 15 seconds, and a phone on a bad line has seven to answer.
PING_SECONDS, PONG_SECONDS = 7, 7
#: Pages that are made side by side where the database is another server.
PAGES_AT_ONCE = 4


def register(app: Flask) -> None:
    """Create the Socket.IO server and the handlers. Background work starts with `hub.start()`, in the server process."""
    settings = app.extensions["consult.settings"]
    engine_options = {
        "async_mode": "gevent" if _gevent_runs() else "threading",
        "transports": ["websocket"],
        "cors_allowed_origins": [settings.public_url],
        "max_http_buffer_size": transport.MESSAGE_BYTES,
        "ping_interval": PING_SECONDS,
        "ping_timeout": PONG_SECONDS,
    }
    socketio = SocketIO(
        app,
        async_handlers=False,
        manage_session=False,
        always_connect=False,
        client_manager=IndexedManager(),
        **engine_options,
    )
    hub = Hub(
        app=app,
        server=socketio.server,
        sessions=app.extensions["consult.sessions"],
        engine=app.extensions["consult.engine"],
        settings=settings,
        connections=Connections(),
        lane=Lane(socketio.server, engine.use(socketio.server, **engine_options)) if _gevent_runs() else None,
    )
    app.extensions["consult.hub"] = hub
    if _gevent_runs():
        # A database server answers while another page is made; SQLite is our own work.
        at_once = 1 if hub.engine.dialect.name == "sqlite" else PAGES_AT_ONCE
        app.extensions["consult.turns"] = Turns(at_once)
    events.register(hub, socketio)
    presence.register(hub)
    visits.register(hub)
    digests.register(hub)
    drafting.register(hub)
    posting.register(hub)
    delivery.register(hub)


def _gevent_runs() -> bool:
    from gevent import monkey

    return bool(monkey.is_module_patched("socket"))
