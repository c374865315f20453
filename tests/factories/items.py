"""Items at the stations of their way, made through the services a person's clicks call."""

from sqlalchemy import select

from consult import clock, richtext
from consult.db import Db
from consult.drafting import store
from consult.drafting.models import Draft
from consult.items import service as items
from consult.items.models import ActionItem
from consult.proceedings import service as proceedings
from consult.rooms.models import RoomState
from tests.cast import World
from tests.drafting.stage import Editor

TITLE = "Training by secondment"
TEXT = "By mid-2019 [ten] States train the officers of States that ask for it."
FACTS = {
    "term": "short",
    "actor:international_organisation": True,
    "target:10.7": "aligns",
    "indicator": "Median days",
}


def drafted(db: Db, world: World, *, by: str = "kenya", title: str = TITLE, text: str = TEXT) -> ActionItem:
    """An item of room 1 that has a title, a text and facts."""
    item = items.create_item(db, world.actor(db, by), world.rooms[0], title=title)
    items.write_item(db, world.actor(db, by), item, text=richtext.from_text(text), facts=dict(FACTS))
    return item


def submitted(db: Db, world: World, **wording: str) -> ActionItem:
    """An item that its room has submitted."""
    item = drafted(db, world, **wording)
    items.submit_items(db, world.actor(db, "kenya"), world.rooms[0], items=[item])
    return item


def under_comment(db: Db, world: World, number: int = 1) -> list[ActionItem]:
    """Items in plenary: the rooms are closed and the report-back is open. Committed."""
    made = [submitted(db, world, title=f"{TITLE} {count}") for count in range(1, number + 1)]
    close_rooms(db, world)
    proceedings.open_report_back(db, world.actor(db, "facilitator"), world.session)
    db.commit()
    return made


def close_rooms(db: Db, world: World) -> None:
    """Close the rooms as the clock does."""
    for room in world.rooms:
        room.state = RoomState.CLOSED.value
    db.flush()


def suggested(db: Db, item: ActionItem, *, name: str, line: int = 0, paragraph: str = "") -> None:
    """An open suggestion in an item's draft: a line to be taken out, or a paragraph to be put in at the end."""
    draft = db.scalars(select(Draft).where(Draft.item_id == item.id)).one()
    editor = Editor(9001)
    editor.receive(store.load(db, draft).encoded())
    mark = {"id": name, "by": "9001"}
    if paragraph:
        editor.paragraph(paragraph)
        editor.lines()[-1].format(0, len(paragraph), {"insertion": mark})
    else:
        words = editor.lines()[line]
        words.format(0, len(str(words)), {"deletion": mark})
    rows = editor.take_outgoing()
    entries = [store.Entry(draft.id, draft.seq + number, data) for number, data in enumerate(rows, 1)]
    store.append(db, entries, clock.now())
    db.flush()
    db.refresh(draft)
