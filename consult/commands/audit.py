"""Verifying the record."""

import json
from pathlib import Path

import click

from consult.audit import chain
from consult.audit import service as audit_log
from consult.commands.context import engine
from consult.db import reading_session


@click.group()
def audit() -> None:
    """The hash-chained log of every act."""


@audit.command()
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False), help="Check an exported record instead."
)
def verify(file: str | None) -> None:
    """Check the chain; name the first bad entry."""
    if file:
        _verify_file(Path(file))
        return
    broken = False
    with reading_session(engine()) as db:
        for verdict in audit_log.verify(db):
            if verdict.broken:
                broken = True
                click.echo(f"{verdict.chain}: BROKEN at entry {verdict.broken.seq}: {verdict.broken.why}")
            else:
                click.echo(f"{verdict.chain}: {verdict.entries} entries hold, head {verdict.head}")
    if broken:
        raise click.ClickException("the record was changed after it was written")


def _verify_file(path: Path) -> None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        entries, head = record["audit"], record["audit_head"]
        found = chain.first_break(entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.ClickException(f"{path} is not an exported record with an audit log") from error
    if found:
        raise click.ClickException(f"broken at entry {found.seq}: {found.why}")
    if not entries or entries[-1]["hash"] != head:
        raise click.ClickException(f"broken at entry {len(entries) + 1}: entries are missing at the end")
    click.echo(f"{len(entries)} entries hold, head {head}")


COMMANDS = (audit,)
