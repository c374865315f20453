"""A small theatre for drafting tests: pages with real shared documents, a writer driven by hand, the real database.

Nothing sleeps: `Stage.turn()` runs one round of the writer.
"""

import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text, XmlElement, XmlFragment, XmlText
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from consult import clock
from consult.db import Sessions, reading_session, sessions_for, unit_of_work
from consult.drafting import protocol, service
from consult.drafting.content import DraftContent
from consult.drafting.limits import Limits
from consult.drafting.live_draft import Ack, Subject
from consult.drafting.registry import Registry
from consult.drafting.runtime import Runtime
from consult.items.models import ActionItem
from consult.permissions.actor import Actor
from consult.permissions.check import refusal
from consult.permissions.names import Permission
from consult.rooms.actors import actor_of
from tests.cast import World


class Answer:
    """Where the writer's answer to one message arrives."""

    def __init__(self) -> None:
        self.value: Any = None

    def set(self, value: Any) -> None:
        assert self.value is None, "answered twice"
        self.value = value


class Editor:
    """One person's shared document, as a page has it."""

    def __init__(self, client_id: int) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)
        self.title = self.doc.get("title", type=Text)
        self.text = self.doc.get("default", type=XmlFragment)
        self.facts = self.doc.get("facts", type=Map)
        self.outgoing: list[bytes] = []
        self._is_remote = False
        self._watch = self.doc.observe(self._changed)

    def _changed(self, event: Any) -> None:
        if not self._is_remote:
            self.outgoing.append(event.update)

    def receive(self, update: bytes) -> None:
        self._is_remote = True
        try:
            self.doc.apply_update(update)
        finally:
            self._is_remote = False

    def paragraph(self, text: str, at: int | None = None) -> None:
        """Add a paragraph."""
        element = XmlElement("paragraph")
        self.text.children.insert(len(self.text.children) if at is None else at, element)
        element.children.append(XmlText(text))

    def lines(self) -> list[XmlText]:
        return [
            child for block in self.text.children for child in block.children if isinstance(child, XmlText)
        ]

    def said(self) -> tuple[str, str, str]:
        return str(self.title), str(self.text), json.dumps(self.facts.to_py(), sort_keys=True)

    def take_outgoing(self) -> list[bytes]:
        taken, self.outgoing = self.outgoing, []
        return taken


@dataclass
class Outlet:
    """What the pages are sent; channels as Socket.IO keeps them."""

    channels: dict[str, set[str]] = field(default_factory=dict)
    sent: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def _to(self, sid: str, *event: Any) -> None:
        self.sent.setdefault(sid, []).append(event)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def enter(self, sid: str, draft: str) -> None:
        self.channels.setdefault(draft, set()).add(sid)

    def leave(self, sid: str, draft: str) -> None:
        self.channels.get(draft, set()).discard(sid)

    def update(self, draft: str, data: bytes, seq: int, skip: str | None) -> None:
        for sid in self.channels.get(draft, set()) - {skip}:
            self._to(sid, "u", data, seq)

    def carets(self, draft: str, data: bytes, *, skip: str | None = None, only: str | None = None) -> None:
        for sid in {only} if only else self.channels.get(draft, set()) - {skip}:
            self._to(sid, "a", data)

    def permission(self, sid: str, draft: str, *, edit: bool, epoch: int, reason: str | None) -> None:
        self._to(sid, "perm", edit, epoch, reason)

    def moved(self, sid: str, draft: str, room: str, reason: str) -> None:
        self._to(sid, "moved", room, reason)

    def resync(self, draft: str) -> None:
        for sid in self.channels.get(draft, set()):
            self._to(sid, "resync")

    def reconnect(self, sid: str) -> None:
        self._to(sid, "reconnect")

    def words(self, code: str) -> str:
        return code


class TableRights:
    """The one table of rights, read from the database at every question."""

    def __init__(self, stage: "Stage") -> None:
        self.stage = stage
        self.anonymous = False
        #: Connections of pages that only ask, by HTTP.
        self.asking: set[str] = set()

    def _refusal(self, sid: str, permission: Permission, subject: Subject) -> str | None:
        with reading_session(self.stage.engine) as db:
            return refusal(self.stage.actor(db, self.stage.people[sid]), permission, subject)

    def is_known(self, _sid: str, _subject: Subject) -> bool:
        return True

    def learn(self) -> None:
        pass

    def reading(self, sid: str, subject: Subject) -> str | None:
        return self._refusal(sid, Permission.ROOM_VIEW, subject)

    def editing(self, sid: str, subject: Subject) -> str | None:
        return self._refusal(sid, Permission.ITEM_EDIT, subject)

    def member_id(self, sid: str, subject: Subject) -> int | None:
        return self.stage.world.members[self.stage.people[sid]].id

    def signature(self, sid: str, subject: Subject) -> dict[str, str]:
        return {"name": self.stage.people[sid]}

    def is_anonymous(self, subject: Subject) -> bool:
        return self.anonymous

    def hears(self, sid: str) -> bool:
        return sid not in self.asking


class Page:
    """A page at a draft: sends like `live/draft.js`, one update after the other."""

    def __init__(self, stage: "Stage", sid: str, editor: Editor, name: str) -> None:
        self.stage, self.sid, self.editor, self.name = stage, sid, editor, name
        self.joined: Ack = {}

    def join(self, **more: Any) -> Ack:
        """Join by state vector and send what the server lacks, as every page does."""
        vector = protocol.encoded(self.editor.doc.get_state())
        answer = Answer()
        self.stage.registry.join(self.sid, {"v": 1, "draft": self.name, "sv": vector, **more}, answer)
        self.stage.turn()
        self.joined = answer.value
        if self.joined["ok"]:
            self.editor.receive(protocol.decoded(self.joined["update"], 1 << 24))
            self.editor.take_outgoing()
        return self.joined

    def missing(self) -> bytes:
        """What the server lacked when this page joined."""
        return self.editor.doc.get_update(protocol.decoded(self.joined["sv"], 1 << 20))

    def send(self, update: bytes | None = None) -> list[Answer]:
        """Send one update, or everything written since; the answers come with the next turn."""
        answers = []
        for data in [update] if update is not None else self.editor.take_outgoing():
            answer = Answer()
            self.stage.registry.update(self.sid, (protocol.encoded(data), self.name), answer)
            answers.append(answer)
        return answers

    def saved(self, update: bytes | None = None) -> list[Ack]:
        """Send and let the writer work."""
        answers = self.send(update)
        self.stage.turn()
        return [answer.value for answer in answers]

    def heard(self, kind: str) -> list[tuple[Any, ...]]:
        return [event for event in self.stage.outlet.sent.get(self.sid, []) if event[0] == kind]

    def hear(self) -> None:
        """Apply what arrived."""
        for event in self.stage.outlet.sent.pop(self.sid, []):
            if event[0] == "u":
                self.editor.receive(event[1])

    def lose(self) -> None:
        """The connection breaks."""
        self.stage.registry.left(self.sid)
        self.stage.turn()
        for sids in self.stage.outlet.channels.values():
            sids.discard(self.sid)


class Stage:
    """The world of the cast, a draft in room 1, and a writer."""

    def __init__(
        self, engine: Engine, world: World, limits: Limits | None = None, *, name: str = "one"
    ) -> None:
        self.engine, self.world, self.name = engine, world, name
        self.sessions: Sessions = sessions_for(engine)
        self.people: dict[str, str] = {}
        self.mirrored: list[DraftContent] = []
        self.fail_next_commits = 0
        self.limits = limits or Limits(
            messages_rate=1e6, messages_burst=1e6, bytes_burst=1e9, joins_burst=1e6
        )
        self._connections = 0
        #: Happens when the writer waits for a moment.
        self.while_it_waits: Callable[[], None] = lambda: None
        self.restart()

    def restart(self) -> None:
        """A new process: nothing in memory, the same database."""
        self.outlet = Outlet()
        self.rights = TableRights(self)
        self.registry = Registry(
            writing=self._writing,  # type: ignore[arg-type]
            reading=lambda: reading_session(self.engine),
            rights=self.rights,
            outlet=self.outlet,
            mirror=lambda db, contents: self.mirrored.extend(contents.values()) or (),
            runtime=Runtime(
                wake=threading.Event(),
                sleep=lambda _seconds: self.while_it_waits(),
                gather=lambda _seconds: None,
                tick=0.0,
            ),
            limits=self.limits,
            grace=60.0,
            name=self.name,
        )

    def _writing(self) -> Any:
        if self.fail_next_commits:
            self.fail_next_commits -= 1
            return unit_of_work(self._failing)  # type: ignore[arg-type]
        return unit_of_work(self.sessions)

    def _failing(self) -> Session:
        session = self.sessions()

        def commit() -> None:
            raise OSError("the database went away")

        session.commit = commit  # type: ignore[method-assign]
        return session

    def actor(self, db: Session, who: str) -> Actor:
        """One of the cast as an actor, read in this session."""
        return actor_of(db, db.merge(self.world.members[who]))

    def turn(self) -> None:
        self.registry.turn()

    def item(self, *, title: str = "", room: int = 1) -> ActionItem:
        """A new action item with its draft."""
        with unit_of_work(self.sessions) as db:
            place = self.world.rooms[room - 1]
            item = ActionItem(
                consultation_id=place.consultation_id,
                session_id=place.session_id,
                room_id=place.id,
                number=1 + len(db.query(ActionItem).filter_by(room_id=place.id).all()),
                title=title,
                text={"type": "doc", "content": [{"type": "paragraph"}]},
                facts={},
                created_by_id=self.world.members["kenya"].id,
                created_at=clock.now(),
            )
            db.add(item)
            db.flush()
            service.create_draft(db, item)
        return item

    def page(self, who: str, item: ActionItem, *, client_id: int, editor: Editor | None = None) -> Page:
        """A new connection of one of the cast."""
        self._connections += 1
        sid = f"sid-{self._connections}"
        self.people[sid] = who
        return Page(self, sid, editor or Editor(client_id), item.public_id)

    def set_room(self, **values: Any) -> None:
        """Change room 1 behind everybody's back, as another process would."""
        with unit_of_work(self.sessions) as db:
            room = db.merge(self.world.rooms[0])
            for name, value in values.items():
                setattr(room, name, value)

    def content(self, item: ActionItem) -> DraftContent:
        """What the log says."""
        with reading_session(self.engine) as db:
            return service.content_of(db, item)
