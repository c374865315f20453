"""Where words of a draft stand, so that it can be found again after edits: their first and their last letter, by id.

Decides which positions are taken from a page; refuses to decide whether the letters still live (the page that has the
document tells). Pure: no I/O, no clock.
Source: Yjs `RelativePosition.js` (https://github.com/yjs/yjs), the encoding of a position beside a letter: 0, the letter's client
id and clock, and to which side the position belongs (0: before this letter, -1: after it).
"""

import base64
import binascii
from dataclasses import dataclass

from consult.drafting.lib0 import Malformed, Reader, write_uint
from consult.drafting.walker import ClientId

_BESIDE_A_LETTER = 0
#: A signed number in the encoding of lib0: 0, and -1 (the sign bit and one).
_BEFORE, _AFTER = 0x00, 0x41
_LONGEST = 32


@dataclass(frozen=True)
class Anchor:
    """A stretch of text as two encoded positions: before its first letter, after its last. What is written at its edges is
    outside of it, what is written inside belongs to it."""

    start: bytes
    end: bytes

    @classmethod
    def of_page(cls, start: str, end: str) -> "Anchor":
        """The anchor a page sends, base64.

        Raises:
            ValueError: not two positions beside letters.
        """
        found = [_decoded(text) for text in (start, end)]
        if [_side(data) for data in found] != [_BEFORE, _AFTER]:
            raise ValueError("not the two ends of a stretch of text")
        return cls(*found)

    def for_page(self) -> tuple[str, str]:
        """Start and end as pages have them, base64."""
        return base64.b64encode(self.start).decode(), base64.b64encode(self.end).decode()


def beside(client: ClientId, clock: int, *, after: bool = False) -> bytes:
    """The position before this letter, or after it."""
    side = bytes([_AFTER if after else _BEFORE])
    return bytes([_BESIDE_A_LETTER]) + write_uint(client) + write_uint(clock) + side


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error
    if len(data) > _LONGEST:
        raise ValueError("too long")
    return data


def _side(data: bytes) -> int:
    reader = Reader(data)
    try:
        if reader.uint() != _BESIDE_A_LETTER:
            raise ValueError("not beside a letter")
        reader.uint()
        reader.uint()
        side = reader.byte()
    except Malformed as error:
        raise ValueError(str(error)) from error
    if not reader.at_end:
        raise ValueError("bytes left over")
    return side
