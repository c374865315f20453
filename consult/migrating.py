"""The schema of a database: where it stands and how it gets to where the code is. The migrations are in `migrations/`."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from consult.config import ROOT
from consult.db import engine_for


def configuration(url: str) -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema down (tests)."""
    command.downgrade(configuration(url), revision)


def pending(url: str) -> str | None:
    """What is missing, in words; None when the schema is the code's."""
    head = ScriptDirectory.from_config(configuration(url)).get_current_head()
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return None if current == head else f"at {current or 'nothing'}, needed {head}"
