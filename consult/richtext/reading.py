"""Plain words read back as the rich text they came from: paragraphs and headings, lists, quotations.

Decides which part of a plain text is which part of the rich text; styles inside a line are unknown to plain words.
Pure: no I/O, no clock.
"""

import re
from difflib import SequenceMatcher
from itertools import zip_longest

from consult.richtext.characters import clean
from consult.richtext.plain import APART, lines, to_text
from consult.richtext.schema import ITEM_LIMITS, Doc, InvalidRichText, Node, empty

_BULLET, _NUMBER = re.compile(r"-(?: |\Z)"), re.compile(r"([1-9]\d{0,3})\.(?: |\Z)")
_QUOTED = re.compile(r"> ?")
_DEEPEST = 4


def rewritten(doc: Doc, text: str) -> Doc:
    """A rich text that says `text`, written as `to_text` writes: what `doc` says in the same words stays as it is there.

    A part in other words keeps its kind (heading, list, quotation) where it stands where one of that kind stood; new parts become
    lists and quotations where every line is marked as such.

    Raises:
        InvalidRichText: more parts than any text may have.
    """
    blocks = doc.get("content", [])
    old = [to_text({"type": "doc", "content": [block]}).strip() for block in blocks]
    new = _parts(text, {len(APART.split(words)) for words in old if APART.search(words)}, set(old))
    content: list[Node] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            content += blocks[a:b]
        else:
            content += [
                _read(words, was) for was, words in zip_longest(blocks[a:b], new[c:d]) if words is not None
            ]
    return {"type": "doc", "content": content} if content else empty()


def _parts(text: str, sizes: set[int], known: set[str]) -> list[str]:
    """The text's parts between empty lines; those that one part of the old text had within itself stay together."""
    chunks = [chunk.strip() for chunk in APART.split(clean(text).strip()) if chunk.strip()]
    if len(chunks) > ITEM_LIMITS.nodes:
        raise InvalidRichText("text", f"more than {ITEM_LIMITS.nodes} parts")
    parts, at = [], 0
    while at < len(chunks):
        found = ("\n\n".join(chunks[at : at + size]) for size in sorted(sizes, reverse=True))
        words = next((joined for joined in found if joined in known), chunks[at])
        parts.append(words)
        at += len(APART.split(words))
    return parts


def _read(words: str, was: Node | None) -> Node:
    """One part. `was`: what stood there."""
    if was is not None and was["type"] == "heading" and "\n" not in words:
        return {"type": "heading", "attrs": was["attrs"], "content": lines(words)}
    return _block(words.split("\n"), 0)


def _block(rows: list[str], depth: int) -> Node:
    if depth < _DEEPEST:
        if all(_QUOTED.match(row) for row in rows):
            inner = "\n".join(_QUOTED.sub("", row, count=1) for row in rows)
            parts = [part for part in APART.split(inner.strip()) if part.strip()] or [""]
            return {"type": "blockquote", "content": [_block(part.split("\n"), depth + 1) for part in parts]}
        for kind, mark in (("bulletList", _BULLET), ("orderedList", _NUMBER)):
            items = _items(rows, mark)
            if items:
                first = mark.match(rows[0])
                attrs = {"attrs": {"start": int(first[1])}} if kind == "orderedList" and first else {}
                return {"type": kind, **attrs, "content": [_item(item, depth + 1) for item in items]}
    return {"type": "paragraph", "content": lines("\n".join(rows))}


def _items(rows: list[str], mark: re.Pattern[str]) -> list[list[str]]:
    """The rows of each item of a list, without its mark and the spaces below it; none when this is no such list."""
    items: list[list[str]] = []
    width = 0
    for row in rows:
        found = mark.match(row)
        if found:
            width = found.end()
            items.append([row[width:]])
        elif items and row.startswith(" " * width):
            items[-1].append(row[width:])
        else:
            return []
    return items


def _item(rows: list[str], depth: int) -> Node:
    """An item: its first words, and the lists below them."""
    at = next(
        (n for n, row in enumerate(rows) if n and (_BULLET.match(row) or _NUMBER.match(row))), len(rows)
    )
    content: list[Node] = [{"type": "paragraph", "content": lines("\n".join(rows[:at]))}]
    if rows[at:]:
        content.append(_block(rows[at:], depth))
    return {"type": "listItem", "content": content}
