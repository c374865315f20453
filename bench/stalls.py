"""How long the server works at a stretch, so that nobody else is served, while something heavy runs.

`make bench ARGS=stalls`. Against the real server (`watched_server`): sign-ins, a seating of 600 people, a summary and its PDF,
the console of 60 rooms. Budget: no stretch over 50 ms of the hub's CPU time.
"""

import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import requests

from bench import section

BUDGET_MS = 50.0
#: Pages that list everybody.
HEAVY = ("people", "seating", "console", "session", "consultation")


def main() -> int:
    """Measure, print, write; 1 when the budget is missed."""
    from consult.sample.build import PASSWORD, Stage
    from tests.meeting import Meeting
    from tests.running import RunningServer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stalls.sqlite3"
        meeting = Meeting(path, stage=Stage.SEATING, participants=600)
        meeting.engine.dispose()
        stretch = Path(folder) / "stretch"
        os.environ["CONSULT_BENCH_STRETCH"] = str(stretch)
        log = Path(folder) / "server.log"
        server = RunningServer(f"sqlite:///{path}", log, module="bench.watched_server").start()
        try:
            browser = _signed_in(server.url, meeting.emails["facilitator"], PASSWORD)
            pages = meeting.pages("facilitator")
            works: dict[str, Callable[[], object]] = {
                **{
                    f"page: {name}": partial(_pages, browser, server.url, {name: pages[name]})
                    for name in HEAVY
                },
                "20 sign-ins at once": lambda: _many_sign_ins(
                    server.url, meeting.emails["delegate"], PASSWORD
                ),
                "propose seating, 600 people": lambda: _propose(browser, server.url, meeting.round or ""),
                "summary and PDF": lambda: _export(browser, server.url, meeting.session),
            }
            _longest_stretch(
                server, stretch, lambda: _pages(browser, server.url, meeting.pages("facilitator"))
            )
            rows = [(name, *_longest_stretch(server, stretch, work)) for name, work in works.items()]
        finally:
            server.stop()
    lines = [
        f"`make bench ARGS=stalls`. 600 participants. {section.machine()}.",
        "",
        f"Budget: the hub never works longer than {BUDGET_MS:.0f} ms (CPU time of its thread) without letting others run.",
        "",
        "| work | it took s | longest stretch ms |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {took:.2f} | {wait:.1f} |" for name, took, wait in rows),
    ]
    print("\n".join(lines))
    section.write("Stalls", "\n".join(lines))
    return int(any(wait > BUDGET_MS for _, _, wait in rows))


def _longest_stretch(server: Any, stretch: Path, work: Callable[[], object]) -> tuple[float, float]:
    _read(server, stretch)
    begun = time.perf_counter()
    work()
    took = time.perf_counter() - begun
    return took, _read(server, stretch)


def _read(server: Any, stretch: Path) -> float:
    stretch.unlink(missing_ok=True)
    server.process.send_signal(signal.SIGUSR1)
    give_up = time.monotonic() + 5
    while not (stretch.exists() and stretch.read_text()):
        assert time.monotonic() < give_up, "the server did not answer the signal"
        time.sleep(0.02)
    return float(stretch.read_text())


def _pages(browser: requests.Session, url: str, pages: dict[str, str]) -> None:
    for address in pages.values():
        assert browser.get(url + address).status_code == 200, address


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def _signed_in(url: str, email: str, password: str) -> requests.Session:
    browser = requests.Session()
    form = {"csrf_token": _token(browser.get(f"{url}/sign-in").text), "email": email, "password": password}
    assert browser.post(f"{url}/sign-in", data=form, allow_redirects=False).status_code == 303
    return browser


def _many_sign_ins(url: str, email: str, password: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: _signed_in(url, email, password), range(20)))


def _propose(browser: requests.Session, url: str, round_id: str) -> None:
    address = f"{url}/rounds/{round_id}/seating"
    form = {
        "csrf_token": _token(browser.get(address).text),
        "rooms": "60",
        "minutes": "30",
        "topic": "Return",
    }
    answer = browser.post(address, data=form, allow_redirects=False)
    assert answer.status_code == 303, answer.status_code


def _export(browser: requests.Session, url: str, session: str) -> None:
    page = browser.get(f"{url}/s/{session}/summary").text
    made = browser.post(
        f"{url}/s/{session}/summary/generate", data={"csrf_token": _token(page)}, allow_redirects=False
    )
    assert made.status_code == 303, made.status_code
    assert browser.get(f"{url}/s/{session}/summary/download/pdf").status_code == 200


if __name__ == "__main__":
    sys.exit(main())
