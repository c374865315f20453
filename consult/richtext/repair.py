"""Makes a rich text of ours out of almost one: what is not allowed goes, the words stay.

For text that comes out of a shared document, where refusing would lose what people wrote. Pure: no I/O, no
clock.
"""

from __future__ import annotations

from typing import Any

from consult.richtext.characters import one_line
from consult.richtext.schema import (
    BLOCKS,
    HEADING_LEVELS,
    ITEM_LIMITS,
    LIST_STARTS,
    LISTS,
    MARKS,
    Doc,
    Node,
    canonical_marks,
    empty,
    joined,
    safe_href,
    text_node,
)


def repaired(doc: object, depth: int = ITEM_LIMITS.depth) -> Doc:
    """The nearest allowed rich text: unknown blocks give up their words, unknown marks and attributes vanish.

    Args:
        doc: anything; what is not a document gives an empty one.
        depth: how many blocks may lie in one another; deeper text is kept as plain paragraphs.

    Returns:
        A document that ``validated`` accepts as far as its shape goes. Its size is not touched: the words
        people wrote are never cut here.
    """
    if not isinstance(doc, dict):
        return empty()
    return {
        "type": "doc",
        "content": _blocks(_children(doc), depth) or [{"type": "paragraph"}],
    }


def _children(node: Node) -> list[Any]:
    content = node.get("content")
    return content if isinstance(content, list) else []


def _blocks(children: list[Any], depth: int) -> list[Node]:
    """Blocks made of the children; loose words between them become paragraphs."""
    made: list[Node] = []
    loose: list[Node] = []
    for child in children:
        if not isinstance(child, dict):
            continue
        if child.get("type") in ("text", "hardBreak"):
            loose.append(child)
            continue
        _flush(loose, made)
        made.extend(_block(child, depth))
    _flush(loose, made)
    return made


def _flush(loose: list[Node], made: list[Node]) -> None:
    content = _inline(loose)
    loose.clear()
    if content:
        made.append({"type": "paragraph", "content": content})


def _block(node: Node, depth: int) -> list[Node]:
    kind = node.get("type")
    if depth < 1 or (depth == 1 and kind not in ("paragraph", "heading")):
        content = _words(node)
        return [{"type": "paragraph", "content": content}] if content else []
    if kind in ("paragraph", "heading"):
        return [_line(node)]
    if kind not in BLOCKS:
        return _blocks(_children(node), depth - 1)
    if kind in LISTS:
        items = [item for child in _children(node) for item in _items(child, depth - 1)]
        return [{**_list_head(node), "content": items}] if items else []
    inner = _blocks(_children(node), depth - 1)
    return [{"type": "blockquote", "content": inner}] if inner else []


def _line(node: Node) -> Node:
    made: Node = {"type": "paragraph"}
    if node["type"] == "heading":
        level = _number(_attrs(node).get("level"), HEADING_LEVELS.start)
        made = {"type": "heading", "attrs": {"level": _within(level, HEADING_LEVELS)}}
    content = _words(node)
    return {**made, "content": content} if content else made


def _list_head(node: Node) -> Node:
    if node["type"] == "bulletList":
        return {"type": "bulletList"}
    start = _within(_number(_attrs(node).get("start"), 1), LIST_STARTS)
    return {"type": "orderedList", "attrs": {"start": start}}


def _items(child: object, depth: int) -> list[Node]:
    if not isinstance(child, dict):
        return []
    blocks = _blocks(_children(child) if child.get("type") == "listItem" else [child], depth)
    if not blocks:
        return []
    first = [] if blocks[0]["type"] == "paragraph" else [{"type": "paragraph"}]
    return [{"type": "listItem", "content": [*first, *blocks]}]


def _words(node: Node) -> list[Node]:
    """Every text and line break under a node, in reading order, however deep (and without recursion)."""
    found: list[Node] = []
    waiting: list[Any] = [node]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, dict):
            continue
        if current.get("type") in ("text", "hardBreak"):
            found.append(current)
        else:
            waiting.extend(reversed(_children(current)))
    return _inline(found)


def _inline(nodes: list[Node]) -> list[Node]:
    return joined(_inline_node(node) for node in nodes)


def _inline_node(node: Node) -> Node:
    if node["type"] == "hardBreak":
        return {"type": "hardBreak"}
    text = node.get("text")
    return text_node(one_line(text) if isinstance(text, str) else "", _marks(node.get("marks")))


def _marks(marks: object) -> list[Node]:
    names: set[str] = set()
    href: str | None = None
    for mark in marks if isinstance(marks, list) else []:
        if isinstance(mark, dict) and mark.get("type") in MARKS:
            names.add(mark["type"])
            if mark["type"] == "link":
                href = safe_href(_attrs(mark).get("href"))
    return canonical_marks(names, href)


def _attrs(node: Node) -> Node:
    attrs = node.get("attrs")
    return attrs if isinstance(attrs, dict) else {}


def _number(value: object, otherwise: int) -> int:
    """A whole number out of ``2``, ``2.0`` or ``"2"``, which is what a shared document may hold."""
    try:
        return int(float(value)) if isinstance(value, int | float | str) else otherwise
    except (ValueError, OverflowError):
        return otherwise


def _within(number: int, allowed: range) -> int:
    return max(allowed.start, min(number, allowed.stop - 1))
