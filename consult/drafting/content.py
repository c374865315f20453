"""A draft's words as plain values, and back: the title, the rich text as ProseMirror JSON, the structured fields.

Decides what of a shared document counts as content (what the schema knows, repaired); refuses to decide who wrote it.
Pure: no I/O, no clock; pycrdt is the calculation library.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, cast

from pycrdt import Doc, Map, Text, XmlElement, XmlFragment, XmlText

from consult import richtext
from consult.drafting import schema
from consult.drafting.limits import LONGEST_FACT
from consult.drafting.wording import Kind, matched, word_changes

Facts = dict[str, Any]
#: The client id of the first content of every draft, and that of what the server writes later.
SEED_CLIENT, SERVER_CLIENT = 1, 2
#: Client ids below this are ours; a page's update under one of them is refused.
RESERVED_CLIENTS = 16


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What a draft says: title, text (ProseMirror JSON), facts (keys as in `schema.py`); how many suggestions are open in it.

    The text is what stands: without words that are only suggested, and with those that are only suggested to go.
    """

    title: str = ""
    text: richtext.Doc = field(default_factory=richtext.empty)
    facts: Facts = field(default_factory=dict)
    #: Not what it says: two that differ in nothing else are equal.
    suggestions: int = field(default=0, compare=False)


def content_of(doc: "Doc[Any]") -> DraftContent:
    """What the shared document says now, repaired where two edits met badly."""
    with doc.transaction():  # one for all that is read, instead of one for each part
        title, fragment, facts = roots(doc)
        text, suggestions = richtext.read_yxml(fragment)
        words, known = str(title), facts.to_py()
    return DraftContent(richtext.one_line(words).strip(), text, kept_facts(known), suggestions)


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
        if text not in ("", False) and schema.is_fact(key, text, LONGEST_FACT):
            kept[key] = text
    return kept


def write_content(
    doc: "Doc[Any]",
    *,
    title: str | None = None,
    text: richtext.Doc | None = None,
    facts: Facts | None = None,
    is_plain: bool = False,
) -> None:
    """Make the document say this; what is not given stays as it is.

    Args:
        is_plain: the text knows no styles. What stays of a line keeps those it has, and its open suggestions.

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
            _write_text(fragment, checked, is_plain)
        if facts is not None:
            _write_facts(old_facts, facts)


def _check_facts(facts: Facts) -> None:
    for key, value in facts.items():
        if not schema.is_fact(key, value, LONGEST_FACT):
            raise ValueError(f"not a structured field: {key}")


def _write_title(root: Text, title: str) -> None:
    if str(root):
        _write_words(root, str(root), title)
    elif title:
        root += title


def _write_words(line: Text | XmlText, before: str, after: str) -> None:
    """Make a line say something else, word by word: what stays keeps its authors, and the carets in it."""
    at = 0
    for piece in word_changes(before, after):
        size = len(piece.text.encode())
        if piece.kind == Kind.OUT:
            del line[at : at + size]
            continue
        if piece.kind == Kind.IN:
            line.insert(at, piece.text)
        at += size


def _write_facts(root: "Map[Any]", facts: Facts) -> None:
    old = root.to_py() or {}
    for key in sorted(set(old) - set(facts)):
        del root[key]
    for key, value in sorted(facts.items()):
        if key not in old or old[key] != value:
            root[key] = value


def _write_text(root: XmlFragment, text: richtext.Doc, is_plain: bool) -> None:
    """Make the text say this. Blocks that are there already stay, so that what nobody changed keeps its authors."""
    wanted = richtext.repaired(text)
    if len(root.children) and richtext.from_yxml(root) == wanted:
        return
    if len(root.children):
        _write_blocks(root, text.get("content", []), is_plain)
        found = richtext.from_yxml(root)
        if found == wanted or (is_plain and richtext.to_text(found) == richtext.to_text(wanted)):
            return
        del root.children[0 : len(root.children)]
    _append_all(root, text.get("content", []))


def _write_blocks(root: XmlFragment, blocks: list[dict[str, Any]], is_plain: bool) -> None:
    """From the end to the beginning, so that what stands before keeps its place. Blocks that are only suggested stay suggested."""
    found = richtext.blocks_from_yxml(root)
    standing = [(place, block) for place, block in enumerate(found) if block is not None]
    old = [block for _place, block in standing]
    new = [richtext.repaired({"type": "doc", "content": [block]}) for block in blocks]
    here = len(found)
    rewritten = _rewritten_plainly if is_plain else _rewritten
    for was, now in reversed(list(_matched(old, new))):
        if was is not None:
            here = standing[was][0]
            if now is not None and (old[was] == new[now] or rewritten(root.children[here], blocks[now])):
                continue
            del root.children[here]
        if now is not None:
            element = root.children.insert(here, XmlElement(blocks[now]["type"], _attributes(blocks[now])))
            _append_all(element, blocks[now].get("content", []))


def _matched(old: list[richtext.Doc], new: list[richtext.Doc]) -> Iterator[tuple[int | None, int | None]]:
    """Which block becomes which, in order: the same ones, then those that share words; None: comes or goes."""
    keys = (
        [json.dumps(block, sort_keys=True) for block in old],
        [json.dumps(block, sort_keys=True) for block in new],
    )
    words = [[richtext.to_text(block) for block in blocks] for blocks in (old, new)]
    for kind, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(range(a, b), range(c, d), strict=True)
            continue
        for was, now in matched(words[0][a:b], words[1][c:d]):
            yield None if was is None else a + was, None if now is None else c + now


def _rewritten(element: object, node: dict[str, Any]) -> bool:
    """Whether an element could be made to say this by changing words alone: a line without marks or breaks, of the same kind."""
    if not isinstance(element, XmlElement) or element.tag != node["type"] or len(element.children) != 1:
        return False
    line, content = element.children[0], node.get("content", [])
    attributes = dict(cast(Iterable[tuple[str, Any]], element.attributes))
    if not isinstance(line, XmlText) or attributes != _attributes(node):
        return False
    if any(part["type"] != "text" or part.get("marks") for part in content):
        return False
    before = line.diff()
    if any(marks or not isinstance(words, str) for words, marks in before):
        return False
    _write_words(line, "".join(words for words, _marks in before), "".join(part["text"] for part in content))
    return True


def _rewritten_plainly(element: object, node: dict[str, Any]) -> bool:
    """As `_rewritten`, for words that know no styles, also inside lists and quotations of the same shape."""
    if not isinstance(element, XmlElement) or element.tag != node["type"]:
        return False
    attributes = dict(cast(Iterable[tuple[str, Any]], element.attributes))
    children, content = list(element.children), node.get("content", [])
    if attributes != _attributes(node):
        return False
    if len(children) == 1 and isinstance(children[0], XmlText):
        if any(part["type"] != "text" for part in content):
            return False
        _write_plain_words(children[0], "".join(part["text"] for part in content))
        return True
    if len(children) != len(content) or any(part["type"] == "text" for part in content):
        return False
    return all(_rewritten_plainly(child, part) for child, part in zip(children, content, strict=True))


def _write_plain_words(line: XmlText, after: str) -> None:
    """As `_write_words`: what stays keeps its styles, and words that are only suggested stay where they are, suggested.

    New words have the styles of what stands before them, and are no suggestion: who knows no styles suggests nothing.
    """
    visible, at = "", 0
    starts: list[int] = []
    styles: list[dict[str, Any]] = []
    for run, marks in line.diff():
        for letter in run if isinstance(run, str) else "":
            if richtext.PENDING not in (marks or {}):
                visible += letter
                starts.append(at)
                styles.append({k: v for k, v in (marks or {}).items() if k not in richtext.SUGGESTED})
            at += len(letter.encode())
    changes: list[tuple[int, int, str]] = []
    place = 0
    for piece in word_changes(visible, after):
        if piece.kind == Kind.IN:
            changes.append((place, 0, piece.text))
            continue
        if piece.kind == Kind.OUT:
            changes.append((place, len(piece.text), ""))
        place += len(piece.text)
    for place, size, added in reversed(changes):
        if added:
            before = starts[place - 1] + len(visible[place - 1].encode()) if place else 0
            line.insert(before, added, styles[place - 1] if place else {})
        for at in range(place + size - 1, place - 1, -1):
            del line[starts[at] : starts[at] + len(visible[at].encode())]


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
