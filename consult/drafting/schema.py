"""What a draft may hold: its three roots, the parts of the rich text, marks, attributes and facts.

Decides the shape only; lengths come from `limits.py`. It is as tolerant as a shared document needs (a number the editor made
is not refused because it is odd: the mirror to the item's columns repairs it), and strict where another reader could be hurt.
Pure: no I/O, no clock.
"""

import re
from typing import Any

from consult.drafting.lib0 import Scalar

TEXT_ROOT, TITLE_ROOT, FACTS_ROOT = "default", "title", "facts"
ROOTS = frozenset({TEXT_ROOT, TITLE_ROOT, FACTS_ROOT})

#: Stands for a run of text among the tags.
RUN = "#text"
_BLOCKS = frozenset({"paragraph", "heading", "bulletList", "orderedList", "blockquote"})
_INLINE = frozenset({RUN, "hardBreak"})
_LIST = frozenset({"listItem"})
_CHILDREN: dict[str, frozenset[str]] = {
    TEXT_ROOT: _BLOCKS,
    "paragraph": _INLINE,
    "heading": _INLINE,
    "bulletList": _LIST,
    "orderedList": _LIST,
    "listItem": _BLOCKS,
    "blockquote": _BLOCKS,
    "hardBreak": frozenset(),
}
TAGS = frozenset(_CHILDREN) - {TEXT_ROOT}
MARKS = frozenset({"bold", "italic", "underline", "strike", "link"})
#: Marks of words that are only suggested: to be put in, or to be taken out. Their value says which suggestion it is, and whose.
SUGGESTIONS = frozenset({"insertion", "deletion"})
HEADING_LEVELS = (2, 3, 4)

TERMS = frozenset({"", "short", "medium", "long"})
ALIGNMENTS = frozenset({"aligns", "complements", "adds"})
TEXT_FACTS = frozenset({"means", "indicator", "baseline", "beneficiaries", "gender", "review"})
#: Facts named by a code: `actor:<code>`, `instrument:<code>`, `source:<public id>` are true, `target:<code>` is an alignment.
FLAG_FACTS = frozenset({"actor", "instrument", "source"})

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
_MARK_SUFFIX = re.compile(r"[A-Za-z0-9+/=_-]{1,16}\Z")
_SUGGESTION_ID = re.compile(r"[A-Za-z0-9]{6,24}\Z")
_CLIENT_ID = re.compile(r"[1-9][0-9]{0,15}\Z")
_LINK = re.compile(r"(?:https?://|mailto:)[^\x00-\x20\"<>\\^`{}|\x7f]{1,2000}\Z", re.IGNORECASE)
_LIST_TYPE = re.compile(r"[A-Za-z0-9]{0,8}\Z")
_LINK_EXTRAS: dict[str, frozenset[object]] = {
    "target": frozenset({None, "_blank"}),
    "rel": frozenset(
        {
            None,
            "noopener",
            "noreferrer",
            "nofollow",
            "noopener nofollow",
            "noopener noreferrer nofollow",
        }
    ),
    "class": frozenset({None}),
    "title": frozenset({None}),
}


def may_contain(parent: str, child: str) -> bool:
    """Whether a part of this kind may stand directly in that one (a root, a tag, or a run of text)."""
    return child in _CHILDREN.get(parent, frozenset())


def is_attribute(tag: str, name: str, value: Scalar) -> bool:
    """Whether an element of the rich text may carry this attribute."""
    if name == "dir":
        return value in ("ltr", "rtl", "auto")
    if tag == "heading" and name == "level":
        return _is_number(value) and value in HEADING_LEVELS
    if tag == "orderedList" and name == "start":
        return (
            isinstance(value, (int, float))
            and _is_number(value)
            and 0 <= value < 1 << 31
            and value == int(value)
        )
    if tag == "orderedList" and name == "type":
        return isinstance(value, str) and _LIST_TYPE.match(value) is not None
    return False


def is_mark(key: str, value: Any) -> bool:
    """Whether a run of text may carry this mark; a value of None ends it."""
    if key in SUGGESTIONS:
        return value is None or suggestion_of(key, value) is not None
    name, dashes, suffix = key.partition("--")
    if name not in MARKS or (dashes and not _MARK_SUFFIX.match(suffix)):
        return False
    if value is None:
        return True
    if name != "link":
        return value is True or value == {}
    return isinstance(value, dict) and _is_link(value)


def suggestion_of(key: str, value: Any) -> tuple[str, int] | None:
    """The suggestion this mark belongs to and the client id of who made it; None for anything else.

    The document names no person: a client id is resolved outside it, under the consultation's attribution rule.
    """
    if key not in SUGGESTIONS or not isinstance(value, dict) or set(value) != {"id", "by"}:
        return None
    name, by = value["id"], value["by"]
    if not isinstance(name, str) or not isinstance(by, str):
        return None
    if not _SUGGESTION_ID.match(name) or not _CLIENT_ID.match(by):
        return None
    return name, int(by)


def is_fact(key: str, value: Scalar, most_units: int) -> bool:
    """Whether the structured fields may hold this value under this key."""
    if key == "term":
        return isinstance(value, str) and value in TERMS
    if key in TEXT_FACTS:
        return isinstance(value, str) and len(value) <= most_units
    kind, _, code = key.partition(":")
    if not _CODE.match(code):
        return False
    if kind == "target":
        return isinstance(value, str) and value in ALIGNMENTS
    return kind in FLAG_FACTS and isinstance(value, bool)


def is_fact_key(key: str) -> bool:
    """Whether this is the name of a structured field, whatever its value."""
    kind, _, code = key.partition(":")
    return (
        key == "term"
        or key in TEXT_FACTS
        or ((kind == "target" or kind in FLAG_FACTS) and _CODE.match(code) is not None)
    )


def _is_number(value: Scalar) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1 << 53


def _is_link(value: dict[str, Any]) -> bool:
    href = value.get("href")
    if not isinstance(href, str) or not _LINK.match(href):
        return False
    return all(
        extra in _LINK_EXTRAS and isinstance(given, (str, type(None))) and given in _LINK_EXTRAS[extra]
        for extra, given in value.items()
        if extra != "href"
    )
