"""Cutting an item's text in two and joining two items into one. Pure: no I/O, no clock.

Decides where a text can be cut (between its blocks: paragraphs, headings, lists, quotations) and what becomes of facts of
two items that say different things.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consult import richtext
from consult.drafting.limits import LONGEST_TITLE

Facts = dict[str, Any]
#: What becomes of a fact that two items state differently: the one it is merged into keeps its own, takes the other's, or both.
KEPT, TAKEN, BOTH = "kept", "taken", "both"
HEADING_LEVEL = 3


@dataclass(frozen=True)
class Block:
    """A part of a text at which it can be cut. `place` counts from 0; `mark` stands for what it says."""

    place: int
    kind: str
    words: str
    mark: str


@dataclass(frozen=True)
class Contradiction:
    """A structured field that two items state differently. `options`: what may become of it."""

    key: str
    kept: str
    taken: str
    options: tuple[str, ...]


def blocks_of(text: richtext.Doc) -> list[Block]:
    """The blocks of a text in their order, blank ones left out."""
    found = []
    for place, node in enumerate(text.get("content", [])):
        words = " ".join(richtext.to_text({"type": "doc", "content": [node]}).split())
        if words:
            found.append(Block(place, node["type"], words, _mark(node)))
    return found


def place_of_block(text: richtext.Doc, place: int, mark: str) -> int | None:
    """Where a block stands now that somebody chose a moment ago; None when it says something else now or is gone.

    What was written before it may have moved it; two blocks that say the same are told apart by the place.
    """
    found = [block.place for block in blocks_of(text) if block.mark == mark]
    if place in found:
        return place
    return found[0] if len(found) == 1 else None


def cut(text: richtext.Doc, place: int, *, title: str = "") -> tuple[richtext.Doc, str, richtext.Doc]:
    """Cut a text before a block: what stays, the title of the rest (may be empty), the rest.

    A heading the rest begins with becomes its title. It stays a heading where another title was given, or where it is too
    long for a title: nothing that was written is lost.
    """
    content = text.get("content", [])
    head, rest = content[:place], content[place:]
    if rest and rest[0]["type"] == "heading":
        heading = " ".join(richtext.to_text({"type": "doc", "content": rest[:1]}).split())
        if heading and len(heading) <= LONGEST_TITLE and title in ("", heading):
            title, rest = heading, rest[1:]
    return _doc(head), title, _doc(rest)


def joined(first: richtext.Doc, second: richtext.Doc, *, heading: str) -> richtext.Doc:
    """Two texts as one; the second one under a heading, which may be empty."""
    if richtext.is_blank(second):
        return first
    line = [
        {"type": "heading", "attrs": {"level": HEADING_LEVEL}, "content": [{"type": "text", "text": heading}]}
    ]
    before = [] if richtext.is_blank(first) else first.get("content", [])
    return _doc([*before, *(line if heading else []), *second.get("content", [])])


def contradictions(kept: Facts, taken: Facts) -> list[Contradiction]:
    """Facts that two items both state, and differently. Lists (who acts, targets, sources) only add up."""
    found = []
    for key in sorted(set(kept) & set(taken)):
        if kept[key] != taken[key]:
            is_words = ":" not in key and key != "term"
            options = (KEPT, TAKEN, BOTH) if is_words else (KEPT, TAKEN)
            found.append(Contradiction(key, str(kept[key]), str(taken[key]), options))
    return found


def united(kept: Facts, taken: Facts, choices: Mapping[str, str]) -> Facts:
    """The facts of both; of what they state differently, what was chosen.

    Raises:
        KeyError: nothing was chosen for one of them; its key.
    """
    facts = {**taken, **kept}
    for found in contradictions(kept, taken):
        choice = choices[found.key]
        if choice not in found.options:
            raise KeyError(found.key)
        facts[found.key] = {
            KEPT: kept[found.key],
            TAKEN: taken[found.key],
            BOTH: f"{found.kept}\n{found.taken}",
        }[choice]
    return facts


def _doc(content: Sequence[Any]) -> richtext.Doc:
    return {"type": "doc", "content": list(content) or [{"type": "paragraph"}]}


def _mark(node: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(node, sort_keys=True).encode()).hexdigest()[:16]
