"""F1-F4, F14, F15: what happens to the server process, its clock, and when everybody comes at once."""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.faults.person import Person
from tests.faults.plan import TWO, NotHere, Run, fault
from tests.faults.site import Site

STOP_SECONDS = 10
RESTART_SECONDS = 3
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@fault("F1", "kill -9 of the server, again and again, under load")
def killed(run: Run) -> None:
    kills = run.pick(20, 2)
    restarts = []
    with run.site() as site:
        with site.work():
            for kill in range(kills):
                site.wait_for_acknowledged(30)
                server = site.server(kill % len(site.servers))
                server.kill()
                began = time.monotonic()
                server.start()
                restarts.append(time.monotonic() - began)
            site.wait_for_acknowledged(30)
        run.note(kills=kills, restart=round(max(restarts), 1))


@fault("F2", "SIGTERM in the middle of bursts, as a deployment does")
def asked_to_stop(run: Run) -> None:
    stops = []
    with run.site() as site:
        with site.work():
            for round_ in range(run.pick(5, 2)):
                site.wait_for_acknowledged(30)
                server = site.server(round_ % len(site.servers))
                began = time.monotonic()
                run.require(server.stop() == 0, "the server did not stop when asked to")
                stops.append(time.monotonic() - began)
                server.start()
            site.wait_for_acknowledged(30)
        run.note(stop=round(max(stops), 1))
        run.require(max(stops) <= STOP_SECONDS, f"stopping took {max(stops):.1f} s")


@fault("F3", "SIGSTOP of the server for 20 s, then SIGCONT")
def frozen(run: Run) -> None:
    with run.site() as site, site.work():
        site.signal(signal.SIGSTOP)
        time.sleep(run.pick(20, 5))
        waiting = max(writer.oldest_unsaved() for writer in site.writers)
        run.note(unsaved=round(waiting, 1))
        site.signal(signal.SIGCONT)
        site.wait_for_acknowledged(60)


@fault(
    "F4",
    "rolling restart of two processes behind a proxy that sends rooms to the other one meanwhile",
    (TWO,),
)
def rolling(run: Run) -> None:
    gap = 0.0
    everybody = frozenset(range(run.pick(30, 9)))
    with run.site(far=everybody) as site:
        with site.work():
            for number, server in enumerate(site.servers):
                network, other = site.networks[number], site.servers[1 - number]
                network.target = other.port
                server.stop()
                gap = max(gap, _longest_wait(site, run.pick(8, 4)))
                server.start()
                network.target = server.port
                network.drop()
                gap = max(gap, _longest_wait(site, run.pick(8, 4)))
            site.wait_for_acknowledged(30)
        refused = [w.who for w in site.writers if w.answers["invalid"] or w.answers["readonly"]]
        run.note(gap=round(gap, 1))
        run.require(not refused, f"saving was refused to {refused}")


def _longest_wait(site: Site, seconds: float) -> float:
    """The longest time a word waited to be saved within the next seconds."""
    longest, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        longest = max(longest, *(writer.oldest_unsaved() for writer in site.writers))
        time.sleep(0.1)
    return longest


@fault("F14", "the server's clock jumps 10 minutes ahead and back")
def wrong_clock(run: Run) -> None:
    if not FAKETIME.exists():
        raise NotHere("needs libfaketime (apt-get install libfaketime)")
    stamp = run.folder / "faketime"
    stamp.write_text("+0")
    environ = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(stamp),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_DONT_RESET": "1",
    }
    with run.site(environ=environ) as site, site.work():
        signed_in = site.facilitator
        for offset in ("+600", "-600", "+0"):
            stamp.write_text(offset)
            site.wait_for_acknowledged(40)
            page = signed_in.get(f"/rounds/{site.meeting.round}/console")
            run.require(page.status_code == 200, f"signed out when the clock jumped to {offset}")
            answer = signed_in.act(f"/rooms/{site.meeting.rooms[0]}/clock", act="more", minutes="5")
            run.require(answer.status_code == 303, f"extending a room at {offset}: {answer.status_code}")


@fault("F15", "everybody reconnects at once while hundreds sign in from one address")
def thundering_herd(run: Run) -> None:
    people = run.pick(200, 30)
    rooms = max(3, people // 20)
    with run.site(people=people, rooms=rooms, rate=0.1, far=frozenset(range(people))) as site:
        with site.work():
            for network in site.networks:
                network.drop()
            began = time.monotonic()
            with ThreadPoolExecutor(16) as pool:
                count = run.pick(500, 40)
                names = [random.choice(list(site.meeting.people)) for _ in range(count)]
                signing_in = [pool.submit(_sign_in, site, who) for who in names]
                back = [_seconds_until_back(site, share, began) for share in (0.95, 1.0)]
                took = sorted(entry.result() for entry in signing_in)
            elapsed = time.monotonic() - began
        run.note(
            back_95=round(back[0], 1), back_all=round(back[1], 1), sign_ins=count,
            sign_ins_s=round(elapsed, 1), sign_in_p95=round(took[len(took) * 95 // 100], 2),
        )  # fmt: skip
        run.require(float("inf") not in took, "a sign-in was refused")
        run.require(back[0] <= 15, f"95 % were back after {back[0]:.1f} s, 15 s were promised")
        run.require(back[1] <= 45, f"all were back after {back[1]:.1f} s, 45 s were promised")


def _sign_in(site: Site, who: str) -> float:
    """Seconds of one sign-in; for ever when refused."""
    began = time.monotonic()
    person = Person(site.address_of(who), site.meeting.people[who])
    try:
        person.sign_in()
    except requests.RequestException:
        return float("inf")
    finally:
        person.close()
    return time.monotonic() - began


def _seconds_until_back(site: Site, share: float, began: float) -> float:
    while sum(w.is_connected and w.connects[-1] > began for w in site.writers) < share * len(site.writers):
        if time.monotonic() - began > 90:
            return time.monotonic() - began
        time.sleep(0.05)
    return time.monotonic() - began
