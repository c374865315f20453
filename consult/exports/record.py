"""The record of one session or of a whole consultation, already under its attribution rule.

Words and numbers only: no identifier of a person, no time at which a person wrote. Pure: no I/O, no clock.
``to_json`` is a contract other programs read (docs/exports.md); fields are added to it, never renamed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from consult.richtext import Doc, clean

SCHEMA = "consult.record/1"


@dataclass(frozen=True)
class Count:
    """A number of people or delegations in one group; ``None`` when it is hidden.

    ``hidden`` says why: few (it is under five) or withheld (it would give a smaller group's number away).
    """

    label: str
    number: int | None
    hidden: str = ""


@dataclass(frozen=True)
class Participation:
    """Who took part, in numbers: delegations and participants in all, participants by group and by family."""

    delegations: int = 0
    participants: int = 0
    by_group: tuple[Count, ...] = ()
    by_family: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Target:
    """An SDG target an item is linked to; ``alignment`` is aligns, complements or adds."""

    code: str
    label: str
    alignment: str


@dataclass(frozen=True)
class Reply:
    """An answer to a comment in the discussion under it."""

    author: str
    text: str


@dataclass(frozen=True)
class Disposition:
    """What became of a comment: accepted, accepted_in_part, noted or not_accepted, and why."""

    answer: str
    reason: str
    by: str = ""


@dataclass(frozen=True)
class Comment:
    """A comment; ``lane`` is panelists, member_states or others, ``kind`` support, question, concern or
    proposal.
    """

    lane: str
    kind: str
    author: str
    text: str
    passage: str = ""
    replies: tuple[Reply, ...] = ()
    disposition: Disposition | None = None


@dataclass(frozen=True)
class Item:
    """An action item. ``reference`` is how people cite it; ``term`` is short, medium, long or empty."""

    reference: str
    title: str
    text: Doc
    state: str
    term: str = ""
    actors: tuple[str, ...] = ()
    beneficiaries: str = ""
    means: str = ""
    indicator: str = ""
    baseline: str = ""
    gender: str = ""
    review: str = ""
    targets: tuple[Target, ...] = ()
    instruments: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    brackets_left: int = 0
    provenance: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True)
class Room:
    """A breakout group and what it drafted."""

    title: str
    topic: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class PollRow:
    """The answers of one group; every number is ``None`` when they are hidden, and ``hidden`` says why.

    few: under five answered. withheld: shown, they would give a smaller group's answers away.
    """

    label: str
    in_favour: int | None = None
    against: int | None = None
    abstention: int | None = None
    not_voting: int | None = None
    hidden: str = ""


@dataclass(frozen=True)
class Poll:
    """An indicative poll on one item: Member States in all and by group, and everybody else apart."""

    item: str
    question: str
    total: PollRow
    by_group: tuple[PollRow, ...] = ()
    others: tuple[PollRow, ...] = ()
    closed_at: str = ""


@dataclass(frozen=True)
class Panel:
    """A panel of the programme."""

    title: str
    description: str = ""


@dataclass(frozen=True)
class Source:
    """A statement or document before the session; ``author`` is a delegation or body."""

    title: str
    author: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Summary:
    """The co-facilitators' summary; ``published_at`` is empty while it is a draft."""

    body: Doc
    version: int
    published_at: str = ""


@dataclass(frozen=True)
class Session:
    """One session. ``mode`` is informal, negotiation or formal; ``dates`` is written out for readers."""

    title: str
    mode: str
    dates: str = ""
    place: str = ""
    description: str = ""
    summary: Summary | None = None
    panels: tuple[Panel, ...] = ()
    questions: tuple[str, ...] = ()
    rooms: tuple[Room, ...] = ()
    polls: tuple[Poll, ...] = ()
    sources: tuple[Source, ...] = ()
    participation: Participation | None = None


@dataclass(frozen=True)
class Consultation:
    """The event; ``attribution`` is name, delegation, region or none; dates are ISO 8601."""

    title: str
    starts_on: str
    ends_on: str
    dates: str
    place: str
    time_zone: str
    attribution: str
    languages: tuple[str, ...] = ()
    is_sample: bool = False


@dataclass(frozen=True)
class Record:
    """The whole of one file: which consultation, which sessions, who took part, and the proof of the log.

    ``language`` is the language of the headings and labels; ``generated_at`` is UTC, ISO 8601; ``audit_head``
    is the hash of the last entry of the audit log when the record was made, and ``audit`` that log, sealed.
    """

    title: str
    language: str
    consultation: Consultation
    sessions: tuple[Session, ...]
    participation: Participation
    generated_at: str
    delegations: tuple[str, ...] = ()
    audit_head: str = ""
    audit: tuple[dict[str, Any], ...] = ()
    schema: str = SCHEMA


def to_json(record: Record, indent: int | None = 2) -> str:
    """The record as JSON, in the order of the fields, without hidden characters.

    Args:
        record: the record.
        indent: spaces per level, for people; ``None`` writes one line, three times as fast, for processes.
    """
    return json.dumps(_plain(record), ensure_ascii=False, indent=indent)


def from_json(text: str) -> Record:
    """The record that ``to_json`` wrote.

    Raises:
        ValueError: when the text is not such a record.
    """
    try:
        data = json.loads(text)
        if data.get("schema") != SCHEMA:
            raise ValueError(f"not a {SCHEMA}")
        return cast(Record, _made(Record, data))
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(f"not a record: {problem}") from problem


def _plain(value: Any) -> Any:
    """The value as objects, lists and clean strings; ``asdict`` would copy everything twice."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean(value)
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    kind = type(value)
    return {name: _plain(getattr(value, name)) for name in _names(kind)} if is_dataclass(kind) else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(entry.name for entry in fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _made(kind: Any, value: Any) -> Any:
    """The value as the annotated type: dataclasses out of objects, tuples out of lists, the rest as it is."""
    if get_origin(kind) is UnionType:
        return None if value is None else _made(get_args(kind)[0], value)
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], entry) for entry in value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _made(hints[name], entry) for name, entry in value.items() if name in hints})
    return value
