"""The schema, safe copies, and the state of an installation."""

import click

from consult import installation, migrating, safekeeping
from consult.commands.context import settings_for_command


@click.group()
def db() -> None:
    """The schema, and safe copies of the database."""


@db.command()
def upgrade() -> None:
    """Bring the schema to where this version needs it."""
    migrating.upgrade(settings_for_command().database_url)
    click.echo("The schema is up to date.")


@db.command("check")
def check_schema() -> None:
    """Say whether the schema is what this version needs."""
    pending = migrating.pending(settings_for_command().database_url)
    if pending:
        raise click.ClickException(f"the schema is not up to date ({pending}): run `consult db upgrade`")
    click.echo("The schema is up to date.")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True))
def backup(file: str) -> None:
    """Write a copy of the database to FILE, consistent while people work."""
    size = safekeeping.backup(settings_for_command().database_url, file)
    click.echo(f"Wrote {file} ({size:,} bytes).")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask before everything in the database is replaced.")
def restore(file: str, yes: bool) -> None:
    """Replace the database by the copy in FILE. Stop the server first."""
    url = settings_for_command().database_url
    if not yes:
        click.confirm("Everything in the database is replaced by the copy. Go on?", abort=True)
    safekeeping.restore(url, file)
    click.echo("Restored. `consult audit verify` checks the record.")


@click.command()
def check() -> None:
    """Check configuration, database, migrations, queue, mail and clock: one line each."""
    findings = installation.findings(settings_for_command())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.good else 'FAIL'} {finding.name}: {finding.what}")
    if not all(finding.good for finding in findings):
        raise click.ClickException("something needs attention, see the lines above")


COMMANDS = (db, check)
