"""Gathers the record of a session or a consultation, under its attribution rule. The only way from rows to exports."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from consult import clock, i18n, labels, reference, richtext
from consult.audit import service as audit
from consult.db import Db
from consult.decisions.queries import decisions_of_session, result_of
from consult.decisions.tally import Counts, GroupRow
from consult.deliberation.models import Comment
from consult.disclosure.attribution import Author, shown
from consult.exports import record as out
from consult.items.facts import item_facts
from consult.items.models import ActionItem
from consult.items.queries import items_of_session
from consult.library.models import Source
from consult.people.balance import Balance, Count
from consult.people.models import Member
from consult.people.queries import people_of
from consult.programme.models import Consultation, Session
from consult.summaries.gather import GROUP_OF_MARK, days, reference_of
from consult.summaries.models import Summary, SummaryVersion
from consult.summaries.service import summary_of

ANONYMOUS = "A participant"


def session_record(
    db: Db, session: Session, *, language: str = "en", draft: bool = False, log: bool = False
) -> out.Record:
    """The record of one session.

    Args:
        draft: show the newest version of the summary; otherwise the published one, if there is one.
        log: with the sealed audit log of the consultation.
    """
    consultation = db.get_one(Consultation, session.consultation_id)
    gathering = _Gathering(db, consultation, language, draft)
    return gathering.record([session], f"{session.short_title}: {session.title}", log=log)


def consultation_record(
    db: Db, consultation: Consultation, *, language: str = "en", draft: bool = False, log: bool = False
) -> out.Record:
    """The record of a whole consultation: every session that was held."""
    query = select(Session).where(Session.consultation_id == consultation.id, Session.opened_at.is_not(None))
    sessions = db.scalars(query.options(selectinload(Session.questions)).order_by(Session.number)).all()
    return _Gathering(db, consultation, language, draft).record(sessions, consultation.title, log=log)


class _Gathering:
    """One record being put together."""

    def __init__(self, db: Db, consultation: Consultation, language: str, draft: bool) -> None:
        self.db, self.consultation, self.language, self.draft = db, consultation, language, draft
        people = people_of(db, consultation)
        self.balance = people.balance
        self.delegations = tuple(dict.fromkeys(person.delegation for person in people.participants))

    def record(self, sessions: Sequence[Session], title: str, *, log: bool) -> out.Record:
        event = self.consultation
        return out.Record(
            title=title,
            language=self.language,
            consultation=out.Consultation(
                title=event.title,
                starts_on=event.starts_on.isoformat(),
                ends_on=event.ends_on.isoformat(),
                dates=days(event, self.language),
                place=event.place,
                time_zone=event.time_zone,
                attribution=event.attribution,
                languages=tuple(event.languages),
                is_sample=event.is_sample,
            ),
            sessions=tuple(self.session(session) for session in sessions),
            participation=self.participation(self.balance),
            generated_at=clock.now().isoformat(timespec="seconds"),
            # Rule: under the Chatham House Rule a report has no list of participants.
            delegations=() if event.attribution == "none" else self.delegations,
            audit_head=audit.head_of(self.db, event.public_id),
            audit=audit.sealed_log(self.db, event.public_id) if log else (),
        )

    def session(self, session: Session) -> out.Session:
        items = items_of_session(self.db, session.id)
        comments = self.comments(items)
        sources = self.db.scalars(
            select(Source).where(Source.session_id == session.id).order_by(Source.position)
        ).all()
        titles = {source.public_id: source.title for source in sources}
        rooms = dict.fromkeys(item.room for item in items)
        return out.Session(
            title=session.title,
            mode=session.mode,
            dates=i18n.day(session.starts_at, self.language, self.consultation.time_zone)
            if session.starts_at
            else "",
            place=self.consultation.place,
            description=session.description,
            summary=self.summary(session),
            questions=tuple(question.text for question in session.questions),
            rooms=tuple(
                out.Room(
                    title=self._("Room %(number)s", number=room.number),
                    topic=room.topic,
                    items=tuple(
                        self.item(item, comments, titles) for item in items if item.room_id == room.id
                    ),
                )
                for room in rooms
            ),
            polls=tuple(self.polls(session)),
            sources=tuple(out.Source(source.title, source.speaker, source.reference) for source in sources),
        )

    def summary(self, session: Session) -> out.Summary | None:
        found = summary_of(self.db, session)
        version = self._version(found) if found else None
        if found is None or version is None:
            return None
        public = found.published_version == version.number and found.published_at is not None
        published = found.published_at.isoformat(timespec="seconds") if public and found.published_at else ""
        return out.Summary(version.body, version.number, published)

    def _version(self, summary: Summary) -> SummaryVersion | None:
        wanted = None if self.draft else summary.published_version
        if self.draft:
            return summary.versions[-1] if summary.versions else None
        return next((version for version in summary.versions if version.number == wanted), None)

    def item(
        self, item: ActionItem, comments: dict[int, list[out.Comment]], titles: dict[str, str]
    ) -> out.Item:
        facts = item_facts(item.facts)
        return out.Item(
            reference=reference_of(item, self.language),
            title=item.title,
            text=item.text,
            state=item.state,
            term=facts.term,
            actors=tuple(self._(actor) for actor in facts.actors),
            beneficiaries=facts.beneficiaries,
            means=facts.means,
            indicator=facts.indicator,
            baseline=facts.baseline,
            gender=facts.gender,
            review=facts.review,
            targets=tuple(out.Target(link.code, link.label, link.alignment) for link in facts.targets),
            instruments=tuple(link.label for link in facts.instruments),
            sources=tuple(titles[name] for name in facts.sources if name in titles),
            brackets_left=richtext.open_brackets(item.text),
            comments=tuple(comments.get(item.id, ())),
        )

    def comments(self, items: Sequence[ActionItem]) -> dict[int, list[out.Comment]]:
        """Comments of the items by item row id, replies and the standing disposition with them."""
        query = (
            select(Comment)
            .where(Comment.item_id.in_([item.id for item in items]))
            .options(
                joinedload(Comment.member).joinedload(Member.delegation),
                joinedload(Comment.member).joinedload(Member.user),
                selectinload(Comment.dispositions),
            )
            .order_by(Comment.id)
        )
        rows = self.db.scalars(query).all()
        replies: dict[int, list[out.Reply]] = {}
        for row in rows:
            if row.parent_id is not None:
                replies.setdefault(row.parent_id, []).append(out.Reply(self.author(row.member), row.text))
        found: dict[int, list[out.Comment]] = {}
        for row in rows:
            if row.parent_id is None:
                last = row.dispositions[-1] if row.dispositions else None
                comment = out.Comment(
                    lane=row.lane,
                    kind=row.kind,
                    author=self.author(row.member),
                    text=row.text,
                    replies=tuple(replies.get(row.id, ())),
                    disposition=out.Disposition(last.answer, last.reason) if last else None,
                )
                found.setdefault(row.item_id, []).append(comment)
        return found

    def author(self, member: Member) -> str:
        mark = reference.mark_of(member.delegation.kind, member.delegation.group)
        group = self._(labels.of("group", GROUP_OF_MARK[mark]))
        author = Author(member.user.name, member.delegation.name, group, mark)
        return shown(author, self.consultation.attribution, anonymous=self._(ANONYMOUS)).label

    def polls(self, session: Session) -> list[out.Poll]:
        found = []
        for decision in decisions_of_session(self.db, session.id):
            if decision.closed_at is None:
                continue
            result = result_of(self.db, decision)
            others = self._("Others")
            hidden = out.PollRow(others, hidden="few")
            found.append(
                out.Poll(
                    item=reference_of(decision.item, self.language),
                    question=decision.question,
                    total=self.poll_row(self._("Member States"), result.member_states),
                    by_group=tuple(self.group_row(row) for row in result.by_group),
                    others=(self.poll_row(others, result.others) if result.others else hidden,),
                    closed_at=decision.closed_at.isoformat(timespec="seconds"),
                )
            )
        return found

    def group_row(self, row: GroupRow) -> out.PollRow:
        label = self._(labels.of("group", row.group))
        return self.poll_row(label, row.counts) if row.counts else out.PollRow(label, hidden=str(row.hidden))

    def poll_row(self, label: str, counts: Counts) -> out.PollRow:
        return out.PollRow(label, counts.in_favour, counts.against, counts.abstention, counts.not_voting)

    def participation(self, found: Balance) -> out.Participation:
        def row(count: Count, label: str) -> out.Count:
            hidden = "" if count.count is not None else "few" if count.is_small else "withheld"
            return out.Count(self._(label), count.count, hidden)

        groups = tuple(row(count, labels.of("group", GROUP_OF_MARK[count.code])) for count in found.by_group)
        families = tuple(row(count, count.code) for count in found.by_family)
        return out.Participation(found.delegations, found.people, groups, families)

    def _(self, words: str, **params: object) -> str:
        return i18n.text(self.language, words, **params)
