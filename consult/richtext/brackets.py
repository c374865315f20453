"""Square brackets: the passages of a text that are not agreed.

A passage runs from a ``[`` to its own ``]``, may hold others, and may go over several paragraphs. A bracket
without its partner is an ordinary character. Pure: no I/O, no clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BRACKET = re.compile(r"[\[\]]")


@dataclass(frozen=True)
class Passage:
    """One bracketed passage: offsets ``start`` and ``end`` (exclusive); ``depth`` is 1 for an outer one."""

    start: int
    end: int
    depth: int


@dataclass(frozen=True)
class Bracket:
    """What stands in an outer pair of brackets; alternatives as in ``[shall/should]``."""

    text: str
    alternatives: tuple[str, ...]


def passages(text: str) -> list[Passage]:
    """Every bracketed passage, in the order in which they open.

    Rule: a passage is open text; nested passages belong to the one around them.
    """
    unmatched: list[int] = []
    pairs: list[tuple[int, int]] = []
    for found in _BRACKET.finditer(text):
        if found[0] == "[":
            unmatched.append(found.start())
        elif unmatched:
            pairs.append((unmatched.pop(), found.end()))
    nested: list[Passage] = []
    around: list[int] = []
    for start, end in sorted(pairs):
        while around and around[-1] <= start:
            around.pop()
        around.append(end)
        nested.append(Passage(start, end, len(around)))
    return nested


def outer_brackets(text: str) -> list[Bracket]:
    """The outer bracketed passages with their words."""
    inner = [text[found.start + 1 : found.end - 1] for found in passages(text) if found.depth == 1]
    return [Bracket(" ".join(words.split()), alternatives(words)) for words in inner]


def alternatives(words: str) -> tuple[str, ...]:
    """The choices in ``shall/should``; none when the words offer no choice. Nested brackets are not split."""
    parts, depth, current = [], 0, ""
    for character in words.replace("://", "\0"):
        depth += (character == "[") - (character == "]")
        if character == "/" and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += character
    parts.append(current)
    choices = tuple(" ".join(part.replace("\0", "://").split()) for part in parts)
    return choices if len(choices) > 1 and all(choices) else ()
