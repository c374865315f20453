"""How long anybody else waits while something heavy runs: sign-ins, a seating of 600 people, an export.

`make bench ARGS=stalls`. Against the real server: while the work runs, a second connection asks /healthz without pause and the
longest wait is reported, with the longest wait of an idle server beside it. Budget: 50 ms above idle.
"""

import http.client
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from bench import section

BUDGET_MS = 50.0


def main() -> int:
    """Measure, print, write; 1 when the budget is missed."""
    from consult.sample.build import PASSWORD, Stage
    from tests.meeting import Meeting
    from tests.running import RunningServer

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stalls.sqlite3"
        meeting = Meeting(path, stage=Stage.SEATING, participants=600)
        meeting.engine.dispose()
        server = RunningServer(f"sqlite:///{path}", Path(folder) / "server.log").start()
        try:
            browser = _signed_in(server.url, meeting.emails["facilitator"], PASSWORD)
            works: dict[str, Callable[[], object]] = {
                "nothing (2 s)": lambda: time.sleep(2),
                "20 sign-ins at once": lambda: _many_sign_ins(
                    server.url, meeting.emails["delegate"], PASSWORD
                ),
                "propose seating, 600 people": lambda: _propose(browser, server.url, meeting.round or ""),
                "summary and PDF": lambda: _export(browser, server.url, meeting.session),
            }
            rows = [(name, *_longest_wait(server.port, work)) for name, work in works.items()]
        finally:
            server.stop()
    idle = rows[0][2]
    lines = [
        f"`make bench ARGS=stalls`. The longest wait of another connection for /healthz while the work runs. {section.machine()}.",
        "",
        f"Budget: {BUDGET_MS:.0f} ms above the idle server's own longest wait.",
        "",
        "| work | it took s | longest wait ms |",
        "| --- | ---: | ---: |",
        *(f"| {name} | {took:.2f} | {wait:.1f} |" for name, took, wait in rows),
    ]
    print("\n".join(lines))
    section.write("Stalls", "\n".join(lines))
    return int(any(wait > idle + BUDGET_MS for _, _, wait in rows))


def _longest_wait(port: int, work: Callable[[], object]) -> tuple[float, float]:
    done, waits = threading.Event(), [0.0]

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while not done.is_set():
            begun = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            waits.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.002)
        connection.close()

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.2)
    begun = time.perf_counter()
    work()
    took = time.perf_counter() - begun
    done.set()
    asking.join()
    return took, max(waits)


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
