"""Hypothesis strategies for rich texts: sound ones, and anything a hostile client may send."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_TEXTS = st.one_of(
    st.text(min_size=1, max_size=30),
    st.text(alphabet=" []/*_#-+.1<>&\"'`~|\\!@:aé中א\u202e\u200b\n", min_size=1, max_size=30),
    st.sampled_from(
        ["[shall/should]", "[[a] b]", "<script>alert(1)</script>", "https://e.org", "1. x", "- x"]
    ),
)
_MARKS = st.lists(
    st.sampled_from(
        [
            {"type": "bold"},
            {"type": "italic"},
            {"type": "underline"},
            {"type": "strike"},
            {"type": "link", "attrs": {"href": "https://example.org/a?b=1&c=<2>"}},
        ]
    ),
    max_size=3,
)
_INLINE = st.lists(
    st.one_of(
        st.builds(lambda text, marks: {"type": "text", "text": text, "marks": marks}, _TEXTS, _MARKS),
        st.just({"type": "hardBreak"}),
    ),
    max_size=4,
)
_LINES = st.one_of(
    st.builds(lambda content: {"type": "paragraph", "content": content}, _INLINE),
    st.builds(
        lambda level, content: {"type": "heading", "attrs": {"level": level}, "content": content},
        st.integers(2, 4),
        _INLINE,
    ),
)
_PARAGRAPHS = st.builds(lambda content: {"type": "paragraph", "content": content}, _INLINE)


def _nested(blocks: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    item = st.builds(
        lambda first, rest: {"type": "listItem", "content": [first, *rest]},
        _PARAGRAPHS,
        st.lists(blocks, max_size=2),
    )
    items = st.lists(item, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda content: {"type": "bulletList", "content": content}, items),
        st.builds(
            lambda start, content: {"type": "orderedList", "attrs": {"start": start}, "content": content},
            st.integers(1, 20),
            items,
        ),
        st.builds(
            lambda content: {"type": "blockquote", "content": content},
            st.lists(blocks, min_size=1, max_size=3),
        ),
    )


#: Documents that the editor could have made.
sound_docs = st.builds(
    lambda blocks: {"type": "doc", "content": blocks},
    st.lists(st.recursive(_LINES, _nested, max_leaves=6), max_size=4),
)

_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
_TYPES = st.sampled_from(
    [
        "doc",
        "paragraph",
        "heading",
        "bulletList",
        "orderedList",
        "listItem",
        "text",
        "hardBreak",
        "image",
        "script",
    ]
)
#: Anything at all, with enough of the right words in it to get past the first check.
hostile_docs = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["type", "attrs", "content", "marks", "text", "href", "x"]), inner),
        st.builds(
            lambda kind, content, text: {
                "type": kind,
                "content": content,
                "text": text,
                "attrs": {"level": text},
            },
            _TYPES,
            st.lists(inner, max_size=4),
            inner,
        ),
    ),
    max_leaves=20,
)


def doc(*blocks: dict[str, Any]) -> dict[str, Any]:
    """A document of these blocks."""
    return {"type": "doc", "content": list(blocks)}


def paragraph(*inline: str | dict[str, Any]) -> dict[str, Any]:
    """A paragraph of plain strings and nodes."""
    nodes = [{"type": "text", "text": part} if isinstance(part, str) else part for part in inline]
    return {"type": "paragraph", "content": nodes}


def text(words: str, *marks: str, href: str | None = None) -> dict[str, Any]:
    """A text node with marks."""
    found: list[dict[str, Any]] = [{"type": mark} for mark in marks]
    if href is not None:
        found.append({"type": "link", "attrs": {"href": href}})
    return {"type": "text", "text": words, "marks": found}
