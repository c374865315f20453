"""The guarded edge of drafting: base64, sizes and state vectors, before any CRDT library sees a byte.

Decides what is refused and with which code; refuses to decide who may write. Pure: no I/O, no clock.
"""

import binascii
from enum import StrEnum
from typing import NoReturn

from consult.drafting.lib0 import Malformed, Reader


class Code(StrEnum):
    """Short codes of a refused drafting message, as they stand on the wire."""

    FORBIDDEN = "forbidden"
    EPOCH = "epoch"
    BUSY = "busy"
    HANDOVER = "handover"
    RATE = "rate"
    INVALID = "invalid"
    READONLY = "readonly"
    TOO_BIG = "too_big"
    RETRY = "retry"
    RESYNC = "resync"
    LATE = "late"


class Refused(Exception):
    """A message that is not taken; `detail` names the rule for the log, `after` is in seconds."""

    def __init__(self, code: Code, detail: str = "", *, after: float = 0.0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.after = after


def invalid(detail: str) -> NoReturn:
    """Refuse a message that no editor of ours sends."""
    raise Refused(Code.INVALID, detail)


def decoded(value: object, most: int) -> bytes:
    """The bytes of a base64 text of at most `most` bytes.

    Raises:
        Refused: `invalid` for anything but base64 text, `too_big` before a single byte is decoded.
    """
    if not isinstance(value, str):
        invalid("not a text")
    if len(value) > (most + 2) // 3 * 4:
        raise Refused(Code.TOO_BIG, "message")
    try:
        data = binascii.a2b_base64(value, strict_mode=True)
    except ValueError:  # not base64, or not even ASCII
        invalid("not base64")
    if len(data) > most:
        raise Refused(Code.TOO_BIG, "message")
    return data


def encoded(data: bytes) -> str:
    """Bytes as the base64 text that travels on the wire."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def checked_state_vector(data: bytes) -> bytes:
    """A state vector that is safe to hand to the CRDT library: its claimed count fits its length.

    Raises:
        Refused: `invalid`.
    """
    reader = Reader(data)
    try:
        count = reader.count(2)
        for _ in range(count):
            reader.uint()
            reader.uint()
    except Malformed as error:
        invalid(f"state vector: {error}")
    if not reader.at_end:
        invalid("state vector: bytes left over")
    return data


EMPTY_STATE_VECTOR = b"\x00"
