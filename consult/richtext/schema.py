"""The allowed shape of a rich text, and the check that refuses everything else.

A rich text is ProseMirror JSON as the editor gives it. Pure: no I/O, no clock. Square brackets are plain
characters here; ``brackets`` finds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NoReturn
from urllib.parse import urlsplit

from consult.richtext.characters import one_line

Doc = dict[str, Any]
Node = dict[str, Any]

#: Tuples, because what is looked up in them may be anything, and need not have a hash.
BLOCKS = ("paragraph", "heading", "bulletList", "orderedList", "blockquote")
LISTS = ("bulletList", "orderedList")
#: In this order, outermost first, wherever marks are written.
MARKS = ("link", "bold", "italic", "underline", "strike")
HEADING_LEVELS = range(2, 5)
LIST_STARTS = range(1, 10_000)
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
MAX_HREF = 2000
#: The editor writes these itself; they are accepted and never kept or shown.
_IGNORED_ATTRS = {"link": {"target", "rel", "class", "title"}, "orderedList": {"type"}}
_KNOWN_ATTRS = {"heading": {"level"}, "orderedList": {"start"}, "link": {"href"}}


class InvalidRichText(ValueError):
    """A document that is not a rich text of ours: where, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How large a rich text may be: depth in nested blocks, characters of text, number of nodes."""

    depth: int = 12
    characters: int = 120_000
    nodes: int = 6_000


#: An action item of ten thousand words fits.
ITEM_LIMITS = Limits()
#: A summary lists every item of a session.
SUMMARY_LIMITS = Limits(characters=600_000, nodes=40_000)


def empty() -> Doc:
    """A rich text in which nothing has been written."""
    return {"type": "doc", "content": [{"type": "paragraph"}]}


def safe_href(value: object) -> str | None:
    """The address when a link may lead there (http, https, mailto), else nothing."""
    if not isinstance(value, str) or len(value) > MAX_HREF or not value.isprintable():
        return None
    href = value.strip()
    if not href or " " in href or "\\" in href or one_line(href) != href:
        return None
    try:
        parts = urlsplit(href)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in LINK_SCHEMES:
        return None
    if parts.scheme.lower() == "mailto":
        return href if "@" in parts.path else None
    return href if host else None


def canonical_marks(names: Iterable[str], href: str | None) -> list[Node]:
    """Marks in the one order in which they are kept, so that equal texts have equal JSON."""
    present = set(names)
    marks: list[Node] = []
    for name in MARKS:
        if name == "link" and href is not None:
            marks.append({"type": "link", "attrs": {"href": href}})
        elif name != "link" and name in present:
            marks.append({"type": name})
    return marks


def text_node(text: str, marks: list[Node]) -> Node:
    """One text node, without an empty list of marks."""
    return {"type": "text", "text": text, "marks": marks} if marks else {"type": "text", "text": text}


def joined(nodes: Iterable[Node]) -> list[Node]:
    """Inline nodes with neighbours of equal marks made one and empty texts left out."""
    kept: list[Node] = []
    written = (node for node in nodes if node["type"] != "text" or node["text"])
    for marks, alike in groupby(written, key=lambda node: node.get("marks", []) if "text" in node else None):
        if marks is None:
            kept.extend(alike)
        else:
            kept.append(text_node("".join(node["text"] for node in alike), marks))
    return kept


def validated(doc: object, limits: Limits = ITEM_LIMITS) -> Doc:
    """The rich text in its canonical form; raises when anything in it is not allowed.

    Args:
        doc: what ``JSON.parse`` or ``getJSON()`` gave.
        limits: depth in blocks, characters and nodes.

    Returns:
        A new document: neighbouring texts joined, marks in order, invisible characters dropped. Validating it
        again changes nothing.

    Raises:
        InvalidRichText: (a ``ValueError``) with the path of the offending node and the reason.
    """
    return _Check(limits).document(doc)


class _Check:
    """One validation: counts what it has seen against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._nodes = 0
        self._characters = 0

    def document(self, doc: object) -> Doc:
        node = self._node(doc, "doc")
        if node.get("type") != "doc":
            _refuse("doc", "the outermost node must be 'doc'")
        self._attrs(node, "doc")
        blocks = self._blocks(node, "doc", 1)
        return {"type": "doc", "content": blocks} if blocks else empty()

    def _node(self, value: object, path: str) -> Node:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            _refuse(path, f"more than {self._limits.nodes} parts")
        if not isinstance(value, dict):
            _refuse(path, "not a node")
        unknown = set(value) - {"type", "attrs", "content", "marks", "text"}
        if unknown:
            _refuse(path, "unknown key")
        return value

    def _content(self, node: Node, path: str) -> list[object]:
        content = node.get("content", [])
        if not isinstance(content, list):
            _refuse(path, "content is not a list")
        return content

    def _blocks(self, node: Node, path: str, depth: int) -> list[Node]:
        children = enumerate(self._content(node, path))
        return [self._block(child, f"{path}.content[{index}]", depth) for index, child in children]

    def _block(self, value: object, path: str, depth: int) -> Node:
        node = self._node(value, path)
        kind = node.get("type")
        if kind not in BLOCKS:
            _refuse(path, "this kind of block is not allowed here")
        if depth > self._limits.depth:
            _refuse(path, f"nested deeper than {self._limits.depth}")
        self._bare(node, path)
        attrs = self._attrs(node, path)
        if kind == "heading":
            level = _whole(attrs.get("level"), HEADING_LEVELS, f"{path}.attrs.level")
            return self._with_inline({"type": "heading", "attrs": {"level": level}}, node, path)
        if kind == "paragraph":
            return self._with_inline({"type": "paragraph"}, node, path)
        if kind == "blockquote":
            return {
                "type": "blockquote",
                "content": self._some(self._blocks(node, path, depth + 1), path),
            }
        return self._list(str(kind), attrs, node, path, depth)

    def _list(self, kind: str, attrs: Node, node: Node, path: str, depth: int) -> Node:
        items = [
            self._item(child, f"{path}.content[{index}]", depth)
            for index, child in enumerate(self._content(node, path))
        ]
        made: Node = {"type": kind}
        if kind == "orderedList":
            made["attrs"] = {"start": _whole(attrs.get("start", 1), LIST_STARTS, f"{path}.attrs.start")}
        return {**made, "content": self._some(items, path)}

    def _item(self, value: object, path: str, depth: int) -> Node:
        node = self._node(value, path)
        if node.get("type") != "listItem":
            _refuse(path, "a list holds list items only")
        self._bare(node, path)
        self._attrs(node, path)
        blocks = self._some(self._blocks(node, path, depth + 1), path)
        if blocks[0]["type"] != "paragraph":
            _refuse(path, "a list item begins with a paragraph")
        return {"type": "listItem", "content": blocks}

    def _with_inline(self, made: Node, node: Node, path: str) -> Node:
        children = enumerate(self._content(node, path))
        content = joined(self._inline(child, f"{path}.content[{index}]") for index, child in children)
        return {**made, "content": content} if content else made

    def _inline(self, value: object, path: str) -> Node:
        node = self._node(value, path)
        kind = node.get("type")
        if kind == "hardBreak":
            self._attrs(node, path)
            if "text" in node or node.get("content"):
                _refuse(path, "a line break holds nothing")
            return {"type": "hardBreak"}
        if kind != "text":
            _refuse(path, "this kind of node is not allowed in a line of text")
        text = node.get("text")
        if not isinstance(text, str) or "content" in node:
            _refuse(path, "a text node holds text")
        self._attrs(node, path)
        self._characters += len(text)
        if self._characters > self._limits.characters:
            _refuse(path, f"longer than {self._limits.characters} characters")
        return text_node(one_line(text), self._marks(node, path))

    def _marks(self, node: Node, path: str) -> list[Node]:
        marks = node.get("marks", [])
        if not isinstance(marks, list) or len(marks) > 2 * len(MARKS):
            _refuse(path, "marks are not a short list")
        names: set[str] = set()
        href: str | None = None
        for index, mark in enumerate(marks):
            where = f"{path}.marks[{index}]"
            if not isinstance(mark, dict) or mark.get("type") not in MARKS or set(mark) - {"type", "attrs"}:
                _refuse(where, "this kind of mark is not allowed")
            attrs = self._attrs(mark, where)
            names.add(str(mark["type"]))
            if mark["type"] == "link":
                href = safe_href(attrs.get("href"))
                if href is None:
                    _refuse(f"{where}.attrs.href", "a link leads to http, https or mailto")
        return canonical_marks(names, href)

    def _attrs(self, node: Node, path: str) -> Node:
        attrs = node.get("attrs")
        if attrs is None:
            return {}
        if not isinstance(attrs, dict):
            _refuse(f"{path}.attrs", "not a set of attributes")
        kind = str(node.get("type"))
        known = _KNOWN_ATTRS.get(kind, set()) | _IGNORED_ATTRS.get(kind, set())
        if any(name not in known for name, value in attrs.items() if value is not None):
            _refuse(f"{path}.attrs", "unknown attribute")
        return {name: value for name, value in attrs.items() if name in _KNOWN_ATTRS.get(kind, set())}

    @staticmethod
    def _bare(node: Node, path: str) -> None:
        if "text" in node or node.get("marks"):
            _refuse(path, "a block has no text or marks of its own")

    @staticmethod
    def _some(nodes: list[Node], path: str) -> list[Node]:
        if not nodes:
            _refuse(path, "must not be empty")
        return nodes


def _whole(value: object, allowed: range, path: str) -> int:
    """The value as a whole number within the range. The editor gives ``2``, the CRDT ``2.0``."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, bool) or not isinstance(number, int) or number not in allowed:
        _refuse(path, f"not a whole number from {allowed.start} to {allowed.stop - 1}")
    return number


def _refuse(path: str, reason: str) -> NoReturn:
    raise InvalidRichText(path, reason)
