"""Every table of the product, imported once so that the mapping is complete (migrations, tests, the application)."""

from consult.announce import models as announce
from consult.audit import models as audit
from consult.decisions import models as decisions
from consult.deliberation import models as deliberation
from consult.deliberation import note_models as notes
from consult.drafting import models as drafting
from consult.items import models as items
from consult.library import models as library
from consult.people import models as people
from consult.programme import models as programme
from consult.rooms import broadcast_models as broadcasts
from consult.rooms import chat_models as chat
from consult.rooms import help_models as help_requests
from consult.rooms import models as rooms
from consult.rooms import queue_models as hands
from consult.seating import models as seating
from consult.summaries import models as summaries

ALL = (
    announce,
    audit,
    broadcasts,
    chat,
    decisions,
    deliberation,
    drafting,
    hands,
    help_requests,
    items,
    library,
    notes,
    people,
    programme,
    rooms,
    seating,
    summaries,
)
