"""What the sample consultation says: sessions, questions, documents, statements, rooms, items, comments, answers.

The event is the third thematic consultation of 2017; dates, titles and references are facts. Hours, questions,
items and comments were written for this project and belong to nobody: no position in them is a real State's. Pure:
no I/O beyond the shipped files, no clock.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class ConsultationFacts:
    """The event as a whole."""

    title: str
    short_title: str
    description: str
    starts_on: date
    ends_on: date
    place: str
    time_zone: str
    languages: tuple[str, ...]
    #: Stands on every page and export.
    notice: str


@dataclass(frozen=True)
class SessionFacts:
    """One session of the programme."""

    number: int
    title: str
    short_title: str
    description: str
    #: In the time zone of the consultation.
    starts_at: datetime
    questions: tuple[str, ...]


@dataclass(frozen=True)
class SourceFacts:
    """A statement or a document, with a short title in our own words."""

    #: Stable key that items refer to.
    key: str
    #: "statement" or "document".
    kind: str
    #: Number of the session; None for documents of the whole consultation.
    session: int | None
    title: str
    reference: str
    speaker: str
    themes: tuple[str, ...]


@dataclass(frozen=True)
class ItemFacts:
    """One action item of a room."""

    #: Room and number, such as "2.1".
    key: str
    title: str
    #: ProseMirror JSON.
    text: dict[str, Any]
    #: Structured fields with the keys of a draft, all but the sources.
    facts: dict[str, Any]
    #: Keys of the sources it builds on.
    sources: tuple[str, ...]

    def draft_facts(self, source_ids: Mapping[str, str]) -> dict[str, Any]:
        """The structured fields of the draft; `source_ids` maps keys of sources to their public ids."""
        return self.facts | {f"source:{source_ids[key]}": True for key in self.sources}


@dataclass(frozen=True)
class RoomFacts:
    """One breakout room with what it drafts."""

    number: int
    topic: str
    items: tuple[ItemFacts, ...]


@dataclass(frozen=True)
class ReplyFacts:
    """A reply to a comment. `lane` and `nth` choose its author: the nth person who comments in that lane."""

    lane: str
    nth: int
    text: str


@dataclass(frozen=True)
class CommentFacts:
    """A comment on an item, its replies, and the answer to it where there is one."""

    #: Key of the item.
    item: str
    #: "panelists", "member_states" or "others".
    lane: str
    nth: int
    #: "support", "question", "concern" or "proposal".
    kind: str
    text: str
    replies: tuple[ReplyFacts, ...]
    #: "accepted", "accepted_in_part", "noted", "not_accepted", or empty.
    disposition: str
    reason: str


@cache
def consultation() -> ConsultationFacts:
    """The event as a whole."""
    found = _file("programme")["consultation"]
    return ConsultationFacts(
        **found
        | {
            "starts_on": date.fromisoformat(found["starts_on"]),
            "ends_on": date.fromisoformat(found["ends_on"]),
            "languages": tuple(found["languages"]),
        }
    )


@cache
def sessions() -> tuple[SessionFacts, ...]:
    """The opening, then the four panels."""
    return tuple(
        SessionFacts(
            number=s["number"],
            title=s["title"],
            short_title=s["short_title"],
            description=s["description"],
            starts_at=datetime.fromisoformat(s["starts_at"]),
            questions=tuple(s["questions"]),
        )
        for s in _file("programme")["sessions"]
    )


@cache
def sources() -> tuple[SourceFacts, ...]:
    """Background documents of the consultation, then statements in the order of the sessions."""
    shipped = _file("programme")
    entries = [("document", d) for d in shipped["documents"]] + [
        ("statement", s) for s in shipped["statements"]
    ]
    return tuple(
        SourceFacts(
            key=entry["key"],
            kind=kind,
            session=entry.get("session"),
            title=entry["title"],
            reference=entry["reference"],
            speaker=entry.get("speaker", ""),
            themes=tuple(entry["themes"]),
        )
        for kind, entry in entries
    )


@cache
def breakout_session() -> int:
    """The number of the session that breaks out into rooms."""
    return int(_file("breakouts")["session"])


@cache
def rooms() -> tuple[RoomFacts, ...]:
    """The six rooms, three items each."""
    return tuple(
        RoomFacts(room["number"], room["topic"], tuple(_item(item) for item in room["items"]))
        for room in _file("breakouts")["rooms"]
    )


def items() -> tuple[ItemFacts, ...]:
    """The items of all rooms, in order."""
    return tuple(item for room in rooms() for item in room.items)


@cache
def comments() -> tuple[CommentFacts, ...]:
    """Comments on the items, in the order they are made."""
    return tuple(
        CommentFacts(
            item=c["item"],
            lane=c["lane"],
            nth=c["nth"],
            kind=c["kind"],
            text=c["text"],
            replies=tuple(ReplyFacts(**reply) for reply in c.get("replies", ())),
            disposition=c.get("answer", {}).get("disposition", ""),
            reason=c.get("answer", {}).get("reason", ""),
        )
        for c in _file("breakouts")["comments"]
    )


def poll_positions(item: str, delegations: Iterable[str]) -> dict[str, str]:
    """Answers of delegations in an indicative poll on an item, drawn from the keys alone.

    They follow no region and no known view: each delegation leans one way or the other by chance, items differ in
    how far the two leanings agree, and about one delegation in eight does not answer and is left out.

    Returns:
        Delegation -> "in_favour", "against" or "abstention".
    """
    shared = 40 + _chance("agreement", item) * 0.5
    apart = _chance("division", item) * 0.4
    found = {}
    for delegation in delegations:
        leaning = 1 if _chance("leaning", delegation) < 50 else -1
        drawn = _chance(item, delegation)
        if _chance("answers", item, delegation) >= 87:
            continue
        in_favour = min(95.0, max(5.0, shared + leaning * apart))
        if drawn < in_favour:
            found[delegation] = "in_favour"
        else:
            found[delegation] = "against" if drawn < in_favour + (100 - in_favour) * 0.45 else "abstention"
    return found


def _chance(*parts: str) -> float:
    """A number from 0 to under 100 that depends on the words alone."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48 * 100


def _item(entry: Mapping[str, Any]) -> ItemFacts:
    shipped = entry["facts"]
    facts: dict[str, Any] = {
        name: shipped[name]
        for name in ("term", "means", "indicator", "baseline", "beneficiaries", "gender", "review")
        if shipped[name]
    }
    facts |= {f"actor:{code}": True for code in shipped["actors"]}
    facts |= {f"target:{code}": how for code, how in shipped["targets"].items()}
    facts |= {f"instrument:{code}": True for code in shipped["instruments"]}
    return ItemFacts(entry["key"], entry["title"], _rich(entry["text"]), facts, tuple(shipped["sources"]))


def _rich(blocks: Iterable[str | list[str]]) -> dict[str, Any]:
    """Rich text from plain blocks: a string is a paragraph, a list is a bulleted list."""
    content = []
    for block in blocks:
        if isinstance(block, str):
            content.append(_paragraph(block))
        else:
            points = [{"type": "listItem", "content": [_paragraph(point)]} for point in block]
            content.append({"type": "bulletList", "content": points})
    return {"type": "doc", "content": content}


def _paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


@cache
def _file(name: str) -> dict[str, Any]:
    text = files("consult.sample").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))
