"""No export leaks more than the attribution rule, whatever the format."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pypdf
import pytest

from consult import clock
from consult.audit.chain import first_break
from consult.db import Db
from consult.decisions import service as decisions
from consult.deliberation import service as deliberation
from consult.drafting import service as drafting
from consult.exports.gather import consultation_record, session_record
from consult.exports.record import to_json
from consult.exports.run import FORMATS
from consult.exports.worker import made
from consult.items.models import ActionItem
from consult.summaries import service as summaries
from tests.cast import World

RULES = ("name", "delegation", "region", "none")
#: Words that occur nowhere else: who said it, and for whom.
NAMES = {"kenya": "Zanzimarker Alpha", "canada": "Quebexmarker Beta", "panelist": "Expertmarker Gamma"}
DELEGATIONS = {"kenya": "Kenyamarkeria", "canada": "Canadamarkeria", "panelist": "Agencymarker"}
MARKED = tuple(NAMES)
GROUP = "African States"


def marked(db: Db, world: World, rule: str) -> None:
    """A session with an item, comments with a reply and an answer, a closed poll, and a published summary."""
    world.consultation.attribution = rule
    for name in MARKED:
        world.users[name].name = NAMES[name]
        world.users[name].email = f"{NAMES[name].split()[0].lower()}@example.org"
        world.members[name].delegation.name = DELEGATIONS[name]
    item = ActionItem(
        consultation_id=world.consultation.id,
        session_id=world.session.id,
        room_id=world.rooms[0].id,
        number=1,
        title="Identity documents",
        text={"type": "doc", "content": [{"type": "paragraph"}]},
        facts={"term": "short"},
        state="under_comment",
        created_by_id=world.members["kenya"].id,
        created_at=clock.now(),
    )
    db.add(item)
    db.flush()
    drafting.create_draft(db, item)
    kenya, canada = world.actor(db, "kenya"), world.actor(db, "canada")
    comment = deliberation.post_comment(db, kenya, item, kind="concern", text="Costs are open.")
    deliberation.post_comment(db, canada, item, kind="support", text="A shared fund.", parent=comment)
    deliberation.post_comment(db, world.actor(db, "panelist"), item, kind="support", text="Well founded.")
    deliberation.answer_comment(db, kenya, comment, answer="noted", reason="Taken up later.")
    facilitator = world.actor(db, "facilitator")
    deadline = clock.now() + timedelta(hours=1)
    (poll,) = decisions.open_poll(db, facilitator, world.session, [item], deadline_at=deadline)
    decisions.cast(db, kenya, poll, choice="against")
    decisions.close_poll(db, facilitator, poll)
    version = summaries.generate(db, facilitator, world.session)
    summaries.publish(db, facilitator, world.session, base=summaries.base_of(version))
    db.commit()


def readable(content: bytes, form: str) -> str:
    """Everything a reader of the file could find: text, metadata, and the inside of packages."""
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return "\n".join(package.read(name).decode(errors="replace") for name in package.namelist())
    if form == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(content))
        pages = "\n".join(page.extract_text() for page in reader.pages)
        return (
            f"{pages}\n{reader.metadata}\n{reader.xmp_metadata and reader.xmp_metadata.stream.get_data()!r}"
        )
    return content.decode()


def found_in(texts: str, marks: dict[str, str]) -> set[str]:
    return {name for name, mark in marks.items() if mark.split()[0].lower() in texts.lower()}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("rule", RULES)
def test_no_export_leaks_more_than_the_rule(rule: str, form: str, db: Db, world: World) -> None:
    marked(db, world, rule)
    for record in (
        session_record(db, world.session, log=True),
        consultation_record(db, world.consultation, draft=True, log=True),
    ):
        texts = readable(made(record, form)[0], form)
        assert "Costs are open." in texts
        assert found_in(texts, NAMES) == (set(MARKED) if rule == "name" else set())
        if rule in ("name", "delegation"):
            assert found_in(texts, DELEGATIONS) == set(MARKED)
        ids = {member.public_id for member in world.members.values()} | {
            user.public_id for user in world.users.values()
        }
        assert not [found for found in ids if found in texts]
        assert "@example.org" not in texts


@pytest.mark.parametrize("rule", ["region", "none"])
def test_comments_say_no_more_than_the_group(rule: str, db: Db, world: World) -> None:
    marked(db, world, rule)
    (item,) = session_record(db, world.session).sessions[0].rooms[0].items
    said = json.loads(to_json(session_record(db, world.session)))["sessions"]
    assert found_in(json.dumps(said), DELEGATIONS) == set()
    authors = {comment.author for comment in item.comments} | {
        reply.author for comment in item.comments for reply in comment.replies
    }
    assert (GROUP in authors) == (rule == "region")
    if rule == "none":
        assert authors == {"A participant"}


def test_the_chatham_house_rule_lists_no_participants(db: Db, world: World) -> None:
    marked(db, world, "none")
    for form in FORMATS:
        texts = readable(made(session_record(db, world.session, log=True), form)[0], form)
        assert found_in(texts, DELEGATIONS) == set()


def test_nobody_is_the_author_of_a_document(db: Db, world: World) -> None:
    marked(db, world, "name")
    record = session_record(db, world.session)
    with zipfile.ZipFile(io.BytesIO(made(record, "docx")[0])) as package:
        core = package.read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core or "<dc:creator/>" in core
    assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in core or "<cp:lastModifiedBy/>" in core
    metadata = pypdf.PdfReader(io.BytesIO(made(record, "pdf")[0])).metadata
    assert metadata is not None
    assert not metadata.author


def test_the_exported_log_verifies_and_names_nobody(db: Db, world: World) -> None:
    marked(db, world, "none")
    exported: dict[str, Any] = json.loads(to_json(session_record(db, world.session, log=True)))
    log = exported["audit"]
    assert first_break(log) is None
    assert log[-1]["hash"] == exported["audit_head"]
    assert {frozenset(entry) for entry in log} == {
        frozenset({"chain", "seq", "act", "seal", "previous_hash", "hash"})
    }
    assert "comment.posted" in {entry["act"] for entry in log}


def test_readers_get_the_published_version_and_writers_the_newest(db: Db, world: World) -> None:
    marked(db, world, "name")
    summaries.generate(db, world.actor(db, "facilitator"), world.session)
    published = session_record(db, world.session).sessions[0].summary
    newest = session_record(db, world.session, draft=True).sessions[0].summary
    assert published is not None
    assert newest is not None
    assert (published.version, bool(published.published_at)) == (1, True)
    assert (newest.version, newest.published_at) == (2, "")


def test_before_publication_there_is_no_summary_for_readers(db: Db, world: World) -> None:
    summaries.generate(db, world.actor(db, "facilitator"), world.session)
    assert session_record(db, world.session).sessions[0].summary is None


def test_small_groups_are_hidden_in_polls_and_participation(db: Db, world: World) -> None:
    marked(db, world, "name")
    session = session_record(db, world.session).sessions[0]
    (poll,) = session.polls
    assert all(row.against is None and row.hidden for row in poll.by_group)
    record = session_record(db, world.session)
    assert all(count.number is None for count in record.participation.by_group if count.label == GROUP)


def test_an_open_poll_is_in_no_record(db: Db, world: World) -> None:
    marked(db, world, "name")
    item = db.query(ActionItem).one()
    decisions.open_poll(
        db,
        world.actor(db, "facilitator"),
        world.session,
        [item],
        deadline_at=clock.now() + timedelta(hours=1),
    )
    assert len(session_record(db, world.session, draft=True).sessions[0].polls) == 1
