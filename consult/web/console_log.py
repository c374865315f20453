"""What facilitators did in a round, from the audit log, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from consult.audit.models import AuditEntry
from consult.people.models import Member, User
from consult.permissions.actor import Actor
from consult.rooms.models import Round
from consult.web.context import db
from consult.web.loading import consultation_of
from consult.web.pages import t

#: Entries looked through for the newest ones of this round.
LOOKED_THROUGH = 300
SHOWN = 25


@dataclass(frozen=True)
class Line:
    """One act: when, by whom, what, where; and why, as it was told to the person concerned."""

    at: datetime
    who: str
    what: str
    where: str
    why: str


def log_view(found: Round, actor: Actor) -> dict[str, Any]:
    """The newest acts in the rooms of a round; the whole log is exported with the record."""
    chain = consultation_of(found).public_id
    words = words_for_acts()
    query = select(AuditEntry).where(AuditEntry.chain == chain, AuditEntry.act.in_(list(words)))
    entries = db().scalars(query.order_by(AuditEntry.seq.desc()).limit(LOOKED_THROUGH)).all()
    numbers = {room.public_id: room.number for room in found.rooms}
    ours = [entry for entry in entries if _is_here(entry, found.public_id, numbers)][:SHOWN]
    names = _names({entry.actor for entry in ours} | {_member(entry) for entry in ours})
    return {
        "log": [
            Line(
                at=entry.at,
                who=names.get(entry.actor, t("The clock")),
                what=_what(entry, words, numbers),
                where=_where(entry, names, numbers),
                why=_why(entry),
            )
            for entry in ours
        ]
    }


def words_for_acts() -> dict[str, str]:
    """What was done, by the name of the act; these acts are what the log of the console shows."""
    return {
        "rooms.opened": t("opened"),
        "rooms.deadline_changed": t("changed the clock"),
        "rooms.paused": t("paused the clock"),
        "rooms.resumed": t("let the clock run again"),
        "rooms.recalled": t("recalled to plenary"),
        "room.closed": t("closed the room"),
        "room.reopened": t("reopened the room"),
        "room.topic_changed": t("changed the topic"),
        "room.briefed": t("changed what the room is asked"),
        "room.documents_picked": t("picked what the room has at hand"),
        "rooms.merged": t("merged the room into another one"),
        "room.split": t("split the room in two"),
        "round.late_rule_set": t("changed when late joiners are seated by themselves"),
        "seat.taken": t("gave a seat"),
        "seat.moved": t("moved"),
        "seat.left": t("took the seat back"),
        "seat.duty_assigned": t("assigned a duty"),
        "broadcast.sent": t("wrote to the rooms"),
        "chat.removed": t("removed a message from the chat"),
        "help.asked": t("asked for help"),
        "help.taken": t("went to help"),
        "help.released": t("gave the call back"),
        "help.ended": t("ended the call for help"),
    }


def _what(entry: AuditEntry, words: dict[str, str], numbers: dict[str, int]) -> str:
    facts = entry.facts or {}
    more = {
        "more": t("%(minutes)s minutes more", minutes=facts.get("minutes")),
        "less": t("%(minutes)s minutes less", minutes=facts.get("minutes")),
        "set": t("%(minutes)s minutes left", minutes=facts.get("minutes")),
    }.get(facts.get("change", ""), "")
    if not more and facts.get("into") in numbers:
        more = t("Room %(number)s", number=numbers[facts["into"]])
    return f"{words[entry.act]} ({more})" if more else words[entry.act]


def _why(entry: AuditEntry) -> str:
    """The reason given with a seat: those who run the rooms gave it, and its person has read it."""
    return str((entry.facts or {}).get("reason", "")) if entry.act.startswith("seat.") else ""


def _is_here(entry: AuditEntry, round_id: str, numbers: dict[str, int]) -> bool:
    facts = entry.facts or {}
    listed = facts.get("rooms")
    places = {
        entry.subject.partition(":")[2],
        facts.get("room"),
        *(listed if isinstance(listed, list) else ()),
    }
    return round_id in places or any(place in numbers for place in places)


def _member(entry: AuditEntry) -> str:
    kind, _, name = entry.subject.partition(":")
    return name if kind == "member" else ""


def _names(members: set[str]) -> dict[str, str]:
    query = select(Member.public_id, User.name).join(User, User.id == Member.user_id)
    return dict(db().execute(query.where(Member.public_id.in_(members))).all())


def _where(entry: AuditEntry, names: dict[str, str], numbers: dict[str, int]) -> str:
    facts = entry.facts or {}
    rooms = [numbers[key] for key in (facts.get("room"), entry.subject.partition(":")[2]) if key in numbers]
    listed = facts.get("rooms")
    if isinstance(listed, list) and len(listed) == 1:
        rooms.append(numbers.get(listed[0]) or listed[0])
    if isinstance(listed, list) and len(listed) > 1:
        place = t("%(count)s rooms", count=len(listed))
    else:
        place = t("Room %(number)s", number=rooms[0]) if rooms else ""
    return ", ".join(part for part in (names.get(_member(entry), ""), place) if part)
