"""Accounts and people from the command line, with the rights of whoever runs the server."""

from pathlib import Path

import click
from sqlalchemy import select

from consult.commands.context import sessions, settings_for_command
from consult.db import unit_of_work
from consult.people import accounts, service
from consult.people.imports import import_plan
from consult.people.service import Outcome
from consult.programme.models import Consultation


@click.command("create-organizer")
@click.argument("email")
@click.option("--name", default="", help="Name shown to others; the address when left out.")
def create_organizer(email: str, name: str) -> None:
    """Make the account EMAIL, which may create consultations, and print a sign-in link."""
    email = _checked(email)
    with unit_of_work(sessions()) as db:
        user = service.create_organizer(db, email=email, name=name or email.partition("@")[0])
        token = accounts.issue_link(db, user)
    _print_link(email, token)


@click.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a link that signs EMAIL in: it works once, for 15 minutes."""
    with unit_of_work(sessions()) as db:
        user = accounts.account_for(db, email)
        if user is None or user.disabled_at is not None:
            raise click.ClickException(f"nobody can sign in as {email}")
        token = accounts.issue_link(db, user)
    _print_link(email, token)


@click.group("import")
def import_group() -> None:
    """Bring data in."""


@import_group.command("people")
@click.argument("consultation")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen and change nothing.")
def import_people(consultation: str, file: Path, dry_run: bool) -> None:
    """Import the people on FILE (CSV or XLSX) into CONSULTATION (the id in its address).

    Every bad cell is reported with row and column; with any, nothing is changed.
    """
    plan = import_plan(file.read_bytes())
    if not plan.is_clean:
        for problem in plan.problems:
            click.echo(str(problem))
        cells = len(plan.problems)
        raise click.ClickException(f"nothing was imported: {cells} to correct in {file.name}")
    with unit_of_work(sessions()) as db:
        found = db.scalar(select(Consultation).where(Consultation.public_id == consultation))
        if found is None:
            raise click.ClickException(f"there is no consultation {consultation}")
        outcome = (
            service.planned(db, found, plan) if dry_run else service.import_people(db, None, found, plan)
        )
    click.echo(_report(outcome, dry_run=dry_run))


def _report(outcome: Outcome, *, dry_run: bool) -> str:
    begin = "would add" if dry_run else "added"
    return (
        f"{begin} {outcome.added} of {outcome.people} people and {len(outcome.new_delegations)} delegations; "
        f"{outcome.present} take part already, {outcome.withdrawn} were withdrawn and stay so"
    )


def _checked(email: str) -> str:
    email = email.strip().lower()
    if not accounts.is_address(email):
        raise click.UsageError(f"{email!r} is not an e-mail address")
    return email


def _print_link(email: str, token: str) -> None:
    click.echo(f"{email} signs in here, once, within 15 minutes:")
    click.echo(f"{settings_for_command().public_url}/sign-in/link/{token}")


COMMANDS = (create_organizer, sign_in_link, import_group)
