"""A person's texts on one connection: joined, kept up to date, saved; refusals met as the page of a room meets them."""

import asyncio
import base64
import random
from typing import Any

from consult.rehearsal.paper import Paper
from consult.rehearsal.wire import Wire

#: Refusals after which the same is asked again, after the time they name or this.
_AGAIN = frozenset({"busy", "rate", "retry", "handover"})
_AGAIN_SECONDS = 0.5
_ATTEMPTS = 8


class NotMine(Exception):
    """The text can not be written by this person any more, or not now."""


class Desk:
    """The drafts of a room that its person has opened since they came in."""

    def __init__(self, wire: Wire, chance: random.Random) -> None:
        self._wire, self._chance = wire, chance
        self._papers: dict[str, Paper] = {}
        self._shown = ""

    async def open(self, draft: str) -> Paper:
        """The text, joined; the caret leaves the one that was open before.

        Raises:
            Lost, NotMine
        """
        if self._shown not in ("", draft):
            before = self._papers[self._shown]
            await self._tell(before.no_caret(), before)
        paper = self._papers.get(draft)
        if paper is None:
            paper = self._papers[draft] = self._blank(draft)
        self._shown = draft
        await self._up_to_date(paper)
        return paper

    async def save(self, paper: Paper) -> None:
        """Bring what was typed to the server.

        Raises:
            Lost, NotMine
        """
        for _ in range(_ATTEMPTS):
            await self._up_to_date(paper)
            update = paper.unsaved()
            if update is None:
                return
            answer = await self._wire.ask("u", base64.b64encode(update).decode(), paper.draft)
            if answer.get("ok"):
                paper.saved()
                return
            code = answer.get("code")
            if code != "rate":
                paper.is_stale = True
            if code not in (*_AGAIN, "resync"):
                del self._papers[paper.draft]
                self._shown = ""
                raise NotMine(str(code))
            await self._wait(answer)
        raise NotMine("not saved")

    async def show_caret(self, paper: Paper, *, anywhere: bool = False) -> None:
        """Show the others where this person types, or reads."""
        caret = paper.caret_anywhere(self._chance) if anywhere else paper.caret()
        if caret is not None:
            await self._tell(caret, paper)

    def hear(self, name: str, args: list[Any]) -> None:
        """Take in an event about drafts."""
        if name == "u" and (paper := self._papers.get(args[2])):
            paper.receive(base64.b64decode(args[0]))
        elif name in ("perm", "resync", "moved") and (paper := self._papers.get(args[0].get("draft", ""))):
            paper.is_stale = True

    async def _up_to_date(self, paper: Paper) -> None:
        """Join, when something said that the copy may be old."""
        for _ in range(_ATTEMPTS):
            if not paper.is_stale:
                break
            question: dict[str, Any] = {
                "v": 1,
                "draft": paper.draft,
                "sv": base64.b64encode(paper.state).decode(),
            }
            if paper.epoch is not None:
                question["epoch"] = paper.epoch
            paper.is_stale = False
            answer = await self._wire.ask("join", question)
            if answer.get("ok"):
                paper.receive(base64.b64decode(answer["update"]))
                paper.epoch, paper.may_edit = answer["epoch"], answer["edit"]
                break
            paper.is_stale = True
            if answer.get("code") not in _AGAIN:
                del self._papers[paper.draft]
                self._shown = ""
                raise NotMine(str(answer.get("code")))
            await self._wait(answer)
        if paper.is_stale or not paper.may_edit:
            raise NotMine("read-only")

    async def _wait(self, answer: dict[str, Any]) -> None:
        wait = answer.get("after", 0) / 1000 or _AGAIN_SECONDS
        await asyncio.sleep(wait * self._chance.uniform(1.0, 1.5))

    async def _tell(self, awareness: bytes, paper: Paper) -> None:
        await self._wire.tell("a", base64.b64encode(awareness).decode(), paper.draft)

    def _blank(self, draft: str) -> Paper:
        return Paper(draft, self._chance.randrange(1 << 20, 1 << 31))
