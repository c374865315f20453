"""A simulated participant: signs in, goes where their seat is, and does there what people do, at the speed of people."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from consult import clock
from consult.rehearsal import words
from consult.rehearsal.casting import Part
from consult.rehearsal.desk import Desk, NotMine
from consult.rehearsal.paper import Paper
from consult.rehearsal.site import NoAnswer, Page, PageForm, SignInRefused, Site
from consult.rehearsal.table import Table
from consult.rehearsal.wire import Lost, Wire

#: Seconds: between two acts, between bursts of typing, without a place until the next look, in a lobby until the next look,
#: at most until coming back.
PAUSE, BURST, AWAY, PATIENCE, RETRY_MOST = (6.0, 30.0), (0.4, 1.1), (20.0, 40.0), (90.0, 180.0), 8.0
#: Letters of one burst; of a text that is long enough, from where on sentences of one's own are taken out again.
LETTERS, LONG = (1, 5), 2_600
#: Seconds that a hand stays up, and until somebody reads a message of the facilitators.
HAND_UP, READING = (20.0, 75.0), (3.0, 20.0)
#: Seconds within which pages leave a room that closed or that their seat left; as real ones spread.
LEAVING = (1.0, 5.0)
#: Seconds from the call into a room: some go at once, others let their page take them there.
COMING = (2.0, 13.0)
#: Where people can be, as addresses begin: in a room, in the lobby, in plenary.
PLACES = ("/rooms/", "/rounds/", "/s/")
SLIPS, SECOND_THOUGHTS = 0.12, 0.15


class Person:
    """Somebody of the cast. `arrives`: seconds after the start; `pace`: how many times as fast as people are."""

    def __init__(
        self, url: str, part: Part, table: Table, *, seed: int, arrives: float, pace: float = 1.0
    ) -> None:
        self.site, self.table = Site(url), table
        self.is_here = False
        #: Address of the room where this person is at work; empty elsewhere.
        self.room = ""
        self._part = part
        self._arrives, self._pace = arrives, pace
        self._chance = random.Random(f"{seed}:{part['email']}")
        self._written: defaultdict[str, list[str]] = defaultdict(list)
        self._judged: set[str] = set()
        self._lower_at: float | None = None
        self._messages = 0
        self._called_away = asyncio.Event()

    async def live(self) -> None:
        """Take part until cancelled; whoever is turned away at the door stays away."""
        await asyncio.sleep(self._arrives / self._pace)
        failures, is_signed_in = 0, False
        while True:
            try:
                if not is_signed_in:
                    await self.site.sign_in(self._part["email"], self._part["password"])
                    is_signed_in = True
                await self._go_to_work()
                failures = 0
            except SignInRefused:
                return
            except (NoAnswer, Lost):
                failures += 1
                await self._sleep(0.5, min(RETRY_MOST, 2.0**failures))

    async def _go_to_work(self) -> None:
        """Be where the front page says: at work in the room until it is over, or on the page from which people are called there."""
        front = await self.site.get("/")
        place = next((link for link in front.links if link.startswith(PLACES)), "").partition("?")[0]
        page = await self.site.get(place) if place else None
        if page is None or not page.query:
            await self._sleep(*AWAY)
            return
        self._called_away.clear()
        wire = await Wire.open(self.site.url, self.site.cookies, page.query)
        self.room = place if page.form(f"{place}/items") else ""
        desk = Desk(wire, self._chance)
        doing = self._work(wire, desk, page) if self.room else self._wait(wire, desk, page)
        tasks = [
            asyncio.ensure_future(wire.listen(lambda name, args: self._hear(desk, name, args))),
            asyncio.ensure_future(doing),
            asyncio.ensure_future(self._called_away.wait()),
        ]
        self.is_here = True
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if self._called_away.is_set():
                await self._sleep(*(LEAVING if self.room else COMING))
        finally:
            self.is_here, self.room = False, ""
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await wire.close()

    def _hear(self, desk: Desk, name: str, args: list[Any]) -> None:
        if name != "event":
            desk.hear(name, args)
            return
        event, data = args[0]["name"], args[0]["data"]
        is_ours = f"/rooms/{data.get('room')}" == self.room
        is_over = event == "room.state_changed" and is_ours and data["state"] == "closed"
        is_called = event == "seat.called" and not is_ours
        if is_over or is_called or event in ("seat.moved", "report_back.opened"):
            self._called_away.set()
        elif event == "broadcast.sent":
            self._messages += 1

    def _catch_up(self, desk: Desk, answer: dict[str, Any]) -> None:
        """Hear what happened since the page was read; where nobody knows that any more, go and look again."""
        missed = answer.get("missed")
        if missed is None:
            self._called_away.set()
        for event in missed or []:
            self._hear(desk, "event", [event])

    # Acts.

    async def _wait(self, wire: Wire, desk: Desk, page: Page) -> None:
        """Do nothing but listen; now and then look whether this is still the place."""
        self._catch_up(desk, await wire.ask("follow", {"audiences": page.audiences}))
        await self._sleep(*PATIENCE)

    async def _work(self, wire: Wire, desk: Desk, page: Page) -> None:
        self._catch_up(desk, await wire.ask("follow", {"audiences": page.audiences}))
        draft = page.draft
        if draft:
            await self._try(self._look_at, desk, draft)
        while True:
            await self._pause()
            if draft and self._chance.random() < 0.2:
                draft = self._chance.choice(page.items)
            if self._messages:
                await self._read_messages()
            elif self.table.takes_turn():
                await self._look_after_help()
            elif self._lower_at is not None and clock.monotonic() >= self._lower_at:
                await self._move_hand()
            elif not draft:
                page = await self._look_for_items()
                draft = page.draft
            else:
                await self._do_something(desk, draft)

    async def _do_something(self, desk: Desk, draft: str) -> None:
        lot = self._chance.random()
        if lot < 0.66:
            await self._try(self._write, desk, draft)
        elif lot < 0.86:
            await self._try(self._look_at, desk, draft)
        elif lot < 0.95:
            await self._move_hand()
        else:
            await self._judge(draft)

    async def _try(self, act: Callable[[Desk, str], Awaitable[None]], desk: Desk, draft: str) -> None:
        """An act at a text; where the text is not theirs to write now, people just do something else."""
        try:
            await act(desk, draft)
        except NotMine:
            await self._pause()

    async def _look_at(self, desk: Desk, draft: str) -> None:
        """Move the caret about."""
        paper = await desk.open(draft)
        for _ in range(self._chance.randint(1, 4)):
            await desk.show_caret(paper, anywhere=True)
            await self._sleep(0.6, 2.5)

    async def _write(self, desk: Desk, draft: str) -> None:
        """A sentence more; where the text is long, or on second thoughts, an own one less."""
        paper = await desk.open(draft)
        paper.read()
        mine = self._written[draft]
        if mine and (paper.size > LONG or self._chance.random() < SECOND_THOUGHTS):
            await self._take_out(desk, paper, mine.pop(self._chance.randrange(len(mine))))
        elif paper.size <= LONG and await self._type(desk, paper, words.sentence(self._chance)):
            mine.append(paper.typed)

    async def _type(self, desk: Desk, paper: Paper, sentence: str) -> bool:
        rest = sentence if paper.begin(self._chance) else f" {sentence}"
        while rest:
            count = self._chance.randint(*LETTERS)
            burst, rest = rest[:count], rest[count:]
            if self._chance.random() < SLIPS and not await self._slip(desk, paper, burst[0]):
                return False
            if not paper.type(burst):
                return False
            await self._show(desk, paper)
            is_thinking = burst.endswith((",", " ")) and self._chance.random() < 0.15
            await self._sleep(*((1.5, 4.0) if is_thinking else BURST))
        return True

    async def _slip(self, desk: Desk, paper: Paper, letter: str) -> bool:
        """A wrong key, noticed and taken back."""
        wrong = words.slip(letter)
        if wrong == letter:
            return True
        if not paper.type(wrong):
            return False
        await self._show(desk, paper)
        await self._sleep(*BURST)
        return paper.rub_out(1)

    async def _take_out(self, desk: Desk, paper: Paper, sentence: str) -> None:
        if not paper.go_behind(sentence):
            return
        while paper.typed:
            if not paper.rub_out(min(len(paper.typed), self._chance.randint(4, 9))):
                return
            await self._show(desk, paper)
            await self._sleep(0.25, 0.5)

    async def _show(self, desk: Desk, paper: Paper) -> None:
        await desk.save(paper)
        await desk.show_caret(paper)

    # Forms, as the page of the room offers them.

    async def _look_for_items(self) -> Page:
        """The room's page; whoever finds no item there first begins one."""
        page = await self.site.get(self.room)
        if not page.items and self.table.begins():
            await self._send(page.form(f"{self.room}/items"))
            page = await self.site.get(self.room)
        return page

    async def _send(self, form: PageForm | None, **fields: str) -> bool:
        """Send it, when there is one. False: refused; somebody was quicker, or it is too soon."""
        if form is None:
            return False
        answer = await self.site.send(form, **fields)
        if answer.wait:
            await asyncio.sleep(answer.wait)
        return answer.status < 400

    async def _move_hand(self) -> None:
        """Raise the hand, or take it down, whichever the page offers."""
        form = (await self.site.get(self.room)).form(f"{self.room}/hand")
        is_done = await self._send(form)
        is_up = is_done and form is not None and form.fields.get("act") == "raise"
        self._lower_at = clock.monotonic() + self._chance.uniform(*HAND_UP) / self._pace if is_up else None

    async def _judge(self, draft: str) -> None:
        """Mark the item ready; what one marked oneself is sometimes taken back."""
        page = await self.site.get(f"{self.room}?item={draft}")
        form = page.form(f"/items/{draft}/ready")
        if form is None:
            return
        if form.fields.get("ready") == "1":
            if await self._send(form):
                self._judged.add(draft)
        elif draft in self._judged and self._chance.random() < 0.6:
            self._judged.discard(draft)
            await self._send(form)

    async def _look_after_help(self) -> None:
        """Ask for help, or say that the room can do without."""
        page = await self.site.get(self.room)
        ask, cancel = page.form(f"{self.room}/help"), page.form(f"{self.room}/help/cancel")
        if ask is not None and await self._send(ask, category=self._chance.choice(ask.choices["category"])):
            self.table.asked()
        else:
            await self._send(cancel)

    async def _read_messages(self) -> None:
        """Confirm what the facilitators wrote."""
        self._messages = 0
        await self._sleep(*READING)
        page = await self.site.get(self.room)
        for form in page.forms:
            if form.action.startswith(f"{self.room}/broadcasts/"):
                await self._send(form)

    async def _pause(self) -> None:
        await self._sleep(*PAUSE)

    async def _sleep(self, least: float, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(least, most) / self._pace)
