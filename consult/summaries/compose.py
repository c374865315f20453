"""Composes a session's summary out of its facts: outline and sentences, no judgement added.

Deterministic: the same facts give the same text. Every block carries the sources it was made from, and nobody is
named, whatever the attribution rule allows. Pure: no I/O, no clock. Structure after co-facilitators' summaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consult import labels
from consult.i18n import N_, text
from consult.richtext import Doc, one_line
from consult.summaries.counting import hidden_number, said
from consult.summaries.facts import GroupCount, ItemFacts, PollFacts, RoomFacts, SessionFacts

_LANES = ("panelists", "member_states", "others")
_KINDS = ("support", "question", "concern", "proposal")
_TERMS = ("short", "medium", "long", "")
_STATUS = {
    "informal": N_(
        "Prepared by the co-facilitators under their own responsibility. "
        "This summary does not represent a negotiated outcome."
    ),
    "negotiation": N_("Text under negotiation. Nothing is agreed until everything is agreed."),
    "formal": N_("Record of a formal meeting."),
}
#: The source of sentences that state a rule of the meeting and no fact of it.
RULES = "rules"


@dataclass(frozen=True)
class Traced:
    """One block of the summary and what it rests on; headings rest on the outline."""

    block: Doc
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Composed:
    """A composed summary: its blocks in order, each with its sources."""

    blocks: tuple[Traced, ...]

    @property
    def body(self) -> Doc:
        """The summary as rich text."""
        return {"type": "doc", "content": [traced.block for traced in self.blocks]}


def status_line(language: str, mode: str) -> str:
    """What standing the document has. Rule: the summary of an informal session says that nothing is agreed."""
    return text(language, _STATUS.get(mode, _STATUS["informal"]))


def compose(facts: SessionFacts) -> Composed:
    """The summary of a session, to be edited and published by its co-facilitators."""
    return _Summary(facts).composed()


@dataclass
class _Summary:
    facts: SessionFacts
    blocks: list[Traced] = field(default_factory=list)

    def composed(self) -> Composed:
        self._say(status_line(self.facts.language, self.facts.mode), RULES)
        self._introduction()
        self._questions()
        self._rooms()
        self._cross_cutting()
        self._further_discussion()
        self._polls()
        self._way_forward()
        return Composed(tuple(self.blocks))

    def _(self, message: str, **params: object) -> str:
        return text(self.facts.language, message, **params)

    def _heading(self, level: int, words: str) -> None:
        self.blocks.append(
            Traced({"type": "heading", "attrs": {"level": level}, "content": _text(words)}, ())
        )

    def _say(self, words: str, *sources: str) -> None:
        self.blocks.append(Traced(_paragraph(words), tuple(dict.fromkeys(sources))))

    def _list(self, lines: Sequence[tuple[str, Iterable[str]]], *, ordered: bool = False) -> None:
        if not lines:
            return
        items = [{"type": "listItem", "content": [_paragraph(words)]} for words, _ in lines]
        made: Doc = {"type": "orderedList", "attrs": {"start": 1}} if ordered else {"type": "bulletList"}
        sources = tuple(dict.fromkeys(source for _, found in lines for source in found))
        self.blocks.append(Traced({**made, "content": items}, sources))

    def _introduction(self) -> None:
        facts = self.facts
        self._heading(2, self._("Introduction"))
        self._say(
            self._(
                "The session “%(title)s” of the %(consultation)s was held in %(place)s, %(dates)s.",
                title=facts.title,
                consultation=facts.consultation,
                place=facts.place,
                dates=facts.dates,
            ),
            facts.source,
        )
        self._say(
            self._(
                "Delegations taking part: %(delegations)d. Participants: %(participants)d.",
                delegations=facts.delegations,
                participants=facts.participants,
            ),
            f"{facts.source}/participation",
        )
        if facts.groups:
            counts = "; ".join(f"{group.label} {self._number(group)}" for group in facts.groups)
            self._say(
                self._("Participants by group: %(counts)s.", counts=counts), f"{facts.source}/participation"
            )
        if facts.rooms:
            self._say(
                self._(
                    "Participants worked in cross-regional breakout groups (%(rooms)d) "
                    "and submitted action items to plenary (%(items)d).",
                    rooms=len(facts.rooms),
                    items=len(facts.items),
                ),
                *(room.source for room in facts.rooms),
            )

    def _questions(self) -> None:
        if self.facts.questions:
            self._heading(2, self._("Guiding questions"))
            sources = [f"{self.facts.source}/questions"]
            self._list([(question, sources) for question in self.facts.questions], ordered=True)

    def _rooms(self) -> None:
        if not self.facts.rooms:
            return
        self._heading(2, self._("Breakout groups"))
        for room in self.facts.rooms:
            self._heading(3, room.title)
            if room.theme:
                self._say(self._("Theme: %(theme)s", theme=room.theme), room.source)
            if not room.items:
                self._say(self._("The group submitted no action item."), room.source)
            self._items(room)
            self._comments(room)

    def _items(self, room: RoomFacts) -> None:
        for term in _TERMS:
            found = [item for item in room.items if item.term == term]
            if found:
                words = self._(labels.of("term", term)) if term else self._("Term not stated")
                self._say(f"{words}:", *(item.source for item in found))
                self._list([(self._item(item), [item.source]) for item in found])

    def _item(self, item: ItemFacts) -> str:
        name = self._named(item)
        if not item.brackets:
            return self._("%(item)s. No brackets left.", item=name)
        return self._("%(item)s. Brackets left: %(number)d.", item=name, number=len(item.brackets))

    def _named(self, item: ItemFacts) -> str:
        return f"{item.reference} {one_line(item.title).strip() or self._('Untitled action item')}".strip()

    def _comments(self, room: RoomFacts) -> None:
        for item in room.items:
            sentences = [self._said(item, lane, kind) for lane in _LANES for kind in _KINDS]
            words = " ".join(sentence for sentence, _ in sentences if sentence)
            if words:
                sources = [source for _, found in sentences for source in found]
                self._say(
                    self._("On %(item)s: %(said)s", item=item.reference, said=words), item.source, *sources
                )

    def _said(self, item: ItemFacts, lane: str, kind: str) -> tuple[str, list[str]]:
        """How many different voices in a lane made comments of a kind, in a sentence, and which comments."""
        found = [comment for comment in item.comments if (comment.lane, comment.kind) == (lane, kind)]
        if not found:
            return "", []
        present = {"panelists": self.facts.panelists, "member_states": self.facts.member_states}.get(lane)
        voices = len({comment.voice for comment in found})
        return said(self.facts.language, lane, kind, voices, present), [comment.source for comment in found]

    def _cross_cutting(self) -> None:
        items = self.facts.items
        if not items:
            return
        self._heading(2, self._("Cross-cutting considerations, means and follow-up"))
        self._share(N_("Gender considerations are recorded in %(some)d of %(all)d items."), "has_gender")
        self._share(N_("Means of implementation are named in %(some)d of %(all)d items."), "has_means")
        self._share(N_("Follow-up and review are named in %(some)d of %(all)d items."), "has_review")
        targets = sorted({code for item in items for code in item.targets}, key=_target_order)
        if targets:
            linked = [item.source for item in items if item.targets]
            words = self._("The items are linked to SDG targets %(codes)s.", codes=", ".join(targets))
            self._say(words, *linked)

    def _share(self, message: str, name: str) -> None:
        items = self.facts.items
        some = [item for item in items if getattr(item, name)]
        self._say(self._(message, some=len(some), all=len(items)), *(item.source for item in items))

    def _further_discussion(self) -> None:
        lines = [*self._open_passages(), *self._concerns()]
        if not self.facts.items:
            return
        self._heading(2, self._("Areas for further discussion"))
        if lines:
            self._say(
                self._(
                    "Passages in square brackets are not agreed. Concerns are listed as they were marked."
                ),
                RULES,
            )
            self._list(lines)
        else:
            words = self._("No passage is left in square brackets and no comment was marked as a concern.")
            self._say(words, *(item.source for item in self.facts.items))

    def _open_passages(self) -> list[tuple[str, Iterable[str]]]:
        lines: list[tuple[str, Iterable[str]]] = []
        for item in self.facts.items:
            if item.brackets:
                passages = "; ".join(f"[{passage}]" for passage in item.brackets)
                lines.append((f"{self._named(item)}: {passages}", [item.source]))
        return lines

    def _concerns(self) -> list[tuple[str, Iterable[str]]]:
        lines: list[tuple[str, Iterable[str]]] = []
        for item in self.facts.items:
            sentences = [self._said(item, lane, "concern") for lane in _LANES]
            words = " ".join(sentence for sentence, _ in sentences if sentence)
            if words:
                sources = [item.source, *(source for _, found in sentences for source in found)]
                lines.append((f"{self._named(item)}: {words}", sources))
        return lines

    def _polls(self) -> None:
        if not self.facts.polls:
            return
        self._heading(2, self._("Indicative poll"))
        self._say(
            self._(
                "The poll measured support among Member State delegations, one answer each. It has no formal "
                "standing; nothing was adopted."
            ),
            RULES,
        )
        self._list([(self._poll(poll), [poll.source]) for poll in self.facts.polls])

    def _poll(self, poll: PollFacts) -> str:
        return self._(
            "%(item)s: in favour %(in_favour)d, against %(against)d, abstention %(abstention)d, "
            "not voting %(not_voting)d.",
            item=poll.item,
            in_favour=poll.in_favour,
            against=poll.against,
            abstention=poll.abstention,
            not_voting=poll.not_voting,
        )

    def _way_forward(self) -> None:
        facts = self.facts
        self._heading(2, self._("Way forward"))
        if facts.comments_until:
            words = self._("Written comments are received until %(when)s.", when=facts.comments_until)
            self._say(words, f"{facts.source}/programme")
        else:
            self._say(self._("Submitted items stay open for comments until the session closes."), RULES)
        if facts.next_sessions:
            self._say(self._("Next sessions:"), f"{facts.source}/programme")
            self._list([(title, [f"{facts.source}/programme"]) for title in facts.next_sessions])

    def _number(self, group: GroupCount) -> str:
        return hidden_number(self.facts.language, group.hidden) if group.number is None else str(group.number)


def _text(words: str) -> list[Doc]:
    return [{"type": "text", "text": one_line(words)}]


def _paragraph(words: str) -> Doc:
    return {"type": "paragraph", "content": _text(words)}


def _target_order(code: str) -> list[tuple[int, int | str]]:
    """SDG targets in their own order: 8.7 before 10.7, 10.7 before 10.c."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in code.split(".")]
