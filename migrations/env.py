"""Runs the migrations, on the database `consult.migrating` names."""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from consult import tables
from consult.db import Base, engine_for

assert tables.ALL  # importing them fills the metadata
target = Base.metadata


def run() -> None:
    engine = engine_for(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            if sqlite:
                _let_tables_be_copied(connection)
            context.configure(
                connection=connection,
                target_metadata=target,
                render_as_batch=sqlite,
                transaction_per_migration=True,
                on_version_apply=[_check_references] if sqlite else [],
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


def _let_tables_be_copied(connection: Connection) -> None:
    """SQLite alters a table by copying it and dropping the old one, which rows that refer to it would forbid.

    Works outside a transaction only, so it goes past SQLAlchemy, which would begin one.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")


def _check_references(*, ctx: Any, **_rest: Any) -> None:
    """What was not enforced meanwhile holds at the end of each migration, or it is undone."""
    broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"a migration left rows that refer to nothing: {broken[:5]}")


run()
