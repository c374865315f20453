"""F10-F13: what happens to the network between people and server, and to their rights meanwhile."""

import re
import time

from tests.faults.history import DONE, OPEN, OWN, REFUSED, SHARED
from tests.faults.plan import Run, fault
from tests.faults.site import Site
from tests.faults.writer import Writer
from tests.running import wait_until

FAR = frozenset({0, 1, 2})
#: Within this both sides know of a line that carries nothing any more.
NOTICED_SECONDS = 15
PHANTOM_SECONDS = 60


def _unsaved(writers: list[Writer]) -> float:
    return max((writer.oldest_unsaved() for writer in writers), default=0.0)


@fault("F10", "three people are cut off for 30 s and write on; one closes the tab meanwhile")
def cut_off(run: Run) -> None:
    with run.site(far=FAR) as site:
        with site.work():
            for network in site.networks:
                network.cut()
            seconds = run.pick(30, 6)
            time.sleep(seconds / 2)
            site.far_writers()[0].reload_page()
            time.sleep(seconds / 2)
            offline = sum(a.result == OPEN for a in _acts(site, site.far_writers()))
            run.require(offline > 0, "nobody wrote while offline")
            run.require(_unsaved(site.near_writers()) < 5, "those who were not cut off could not save")
            for network in site.networks:
                network.heal()
        run.note(written_offline=offline)


def _acts(site: Site, writers: list[Writer]) -> list:
    names = {writer.who for writer in writers}
    return [act for act in site.history.acts(OWN, SHARED) if act.who in names]


@fault("F11", "half-open connections for 60 s: open, and nothing arrives")
def half_open(run: Run) -> None:
    with run.site(far=FAR, metrics="1") as site:
        everybody = _connections(site)
        with site.work():
            for network in site.networks:
                network.hole()
            began = time.monotonic()
            wait_until(
                lambda: not any(w.is_connected for w in site.far_writers()),
                seconds=3 * NOTICED_SECONDS,
                what="pages to notice that nobody answers",
            )
            noticed = time.monotonic() - began
            run.require(noticed <= NOTICED_SECONDS + 1, "pages noticed late that nobody answers")
            wait_until(
                lambda: _connections(site) <= everybody - len(FAR),
                seconds=PHANTOM_SECONDS,
                what="the server to let go of who is not there",
            )
            gone = time.monotonic() - began
            run.require(_unsaved(site.near_writers()) < 5, "those who were not cut off could not save")
            time.sleep(max(0.0, run.pick(60, 0) - (time.monotonic() - began)))
            for network in site.networks:
                network.heal()
        run.note(noticed=round(noticed, 1), presence_gone=round(gone, 1))


def _connections(site: Site) -> int:
    """Live connections as the servers count them."""
    total = 0
    for process in range(len(site.servers)):
        import requests

        address = site.address(process)
        page = requests.get(f"{address.url}/metrics", headers={"Host": address.host}, timeout=10).text
        total += int(re.search(r"^consult_connections (\d+)", page, re.MULTILINE).group(1))  # type: ignore[union-attr]
    return total


@fault("F12", "a satellite line; then one byte a packet and connections that die")
def satellite(run: Run) -> None:
    everybody = frozenset(range(30))
    with run.site(far=everybody, rate=0.5) as site:
        for network in site.networks:
            network.set(latency=325, jitter=100, kbps=256)
        began, before = time.monotonic(), len(_acts(site, site.writers))
        joins = sum(len(writer.connects) for writer in site.writers)
        with site.work():
            time.sleep(run.pick(45, 8))
            minutes = (time.monotonic() - began) / 60
            reconnects = sum(len(writer.connects) for writer in site.writers) - joins
            acts = _acts(site, site.writers)[before:]
            delays = sorted(a.ended - a.began for a in acts if a.result == DONE and a.ended)
            p95 = delays[len(delays) * 95 // 100]
            run.note(satellite_p95=round(p95, 2), reconnects=reconnects)
            run.require(p95 <= 2.5, f"p95 of saving over the satellite was {p95:.2f} s, 2.5 s were promised")
            run.require(reconnects <= 3 * len(site.writers) * max(minutes, 1), "reconnecting all the time")
            for network in site.networks:
                network.set(latency=0, jitter=0, kbps=0, slice=1, die=0.01)
            time.sleep(run.pick(20, 4))
            for network in site.networks:
                network.heal()
        run.note(deaths=sum(len(writer.connects) for writer in site.writers) - joins - reconnects)


@fault("F13", "somebody loses the right to write while offline, and comes back")
def moved_while_offline(run: Run) -> None:
    with run.site(far=FAR, recall_seconds="1") as site:
        with site.work():
            for network in site.networks:
                network.cut()
            cut_at = time.monotonic()
            moved, closed = site.far_writers()[0], site.far_writers()[1]
            time.sleep(run.pick(8, 3))
            _move(run, site, moved)
            _close_and_reopen(run, site, closed)
            worst = 0.0
            for network in site.networks:
                network.heal()
            until = time.monotonic() + run.pick(15, 10)
            others = [w for w in site.near_writers() if w.room != closed.room]
            while time.monotonic() < until:
                worst = max(worst, _unsaved(others))
                time.sleep(0.1)
            wait_until(lambda: bool(moved.offered), seconds=30, what="the text to be offered for copying")
        run.note(offered=len(moved.offered) + len(closed.offered), others_unsaved=round(worst, 1))
        run.require(worst < 5, f"others waited {worst:.1f} s for saving")
        moved.end()  # who may not read any more has no copy to compare
        site.writers.remove(moved)
        for act in _acts(site, [moved]):
            if act.result == OPEN and act.began > cut_at + 1:
                act.settle(REFUSED)


def _move(run: Run, site: Site, writer: Writer) -> None:
    target = (site.meeting.place_of(writer.who) + 1) % len(site.meeting.rooms) + 1
    answer = site.facilitator.act(
        f"/rounds/{site.meeting.round}/moves", member=site.meeting.members[writer.who], room=str(target),
        reason="Balance",
    )  # fmt: skip
    run.require(answer.status_code == 303, f"moving somebody: {answer.status_code}")


def _close_and_reopen(run: Run, site: Site, writer: Writer) -> None:
    """The room is closed and opened again: what was written offline belongs to a text that is over."""
    answer = site.facilitator.act(f"/rooms/{writer.room}/recall")
    run.require(answer.status_code == 303, f"recalling a room: {answer.status_code}")
    give_up = time.monotonic() + 20
    while site.facilitator.act(f"/rooms/{writer.room}/reopen", minutes=60).status_code != 303:
        assert time.monotonic() < give_up, "the room cannot be opened again"
        time.sleep(0.3)
