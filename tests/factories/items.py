"""Items at the stations of their way, made through the services a person's clicks call."""

from consult import richtext
from consult.db import Db
from consult.items import service as items
from consult.items.models import ActionItem
from consult.proceedings import service as proceedings
from consult.rooms.models import RoomState
from tests.cast import World

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
