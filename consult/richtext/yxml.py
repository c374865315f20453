"""A shared document's rich text as ProseMirror JSON.

Pure: no I/O, no clock; reads pycrdt's types. The fragment is walked, never printed: printing an XML fragment
is not safe against what people put into it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pycrdt import XmlElement, XmlFragment, XmlText

from consult.richtext.repair import repaired
from consult.richtext.schema import MARKS, Doc, Node

#: Deeper nesting than this is not descended into; repair allows far less.
_MAX_DEPTH = 64


def from_yxml(fragment: XmlFragment) -> Doc:
    """The rich text in a draft's fragment, repaired: what the schema does not know goes, the words stay."""
    return repaired({"type": "doc", "content": _children(fragment, 0)})


def blocks_from_yxml(fragment: XmlFragment) -> list[Doc]:
    """Every part of a draft's fragment as a rich text of its own, repaired."""
    return [repaired({"type": "doc", "content": _nodes(child, 0)}) for child in fragment.children]


def _children(parent: XmlFragment | XmlElement, depth: int) -> list[Node]:
    if depth > _MAX_DEPTH:
        return []
    return [node for child in parent.children for node in _nodes(child, depth)]


def _nodes(child: object, depth: int) -> list[Node]:
    if isinstance(child, XmlText):
        return [_text(text, attributes) for text, attributes in child.diff() if isinstance(text, str)]
    if isinstance(child, XmlElement):
        attributes = dict(cast(Iterable[tuple[str, Any]], child.attributes))
        return [
            {
                "type": child.tag,
                "attrs": attributes,
                "content": _children(child, depth + 1),
            }
        ]
    return []


def _text(text: str, attributes: dict[str, Any] | None) -> Node:
    marks = []
    for name, value in (attributes or {}).items():
        # Marks that may overlap themselves are stored under "name--hash".
        kind = name.split("--", 1)[0]
        if kind in MARKS and value is not None and value is not False:
            marks.append({"type": kind, "attrs": value if isinstance(value, dict) else None})
    return {"type": "text", "text": text, "marks": marks}
