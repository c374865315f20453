"""Noting in the audit log that the record left the house."""

from consult.audit import service as audit
from consult.db import Db
from consult.permissions.actor import Actor
from consult.programme.models import Consultation, Session


def note_export(
    db: Db, actor: Actor | None, consultation: Consultation, session: Session | None, *, form: str
) -> None:
    """Write down that the record of a consultation, or of one of its sessions, was handed out as a file.

    Args:
        actor: who took it; None for the command line.
        session: None for the whole consultation.
        form: the format, such as "docx".
    """
    subject = f"session:{session.public_id}" if session else f"consultation:{consultation.public_id}"
    audit.record(db, actor, "record.exported", subject, chain=consultation.public_id, facts={"format": form})
