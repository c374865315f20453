"""A rich text as plain words: text, counts, brackets, excerpts; and plain text as a rich text.

Pure: no I/O, no clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from consult.richtext.brackets import Bracket, outer_brackets
from consult.richtext.characters import clean, one_line
from consult.richtext.model import (
    Block,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    parsed,
    words_of,
)
from consult.richtext.schema import Doc, Node, empty

#: A word is letters and digits, joined by apostrophes or hyphens inside; in Chinese, Japanese, Thai, Lao and
#: Khmer, which put no spaces between words, every character counts as one.
_WORD = re.compile(
    "[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"
    "|(?:(?![\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f])\\w)+(?:['\u2019\\-\u2010\u2011.](?=\\w)|\\w)*"
)
#: What stands between two paragraphs.
APART = re.compile(r"\n[ \t]*\n\s*")
#: A word, spaces, or one sign.
_TOKEN = re.compile(f"{_WORD.pattern}|\\s+|.", re.DOTALL)


def to_text(doc: object) -> str:
    """The words with paragraphs apart, list items marked and quotations indented."""
    return "\n\n".join(_blocks(parsed(doc, marked=False)))


def word_count(doc: object) -> int:
    """How many words the text has; marks, lists and brackets change nothing."""
    return sum(count_words(line) for line in words_of(parsed(doc, marked=False)))


def count_words(text: str) -> int:
    """How many words a plain text has."""
    return sum(1 for _ in _WORD.finditer(text))


def tokens(text: str) -> list[str]:
    """A plain text cut into words, spaces and single signs; joined they are the text. What is compared word by word."""
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if found and unicodedata.combining(token[0]):
            found[-1] += token
        else:
            found.append(token)
    return found


def brackets(doc: object) -> list[Bracket]:
    """The outer bracketed passages, with their alternatives: what is still open in this text."""
    if not _mentions(doc, "["):
        return []
    return outer_brackets("\n".join(words_of(parsed(doc, marked=False))))


def open_brackets(doc: object) -> int:
    """How many bracketed passages are left (a passage inside another is part of it)."""
    return len(brackets(doc))


def _mentions(doc: object, sign: str) -> bool:
    """Whether any text in it has this sign. Cheaper than reading it as a rich text."""
    waiting = [doc]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        text, content = node.get("text"), node.get("content")
        if isinstance(text, str) and sign in text:
            return True
        if isinstance(content, list):
            waiting += content
    return False


def is_blank(doc: object) -> bool:
    """Whether nothing has been written."""
    return not any(line.strip() for line in words_of(parsed(doc, marked=False)))


def excerpt(doc: object, length: int = 160) -> str:
    """The beginning on one line, at most ``length`` characters, cut between words."""
    words = " ".join(" ".join(words_of(parsed(doc, marked=False))).split())
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    whole = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return whole.rstrip(" ,;:.") + "…"


def from_text(text: str) -> Doc:
    """A rich text of paragraphs (parted by blank lines) and line breaks."""
    chunks = [chunk for chunk in APART.split(clean(text).strip()) if chunk.strip()]
    if not chunks:
        return empty()
    return {
        "type": "doc",
        "content": [{"type": "paragraph", "content": lines(chunk)} for chunk in chunks],
    }


def lines(chunk: str) -> list[Node]:
    """The words of one paragraph, its lines parted by breaks."""
    content: list[Node] = []
    for index, line in enumerate(chunk.split("\n")):
        if index:
            content.append({"type": "hardBreak"})
        if line := one_line(line).strip():
            content.append({"type": "text", "text": line})
    return content


def _blocks(blocks: Sequence[Block]) -> list[str]:
    return [_block(block) for block in blocks]


def _block(block: Block) -> str:
    if isinstance(block, Paragraph | Heading):
        return "".join(run.text for run in block.runs)
    if isinstance(block, Quote):
        return _indented("\n\n".join(_blocks(block.blocks)), "> ", "> ")
    return _list(block)


def _list(block: ListBlock) -> str:
    lines = []
    for number, item in enumerate(block.items, block.start):
        mark = f"{number}. " if block.ordered else "- "
        lines.append(_indented("\n".join(_blocks(item)), mark, " " * len(mark)))
    return "\n".join(lines)


def _indented(text: str, first: str, rest: str) -> str:
    return first + text.replace("\n", "\n" + rest)
