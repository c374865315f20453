"""Starting the server."""

import os
import sys

import click

from consult import migrating
from consult.commands.workers import serve_many
from consult.config import Settings, settings_from
from consult.db import engine_for, reading_session
from consult.people import first_start


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes; more than one needs PostgreSQL and nginx.",
)
def serve(host: str, port: int, workers: int) -> None:
    """Serve in production. Settings come from CONSULT_… variables."""
    settings = settings_from()
    pending = migrating.pending(settings.database_url)
    if pending:
        raise click.ClickException(
            f"the database is not up to date ({pending}): run `consult db upgrade` first"
        )
    _offer_first_start(settings)
    if workers > 1:
        serve_many(settings, os.environ, host, port, workers)
    else:
        start(host, port)


def _offer_first_start(settings: Settings) -> None:
    """On an empty database: print where the first account is made. The address holds a token that nobody can guess."""
    engine = engine_for(settings.database_url)
    with reading_session(engine) as db:
        waiting = first_start.is_waiting(db)
    engine.dispose()
    if waiting:
        token = first_start.token_for(settings.secret_key)
        click.echo("Nobody has an account here yet. Make the first one, for the secretariat:")
        click.echo(f"  {settings.public_url}/first-start?token={token}")


def start(host: str, port: int, environ: dict[str, str] | None = None) -> None:
    """Become the server process, so that signals reach it directly and gevent patches before everything else."""
    arguments = [sys.executable, "-m", "consult.server", "--host", host, "--port", str(port)]
    os.execve(  # noqa: S606  (our own module, no shell)
        sys.executable, arguments, {**os.environ, **(environ or {})}
    )


COMMANDS = (serve,)
