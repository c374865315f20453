"""Two and five real browsers write one text together over a satellite line: `make bench ARGS=satellite`.

Everything between the browsers and the real server goes through `faultproxy.py` of the acceptance tools (in
`../shared/tools/acceptance`, or --tools DIR): 650 ms there and back, up to 200 ms more, 256 kbit/s for each connection. Everybody
types at the same time. Measured is the time from a person's last key until the page says "All changes saved", and whether all
end with the same text. Writes its section of docs/benchmarks.md; 1 when the p95 is over the budget or a word is missing.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import select

from bench.acceptance import TOOLS
from bench.section import machine, write
from consult import migrating
from consult.db import engine_for, reading_session, sessions_for, unit_of_work
from consult.rooms.models import Room
from consult.sample.build import PASSWORD, Stage, build
from tests.conftest import CHROMIUM
from tests.journeys.people import ARGUMENTS, delegates_in
from tests.running import RunningServer, free_port

CROWDS, SENTENCES, KEY_MS = (2, 5), 6, 60
#: One way; there and back it is twice as much.
LINE = "latency=325&jitter=100&kbps=256"
BUDGET_S = 2.5
_SAVED = """() => new Promise((done) => {
  const since = performance.now();
  const look = () => document.querySelector("#status").textContent === "All changes saved" ? done((performance.now() - since) / 1000) : setTimeout(look, 10);
  look();
})"""
_WORDS = """(editor) => { const copy = editor.cloneNode(true); copy.querySelectorAll(".caret").forEach((caret) => caret.remove()); return copy.textContent; }"""


@dataclass
class Found:
    """One crowd's result; `seconds` until saved, one for each sentence of each person."""

    people: int
    seconds: list[float]
    missing: int
    are_alike: bool

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.seconds, n=20, method="inclusive")[-1]


async def person(browser: Browser, url: str, email: str, room: str) -> Page:
    """Somebody in the room, with everything saved."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    await page.goto(f"{url}/sign-in")
    await page.get_by_role("textbox", name="Email address").first.fill(email)
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url(lambda there: "sign-in" not in there)
    await page.goto(f"{url}/rooms/{room}")
    await page.get_by_text("All changes saved").first.wait_for()
    return page


async def writes(page: Page, sentences: list[str]) -> list[float]:
    """Type the sentences; seconds until each was saved."""
    await page.get_by_role("textbox", name="Text of the action item").click()
    await page.keyboard.press("Control+End")
    seconds = []
    for sentence in sentences:
        await page.keyboard.type(sentence, delay=KEY_MS)
        seconds.append(await page.evaluate(_SAVED))
    return seconds


async def crowd(url: str, emails: list[str], room: str, control: int) -> Found:
    """One crowd on the line."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        turn(control, "heal")
        pages = [await person(browser, url, email, room) for email in emails]
        turn(control, f"set?{LINE}")
        texts = [[f" Word{len(pages)}x{n}x{m}x." for m in range(SENTENCES)] for n in range(len(pages))]
        together = zip(pages, texts, strict=True)
        seconds = await asyncio.gather(*(writes(page, own) for page, own in together))
        await asyncio.sleep(5)
        editors = [page.get_by_role("textbox", name="Text of the action item") for page in pages]
        ends = [await editor.evaluate(_WORDS) for editor in editors]
        await browser.close()
    wanted = [sentence.strip() for own in texts for sentence in own]
    missing = sum(end.count(sentence) != 1 for end in ends for sentence in wanted)
    return Found(len(pages), list(itertools.chain(*seconds)), missing, len(set(ends)) == 1)


def turn(control: int, act: str) -> None:
    """Tell the proxy what the line is like now."""
    urllib.request.urlopen(f"http://127.0.0.1:{control}/{act}", timeout=5).read()


def main(argv: Sequence[str] = ()) -> int:
    """Measure, write."""
    parser = argparse.ArgumentParser(prog="bench.satellite")
    parser.add_argument("--tools", type=Path, default=TOOLS)
    proxy = parser.parse_args(argv).tools / "faultproxy.py"
    if not proxy.exists():
        print(f"bench: {proxy} is not there; give --tools DIR", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        migrating.upgrade(url)
        engine = engine_for(url)
        with unit_of_work(sessions_for(engine)) as db:
            build(db, number=60, stage=Stage.DRAFTING)
        with reading_session(engine) as db:
            room = db.scalars(select(Room.public_id).where(Room.number == 1)).one()
        listen, control = free_port(), free_port()
        address = f"http://127.0.0.1:{listen}"
        server = RunningServer(url, Path(folder) / "server.log", public_url=address).start()
        command = [sys.executable, str(proxy), "--listen", f"127.0.0.1:{listen}"]
        command += ["--to", f"127.0.0.1:{server.port}", "--control", f"127.0.0.1:{control}"]
        line = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert line.stdout is not None
            line.stdout.readline()
            emails = delegates_in(engine, room)
            results = [asyncio.run(crowd(address, emails[:people], room, control)) for people in CROWDS]
        finally:
            line.kill()
            line.wait()
            server.stop()
    body = described(results)
    print(body)
    if not os.environ.get("CONSULT_BENCH_QUICK"):
        write("Over a satellite line", body)
    return int(any(found.p95 > BUDGET_S or found.missing or not found.are_alike for found in results))


def described(results: list[Found]) -> str:
    """The section of the page."""
    rows = [
        f"| {found.people} | {len(found.seconds)} | {statistics.median(found.seconds):.2f} | {found.p95:.2f} "
        f"| {max(found.seconds):.2f} | {found.missing} | {'yes' if found.are_alike else '**no**'} |"
        for found in results
    ]
    told = (
        "`make bench ARGS=satellite`. Browsers (Chromium) that write into one text at the same time, through a proxy with "
        f"650 ms there and back, up to 200 ms more, 256 kbit/s for each connection; everybody types {SENTENCES} sentences, a key "
        f"every {KEY_MS} ms. Seconds from the last key of a sentence until the page says that all is saved; budget p95 "
        f"≤ {BUDGET_S:g} s. {machine()}."
    )
    head = "| browsers | sentences | median s | p95 s | longest s | words missing or twice | all texts the same |"
    return "\n".join([told, "", head, "| ---: | ---: | ---: | ---: | ---: | ---: | --- |", *rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
