"""What commands share: the settings and the database, opened the way the server opens them."""

import os
from dataclasses import replace

from sqlalchemy import Engine

from consult.config import Settings, settings_from
from consult.db import Sessions, engine_for, sessions_for


def settings_for_command() -> Settings:
    """The settings; a command that sends no cookies needs no secret."""
    environ = dict(os.environ)
    if not environ.get("CONSULT_SECRET_KEY"):
        environ["CONSULT_DEMO"] = "1"
        return replace(settings_from(environ), demo=False, secret_key="")
    return settings_from(environ)


def engine() -> Engine:
    """The database the environment names."""
    return engine_for(settings_for_command().database_url)


def sessions() -> Sessions:
    """Sessions that write to it."""
    return sessions_for(engine())
