"""Starting the server."""

import os
import sys

import click

from consult import migrating
from consult.config import settings_from


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve in production. Settings come from CONSULT_… variables."""
    settings = settings_from()
    pending = migrating.pending(settings.database_url)
    if pending:
        raise click.ClickException(
            f"the database is not up to date ({pending}): run `consult db upgrade` first"
        )
    start(host, port)


def start(host: str, port: int, environ: dict[str, str] | None = None) -> None:
    """Become the server process, so that signals reach it directly and gevent patches before everything else."""
    arguments = [sys.executable, "-m", "consult.server", "--host", host, "--port", str(port)]
    os.execve(  # noqa: S606  (our own module, no shell)
        sys.executable, arguments, {**os.environ, **(environ or {})}
    )


COMMANDS = (serve,)
