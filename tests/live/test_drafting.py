"""Live drafting against the real server process: nothing acknowledged is lost, whatever happens to the process."""

import base64
import itertools
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
import websocket
from sqlalchemy import Engine, select

from consult.db import reading_session, sessions_for, unit_of_work
from consult.drafting import sameness, service
from consult.drafting.awareness import Caret, carets, message
from consult.drafting.limits import Limits
from consult.drafting.walker import TRUSTED, walked
from consult.items.models import ActionItem
from consult.programme import service as programme
from consult.programme.models import Consultation
from consult.programme.service import ConsultationDetails
from consult.rooms.models import Presence
from tests import cast
from tests.drafting.stage import Editor, Stage
from tests.live.drafting_wire import WirePage, signed_in
from tests.running import ForkedServer, RunningServer, wait_until


@pytest.fixture
def item(engine: Engine, world: cast.World) -> ActionItem:
    return Stage(engine, world).item()


@pytest.fixture
def server(database_url: str, item: ActionItem, tmp_path: Path) -> Iterator[RunningServer]:
    running = ForkedServer(database_url, tmp_path / "server.log").start()
    yield running
    running.stop()


@pytest.fixture
def cookies(server: RunningServer) -> dict[str, str]:
    return {who: signed_in(server.url, cast.CAST[who].email) for who in ("kenya", "canada", "philippines")}


def test_two_people_write_together(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, engine: Engine
) -> None:
    kenya = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    canada = WirePage(server.url, cookies["canada"], item.public_id, Editor(202))
    assert kenya.join()["edit"] is True
    ack = canada.join()
    assert (ack["edit"], ack["seq"], ack["limits"]["update_bytes"]) == (True, 0, 65536)
    kenya.editor.paragraph("Mutual recognition of [travel documents]")
    acks = [kenya.send(update) for update in kenya.editor.take_outgoing()]
    assert [ack["ok"] for ack in acks] == [1] * len(acks)
    canada.wait_for(lambda: "travel documents" in str(canada.editor.text))
    canada.editor.title += "Portable papers"
    assert canada.send()["ok"] == 1
    kenya.wait_for(lambda: str(kenya.editor.title) == "Portable papers")
    outsider = WirePage(server.url, cookies["philippines"], item.public_id, Editor(303))
    assert outsider.join()["code"] == "forbidden"
    assert outsider.send(kenya.editor.doc.get_update())["ok"] == 0
    for page in (kenya, canada, outsider):
        page.close()
    assert server.stop() == 0
    with reading_session(engine) as db:
        found = db.get(ActionItem, item.id)
        assert found is not None
        assert found.title == "Portable papers", "a graceful stop brings the columns up to date"
        assert service.content_of(db, found).title == "Portable papers"


def test_who_writes_is_known_to_write(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, engine: Engine, world: cast.World
) -> None:
    """The draft wall counts those who wrote lately, from what each process writes down about its connections."""

    def wrote(who: str) -> bool:
        with reading_session(engine) as db:
            query = select(Presence.wrote_at).where(Presence.member_id == world.members[who].id)
            return bool(db.scalars(query).first())

    room = world.rooms[0].public_id
    kenya = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101), room=room)
    kenya.join()
    kenya.editor.title += "Portable papers"
    assert kenya.send()["ok"] == 1
    assert kenya.send(b"\xff")["ok"] == 0
    with closing(WirePage(server.url, cookies["canada"], item.public_id, Editor(202), room=room)) as canada:
        canada.join()
        assert canada.send(b"\xff")["ok"] == 0
        wait_until(lambda: wrote("kenya"), what="it to be written down that Kenya writes")
        assert not wrote("canada"), "what was refused is not written"
    kenya.close()


def test_carets_carry_the_name_the_server_gives_and_go_with_the_connection(
    server: RunningServer, cookies: dict[str, str], item: ActionItem
) -> None:
    kenya = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    canada = WirePage(server.url, cookies["canada"], item.public_id, Editor(202))
    kenya.join(), canada.join()
    lie = message([Caret(101, 1, {"user": {"name": "The President"}, "cursor": None, "evil": "<b>"})])
    kenya.socket.send("42" + json.dumps(["a", base64.b64encode(lie).decode(), item.public_id]))

    def heard() -> list[Caret]:
        found = [args for name, args in canada.events if name == "a"]
        return [caret for args in found for caret in carets(base64.b64decode(args[0]), Limits())]

    canada.wait_for(lambda: bool(heard()))
    shown = next(args for name, args in canada.events if name == "a")[0]
    said = base64.b64decode(shown).decode("utf-8", "replace")
    assert "Kenya" in said
    assert "President" not in said
    assert "evil" not in said
    kenya.close()
    canada.wait_for(lambda: heard()[-1].state is None)
    canada.close()


def test_carets_lose_their_names_at_once_when_the_chatham_house_rule_is_set(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, engine: Engine, world: cast.World
) -> None:
    kenya = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    canada = WirePage(server.url, cookies["canada"], item.public_id, Editor(202))
    kenya.join(), canada.join()
    moved = itertools.count(1)

    def shown_after_a_move() -> str:
        """What Canada is told when Kenya's caret moves."""
        before = len(canada.events)
        time.sleep(0.25)  # no more than five a second are taken
        caret = message([Caret(101, next(moved), {"cursor": None})])
        kenya.socket.send("42" + json.dumps(["a", base64.b64encode(caret).decode(), item.public_id]))
        canada.wait_for(lambda: any(name == "a" for name, _args in canada.events[before:]))
        shown = next(args for name, args in canada.events[before:] if name == "a")[0]
        return base64.b64decode(shown).decode("utf-8", "replace")

    assert "Kenya" in shown_after_a_move()
    with unit_of_work(sessions_for(engine)) as db:
        consultation = db.get_one(Consultation, world.consultation.id)
        known = ConsultationDetails(
            title=consultation.title,
            short_title=consultation.short_title,
            starts_on=consultation.starts_on,
            ends_on=consultation.ends_on,
            place=consultation.place,
            time_zone=consultation.time_zone,
            languages=tuple(consultation.languages),
            attribution="none",
        )
        programme.change_consultation(db, Stage(engine, world).actor(db, "organizer"), consultation, known)
    wait_until(lambda: "Kenya" not in shown_after_a_move(), seconds=4, what="the name to go")
    assert "A participant" in shown_after_a_move()
    kenya.close(), canada.close()


@pytest.mark.parametrize("kills", [3])
def test_kill_9_while_people_type_loses_nothing_acknowledged(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, engine: Engine, kills: int
) -> None:
    """Four writers in their own connections; the process is killed under them; each comes back and goes on."""
    editors = [Editor(1000 + n) for n in range(4)]
    acknowledged: list[str] = []
    stop = threading.Event()
    failures: list[BaseException] = []

    def write(n: int) -> None:
        count, who = 0, cookies["kenya" if n % 2 else "canada"]
        while not stop.is_set():
            try:
                with closing(WirePage(server.url, who, item.public_id, editors[n])) as page:
                    page.join()
                    while not stop.is_set():
                        word = f"w{n}-{count}."
                        count += 1
                        editors[n].paragraph(word)
                        acks = [page.send(update) for update in editors[n].take_outgoing()]
                        if acks and all(ack["ok"] for ack in acks):
                            acknowledged.append(word)
            except AssertionError as error:
                failures.append(error)
                return
            except (OSError, websocket.WebSocketException):  # the connection broke under us: come back
                editors[n].take_outgoing()
                stop.wait(0.05)

    writers = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(4)]
    for writer in writers:
        writer.start()
    for _ in range(kills):
        have = len(acknowledged)
        wait_until(
            lambda have=have: len(acknowledged) >= have + 40 or failures, seconds=30, what="forty edits"
        )
        server.kill()
        server.start()
    have = len(acknowledged)
    wait_until(
        lambda: len(acknowledged) >= have + 10 or failures, seconds=30, what="ten edits after the last kill"
    )
    stop.set()
    for writer in writers:
        writer.join(20)
    assert not failures
    server.kill()
    with reading_session(engine) as db:
        said = str(service.content_of(db, item).text)
    lost = [word for word in acknowledged if word not in said]
    assert lost == [], f"{len(lost)} of {len(acknowledged)} acknowledged edits are lost"


def test_hostile_updates_are_refused_and_the_others_notice_nothing(
    server: RunningServer, cookies: dict[str, str], item: ActionItem
) -> None:
    hostile = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    friendly = WirePage(server.url, cookies["canada"], item.public_id, Editor(202))
    hostile.join(), friendly.join()
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    answers = [
        hostile.send(data)["code"]
        for data in (
            b"\xff\xff\xff\x7f",
            b"\x01" * 60_000,
            b"x" * 70_000,
            b"\x00\xff\xff\xff\x7f",
            b"",
            b"\x00",
        )
    ]
    assert answers == ["invalid", "invalid", "too_big", "invalid", "invalid", "invalid"]
    for bad in ([], [None], [{}], ["AAA="], [5, 5], ["AAA=", "x" * 500], [[[[]]]]):
        assert hostile.ask("u", *bad)["ok"] in (0, 1)
    for bad in (
        None,
        5,
        [],
        {"draft": 5},
        {"v": 2, "draft": item.public_id},
        {"draft": "x", "sv": "/////w=="},
    ):
        assert hostile.ask("join", bad)["ok"] == 0
    friendly.editor.title += "undisturbed"
    assert friendly.send()["ok"] == 1
    assert not [event for event in friendly.events if event[0] != "u"], "nothing of it reached the others"
    assert process.memory_info().rss - before < 30_000_000
    hostile.close()
    friendly.close()


def test_when_the_database_goes_away_nothing_is_called_saved(
    server: RunningServer, cookies: dict[str, str], item: ActionItem, database_url: str
) -> None:
    page = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    page.join()
    page.editor.title += "kept"
    assert page.send()["ok"] == 1
    holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    page.editor.title += " later"
    refused = page.send()
    assert (refused["ok"], refused["code"]) == (0, "retry")
    holder.execute("ROLLBACK")
    holder.close()
    page.join()
    assert str(page.editor.title) == "kept later"
    assert page.ask("u", "AAA=", item.public_id)["ok"] == 1
    page.close()


def test_a_page_can_compare_what_it_has(
    server: RunningServer, cookies: dict[str, str], item: ActionItem
) -> None:
    kenya = WirePage(server.url, cookies["kenya"], item.public_id, Editor(101))
    canada = WirePage(server.url, cookies["canada"], item.public_id, Editor(202))
    question = {"draft": item.public_id, "deletions": True}
    assert canada.ask("c", question)["code"] == "resync", "not joined yet"
    kenya.join()
    canada.join()
    kenya.editor.paragraph("Mutual recognition of travel documents")
    for update in kenya.editor.take_outgoing():
        kenya.send(update)
    del kenya.editor.title[:]
    line = kenya.editor.text.children[0].children[0]
    del line[0:7]
    for update in kenya.editor.take_outgoing():
        kenya.send(update)
    answer = canada.ask("c", question)
    assert answer["ok"] == 1
    assert base64.b64decode(answer["sv"]) == canada.editor.doc.get_state(), (
        "what came before it is all that it tells of"
    )
    mine = walked(canada.editor.doc.get_update(canada.editor.doc.get_state()), TRUSTED).deletions
    assert mine
    assert answer["deleted"] == sameness.digest(mine)
    assert "deleted" not in canada.ask("c", {"draft": item.public_id})
    assert canada.ask("c", [1])["code"] == "invalid"
    for page in (kenya, canada):
        page.close()
