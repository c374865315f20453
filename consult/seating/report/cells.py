"""The rows and cells of a balance report. Pure: values only, no I/O, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass

from consult.seating.report.bridges import Bridge
from consult.seating.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Cell:
    """People of one regional group in one room, and the fair range."""

    count: int
    low: int
    high: int

    @property
    def is_fair(self) -> bool:
        """Whether the count is inside its range."""
        return self.low <= self.count <= self.high

    @property
    def fair(self) -> str:
        """The range as shown, such as "2-3" or "2"."""
        return str(self.low) if self.low == self.high else f"{self.low}\u2013{self.high}"


@dataclass(frozen=True)
class RoomBalance:
    """One row of the report."""

    room: str
    size: int
    #: By regional group, in the order of the report.
    groups: Mapping[str, Cell]
    #: What stands out; empty when every group is inside its range and nobody is left without a language.
    sentences: tuple[Sentence, ...]
    #: Ids of people who could follow in no language of the room.
    uncovered: tuple[str, ...] = ()
    #: People on whom alone others depend for their language.
    bridges: tuple[Bridge, ...] = ()
