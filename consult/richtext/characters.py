"""Which characters a text may carry, and which way it runs.

Pure: no I/O, no clock. Decides what is dropped from every text that people type; refuses to decide meaning.
"""

from __future__ import annotations

import re
import unicodedata

#: What a text never needs and a reader cannot see: controls, lone surrogates, non-characters, the marks that
#: turn the reading order around (embeddings, overrides, isolates), byte order marks and invisible tags.
#: Joiners, the zero-width space of Khmer and Thai and the direction marks of Arabic and Hebrew stay.
_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff"
    "\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SPACES = re.compile(r"[\n\t]")
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def clean(text: str) -> str:
    """The text without characters that no reader sees and no file format wants; line ends become newlines."""
    if text.isprintable():  # none of them is; asked of every run of every draft, once a second
        return text
    return _DROPPED.sub("", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The clean text with newlines and tabs as spaces: a run of rich text, a title, a table cell."""
    return _SPACES.sub(" ", clean(text))


def direction(text: str) -> str:
    """``ltr`` or ``rtl``, by the first character that has a direction, as browsers do for ``dir=auto``."""
    for character in text:
        found = _STRONG.get(unicodedata.bidirectional(character))
        if found:
            return found
    return "ltr"
