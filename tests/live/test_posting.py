"""Writing by HTTP POST, where no websocket gets through: the same judge, the same rights, the same commit before the answer."""

import base64
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, select

from consult import clock
from consult.db import reading_session, sessions_for, unit_of_work
from consult.drafting import service
from consult.drafting.models import LateContribution, RoomLease
from consult.items.models import ActionItem
from consult.rooms.models import Presence, Room
from tests import cast
from tests.drafting.stage import Editor, Stage
from tests.live.drafting_wire import WirePage, signed_in
from tests.running import ForkedServer, RunningServer, wait_until


@pytest.fixture
def item(engine: Engine, world: cast.World) -> ActionItem:
    return Stage(engine, world).item()


@pytest.fixture
def server(database_url: str, item: ActionItem, tmp_path: Path) -> Iterator[RunningServer]:
    running = ForkedServer(database_url, tmp_path / "server.log", metrics="true").start()
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.log.read_text(errors="replace")


class PostPage:
    """A page that can only post."""

    def __init__(self, url: str, who: str, address: str, client_id: int) -> None:
        self.http = requests.Session()
        form = {"email": cast.CAST[who].email, "password": cast.PASSWORD}
        entry = {"csrf_token": self._token(f"{url}/sign-in"), **form}
        assert self.http.post(f"{url}/sign-in", data=entry, allow_redirects=False).status_code == 303
        self.address, self.editor = url + address, Editor(client_id)
        self.token = self._token(f"{url}/account")

    def _token(self, address: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.http.get(address).text)
        assert found
        return found.group(1)

    def post(self, **fields: Any) -> requests.Response:
        data = {"csrf_token": self.token, **fields}
        return self.http.post(self.address, data=data, headers={"Accept": "application/json"}, timeout=20)

    def join(self, **more: Any) -> requests.Response:
        answer = self.post(sv=base64.b64encode(self.editor.doc.get_state()).decode(), **more)
        if answer.status_code == 200:
            self.editor.receive(base64.b64decode(answer.json()["update"]))
            self.editor.take_outgoing()
        return answer

    def send(self, update: bytes | None = None) -> requests.Response:
        if update is None:
            (update,) = self.editor.take_outgoing()
        return self.post(update=base64.b64encode(update).decode())


OpenPage = Callable[..., PostPage]


@pytest.fixture
def open_page(server: RunningServer, item: ActionItem, world: cast.World) -> OpenPage:
    def opened(who: str, client_id: int, query: str = "") -> PostPage:
        address = f"/drafts/{item.public_id}/sync?room={world.rooms[0].public_id}{query}"
        return PostPage(server.url, who, address, client_id)

    return opened


def written(engine: Engine, item: ActionItem) -> str:
    """What the log says."""
    with reading_session(engine) as db:
        found = db.get(ActionItem, item.id)
        assert found is not None
        return str(service.content_of(db, found).text)


def wrote(engine: Engine, member_id: int) -> bool:
    """Whether it is written down that this member writes."""
    with reading_session(engine) as db:
        return bool(db.scalars(select(Presence.wrote_at).where(Presence.member_id == member_id)).first())


def test_one_posts_and_the_other_has_a_websocket(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine, world: cast.World
) -> None:
    kenya = open_page("kenya", 101)
    canada = WirePage(
        server.url, signed_in(server.url, cast.CAST["canada"].email), item.public_id, Editor(202)
    )
    canada.join()
    joined = kenya.join()
    assert joined.json()["edit"] is True
    assert joined.headers["Cache-Control"] == "no-store"
    kenya.editor.title += "From a hotel"
    saved = kenya.send()
    assert (saved.status_code, saved.json()["ok"], saved.json()["seq"]) == (200, 1, 1)
    canada.wait_for(lambda: str(canada.editor.title) == "From a hotel")
    canada.editor.title += ", and an office"
    assert canada.send()["ok"] == 1
    kenya.join()
    assert str(kenya.editor.title) == "From a hotel, and an office"
    wait_until(
        lambda: wrote(engine, world.members["kenya"].id),
        seconds=20,
        what="it to be written down that Kenya writes",
    )
    canada.close()


def test_what_was_answered_yes_survives_kill_9(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine
) -> None:
    kenya = open_page("kenya", 101)
    kenya.join()
    kenya.editor.paragraph("Kept whatever happens")
    for update in kenya.editor.take_outgoing():
        assert kenya.send(update).json()["ok"] == 1
    server.kill()
    assert "Kept whatever happens" in written(engine, item)
    server.start()
    kenya.editor.title += "Afterwards"
    (update,) = kenya.editor.take_outgoing()
    again = kenya.send(update)
    assert (again.status_code, again.json()["code"]) == (409, "resync"), (
        "the page joins again, as on a websocket"
    )
    assert kenya.join().status_code == 200
    assert kenya.send(update).json()["ok"] == 1


def test_rights_are_those_of_the_room(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine
) -> None:
    kenya = open_page("kenya", 101)
    kenya.join()
    for who, query in (("philippines", ""), ("viewer", "&as=observer")):
        outsider = open_page(who, 303, query)
        refused = outsider.join()
        assert (refused.status_code, refused.json()["code"]) == (404, "forbidden"), who
        outsider.editor.title += "Not mine"
        assert outsider.send().json()["ok"] == 0
    looks_on = open_page("facilitator", 404, "&as=observer")
    assert looks_on.join().json()["edit"] is False
    looks_on.editor.title += "Only looking"
    refused = looks_on.send()
    assert (refused.status_code, refused.json()["code"]) == (403, "readonly")
    assert str(kenya.join().json()["seq"]) == "0"


def test_the_judge_is_the_same(open_page: OpenPage, server: RunningServer, item: ActionItem) -> None:
    kenya, canada = open_page("kenya", 101), open_page("canada", 202)
    kenya.join()
    canada.join()
    kenya.editor.title += "Mine"
    assert kenya.send().status_code == 200
    for data, code, status in (
        (b"\x01\x01\xff", "invalid", 400),
        (b"\x00" * 65_537, "too_big", 413),
    ):
        refused = canada.send(data)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert canada.post(update="not base64!").json()["code"] == "invalid"
    assert canada.post(sv="AAAA" * 20_000).status_code == 413
    assert canada.post(sv="AA==", epoch="many").status_code == 200
    impostor = Editor(101)
    impostor.receive(kenya.editor.doc.get_update())
    impostor.title += " and yours"
    (forged,) = impostor.take_outgoing()
    refused = canada.send(forged)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid"), "a client id of somebody else"


def test_too_much_at_once_waits(open_page: OpenPage, server: RunningServer, item: ActionItem) -> None:
    kenya = open_page("kenya", 101)
    state = base64.b64encode(kenya.editor.doc.get_state()).decode()
    with ThreadPoolExecutor(10) as tabs:  # one after the other, a slow machine would never ask too fast
        answers = list(tabs.map(lambda _: kenya.post(sv=state), range(120)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].json()["after"] > 0


def test_the_form_is_ours(open_page: OpenPage, server: RunningServer, item: ActionItem) -> None:
    kenya = open_page("kenya", 101)
    assert kenya.http.post(kenya.address, data={"sv": "AA=="}).status_code == 400, "without the token"
    elsewhere = {"Origin": "https://evil.example"}
    data = {"csrf_token": kenya.token, "sv": "AA=="}
    assert kenya.http.post(kenya.address, data=data, headers=elsewhere).status_code == 403
    kenya.http.post(f"{server.url}/sign-out", data={"csrf_token": kenya.token})
    anonymous = requests.Session()
    page = anonymous.get(f"{server.url}/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    assert anonymous.post(kenya.address, data={"csrf_token": token.group(1), "sv": "AA=="}).status_code == 401
    assert kenya.join().status_code in (400, 401), "nobody after signing out"


def test_a_closed_room_keeps_what_comes_late(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine, world: cast.World
) -> None:
    kenya = open_page("kenya", 101)
    kenya.join()
    with unit_of_work(sessions_for(engine)) as db:
        room = db.get(Room, item.room_id)
        assert room is not None
        room.state, room.closed_at = "closed", clock.now() - timedelta(seconds=300)
    wait_until(lambda: kenya.join().json()["edit"] is False, what="the page to learn of the end")
    assert kenya.join().json()["reason"]
    canada = open_page("canada", 202)
    canada.join()
    canada.editor.title += "After the end"
    late = canada.send()
    assert (late.status_code, late.json()["code"]) == (409, "late")
    with reading_session(engine) as db:
        assert len(db.scalars(select(LateContribution)).all()) == 1
    assert "After the end" not in written(engine, item)


def test_the_last_words_before_the_close_are_taken_within_the_minute(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine
) -> None:
    kenya = open_page("kenya", 101)
    kenya.join()
    kenya.editor.title += "The last words"
    (typed,) = kenya.editor.take_outgoing()
    with unit_of_work(sessions_for(engine)) as db:
        room = db.get(Room, item.room_id)
        assert room is not None
        room.state, room.closed_at = "closed", clock.now()
    wait_until(lambda: kenya.join().json()["edit"] is False, what="the page to learn of the end")
    assert kenya.send(typed).json()["ok"] == 1
    kenya.editor.title += ", and more"
    assert kenya.send().json()["code"] == "late"


def test_a_room_that_another_process_holds_is_asked_for_again(
    open_page: OpenPage, server: RunningServer, item: ActionItem, engine: Engine
) -> None:
    with unit_of_work(sessions_for(engine)) as db:
        db.add(
            RoomLease(
                room_id=item.room_id, owner="other/1", fence=1, expires_ms=2**52, wanted_ms=0, wanted_by=""
            )
        )
    kenya = open_page("kenya", 101)
    answer = kenya.join()
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (
        503,
        "handover",
        "1",
    )
    with unit_of_work(sessions_for(engine)) as db:
        lease = db.get(RoomLease, item.room_id)
        assert lease is not None
        lease.owner, lease.expires_ms = "", 0
    assert kenya.join().status_code == 200


def test_who_signs_out_leaves(open_page: OpenPage, server: RunningServer, item: ActionItem) -> None:
    def pages() -> str:
        found = re.search(
            r"^consult_draft_posting_pages (\d+)", requests.get(f"{server.url}/metrics").text, re.MULTILINE
        )
        assert found
        return found.group(1)

    kenya = open_page("kenya", 101)
    kenya.join()
    assert pages() == "1"
    kenya.http.post(f"{server.url}/sign-out", data={"csrf_token": kenya.token})
    wait_until(lambda: pages() == "0", what="the page to be gone")
