"""Writing down an act on people, and telling the pages that list them."""

from consult.announce import audiences, outbox
from consult.announce.events import ConsultationChanged
from consult.audit import service as audit
from consult.db import Db
from consult.permissions.actor import Actor
from consult.programme.models import Consultation


def note(
    db: Db,
    actor: Actor | None,
    act: str,
    subject: str,
    consultation: Consultation,
    facts: dict[str, object] | None = None,
) -> None:
    """Record `act` in the consultation's audit log and announce that who takes part has changed."""
    audit.record(db, actor, act, subject, chain=consultation.public_id, facts=facts)
    event = ConsultationChanged(consultation=consultation.public_id)
    outbox.add(db, event, to=[audiences.consultation(consultation.public_id)])
