"""Key terms: what to write, what it means in our own words, and which variants to avoid.

Advice only; it never blocks. Pure: no I/O beyond the shipped table, no clock.
"""

from dataclasses import dataclass
from functools import cache

from consult.reference.files import rows, several


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A term of the field with a working definition."""

    code: str
    term: str
    definition: str
    #: Where the authoritative definition stands.
    authority: str
    avoid: tuple[str, ...]
    #: "info", "warn" or "error": how loudly a variant is flagged.
    severity: str


@cache
def key_terms() -> tuple[KeyTerm, ...]:
    """The key terms, in the order of the vocabulary."""
    return tuple(
        KeyTerm(r["code"], r["term"], r["definition"], r["authority"], several(r["avoid"]), r["severity"])
        for r in rows("key_terms")
    )
