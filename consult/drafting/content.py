"""A draft's words as plain values, and back: the title, the rich text as ProseMirror JSON, the structured fields.

Decides what of a shared document counts as content (what the schema knows, repaired); refuses to decide who wrote it.
Pure: no I/O, no clock; pycrdt is the calculation library.
"""

from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, Text, XmlElement, XmlFragment, XmlText

from consult import richtext
from consult.drafting import schema

Facts = dict[str, Any]
_FACT_UNITS = 2000
#: The client id of the first content of every draft, and that of what the server writes later.
SEED_CLIENT, SERVER_CLIENT = 1, 2
#: Client ids below this are ours; a page's update under one of them is refused.
RESERVED_CLIENTS = 16


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What a draft says: title, text (ProseMirror JSON), facts (keys as in `schema.py`)."""

    title: str = ""
    text: richtext.Doc = field(default_factory=richtext.empty)
    facts: Facts = field(default_factory=dict)


def content_of(doc: "Doc[Any]") -> DraftContent:
    """What the shared document says now, repaired where two edits met badly."""
    title, fragment, facts = roots(doc)
    return DraftContent(
        richtext.one_line(str(title)).strip(),
        richtext.from_yxml(fragment),
        kept_facts(facts.to_py()),
    )


def roots(doc: "Doc[Any]") -> tuple[Text, XmlFragment, "Map[Any]"]:
    """The document's three roots: title, text, facts."""
    return (
        doc.get(schema.TITLE_ROOT, type=Text),
        doc.get(schema.TEXT_ROOT, type=XmlFragment),
        doc.get(schema.FACTS_ROOT, type=Map),
    )


def kept_facts(facts: Facts | None) -> Facts:
    """The facts the schema knows, in the order of their names; empty ones and switched-off ones are left out."""
    kept: Facts = {}
    for key, value in sorted((facts or {}).items()):
        text = richtext.clean(value).strip() if isinstance(value, str) else value
        if text not in ("", False) and schema.is_fact(key, text, _FACT_UNITS):
            kept[key] = text
    return kept


def write_content(
    doc: "Doc[Any]",
    *,
    title: str | None = None,
    text: richtext.Doc | None = None,
    facts: Facts | None = None,
) -> None:
    """Make the document say this; what is not given stays as it is.

    Raises:
        ValueError: a text that is not a rich text of ours, a fact the schema does not know.
    """
    old_title, fragment, old_facts = roots(doc)
    checked = richtext.validated(text) if text is not None else None
    _check_facts(facts or {})
    with doc.transaction():
        if title is not None:
            _write_title(old_title, richtext.one_line(title).strip())
        if checked is not None:
            _write_text(fragment, checked)
        if facts is not None:
            _write_facts(old_facts, facts)


def _check_facts(facts: Facts) -> None:
    for key, value in facts.items():
        if not schema.is_fact(key, value, _FACT_UNITS):
            raise ValueError(f"not a structured field: {key}")


def _write_title(root: Text, title: str) -> None:
    if str(root) == title:
        return
    if str(root):
        root.clear()
    if title:
        root += title


def _write_facts(root: "Map[Any]", facts: Facts) -> None:
    old = root.to_py() or {}
    for key in sorted(set(old) - set(facts)):
        del root[key]
    for key, value in sorted(facts.items()):
        if key not in old or old[key] != value:
            root[key] = value


def _write_text(root: XmlFragment, text: richtext.Doc) -> None:
    """Change only the blocks from the first that differs to the last: who is writing in another one is not disturbed."""
    wanted = richtext.repaired(text)["content"]
    blocks = richtext.from_yxml(root)["content"]
    if len(blocks) != len(root.children):  # what is read was repaired: the two do not correspond one to one
        blocks = []
    if blocks == wanted:
        return
    least = min(len(blocks), len(wanted))
    start = next((n for n in range(least) if blocks[n] != wanted[n]), least)
    end = next((n for n in range(least - start) if blocks[-1 - n] != wanted[-1 - n]), least - start)
    old_end = len(blocks) - end if blocks else len(root.children)
    if old_end > start:
        del root.children[start:old_end]
    for place, node in enumerate(wanted[start : len(wanted) - end], start):
        element = root.children.insert(place, XmlElement(node["type"], _attributes(node)))
        _append_all(element, node.get("content", []))


def _append_all(parent: XmlFragment | XmlElement, nodes: list[dict[str, Any]]) -> None:
    line: list[dict[str, Any]] = []
    for node in nodes:
        if node["type"] == "text":
            line.append(node)
            continue
        _append_line(parent, line)
        line = []
        element = parent.children.append(XmlElement(node["type"], _attributes(node)))
        _append_all(element, node.get("content", []))
    _append_line(parent, line)


def _attributes(node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (node.get("attrs") or {}).items() if value is not None}


def _append_line(parent: XmlFragment | XmlElement, nodes: list[dict[str, Any]]) -> None:
    """One run of text: first the words, then each mark by itself, because the library keeps several in no fixed order."""
    if not nodes:
        return
    line = parent.children.append(XmlText("".join(node["text"] for node in nodes)))
    start = 0
    for node in nodes:
        end = start + len(node["text"].encode())
        for mark in node.get("marks", []):
            line.format(start, end, {mark["type"]: mark.get("attrs") or {}})
        start = end
