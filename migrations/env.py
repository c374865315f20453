"""Runs the migrations, on the database `consult.migrating` names."""

from alembic import context

from consult import tables
from consult.db import Base, engine_for

assert tables.ALL  # importing them fills the metadata
target = Base.metadata


def run() -> None:
    engine = engine_for(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            sqlite = connection.dialect.name == "sqlite"
            context.configure(
                connection=connection,
                target_metadata=target,
                render_as_batch=sqlite,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


run()
