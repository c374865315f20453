"""The library: what rooms can quote."""

import pytest

from consult.db import Db
from consult.errors import Conflict, Invalid, NotAllowed
from consult.library import service as library
from tests.cast import World

STATEMENT = library.SourceDetails(
    kind="statement", title="Small groups that report back", reference="Canada, Panel 3, recommendation 2",
    speaker="Canada",
)  # fmt: skip


def test_the_secretariat_adds_a_source_to_a_session(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    first = library.add_source(db, organizer, world.consultation, STATEMENT, session=world.session)
    everywhere = library.add_source(
        db, organizer, world.consultation, library.SourceDetails("document", "Issue brief", "Issue brief 5")
    )
    assert list(library.sources_of(db, world.consultation.id, session_id=world.session.id)) == [
        first,
        everywhere,
    ]
    assert [first.position, everywhere.position] == [1, 2]


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (library.SourceDetails("rumour", "T", "R"), "kind"),
        (library.SourceDetails("statement", "T", "R", themes=("no such theme",)), "themes"),
    ],
)
def test_what_cannot_be_is_named(db: Db, world: World, details: library.SourceDetails, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        library.add_source(db, world.actor(db, "organizer"), world.consultation, details)
    assert set(refused.value.fields) == {field}


def test_a_source_can_be_corrected(db: Db, world: World) -> None:
    organizer = world.actor(db, "organizer")
    source = library.add_source(db, organizer, world.consultation, STATEMENT)
    library.change_source(
        db, organizer, world.consultation, source, library.SourceDetails("document", "T", "R")
    )
    assert (source.kind, source.title, source.reference, source.speaker) == ("document", "T", "R", "")


def test_only_the_secretariat_fills_the_library(db: Db, world: World) -> None:
    for name in ("facilitator", "kenya", "viewer"):
        with pytest.raises(NotAllowed):
            library.add_source(db, world.actor(db, name), world.consultation, STATEMENT)


def test_the_library_has_a_limit(db: Db, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MOST_SOURCES", 1)
    organizer = world.actor(db, "organizer")
    library.add_source(db, organizer, world.consultation, STATEMENT)
    with pytest.raises(Conflict, match=r"source.too_many"):
        library.add_source(db, organizer, world.consultation, STATEMENT)
