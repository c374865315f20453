"""F5-F9: what happens to the database, the message queue and the disk."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import requests

from tests.faults.person import Person
from tests.faults.plan import SLOW, SQLITE, WITH_SERVICES, NotHere, Run, fault
from tests.faults.site import Site
from tests.running import wait_until

RECOVERY_SECONDS = 5
BLOCKED_SECONDS = 1.0
#: A disk that a meeting fits on, and little else.
DISK_MB = 24


def _locked_out(site: Site) -> list[int]:
    """Answers of the plain pages that say "my fault" where "not now" (503) was meant."""
    return [status for visitor in site.visitors for status in visitor.statuses if status == 500]


@fault("F5", "PostgreSQL crashes and comes back, five times", WITH_SERVICES)
def database_crashes(run: Run) -> None:
    recoveries, said = [], 0
    with run.site() as site:
        postgresql = site.postgresql
        assert postgresql is not None
        with site.work():
            for _ in range(run.pick(5, 1)):
                site.wait_for_acknowledged(20)
                postgresql.crash()
                time.sleep(0.5)  # answers of what was committed before may be on their way
                have = site.acknowledged()
                time.sleep(1.5)
                said += site.acknowledged() - have
                postgresql.start()
                began = time.monotonic()
                site.wait_for_acknowledged(5)
                recoveries.append(time.monotonic() - began)
        run.note(recovery=round(max(recoveries), 1))
        run.require(said == 0, f"{said} acts were called saved while there was no database")
        limit = run.pick(RECOVERY_SECONDS, SLOW * RECOVERY_SECONDS)
        run.require(max(recoveries) <= limit, f"recovery took {max(recoveries):.1f} s")
        run.require(not _locked_out(site), "a page said 500 while the database was away")


@fault("F6", "PostgreSQL is frozen for 30 s; then the table of ballots is locked for 12 s", WITH_SERVICES)
def database_frozen(run: Run) -> None:
    with run.site() as site:
        postgresql = site.postgresql
        assert postgresql is not None
        with site.work():
            postgresql.freeze()
            try:
                time.sleep(run.pick(30, 8))
                alive = site.server().answers()
            finally:
                postgresql.thaw()
            run.require(alive, "the server did not answer while the database was frozen")
            run.note(recovery=run.timed(lambda: site.wait_for_acknowledged(20), "recovery", 15))
            address = site.url.replace("+psycopg", "")
            with psycopg.connect(address) as holder:
                holder.execute("LOCK TABLE ballot")
                began, have = time.monotonic(), site.acknowledged()
                longest = 0.0
                while time.monotonic() - began < run.pick(12, 6):
                    longest = max(longest, *(writer.oldest_unsaved() for writer in site.writers))
                    time.sleep(0.1)
                flowed = site.acknowledged() - have
                holder.rollback()
            run.note(edits_meanwhile=flowed, unsaved=round(longest, 1))
            run.require(flowed > 20, "edits did not flow while ballots were locked")
            site.wait_for_acknowledged(20)
        run.require(not _locked_out(site), "a page said 500 while the database was busy")


@fault("F7", "another program holds SQLite's write lock for 10 s", (SQLITE,))
def database_held(run: Run) -> None:
    with run.site() as site:
        with site.work():
            with closing(
                sqlite3.connect(site.url.removeprefix("sqlite:///"), isolation_level=None)
            ) as holder:
                holder.execute("BEGIN IMMEDIATE")
                time.sleep(run.pick(10, 3))
                run.require(site.server().answers(), "the server did not answer while the database was held")
                holder.execute("ROLLBACK")
            run.note(recovery=run.timed(lambda: site.wait_for_acknowledged(20), "recovery", 15))
        run.require(not _locked_out(site), "a page said 500 while the database was held")


@fault("F8", "Redis is killed, frozen and emptied", WITH_SERVICES)
def queue_away(run: Run) -> None:
    with run.site() as site:
        redis = site.redis
        assert redis is not None
        with site.work():
            slowest = {}
            for _ in range(run.pick(5, 1)):
                redis.kill()
                slowest["killed"] = _probe(run, site, "Redis was away")
                redis.start()
                site.wait_for_acknowledged(10)
            redis.freeze()
            try:
                slowest["frozen"] = _probe(run, site, "Redis was frozen")
                time.sleep(run.pick(8, 0))
                slowest["frozen"] = max(slowest["frozen"], _probe(run, site, "Redis was frozen"))
            finally:
                redis.thaw()
            redis.empty()
            slowest["emptied"] = _probe(run, site, "Redis was emptied")
            site.wait_for_acknowledged(10)
        run.note(**{f"slowest_{name}": value for name, value in slowest.items()})
        run.require(not _locked_out(site), "a page said 500 while Redis was away")


def _probe(run: Run, site: Site, when: str) -> float:
    """While Redis does not help: people sign in, act, and hear of it in time. The longest answer, in seconds."""
    visitor = site.writers[0]
    audience = f"room:{visitor.room}"
    if audience not in visitor.followed:
        visitor.follow(audience)
        wait_until(lambda: audience in visitor.followed, seconds=20, what="following a room")
    heard = len(visitor.heard)
    limit = run.pick(BLOCKED_SECONDS, SLOW * BLOCKED_SECONDS)
    times = [
        run.timed(lambda: site.facilitator.act(f"/rooms/{visitor.room}/clock", act="more", minutes="5"), f"an act while {when}", limit),
        run.timed(lambda: _sign_in(run, site, when), f"two pages and a sign-in while {when}", 2 * limit),
    ]  # fmt: skip
    run.timed(
        lambda: wait_until(lambda: len(visitor.heard) > heard, seconds=20, what="the event"),
        f"an event while {when}",
        5,
    )
    return max(times)


def _sign_in(run: Run, site: Site, when: str) -> None:
    person = Person(site.address(0), site.meeting.people["c001"])
    try:
        person.sign_in()
    except requests.RequestException as error:
        run.require(False, f"nobody could sign in while {when}: {error}")
    finally:
        person.close()


@fault("F9", "the disk of the database is full", (SQLITE,))
def disk_full(run: Run) -> None:
    with _small_disk(run.folder / "disk") as disk:
        with run.site(database=disk / "consult.sqlite3") as site, site.work():
            filler = disk / "filler"
            _fill(filler)
            began = time.monotonic()
            time.sleep(run.pick(10, 4))
            page = site.facilitator.get(f"/rounds/{site.meeting.round}/console")
            run.require(page.status_code == 200, f"reading while the disk is full: {page.status_code}")
            waiting = max(writer.oldest_unsaved() for writer in site.writers)
            run.note(unsaved=round(waiting, 1))
            run.require(waiting > (time.monotonic() - began) / 2, "something was called saved on a full disk")
            filler.unlink()
            run.note(recovery=run.timed(lambda: site.wait_for_acknowledged(20), "recovery", 15))
            run.require(not _locked_out(site), "a page said 500 while the disk was full")
        with closing(sqlite3.connect(disk / "consult.sqlite3")) as database:
            state = database.execute("PRAGMA integrity_check").fetchone()[0]
        run.require(state == "ok", f"the database is damaged: {state}")


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        raise NotHere("needs the right to mount a small disk (root)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _fill(path: Path) -> None:
    """Write until nothing more goes on the disk."""
    with path.open("wb", buffering=0) as file:
        block = b"." * 4096
        try:
            while file.write(block):
                pass
        except OSError:
            return
