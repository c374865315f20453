"""What the simulated people of one room have in common: who begins the first item, and when the room asks for help and how long it waits."""

import random
from dataclasses import dataclass, field

from consult import clock

#: Seconds until a room first asks, from one call to the next, and until it goes on without help.
FIRST, NEXT, PATIENCE = (90.0, 900.0), (300.0, 900.0), (150.0, 300.0)
#: The room that asks first does so soon, so that somebody who looks on need not wait.
SOON = (8.0, 20.0)


@dataclass
class Table:
    """One room. `pace`: how many times as fast as people are."""

    chance: random.Random
    asks_first: bool = False
    pace: float = 1.0
    has_begun: bool = False
    #: Monotonic seconds when somebody looks after the call next.
    _due: float = field(init=False)

    def __post_init__(self) -> None:
        self._wait(SOON if self.asks_first else FIRST)

    def begins(self) -> bool:
        """Whether somebody should begin the first item; who is told so does it."""
        if self.has_begun:
            return False
        self.has_begun = True
        return True

    def takes_turn(self) -> bool:
        """Whether it is time for somebody to look after the call for help; who is told so first does it."""
        if clock.monotonic() < self._due:
            return False
        self._wait(NEXT)
        return True

    def asked(self) -> None:
        """The flag is up: look after it again when patience ends."""
        self._wait(PATIENCE)

    def _wait(self, seconds: tuple[float, float]) -> None:
        self._due = clock.monotonic() + self.chance.uniform(*seconds) / self.pace
