"""The sample consultation in a file, with browsers signed in to it: for tests and benchmarks of whole pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import event, select

from consult import migrating
from consult.app import create_app
from consult.config import Settings
from consult.db import engine_for, sessions_for, unit_of_work
from consult.decisions.models import Decision
from consult.items.models import ActionItem
from consult.people.models import Member, Role
from consult.rooms.models import Room, Round, Seat
from consult.sample.build import PASSWORD, Stage, build
from tests.once import compiled_once


class Meeting:
    """A sample of any size at any stage."""

    def __init__(self, path: Path, *, stage: str, participants: int = 60) -> None:
        url = f"sqlite:///{path}"
        migrating.upgrade(url)
        self.engine = engine_for(url)
        with unit_of_work(sessions_for(self.engine)) as db:
            sample = build(db, number=participants, stage=Stage(stage))
            self.consultation, self.session = sample.consultation.public_id, sample.session.public_id
            self.emails = {
                role.value: sample.staff(role).user.email
                for role in (Role.ORGANIZER, Role.FACILITATOR, Role.PANELIST)
            }
            self.round = db.scalar(select(Round.public_id))
            self.item = db.scalar(select(ActionItem.public_id).order_by(ActionItem.id))
            self.decision = db.scalar(select(Decision.public_id).order_by(Decision.id))
            self.emails["delegate"], self.room = self._seated(db, sample.members)
        settings = Settings(database_url=url, secret_key="m" * 40, public_url="http://localhost")
        self.app = compiled_once(create_app(settings, engine=self.engine))

    def _seated(self, db: object, members: list[Member]) -> tuple[str, str | None]:
        """A delegate, and the room they sit in where there are rooms."""
        query = (
            select(Member, Room.public_id)
            .join(Seat, Seat.member_id == Member.id)
            .join(Room, Room.id == Seat.room_id)
        )
        found = db.execute(query.where(Member.role == Role.DELEGATE.value).order_by(Seat.id)).first()  # type: ignore[attr-defined]
        if found is None:
            return next(member.user.email for member in members if member.role == Role.DELEGATE), None
        return found[0].user.email, found[1]

    def browser(self, name: str) -> FlaskClient:
        """A browser signed in as organizer, facilitator, panelist or delegate."""
        client = self.app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert token
        form = {"csrf_token": token.group(1), "email": self.emails[name], "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code == 303
        return client

    def pages(self, name: str) -> dict[str, str]:
        """The pages a person has, by a short name."""
        found = {
            "front": "/",
            "consultation": f"/c/{self.consultation}",
            "people": f"/c/{self.consultation}/people",
            "library": f"/c/{self.consultation}/library",
            "outcomes": f"/c/{self.consultation}/outcomes",
            "session": f"/s/{self.session}",
            "report-back": f"/s/{self.session}/report-back",
            "projector": f"/s/{self.session}/projector",
            "decisions": f"/s/{self.session}/decisions",
            "summary": f"/s/{self.session}/summary",
            "account": "/account",
        }
        staff = name in ("organizer", "facilitator")
        if self.round:
            found["lobby"] = f"/rounds/{self.round}"
            if staff:
                found |= {
                    "console": f"/rounds/{self.round}/console",
                    "seating": f"/rounds/{self.round}/seating",
                }
        if self.room and name in ("facilitator", "delegate"):
            found["room"] = f"/rooms/{self.room}"
        if self.decision:
            found |= {"item": f"/items/{self.item}", "decision": f"/decisions/{self.decision}"}
        return found

    @contextmanager
    def counting(self) -> Iterator[list[str]]:
        """The SQL statements sent while inside, transaction control left out."""
        statements: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
                statements.append(statement)

        event.listen(self.engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(self.engine, "before_cursor_execute", note)
