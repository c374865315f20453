"""Text that came after the end of a round, kept as `drafting.flush` keeps it."""

from collections.abc import Callable

from sqlalchemy import select

from consult import clock
from consult.db import Db
from consult.drafting import late, store
from consult.drafting.models import Draft, LateContribution
from consult.drafting.walker import TRUSTED, walked
from consult.items.models import ActionItem
from tests.cast import World
from tests.drafting.stage import Editor

_clients = iter(range(900_001, 1_000_000))


def kept_late(
    db: Db, world: World, item: ActionItem, change: Callable[[Editor], object], *, by: str | None = "canada"
) -> LateContribution:
    """What somebody changed in an item too late. `by`: None when no row names who it was (Chatham House Rule)."""
    draft = db.scalars(select(Draft).where(Draft.item_id == item.id)).one()
    editor = Editor(next(_clients))
    editor.receive(store.load(db, draft).encoded())
    before = editor.doc.get_state()
    change(editor)
    update = walked(editor.doc.get_update(before), TRUSTED)
    member_id = world.members[by].id if by else None
    return late.keep(db, draft.id, update, owner=by or "somebody", member_id=member_id, at=clock.now())
