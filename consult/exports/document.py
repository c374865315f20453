"""What stands in the file of a record, in which order, in words. Pure: no I/O, no clock.

Order after the practice of co-facilitators' summaries: the summary first, then what it rests on.
"""

from __future__ import annotations

from datetime import datetime

from consult.exports.labels import LANES, SAMPLE_NOTICE, label
from consult.exports.outline import Note, Outline, Writer
from consult.exports.record import (
    Comment,
    Count,
    Item,
    Participation,
    Poll,
    PollRow,
    Record,
    Session,
    Summary,
)
from consult.i18n import day_and_time, text
from consult.richtext import one_line, to_text
from consult.summaries.compose import status_line
from consult.summaries.counting import hidden_number


def document(record: Record) -> Outline:
    """The record as a document in its own language."""
    return _Document(record).outline()


class _Document:
    def __init__(self, record: Record) -> None:
        self._record = record
        self._out = Writer()

    def _(self, message: str, **params: object) -> str:
        return text(self._record.language, message, **params)

    def _label(self, family: str, code: str) -> str:
        return label(self._record.language, family, code)

    def outline(self) -> Outline:
        record = self._record
        alone = len(record.sessions) == 1
        for session in record.sessions:
            if not alone:
                self._out.heading(1, session.title)
                self._session_facts(session)
            self._session(session, 1 if alone else 2)
        self._participation(record.participation, 1)
        self._delegations()
        self._about()
        event = record.consultation
        return Outline(
            title=one_line(record.title),
            language=record.language,
            subtitle=self._subtitle(),
            notes=self._notes(),
            parts=tuple(self._out.parts),
            contents_label=self._("Contents"),
            running_title=one_line(record.title),
            footer=self._(SAMPLE_NOTICE) if event.is_sample else one_line(event.title),
            page_label=self._("Page"),
            generated_at=record.generated_at,
        )

    def _subtitle(self) -> tuple[str, ...]:
        record, event = self._record, self._record.consultation
        lines = [event.title] if event.title != record.title else []
        first = record.sessions[0] if len(record.sessions) == 1 else None
        dates = (first and first.dates) or event.dates
        place = (first and first.place) or event.place
        lines.append(", ".join(part for part in (place, dates) if part))
        if first:
            lines.append(self._label("mode", first.mode))
        return tuple(one_line(line) for line in lines if line)

    def _notes(self) -> tuple[Note, ...]:
        notes = [Note(self._(SAMPLE_NOTICE))] if self._record.consultation.is_sample else []
        modes = dict.fromkeys(session.mode for session in self._record.sessions)
        for mode in modes:
            line = status_line(self._record.language, mode)
            if not any(line in to_text(found.body) for found in self._summaries()):
                notes.append(Note(line))
        return tuple(notes)

    def _summaries(self) -> list[Summary]:
        return [session.summary for session in self._record.sessions if session.summary is not None]

    def _session_facts(self, session: Session) -> None:
        self._out.facts(
            [
                (self._("Dates"), session.dates),
                (self._("Place"), session.place),
                (self._("Mode"), self._label("mode", session.mode)),
            ]
        )

    def _session(self, session: Session, level: int) -> None:
        if session.summary is not None:
            self._summary(session.summary, level)
        self._programme(session, level)
        items = [item for room in session.rooms for item in room.items]
        if items:
            self._overview(items, level)
        self._rooms(session, level)
        if session.polls:
            self._polls(session, level)
        if session.participation is not None:
            self._participation(session.participation, level)
        if session.sources:
            self._sources(session, level)

    def _summary(self, summary: Summary, level: int) -> None:
        self._out.heading(level, self._("Co-facilitators' summary"))
        if summary.published_at:
            when = self._moment(summary.published_at)
            line = self._("Version %(number)d, published %(when)s.", number=summary.version, when=when)
        else:
            line = self._("Version %(number)d, not published yet.", number=summary.version)
        self._out.paragraph(line)
        self._out.richtext(summary.body, level)

    def _programme(self, session: Session, level: int) -> None:
        if not (session.description or session.panels or session.questions):
            return
        self._out.heading(level, self._("Programme"))
        self._out.paragraph(session.description)
        for panel in session.panels:
            self._out.heading(level + 1, panel.title)
            self._out.paragraph(panel.description)
        if session.questions:
            self._out.heading(level + 1, self._("Guiding questions"))
            self._out.bullets(session.questions, ordered=True)

    def _overview(self, items: list[Item], level: int) -> None:
        self._out.heading(level, self._("Proposals for actionable commitments"))
        header = (
            self._("Item"),
            self._("Title"),
            self._("Term"),
            self._("Responsible actors"),
            self._("Indicator"),
            self._("SDG targets"),
            self._("Instruments"),
        )
        rows = [
            (
                item.reference,
                item.title,
                self._label("term", item.term),
                "; ".join(item.actors),
                item.indicator,
                ", ".join(target.code for target in item.targets),
                "; ".join(item.instruments),
            )
            for item in items
        ]
        self._out.table(self._("Action items at a glance"), header, rows)

    def _rooms(self, session: Session, level: int) -> None:
        if not session.rooms:
            return
        self._out.heading(level, self._("Breakout groups"))
        for room in session.rooms:
            self._out.heading(level + 1, room.title)
            self._out.paragraph(room.topic)
            if not room.items:
                self._out.paragraph(self._("This group submitted no action item."))
            for item in room.items:
                self._item(item, level + 2)

    def _item(self, item: Item, level: int) -> None:
        title = item.title.strip() or self._("Untitled action item")
        self._out.heading(level, f"{item.reference} {title}".strip())
        self._out.richtext(item.text, level)
        self._out.facts(self._item_facts(item))
        for lane in LANES:
            comments = [comment for comment in item.comments if comment.lane == lane]
            if comments:
                self._out.heading(level + 1, self._label("lane", lane))
                for comment in comments:
                    self._comment(comment)

    def _item_facts(self, item: Item) -> list[tuple[str, str]]:
        targets = [
            f"{target.code} {target.label} ({self._label('alignment', target.alignment)})"
            for target in item.targets
        ]
        return [
            (self._("State"), self._label("state", item.state)),
            (self._("Not agreed"), self._brackets(item.brackets_left)),
            (self._("Term"), self._label("term", item.term)),
            (self._("Responsible actors"), "; ".join(item.actors)),
            (self._("Beneficiaries"), item.beneficiaries),
            (self._("Means of implementation"), item.means),
            (self._("Indicator"), item.indicator),
            (self._("Baseline"), item.baseline),
            (self._("SDG targets"), "; ".join(targets)),
            (self._("Instruments"), "; ".join(item.instruments)),
            (self._("Gender considerations"), item.gender),
            (self._("Follow-up and review"), item.review),
            (self._("Sources quoted"), "; ".join(item.sources)),
            (self._("Where it comes from"), "; ".join(item.provenance)),
        ]

    def _brackets(self, left: int) -> str:
        if left == 0:
            return self._("No brackets left")
        return self._("Brackets left: %(number)d", number=left)

    def _comment(self, comment: Comment) -> None:
        kind = self._label("comment_kind", comment.kind)
        if comment.passage:
            kind = self._("%(kind)s, on “%(passage)s”", kind=kind, passage=comment.passage)
        self._out.remark(comment.author, kind, comment.text)
        for reply in comment.replies:
            self._out.remark(reply.author, self._("Answer in the discussion"), reply.text, 1)
        if comment.disposition is not None:
            found = comment.disposition
            head = found.by or self._("Disposition")
            self._out.remark(head, self._label("answer", found.answer), found.reason, 1)

    def _polls(self, session: Session, level: int) -> None:
        self._out.heading(level, self._("Indicative poll"))
        self._out.paragraph(
            self._(
                "The poll measures support among delegations, one answer each. It has no formal standing and "
                "nothing was adopted. Where fewer than five of a group answered, its answers are not shown."
            )
        )
        for poll in session.polls:
            self._poll(poll, level + 1)

    def _poll(self, poll: Poll, level: int) -> None:
        self._out.heading(level, poll.item)
        self._out.paragraph(poll.question)
        header = (
            self._("Group"),
            self._("In favour"),
            self._("Against"),
            self._("Abstention"),
            self._("Not voting"),
        )
        rows = [self._poll_row(row) for row in (*poll.by_group, poll.total)]
        self._out.table(self._("Answers of Member States"), header, rows, 1)
        if poll.others:
            rows = [self._poll_row(row) for row in poll.others]
            self._out.table(self._("Answers of others, counted apart"), header, rows, 1)

    def _poll_row(self, row: PollRow) -> tuple[str, ...]:
        numbers = (row.in_favour, row.against, row.abstention, row.not_voting)
        return (row.label, *(self._number(number, row.hidden) for number in numbers))

    def _number(self, number: int | None, hidden: str) -> str:
        return hidden_number(self._record.language, hidden) if number is None else str(number)

    def _participation(self, found: Participation, level: int) -> None:
        if not found.participants:
            return
        self._out.heading(level, self._("Participation"))
        self._out.facts(
            [
                (self._("Delegations"), str(found.delegations)),
                (self._("Participants"), str(found.participants)),
            ]
        )
        self._counts(self._("Participants by regional group"), self._("Regional group"), found.by_group)
        self._counts(
            self._("Participants by stakeholder family"), self._("Stakeholder family"), found.by_family
        )

    def _counts(self, caption: str, first: str, counts: tuple[Count, ...]) -> None:
        if counts:
            rows = [(count.label, self._number(count.number, count.hidden)) for count in counts]
            self._out.table(caption, (first, self._("Participants")), rows, 1)

    def _delegations(self) -> None:
        if self._record.delegations:
            self._out.heading(1, self._("List of delegations"))
            self._out.bullets(self._record.delegations)

    def _sources(self, session: Session, level: int) -> None:
        self._out.heading(level, self._("Statements and documents"))
        lines = [
            ", ".join(part for part in (source.author, source.title, source.reference) if part)
            for source in session.sources
        ]
        self._out.bullets(lines)

    def _about(self) -> None:
        record = self._record
        self._out.heading(1, self._("About this record"))
        self._out.paragraph(self._label("attribution", record.consultation.attribution))
        self._out.facts(
            [
                (self._("Made"), self._moment(record.generated_at)),
                (self._("Head of the audit log"), record.audit_head),
            ]
        )

    def _moment(self, iso: str) -> str:
        zone = self._record.consultation.time_zone
        return f"{day_and_time(datetime.fromisoformat(iso), self._record.language, zone)} ({zone})"
