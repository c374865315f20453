"""Rich text: what people write in action items and summaries, as ProseMirror JSON.

Decides what is allowed in it and how it reads as HTML, Markdown or plain text; refuses to decide who may
write.
Pure: no I/O, no clock; imports the standard library and (for shared documents) pycrdt.
"""

from consult.richtext.brackets import Bracket
from consult.richtext.characters import clean, direction, one_line
from consult.richtext.html import to_html
from consult.richtext.lines import Line, lines_of
from consult.richtext.markdown import to_markdown
from consult.richtext.plain import (
    brackets,
    count_words,
    excerpt,
    from_text,
    is_blank,
    open_brackets,
    to_text,
    tokens,
    word_count,
)
from consult.richtext.reading import rewritten
from consult.richtext.repair import repaired
from consult.richtext.schema import (
    ITEM_LIMITS,
    SUMMARY_LIMITS,
    Doc,
    InvalidRichText,
    Limits,
    empty,
    safe_href,
    validated,
)
from consult.richtext.yxml import PENDING, SUGGESTED, blocks_from_yxml, from_yxml, read_yxml

__all__ = [
    "ITEM_LIMITS",
    "PENDING",
    "SUGGESTED",
    "SUMMARY_LIMITS",
    "Bracket",
    "Doc",
    "InvalidRichText",
    "Limits",
    "Line",
    "blocks_from_yxml",
    "brackets",
    "clean",
    "count_words",
    "direction",
    "empty",
    "excerpt",
    "from_text",
    "from_yxml",
    "is_blank",
    "lines_of",
    "one_line",
    "open_brackets",
    "read_yxml",
    "repaired",
    "rewritten",
    "safe_href",
    "to_html",
    "to_markdown",
    "to_text",
    "tokens",
    "validated",
    "word_count",
]
