"""Who may receive an event: names of audiences. Pure; the only place that makes these names."""


def consultation(public_id: str) -> str:
    """Everybody who takes part."""
    return f"consultation:{public_id}"


def session(public_id: str) -> str:
    """Everybody who takes part, for what concerns one session."""
    return f"session:{public_id}"


def room(public_id: str) -> str:
    """Those seated in the room, and facilitators."""
    return f"room:{public_id}"


def member(public_id: str) -> str:
    """One person, on whatever pages they have open."""
    return f"member:{public_id}"


def staff(consultation_public_id: str) -> str:
    """Organizers and facilitators."""
    return f"staff:{consultation_public_id}"


#: Every process of the server; no page can follow it.
SERVERS = "server"


def parsed(name: str) -> tuple[str, str]:
    """Kind and public id of an audience name.

    Raises:
        ValueError: not such a name.
    """
    kind, separator, public_id = name.partition(":")
    if (
        not separator
        or kind not in ("consultation", "session", "room", "member", "staff")
        or not public_id.isalnum()
    ):
        raise ValueError("not an audience")
    return kind, public_id
