"""`python -m consult.rehearsal --url … --cast …`: plays until the server is gone, its parent ends, or it is asked to stop."""

import asyncio
import contextlib
import http.client
import json
import os
import random
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from consult import clock
from consult.rehearsal.casting import Part, played
from consult.rehearsal.person import Person
from consult.rehearsal.site import NoAnswer, Site
from consult.rehearsal.table import Table

#: Seconds within which the server has to answer at the start, in which everybody arrives, and until a server that does not
#: answer any more counts as gone.
START_SECONDS, ARRIVAL_SECONDS, GONE_SECONDS = 60.0, 12.0, 30.0
LOOK_SECONDS = 1.0


@click.command()
@click.option("--url", required=True, help="Address of the server.")
@click.option(
    "--cast", "cast_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--seed", default=1, show_default=True, help="The same seed: the same people do the same.")
@click.option("--parent", type=int, help="End when this process is not the parent any more.")
@click.option("--pace", default=1.0, show_default=True, help="How many times as fast as people are.")
def main(url: str, cast_file: Path, seed: int, parent: int | None, pace: float) -> None:
    """Play the people of the cast at the server."""
    cast = json.loads(cast_file.read_text(encoding="utf-8"))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(rehearse(url, company(url, played(cast), seed=seed, pace=pace), parent=parent))


async def rehearse(url: str, people: list[Person], *, parent: int | None) -> None:
    """Play until there is no reason to go on."""
    stop = asyncio.Event()
    if sys.platform != "win32":  # there Ctrl-C raises
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    watch = asyncio.ensure_future(_until_gone(Site(url), people, parent))
    told = asyncio.ensure_future(stop.wait())
    lives: list[asyncio.Task[None]] = []
    try:
        if await _first(_answers(Site(url)), watch, told):
            lives = [asyncio.create_task(person.live()) for person in people]
            await asyncio.wait({watch, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        tasks = [*lives, watch, told]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def company(url: str, parts: Sequence[Part], *, seed: int, pace: float = 1.0) -> list[Person]:
    """The people who play these parts, each with the table of their room."""
    chance = random.Random(seed)
    rooms = sorted({part["room"] for part in parts})
    first = chance.choice(rooms) if rooms else 0
    tables = {
        number: Table(random.Random(f"{seed}:room {number}"), number == first, pace) for number in rooms
    }
    return [
        Person(
            url,
            part,
            tables[part["room"]],
            seed=seed,
            arrives=chance.uniform(0.0, ARRIVAL_SECONDS),
            pace=pace,
        )
        for part in parts
    ]


async def _first(begun: Any, *ends: "asyncio.Future[Any]") -> bool:
    """Whether `begun` came true before anything ended."""
    task = asyncio.ensure_future(begun)
    await asyncio.wait({task, *ends}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        return False
    return bool(task.result())


async def _answers(site: Site) -> bool:
    """Wait for the server; False when it does not come."""
    give_up = clock.monotonic() + START_SECONDS
    while clock.monotonic() < give_up:
        if await _is_there(site):
            return True
        await asyncio.sleep(0.2)
    return False


async def _until_gone(site: Site, people: list[Person], parent: int | None) -> None:
    """Return when the parent has ended, or the server has not been heard of for a while."""
    heard = clock.monotonic()
    while parent is None or os.getppid() == parent:
        if any(person.is_here for person in people) or await _is_there(site):
            heard = clock.monotonic()
        elif clock.monotonic() - heard > GONE_SECONDS:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _is_there(site: Site) -> bool:
    try:
        return (await site.get("/healthz")).status == http.client.OK
    except NoAnswer:
        return False


if __name__ == "__main__":
    main()
