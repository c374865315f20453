"""A shared document's rich text as ProseMirror JSON.

Pure: no I/O, no clock; reads pycrdt's types. The fragment is walked, never printed: printing an XML fragment
is not safe against what people put into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from pycrdt import XmlElement, XmlFragment, XmlText

from consult.richtext.repair import repaired
from consult.richtext.schema import MARKS, Doc, Node

#: Marks of suggestions: words to be put in, words to be taken out.
PENDING, STRUCK = "insertion", "deletion"
SUGGESTED = frozenset((PENDING, STRUCK))
#: Deeper nesting than this is not descended into; repair allows far less.
_MAX_DEPTH = 64


def from_yxml(fragment: XmlFragment) -> Doc:
    """The rich text in a draft's fragment, repaired: what the schema does not know goes, the words stay."""
    return read_yxml(fragment)[0]


def read_yxml(fragment: XmlFragment) -> tuple[Doc, int]:
    """As `from_yxml`; and how many suggestions nobody has decided on: words to be put in or taken out, counted by their id."""
    suggested: set[str] = set()
    return repaired({"type": "doc", "content": _children(fragment, 0, suggested)}), len(suggested)


def blocks_from_yxml(fragment: XmlFragment) -> list[Doc | None]:
    """Every part of a draft's fragment as a rich text of its own, repaired; None: it is only suggested, no part of the text."""
    found = [_nodes(child, 0, set()) for child in fragment.children]
    return [repaired({"type": "doc", "content": nodes}) if nodes else None for nodes in found]


def _children(parent: XmlFragment | XmlElement, depth: int, suggested: set[str]) -> list[Node]:
    if depth > _MAX_DEPTH:
        return []
    return [node for child in parent.children for node in _nodes(child, depth, suggested)]


def _nodes(child: object, depth: int, suggested: set[str]) -> list[Node]:
    """What a part says; ids of suggestions in it are added to `suggested`."""
    if isinstance(child, XmlText):
        runs = child.diff()
        for _text_run, attributes in runs:
            if attributes:
                suggested.update(_suggestions(attributes))
        return [_text(text, attributes) for text, attributes in runs if _stands(text, attributes)]
    if isinstance(child, XmlElement):
        content = _children(child, depth + 1, suggested)
        if not content and _is_pending(child, depth):
            return []
        attributes = dict(cast(Iterable[tuple[str, Any]], child.attributes))
        return [{"type": child.tag, "attrs": attributes, "content": content}]
    return []


def _suggestions(attributes: dict[str, Any]) -> Iterator[str]:
    for name in (PENDING, STRUCK):
        mark = attributes.get(name)
        if isinstance(mark, dict) and isinstance(mark.get("id"), str):
            yield mark["id"]


def _stands(text: object, attributes: dict[str, Any] | None) -> bool:
    """Rule: words that are only suggested are no part of the text; words suggested to go are, until that is accepted."""
    return isinstance(text, str) and not (attributes or {}).get(PENDING)


def _is_pending(element: XmlElement, depth: int) -> bool:
    """Whether a block without a word that stands came with words that are only suggested: it goes as they do."""
    if depth > _MAX_DEPTH:
        return False
    for child in element.children:
        if isinstance(child, XmlText) and any(
            (attributes or {}).get(PENDING) for _, attributes in child.diff()
        ):
            return True
        if isinstance(child, XmlElement) and _is_pending(child, depth + 1):
            return True
    return False


def _text(text: Any, attributes: dict[str, Any] | None) -> Node:
    marks = []
    for name, value in (attributes or {}).items():
        # Marks that may overlap themselves are stored under "name--hash".
        kind = name.split("--", 1)[0]
        if kind in MARKS and value is not None and value is not False:
            marks.append({"type": kind, "attrs": value if isinstance(value, dict) else None})
    return {"type": "text", "text": text, "marks": marks}
