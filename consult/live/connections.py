"""The open connections of this process, and who is behind them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from consult.permissions.actor import Actor


@dataclass(slots=True)
class Connection:
    """One open page.

    Attributes:
        sid: Socket.IO's id of the connection.
        sign_in_id: row id of the sign-in whose cookie opened it.
        user_id, user_key: the account's row id and public id.
        room: public id of the room the page follows, as its query said and a check confirmed; None elsewhere.
        session: the same for a session.
        member: public id of the member the page speaks for, once it follows a consultation's audience.
        console: public id of the round whose console the page is.
        visits: a facilitator in a room where they do not sit.
        observes: one who only looks on there.
        hears: whether it can be told anything; False for one that asks by HTTP.
        placed: as whom it was let in, and how many changes of rights were known then; until it follows for the first time.
        wrote_at: when the last text from this page was accepted.
        lost_at: when its line was lost; None while it is open, and when it was ended on purpose.
        audiences: names it follows.
    """

    sid: str
    sign_in_id: int
    user_id: int
    user_key: str
    room: str | None = None
    session: str | None = None
    member: str | None = None
    member_id: int | None = None
    consultation_id: int | None = None
    room_id: int | None = None
    console: str | None = None
    visits: bool = False
    observes: bool = False
    hears: bool = True
    placed: tuple[Actor, int] | None = None
    wrote_at: datetime | None = None
    lost_at: datetime | None = None
    audiences: set[str] = field(default_factory=set)


class Connections:
    """Lookup of connections by id, account, member and sign-in."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Connection] = {}

    def add(self, connection: Connection) -> None:
        self._by_sid[connection.sid] = connection

    def remove(self, sid: str) -> Connection | None:
        return self._by_sid.pop(sid, None)

    def get(self, sid: str) -> Connection | None:
        return self._by_sid.get(sid)

    def of_sign_in(self, sign_in_id: int) -> list[Connection]:
        return [entry for entry in self._by_sid.values() if entry.sign_in_id == sign_in_id]

    def of_user(self, user_id: int) -> list[Connection]:
        return [entry for entry in self._by_sid.values() if entry.user_id == user_id]

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._by_sid.values()))

    def __len__(self) -> int:
        return len(self._by_sid)
