"""F16: poison. Damaged rows, bombs, lies, floods and very long histories; nobody else may notice."""

import base64
import random
import time
from collections.abc import Callable
from typing import Any

import psutil
from pycrdt import Doc, Text, XmlElement, XmlFragment, XmlText
from sqlalchemy import select, update

from consult import clock
from consult.db import engine_for, sessions_for, unit_of_work
from consult.drafting import states, store
from consult.drafting.limits import Limits
from consult.drafting.models import Draft, DraftUpdate
from consult.drafting.walker import walked
from tests.drafting.stage import Editor
from tests.faults.history import DONE, OWN, SHARED, History
from tests.faults.person import Person
from tests.faults.plan import SLOW, Run, fault
from tests.faults.site import Site
from tests.faults.wire import Lost, Wire
from tests.faults.writer import Writer
from tests.running import wait_until

OPEN_SECONDS = 2.0
OTHERS_P95_SECONDS = 0.25
KEPT_MB = 30
LONG_HISTORY = 10_000
FORGED = "I did not write this"


@fault("F16", "poison: damaged rows, bombs, lies, five megabytes at once, very long histories")
def poison(run: Run) -> None:
    with run.site() as site:
        _damaged_row(run, site)
        _long_history(run, site)
        with site.work():
            site.wait_for_acknowledged(50)
            calm = _p95_since(site, 0.0)
            server = site.server(1 % len(site.servers))
            assert server.process is not None
            process = psutil.Process(server.process.pid)
            before, began = process.memory_info().rss, time.monotonic()
            answers = _hostile_person(run, site, until=began + run.pick(15, 4))
            hostile = _p95_since(site, began)
            time.sleep(1)
            kept = (process.memory_info().rss - before) / 1e6
            run.note(calm_p95=calm, hostile_p95=hostile, kept_mb=round(kept), attacks=answers)
            run.require(kept < KEPT_MB, f"{kept:.0f} MB were kept after the attacks")
            limit = max(run.pick(1, SLOW) * OTHERS_P95_SECONDS, 2 * calm)
            run.require(
                hostile <= limit, f"others waited {hostile} s (p95) during the attacks, {calm} s before"
            )
        run.require("Traceback" not in site.log(), "an attack made the server stumble (see its log)")


def _p95_since(site: Site, moment: float) -> float:
    acts = [
        a for a in site.history.acts("own", "shared") if a.began >= moment and a.result == "done" and a.ended
    ]
    delays = sorted(a.ended - a.began for a in acts if a.ended)
    return round(delays[len(delays) * 95 // 100], 3) if delays else 0.0


# What lies in the database.


def _draft_of(db: Any, site: Site, place: int) -> Draft:
    found: Draft = db.scalars(select(Draft).where(Draft.public_id == site.meeting.drafts[place])).one()
    return found


def _open_again(site: Site, place: int) -> float:
    """Seconds until somebody who comes in sees the draft, when no process has it in memory."""
    process = place % len(site.servers)
    site.server(process).kill()
    site.server(process).start()
    person = Person(site.address(process), site.meeting.facilitator).sign_in()
    began = time.monotonic()
    fresh = Writer(
        "x000", person.address, person.cookies, site.meeting.drafts[place], site.meeting.rooms[place], History()
    )  # fmt: skip
    fresh.start()
    wait_until(lambda: fresh.is_connected, seconds=30, what="the draft to open")
    took = time.monotonic() - began
    fresh.end()
    person.close()
    return round(took, 2)


def _damaged_row(run: Run, site: Site) -> None:
    """One byte of the log of room 1 is wrong: it opens, and pages that have the text bring it back."""
    place = 0
    writer = next(w for w in site.writers if w.draft == site.meeting.drafts[place])
    writer.typing.set()
    wait_until(lambda: site.acknowledged() >= 5, seconds=30, what="some words")
    writer.typing.clear()
    wait_until(writer.is_settled, seconds=20, what="the words to be saved")
    engine = engine_for(site.url)
    with unit_of_work(sessions_for(engine)) as db:
        draft = _draft_of(db, site, place)
        row = db.scalars(
            select(DraftUpdate)
            .where(DraftUpdate.draft_id == draft.id)
            .order_by(DraftUpdate.seq.desc())
            .limit(1)
        ).one()
        good, row_id = row.data, row.id
        db.execute(
            update(DraftUpdate).where(DraftUpdate.id == row_id).values(data=bytes([good[0] ^ 1]) + good[1:])
        )
    took = _open_again(site, place)
    run.note(damaged_opens=took)
    run.require(took <= run.pick(1, SLOW) * OPEN_SECONDS, f"a damaged draft opened in {took} s")
    with unit_of_work(sessions_for(engine)) as db:  # the checker reads the log; the damage has been seen
        db.execute(update(DraftUpdate).where(DraftUpdate.id == row_id).values(data=good))
    engine.dispose()


def _long_history(run: Run, site: Site) -> None:
    """Ten thousand rows, and a thousand things written and taken back, in the draft of room 2."""
    place, rows = 1, run.pick(LONG_HISTORY, 1_000)
    engine = engine_for(site.url)
    with unit_of_work(sessions_for(engine)) as db:
        draft = _draft_of(db, site, place)
        document = store.load(db, next(iter(states.current(db, [draft.id]))))
        editor = Editor(5_000)
        editor.receive(document.encoded())
        editor.paragraph("A long history ")
        line, made = editor.lines()[-1], random.Random(1)
        while len(editor.outgoing) < rows:
            if made.random() < 0.1 and len(str(line)) > 20:
                at = made.randrange(15, len(str(line)))
                del line[at : at + 1]
            else:
                line.insert(made.randrange(15, len(str(line)) + 1), made.choice("abc def"))
        for _ in range(run.pick(1_000, 100)):
            line.insert(15, "undone ")
            del line[15:22]
        data = editor.take_outgoing()
        entries = [store.Entry(draft.id, draft.seq + 1 + n, one) for n, one in enumerate(data)]
        store.append(db, entries, clock.now())
        store.bind(db, [store.Binding(draft.id, 5_000, "nobody", None)], clock.now())
    engine.dispose()
    wait_until(lambda: all(w.is_settled() for w in site.writers), seconds=30, what="pages to follow")
    took = _open_again(site, place)
    again = _open_again(site, place)
    run.note(history_rows=len(data), history_opens=took, history_opens_again=again)
    run.require(took <= run.pick(1, SLOW) * OPEN_SECONDS, f"a draft of {len(data)} rows opened in {took} s")
    run.require(
        again <= run.pick(1, SLOW) * OPEN_SECONDS, f"the same draft opened in {again} s the second time"
    )


# What somebody sends by hand.


def _as_sent(doc: "Doc[Any]") -> bytes:
    return doc.get_update()


def script_element() -> bytes:
    doc: Doc[Any] = Doc(client_id=900_001)
    element = XmlElement("script")
    doc.get("default", type=XmlFragment).children.append(element)
    element.children.append(XmlText("alert(1)"))
    return _as_sent(doc)


def javascript_link() -> bytes:
    doc: Doc[Any] = Doc(client_id=900_002)
    element = XmlElement("paragraph")
    doc.get("default", type=XmlFragment).children.append(element)
    text = XmlText("press here")
    element.children.append(text)
    text.format(0, 5, {"link": {"href": "javascript:alert(1)"}})
    return _as_sent(doc)


def event_handler() -> bytes:
    doc: Doc[Any] = Doc(client_id=900_003)
    doc.get("default", type=XmlFragment).children.append(XmlElement("paragraph", {"onclick": "alert(1)"}))
    return _as_sent(doc)


def unknown_root() -> bytes:
    doc: Doc[Any] = Doc(client_id=900_004)
    doc.get("secrets", type=Text).insert(0, "x")
    return _as_sent(doc)


def text_at_the_root() -> bytes:
    doc: Doc[Any] = Doc(client_id=900_005)
    doc.get("default", type=XmlFragment).children.append(XmlText("no paragraph around it"))
    return _as_sent(doc)


def reserved_client() -> bytes:
    doc: Doc[Any] = Doc(client_id=1)
    doc.get("title", type=Text).insert(0, "by the server")
    return _as_sent(doc)


def clock_poison() -> bytes:
    """A client id that claims two thousand million letters, deleted: whoever used it next would be ignored."""
    return bytes([1, 1]) + _varuint(900_006) + bytes([0, 0]) + _varuint(2**31 - 2) + bytes([0])


def _varuint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes(found) + bytes([number])


#: Name -> (the message, codes that are a refusal of it).
ATTACKS: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "bomb of five bytes": (lambda: b"\xff\xff\xff\xff\x0f", {"invalid"}),
    "bomb of four bytes": (lambda: b"\xff\xff\xff\x7f", {"invalid"}),
    "bomb in the deletions": (lambda: b"\x00\xff\xff\xff\x7f", {"invalid"}),
    "clock poison": (clock_poison, {"invalid", "resync"}),
    "script element": (script_element, {"invalid"}),
    "javascript: link": (javascript_link, {"invalid"}),
    "event handler": (event_handler, {"invalid"}),
    "unknown root": (unknown_root, {"invalid"}),
    "text at the root": (text_at_the_root, {"invalid"}),
    "reserved client id": (reserved_client, {"invalid", "resync"}),
    "noise": (lambda: random.Random(3).randbytes(2_000), {"invalid"}),
    "a hole before it": (lambda: bytes([1, 1]) + _varuint(900_007) + bytes([5, 4, 1, 5]) + b"title" + b"\x01x\x00", {"resync", "invalid"}),
    "too large": (lambda: b"\x01" * 100_000, {"too_big", "invalid"}),
}  # fmt: skip


def _hostile_person(run: Run, site: Site, *, until: float) -> int:
    """A delegate of room 2 sends what no page sends, again and again; every message has to be refused."""
    place = 1
    who = next(w.who for w in site.writers if w.draft == site.meeting.drafts[place])
    victim = next(w for w in site.writers if w.draft == site.meeting.drafts[place] and w.who != who)
    wait_until(lambda: _has_written(site, victim), seconds=30, what="words of the victim")
    victim.typing.clear()
    wait_until(victim.is_settled, seconds=20, what="the victim's words to be saved")
    person = Person(site.address_of(who), site.meeting.people[who]).sign_in()
    draft, sent = site.meeting.drafts[place], 0
    attacks = dict(ATTACKS)
    attacks["client id of somebody else"] = (lambda: _forged(victim), {"invalid"})
    while sent == 0 or time.monotonic() < until:
        for name, (make, codes) in attacks.items():
            code = _sent_by_hand(person, site, draft, make())
            sent += 1
            run.require(code in {*codes, "rate"}, f"{name}: answered {code}")
        run.require(_five_megabytes(person, site, draft), "five megabytes in one message were read")
        sent += 1
    person.close()
    run.require(FORGED not in "".join(site.newcomer(place)), "words under a client id of somebody else")
    return sent


def _has_written(site: Site, writer: Writer) -> bool:
    """A client id belongs to whoever wrote under it first; before that there is nobody to be taken for."""
    return any(act.who == writer.who and act.result == DONE for act in site.history.acts(OWN, SHARED))


def _forged(victim: Writer) -> bytes:
    """The next thing the victim's page would write, had its person written it."""
    client = victim.editor.doc.client_id
    doc: Doc[Any] = Doc(client_id=client)
    doc.apply_update(victim.asked(lambda: victim.editor.doc.get_update()))
    before = doc.get_state()
    doc.get("title", type=Text).insert(0, FORGED)
    forged = doc.get_update(before)
    (run,) = walked(forged, Limits()).runs
    assert (run.client, run.clock > 0) == (client, True), "the victim wrote nothing under this client id"
    return forged


def _sent_by_hand(person: Person, site: Site, draft: str, data: bytes) -> str:
    try:
        wire = Wire(person.address, person.cookies)
        wire.ask("join", {"v": 1, "draft": draft, "sv": "AA=="})
        number = wire.ask("u", base64.b64encode(data).decode(), draft)
        give_up = time.monotonic() + 15
        while time.monotonic() < give_up:
            for name, args in wire.poll(0.2):
                if name == number:
                    wire.close()
                    return "accepted" if args[0]["ok"] else str(args[0]["code"])
    except Lost as lost:
        return f"connection lost: {lost}"
    return "no answer"


def _five_megabytes(person: Person, site: Site, draft: str) -> bool:
    """Whether the connection is ended for it."""
    try:
        wire = Wire(person.address, person.cookies)
        wire.ask("u", "A" * 5_000_000, draft)
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            wire.poll(0.2)
    except Lost:
        return True
    return False
