"""After the faults: is every promise kept? Looks at every copy there is, through the doors people have."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from consult.audit import service as audit
from consult.db import Db, engine_for, reading_session
from consult.decisions import queries
from consult.decisions.models import Ballot, Choice, Decision
from consult.deliberation.models import Comment
from consult.drafting import service as drafting
from consult.drafting.document import Document
from consult.drafting.models import Draft, DraftUpdate
from consult.items.models import ActionItem
from consult.people.models import Delegation
from consult.rooms.models import Seat
from tests.drafting.stage import Editor
from tests.faults.history import LATE, OWN, SHARED, TOKEN, broken_ballots, broken_comments, broken_words
from tests.faults.site import Site


@dataclass
class Verdict:
    """What was measured, and every promise that was broken (none is what we want)."""

    violations: list[str] = field(default_factory=list)
    measured: dict[str, Any] = field(default_factory=dict)


def judge(site: Site) -> Verdict:
    """Wait for quiet, then check every copy: pages, newcomers, restarted server, database, export, audit log."""
    site.busy(on=False)
    back = site.wait_until_back()
    agreed = site.wait_until_agreed()
    for visitor in site.visitors:
        visitor.end()
    found = site.history.seen
    copies = {site.copy_of(writer): writer for writer in site.writers}
    for copy, writer in copies.items():
        lines = writer.asked(writer.lines)
        found += broken_words(site.history, writer.draft, lines, f"page of {writer.who}")
        if sum(other[0] == copy[0] for other in copies) > 1:
            found.append(f"page of {writer.who}: differs from others of {writer.draft}")
    before = _newcomers(site, found, set(copies), "a newcomer")
    for server in site.servers:
        server.kill()
    for server in site.servers:
        server.start()
    _newcomers(site, found, before, "after a restart")
    for writer in site.writers:
        writer.end()
    _submit(site, found)
    for server in site.servers:
        if server.stop() != 0:
            found.append("the server did not stop when asked to")
    _database(site, found)
    _export(site, found)
    delays = site.history.delays()
    return Verdict(
        violations=found,
        measured={
            **site.history.counts(),
            "back": round(back, 1),
            "agreed": round(agreed, 1),
            "p50": _percentile(delays, 50),
            "p95": _percentile(delays, 95),
            "refusals": dict(sum((writer.answers for writer in site.writers), Counter())),
        },
    )


def _percentile(sorted_: list[float], percent: int) -> float:
    """In seconds, to a hundredth."""
    return round(sorted_[min(len(sorted_) - 1, len(sorted_) * percent // 100)], 2) if sorted_ else 0.0


def _newcomers(
    site: Site, found: list[str], expected: set[tuple[str, ...]], when: str
) -> set[tuple[str, ...]]:
    copies = {site.newcomer(place) for place in range(len(site.meeting.drafts))}
    if copies != expected:
        found.append(f"{when}: the server's text is not what the pages have")
    return copies


def _submit(site: Site, found: list[str]) -> None:
    """What goes into the record is what was submitted; a room that is closed is opened for that."""
    site.facilitator.sign_in()
    for room, draft in zip(site.meeting.rooms, site.meeting.drafts, strict=True):
        answer = site.facilitator.post(f"/rooms/{room}/submit", item=draft)
        if answer.status_code != 303:
            site.facilitator.post(f"/rooms/{room}/reopen", minutes=5)
            answer = site.facilitator.post(f"/rooms/{room}/submit", item=draft)
        if answer.status_code != 303:
            found.append(f"item {draft} cannot be submitted: {answer.status_code}")


def _database(site: Site, found: list[str]) -> None:
    engine = engine_for(site.url)
    with reading_session(engine) as db:
        for public_id in site.meeting.drafts:
            _draft(db, site, public_id, found)
        comments = db.scalars(select(Comment.text).order_by(Comment.id)).all()
        found += broken_comments(site.history, [text for text in comments if TOKEN.fullmatch(text)])
        found += broken_ballots(site.history, _ballots(db, site))
        found += _tallies(db)
        found += [f"audit: {v.chain} broken: {v.broken.why}" for v in audit.verify(db) if v.broken]
        seats = select(Seat.member_id).where(Seat.left_at.is_(None)).group_by(Seat.member_id, Seat.round_id)
        if db.scalars(seats.having(func.count() > 1)).all():
            found.append("somebody sits in two rooms")
    engine.dispose()


def _draft(db: Db, site: Site, public_id: str, found: list[str]) -> None:
    item = db.scalars(select(ActionItem).where(ActionItem.public_id == public_id)).one()
    content = drafting.content_of(db, item)
    found += broken_words(site.history, public_id, _lines(content.text), "database")
    draft = db.scalars(select(Draft).where(Draft.item_id == item.id)).one()
    rows = db.scalars(
        select(DraftUpdate).where(DraftUpdate.draft_id == draft.id).order_by(DraftUpdate.seq)
    ).all()
    if [row.seq for row in rows] != list(range(1, draft.seq + 1)):
        found.append(f"database: the log of {public_id} has gaps")
    document, editor = Document(), Editor(7)
    for row in rows:
        document.restore(row.data)
        editor.receive(row.data)
    if document.content() != content:
        found.append(f"database: the log of {public_id} does not say what its snapshot says")
    late = len(site.history.acts(OWN, SHARED, place=public_id))
    kept = drafting.late_contributions(db, item)
    words = " ".join(entry.preview for entry in kept)
    for act in site.history.acts(OWN, SHARED, place=public_id) if late else []:
        if act.result == LATE and act.token not in words and len(words) < 200:
            found.append(f"database: {act.token} was called a late contribution and is not among them")


def _lines(text: dict[str, Any]) -> list[str]:
    return [
        "".join(part.get("text", "") for part in block.get("content", []))
        for block in text.get("content", [])
    ]


def _ballots(db: Db, site: Site) -> dict[tuple[str, str], str]:
    people = {delegation: who for who, delegation in site.meeting.delegations.items()}
    rows = db.execute(
        select(Delegation.public_id, Decision.public_id, Ballot.choice)
        .join(Delegation, Delegation.id == Ballot.delegation_id)
        .join(Decision, Decision.id == Ballot.decision_id)
    )
    there = [((people[delegation], poll), choice) for delegation, poll, choice in rows]
    assert len(there) == len(dict(there)), "two ballots of one delegation"
    return dict(there)


def _tallies(db: Db) -> list[str]:
    """The result of each poll is the count of its ballots. Open ones are counted as if they were closed."""
    broken = []
    for poll in db.scalars(select(Decision)):
        is_open, poll.closed_at = poll.closed_at is None, poll.closed_at or poll.opened_at
        tally = queries.result_of(db, poll)
        if is_open:
            poll.closed_at = None
        counted = Counter(ballot.choice for ballot in poll.ballots)
        for choice in Choice:
            said = tally.member_states.of(choice)
            if said != counted[choice]:
                broken.append(
                    f"poll {poll.public_id}: {said} {choice} in the result, {counted[choice]} ballots"
                )
    db.rollback()
    return broken


def _export(site: Site, found: list[str]) -> None:
    """The exported record has the words too, and its own copy of the audit log holds."""
    path = Path(site.folder) / "record.json"
    made = site.command("export", site.meeting.consultation, "--format", "json", "-o", str(path))
    if made.returncode:
        found.append(f"export: {made.stderr[-300:]}")
        return
    record = json.loads(path.read_text(encoding="utf-8"))
    there = Counter(TOKEN.findall(path.read_text(encoding="utf-8")))
    engine = engine_for(site.url)
    with reading_session(engine) as db:
        for public_id in site.meeting.drafts:
            item = db.scalars(select(ActionItem).where(ActionItem.public_id == public_id)).one()
            words = TOKEN.findall("\n".join(_lines(drafting.content_of(db, item).text)))
            missing = [word for word in words if not there[word]]
            if missing:
                found.append(f"export: {len(missing)} of {len(words)} words of {public_id} are missing")
    engine.dispose()
    if not record.get("audit"):
        found.append("export: no audit log")
    checked = site.command("audit", "verify", "--file", str(path))
    if checked.returncode:
        found.append(f"export: {checked.stdout[-200:]}{checked.stderr[-200:]}")
