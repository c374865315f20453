"""Opening a draft with a long history: from asking to join to having the whole text, on a server that has not read it yet."""

import time
from statistics import median

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from bench.drafting_runs import Consult
from consult import clock
from consult.drafting import store
from consult.drafting.document import Document
from consult.drafting.models import Draft
from tests.drafting.stage import Editor
from tests.live.drafting_wire import WirePage

AT_ONCE = 500
HANDOVER_SECONDS = 60


def opening_ms(consult: Consult, edits: int, times: int) -> float:
    """Milliseconds to open a draft of so many edits; the median of `times` drafts."""
    names = [f"history{number}" for number in range(times)]
    for name in names:
        write_history(consult, name, edits)
    found = []
    with consult.running() as (server, cookies):
        for name in names:
            page = WirePage(server.url, cookies, name, Editor(client_id=70_000_000))
            try:
                found.append(opened(page, edits))
            finally:
                page.close()
    return round(median(found), 1)


def opened(page: WirePage, edits: int) -> float:
    """Milliseconds until it is open; a room of a server that was killed before is waited for first.

    Raises:
        RuntimeError: not opened, or not all of it.
    """
    give_up = time.monotonic() + HANDOVER_SECONDS
    while True:
        began = time.perf_counter()
        ack = page.join()
        took = (time.perf_counter() - began) * 1000
        if ack.get("code") != "handover" or time.monotonic() > give_up:
            break
        time.sleep(1)
    if ack["ok"] != 1 or ack["seq"] != edits:
        raise RuntimeError(f"not opened: {ack}")
    return took


def write_history(consult: Consult, name: str, edits: int) -> None:
    """A draft whose log is what typing and deleting left there: a row per edit, a snapshot where the server takes one."""
    document, updates = Document(), typed(edits)
    with consult.writing() as db:
        item = consult.add_draft(db, name, 0)
        draft = db.query(Draft).filter_by(item_id=item.id).one()
        for start in range(0, edits, AT_ONCE):
            rows = updates[start : start + AT_ONCE]
            for data in rows:
                document.restore(data)
            entries = [store.Entry(draft.id, start + 1 + n, data) for n, data in enumerate(rows)]
            store.append(db, entries, clock.now())
            if start + AT_ONCE < edits and (start + AT_ONCE) % store.SNAPSHOT_EVERY == 0:
                store.take_snapshot(db, draft.id, start + AT_ONCE, document)


def typed(edits: int) -> list[bytes]:
    """So many updates of somebody who writes paragraphs of a few lines and takes every tenth word back."""
    doc: Doc[object] = Doc(client_id=60_000_000)
    root = doc.get("default", type=XmlFragment)
    updates: list[bytes] = []
    watch = doc.observe(lambda event: updates.append(event.update))
    text = XmlText("")
    for number in range(edits):
        if number % 200 == 0:
            with doc.transaction():
                text = XmlText("Paragraph ")
                root.children.append(XmlElement("paragraph", {}, [text]))
        elif number % 10 == 9:
            length = len(text)
            with doc.transaction():
                del text[length - 6 : length]
        else:
            with doc.transaction():
                text.insert(len(text), f"word{number % 100:02d} ")
    doc.unobserve(watch)
    return updates
