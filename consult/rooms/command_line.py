"""What a facilitator types on the console, read into one act. Pure: no I/O, no clock.

`open` or `open 3` · `+5`, `-2`, `set 20`, `pause`, `resume` (all rooms, or the rooms named behind: `+5 3 7`) · `recall` or `recall 4` ·
`call in` or `call in 4` ·
`join 7`, `watch 7` · `take 7`, `done 7` · `move NAME to 5`.
"""

import re
from dataclasses import dataclass

from consult.errors import Invalid

#: A number of minutes as the clock takes it.
MOST_MINUTES = 240
_ROOMS = r"(?:rooms?\s+|r)?(?P<rooms>\d{1,3}(?:\s*(?:,|\s|and)\s*r?\d{1,3})*)"


@dataclass(frozen=True)
class Command:
    """One act. `rooms`: numbers, empty for all; `who`: as typed."""

    act: str
    rooms: tuple[int, ...] = ()
    minutes: int = 0
    who: str = ""


_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (act, re.compile(pattern + r"\Z", re.IGNORECASE | re.DOTALL))
    for act, pattern in (
        ("open", r"open(?:\s+rooms)?"),
        ("open", r"open\s+" + _ROOMS),
        ("more", r"\+\s*(?P<minutes>\d{1,3})(?:\s*min\w*)?(?:\s+" + _ROOMS + ")?"),
        ("less", r"[-−]\s*(?P<minutes>\d{1,3})(?:\s*min\w*)?(?:\s+" + _ROOMS + ")?"),
        ("set", r"set\s+(?P<minutes>\d{1,3})(?:\s*min\w*)?(?:\s+" + _ROOMS + ")?"),
        ("pause", r"pause(?:\s+" + _ROOMS + ")?"),
        ("resume", r"resume(?:\s+" + _ROOMS + ")?"),
        ("recall", r"recall(?:\s+" + _ROOMS + ")?"),
        ("call", r"call(?:\s+in)?(?:\s+" + _ROOMS + ")?"),
        ("join", r"join\s+" + _ROOMS),
        ("watch", r"watch\s+" + _ROOMS),
        ("take", r"take\s+" + _ROOMS),
        ("done", r"done\s+" + _ROOMS),
        ("move", r"move\s+(?P<who>.+?)\s+to\s+" + _ROOMS),
    )
)
#: Acts about exactly one room.
ONE_ROOM = frozenset({"join", "watch", "take", "done", "move"})


def parsed(line: str) -> Command:
    """The act a line asks for.

    Raises:
        Invalid: `command.unknown`, `command.minutes`, `command.one_room` when the act is about one room.
    """
    typed = line.strip().removeprefix("/").strip()
    for act, form in _FORMS:
        found = form.match(typed)
        if found is None:
            continue
        named = found.groupdict()
        rooms = numbers_in(named.get("rooms"))
        minutes = int(named.get("minutes") or 0)
        if act in ("more", "less", "set") and not 1 <= minutes <= MOST_MINUTES:
            raise Invalid("command.minutes", most=MOST_MINUTES)
        if act in ONE_ROOM and len(rooms) != 1:
            raise Invalid("command.one_room")
        return Command(act, rooms, minutes, who=(named.get("who") or "").strip())
    raise Invalid("command.unknown")


def numbers_in(typed: str | None) -> tuple[int, ...]:
    """The numbers in a text, in order, each once."""
    return tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", typed or "")))
