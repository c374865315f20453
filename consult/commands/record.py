"""Writing the record to a file."""

from pathlib import Path

import click
from sqlalchemy import select

from consult.commands.context import engine, sessions
from consult.db import reading_session, unit_of_work
from consult.exports.gather import consultation_record, session_record
from consult.exports.run import FORMATS, render
from consult.exports.service import note_export
from consult.programme.models import Consultation, Session


@click.command()
@click.argument("consultation")
@click.option("--session", "session_id", help="Only this session, by the id in its address.")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="What kind of file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Where to write it; default: a name made of the title.",
)
def export(consultation: str, session_id: str | None, form: str, output: str | None) -> None:
    """Write the record of CONSULTATION (the id in its address) under its attribution rule, drafts of summaries included."""
    with reading_session(engine()) as db:
        event = db.scalar(select(Consultation).where(Consultation.public_id == consultation))
        if event is None:
            raise click.ClickException(f"there is no consultation {consultation}")
        session = None
        if session_id:
            session = db.scalar(
                select(Session).where(Session.public_id == session_id, Session.consultation_id == event.id)
            )
            if session is None:
                raise click.ClickException(f"there is no session {session_id} in this consultation")
            record = session_record(db, session, draft=True, log=form == "json")
        else:
            record = consultation_record(db, event, draft=True, log=form == "json")
    made = render(record, form)
    path = Path(output or made.filename)
    path.write_bytes(made.content)
    with unit_of_work(sessions()) as db:
        note_export(db, None, event, session, form=form)
    click.echo(f"Wrote {path} ({len(made.content):,} bytes).")
    if made.note:
        click.echo(made.note)


COMMANDS = (export,)
