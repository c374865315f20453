"""The life cycle of a session: which step follows which. Pure: no I/O, no clock."""

from collections.abc import Mapping
from types import MappingProxyType

#: A second round may follow a first report-back, so report-back can be entered again from itself.
FOLLOWING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "planned": ("open",),
        "open": ("report_back", "closed"),
        "report_back": ("report_back", "closed"),
        "closed": (),
    }
)


def may_follow(state: str, following: str) -> bool:
    """Whether a session in `state` may go to `following`."""
    return following in FOLLOWING.get(state, ())


def before(following: str) -> tuple[str, ...]:
    """The states from which a session may go to `following`."""
    return tuple(state for state in FOLLOWING if may_follow(state, following))
