"""Where a page takes its person: rules of the `goto` controller, which every live page carries."""

from typing import Any

from consult.permissions.actor import Actor

#: Who is called in gets ten seconds to say no; the spread keeps 600 from arriving at once.
CALL_IN = {"event": "seat.called", "url": "/rooms/{room}", "after": 10, "spread": 3, "text": "seated"}
#: The same as a link alone, for pages that are never taken away.
OFFER = {"event": "seat.called", "url": "/rooms/{room}", "text": "seated", "offers": True}
#: Seconds for reading why one is taken elsewhere, and the spread.
LEAVING = {"after": 8, "spread": 3}


def called_in(actor: Actor | None, *, leaves: bool = True) -> list[dict[str, Any]]:
    """Called in, a person is taken to their room from wherever they read.

    Who runs the meeting is in the middle of that and is offered a link.

    Args:
        leaves: False for a page that others look at, too.
    """
    return [CALL_IN if leaves and not (actor and actor.is_staff) else OFFER]
