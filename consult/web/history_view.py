"""What the pages of an item's history show: a moment with what changed or who wrote, the versions, and a comparison."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from consult import clock, i18n, richtext
from consult.disclosure.attribution import Shown, names_authors
from consult.drafting import service as drafting
from consult.drafting.content import DraftContent, content_of
from consult.drafting.history import Moment, Past, members_of, past_of
from consult.drafting.letters import Run, written_lines, written_title
from consult.drafting.schema import TEXT_FACTS
from consult.drafting.wording import (
    counted,
    counted_pieces,
    line_changes,
    word_changes,
)
from consult.errors import NotFound
from consult.items.facts import ItemFacts, item_facts
from consult.items.history import LONGEST_NAME, NOW, Point
from consult.items.models import ActionItem, ItemVersion, VersionReason
from consult.items.versions import version_for, versions_for
from consult.labels import LABELS, of
from consult.permissions.actor import Actor
from consult.permissions.check import allows
from consult.permissions.check import refusal as why_not
from consult.permissions.names import Permission
from consult.programme.models import Consultation
from consult.web.context import db
from consult.web.item_pages import crumbs, item_name, room_name, sources_of
from consult.web.loading import consultation_of, session_of
from consult.web.pages import language, refusal, render_page, t
from consult.web.voices import author, authors

VIEWS = ("changes", "text", "who")
#: More names than this are counted.
_NAMED = 3


@dataclass(frozen=True)
class Asked:
    """What the address or a refused form asks for. `at`: a point as addresses call it; `stop`: a number on the slider."""

    at: str = ""
    stop: str = ""
    view: str = VIEWS[0]
    is_restoring: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Asked":
        """As the address says."""
        view = args.get("view", "")
        return cls(
            args.get("at", ""),
            args.get("stop", ""),
            view if view in VIEWS else VIEWS[0],
            args.get("ask") == "restore",
        )


def history_page(item: ActionItem, actor: Actor, asked: Asked) -> Response:
    """The page with the slider, at the moment asked for (else the newest)."""
    consultation, session = consultation_of(item), session_of(item)
    past = past_of(db(), item.id)
    versions = versions_for(db(), actor, item)
    moments = past.moments(
        [version.seq for version in versions if version.seq]
        + ([int(asked.at)] if asked.at.isdecimal() else [])
    )
    at = _chosen(item, actor, asked, past, moments)
    hands = Hands.of(item, consultation)
    shown = [version_view(version, item, consultation) for version in versions]
    point = _moment(past, moments, at, asked, hands) if moments else None
    restorable = allows(actor, Permission.ITEM_RESTORE, item) and item.room.is_open_at(clock.now())
    return render_page(
        "items/history.html",
        script="js/pages/history.js",
        breadcrumb=[
            *crumbs(consultation, session),
            (item_name(item), f"/items/{item.public_id}"),
            (t("History"), None),
        ],
        actor=actor,
        consultation=consultation,
        status=422 if asked.errors else 200,
        session=session,
        item=item,
        room=room_name(item.room),
        stops=[{"at": moment.seq, "text": hands.said(moment, consultation)} for moment in moments],
        stop=at,
        point=point,
        suggestions_lost=drafting.suggestions_lost(db(), item, point["text"])
        if asked.is_restoring and point
        else 0,
        view=asked.view,
        asked=asked,
        versions=shown,
        may_name=allows(actor, Permission.VERSION_NAME, item),
        may_restore=restorable,
        cannot_restore=refusal(why_not(actor, Permission.ITEM_RESTORE, item) or "room.closed"),
        names_authors=names_authors(consultation.attribution),
        longest_name=LONGEST_NAME,
        options=_options(shown, [], consultation),
        start={"key": f"v{shown[0]['number']}" if shown else NOW},
        end={"key": NOW},
    )


def _chosen(item: ActionItem, actor: Actor, asked: Asked, past: Past, moments: Sequence[Moment]) -> int:
    """The place of the moment asked for among the moments.

    Raises:
        NotFound: there is no such moment.
    """
    last = len(moments) - 1
    if asked.stop:
        if not asked.stop.isdecimal() or int(asked.stop) > max(last, 0):
            raise NotFound()
        return int(asked.stop)
    if asked.at in ("", NOW):
        return last
    if asked.at.startswith("v") and asked.at[1:].isdecimal():
        seq = version_for(db(), actor, item, int(asked.at[1:])).seq or past.last_seq
    elif asked.at.isdecimal() and int(asked.at) <= past.last_seq:
        seq = int(asked.at)
    else:
        raise NotFound()
    return next((place for place, moment in enumerate(moments) if moment.seq >= seq), last)


def _moment(
    past: Past, moments: Sequence[Moment], place: int, asked: Asked, hands: "Hands"
) -> dict[str, Any]:
    """The moment as the view asked for shows it; the log is replayed once, whichever it is."""
    moment = moments[place]
    if asked.view == "changes":
        before, content = past.change(moments, place)
        view: dict[str, Any] = {"change": difference(before, content)}
    elif asked.view == "who" and hands.are_named:
        doc = past.document(moment.seq)
        content, view = content_of(doc), _who_wrote(doc, hands)
    else:
        content, view = past.content(moment.seq), {}
    return view | {
        "seq": moment.seq,
        "title": content.title,
        "text": content.text,
        "is_blank": richtext.is_blank(content.text),
        "facts": item_facts(content.facts),
        "sources": sources_of(item_facts(content.facts)),
        "is_newest": place == len(moments) - 1,
    }


def _who_wrote(doc: Any, hands: "Hands") -> dict[str, Any]:
    title = hands.runs(written_title(doc))
    lines: list[dict[str, Any]] = [
        {"line": line, "runs": hands.runs(line.runs)} for line in written_lines(doc)
    ]
    legend = hands.legend([*title, *(run for line in lines for run in line["runs"])])
    return {"title_hands": title, "hands": lines, "legend": legend}


class Hands:
    """Who wrote, as the consultation's attribution rule lets it be shown."""

    def __init__(self, shown: Mapping[int, Shown], rule: str) -> None:
        self.are_named = names_authors(rule)
        self._shown = shown if self.are_named else {}

    @classmethod
    def of(cls, item: ActionItem, consultation: Consultation) -> "Hands":
        """Those of an item's draft."""
        if not names_authors(consultation.attribution):
            return cls({}, consultation.attribution)
        members = members_of(db(), item.id)
        known = authors(set(members.values()), consultation)
        shown = {client: known[member] for client, member in members.items() if member in known}
        return cls(shown, consultation.attribution)

    def said(self, moment: Moment, consultation: Consultation) -> str:
        """A moment in words, such as "20 Jun, 14:32, by Kenya and Canada"."""
        when = i18n.day_and_time(moment.at, language().code, consultation.time_zone)
        names = sorted({self._shown[client].label for client in moment.clients if client in self._shown})
        if not names:
            return when
        if len(names) > _NAMED:
            return t("%(when)s, by %(names)s and %(number)s others", when=when, names=", ".join(names[:2]), number=len(names) - 2)  # fmt: skip
        return t("%(when)s, by %(names)s", when=when, names=", ".join(names))

    def runs(self, runs: Iterable[Run]) -> list[dict[str, Any]]:
        """Runs of text with who wrote them; neighbours that are shown alike are one, and spaces belong to what stands before."""
        found: list[dict[str, Any]] = []
        for run in runs:
            who = self._shown.get(run.client)
            if found and (found[-1]["who"] == who or not run.text.strip()):
                found[-1]["text"] += run.text
            else:
                found.append({"who": who, "text": run.text})
        return found

    def legend(self, runs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Who wrote how many words, most first."""
        words: dict[Shown | None, int] = {}
        for run in runs:
            words[run["who"]] = words.get(run["who"], 0) + richtext.count_words(run["text"])
        rows = [{"who": who, "words": count} for who, count in words.items() if count]
        return sorted(rows, key=lambda row: (-row["words"], row["who"].label if row["who"] else "~"))


def version_view(version: ItemVersion, item: ActionItem, consultation: Consultation) -> dict[str, Any]:
    """One version in a list."""
    reason = t(of("version_reason", version.reason))
    if version.reason == VersionReason.RESTORED:
        if version.from_number:
            reason = t("Restored from version %(number)s", number=version.from_number)
        elif version.from_at:
            when = i18n.day_and_time(version.from_at, language().code, consultation.time_zone)
            reason = t("Restored as it stood on %(when)s", when=when)
    names_maker = version.made_by is not None and names_authors(consultation.attribution)
    return {
        "number": version.number,
        "name": version.name,
        "reason": reason,
        "at": version.at,
        "by": author(version.made_by, consultation).label if names_maker and version.made_by else "",
        "url": f"/items/{item.public_id}/history?at={version.seq}"
        if version.seq
        else f"/items/{item.public_id}/versions/{version.number}",
    }


def difference(before: DraftContent, after: DraftContent) -> dict[str, Any]:
    """What changed between two wordings: title, lines of the text, details, and how much it is."""
    title = word_changes(before.title, after.title)
    lines = []
    for change in line_changes(richtext.lines_of(before.text), richtext.lines_of(after.text)):
        lines.append(change)
        clock.give_way()
    facts = fact_changes(item_facts(before.facts), item_facts(after.facts))
    counts = sum((row["counts"] for row in facts), counted_pieces(title) + counted(lines))
    return {"title": title, "lines": lines, "facts": facts, "counts": counts}


def fact_changes(before: ItemFacts, after: ItemFacts) -> list[dict[str, Any]]:
    """The details that are not the same, each as pieces of its words."""
    old, new = _facts_in_words(before), _facts_in_words(after)
    rows = []
    for key in LABELS["fact"]:
        if old[key] != new[key]:
            pieces = word_changes(old[key], new[key])
            rows.append({"label": t(of("fact", key)), "pieces": pieces, "counts": counted_pieces(pieces)})
    return rows


def _facts_in_words(facts: ItemFacts) -> dict[str, str]:
    written = {key: getattr(facts, key) for key in TEXT_FACTS}
    return written | {
        "term": t(of("term", facts.term)) if facts.term else "",
        "actor": "; ".join(t(label) for label in facts.actors),
        "target": "; ".join(
            f"{target.code} {t(target.label) if target.label else ''} ({t(of('alignment', target.alignment))})"
            for target in facts.targets
        ),
        "instrument": "; ".join(instrument.label for instrument in facts.instruments),
        "source": "; ".join(source.title for source in sources_of(facts)),
    }


def comparison_page(
    item: ActionItem, actor: Actor, start: Point, end: Point, *, side_by_side: bool
) -> Response:
    """The page of the difference between two points."""
    consultation, session = consultation_of(item), session_of(item)
    sees_history = allows(actor, Permission.ITEM_HISTORY, item)
    versions = [version_view(v, item, consultation) for v in versions_for(db(), actor, item)]
    return render_page(
        "items/compare.html",
        breadcrumb=[
            *crumbs(consultation, session),
            (item_name(item), f"/items/{item.public_id}"),
            *([(t("History"), f"/items/{item.public_id}/history")] if sees_history else []),
            (t("Compare"), None),
        ],
        actor=actor,
        consultation=consultation,
        session=session,
        item=item,
        room=room_name(item.room),
        change=difference(start.content, end.content),
        start={"key": start.key, "name": _point_name(start, consultation)},
        end={"key": end.key, "name": _point_name(end, consultation)},
        options=_options(versions, [start, end], consultation),
        sees_history=sees_history,
        side_by_side=side_by_side,
    )


def _options(
    versions: list[dict[str, Any]], points: Sequence[Point], consultation: Consultation
) -> list[tuple[str, str]]:
    """What can be chosen to compare: now, every version, and the moments that are compared already."""
    found = {NOW: t("As it stands now")}
    found |= {f"v{version['number']}": version_name(version) for version in versions}
    for point in points:
        found.setdefault(point.key, _point_name(point, consultation))
    return list(found.items())


def version_name(version: Mapping[str, Any]) -> str:
    """What a version is called in a line: its number with its name, or with why it was kept."""
    return t(
        "Version %(number)s: %(what)s", number=version["number"], what=version["name"] or version["reason"]
    )


def _point_name(point: Point, consultation: Consultation) -> str:
    if point.version is not None:
        what = point.version.name or t(of("version_reason", point.version.reason))
        return t("Version %(number)s: %(what)s", number=point.version.number, what=what)
    if point.at is None:
        return t("As it stands now")
    return i18n.day_and_time(point.at, language().code, consultation.time_zone)
