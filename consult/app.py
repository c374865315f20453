"""The composition root: wires settings, database, sign-in, web and live entrances. Nothing imports it but entrances."""

import logging

from flask import Flask
from flask_login import LoginManager
from sqlalchemy import Engine

from consult import live, logs, web
from consult.config import ROOT, Settings
from consult.db import engine_for, sessions_for
from consult.web import compression, pages, throttle
from consult.web.context import ConsultFlask


def create_app(settings: Settings, *, engine: Engine | None = None) -> Flask:
    """The application. `engine` may be given by tests that share one with it."""
    logs.configure(settings)
    app = ConsultFlask("consult", template_folder=str(ROOT / "templates"), static_folder=None)
    app.secret_key = settings.secret_key
    # Otherwise every answer, static files too, would renew the cookie and vary with it, and no browser would cache anything.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.logger = logging.getLogger("consult.web")  # type: ignore[misc]
    engine = engine or engine_for(settings.database_url)
    app.extensions["consult.settings"] = settings
    app.extensions["consult.engine"] = engine
    app.extensions["consult.sessions"] = sessions_for(engine)
    app.extensions["consult.limiter"] = throttle.limiter_for(settings)
    app.extensions["consult.gauges"] = {}
    login = LoginManager(app)
    login.session_protection = None
    login.user_loader(web.account.load_account)
    pages.register(app)
    compression.register(app)
    web.register(app)
    live.register(app)
    return app
