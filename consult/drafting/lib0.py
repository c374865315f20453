"""Reading the number, text and value encoding that shared documents travel in, never trusting a claimed length.

Pure: no I/O, no clock, standard library only.
Source: lib0 `decoding.js` (https://github.com/dmonad/lib0), the encoding below Yjs updates of version 1. We differ in
refusing instead of truncating: numbers above 2^53 - 1, lengths beyond the end, texts that are not UTF-8, nested values.
"""

import struct

MAX_SAFE_INTEGER = (1 << 53) - 1

Scalar = str | int | float | bool | None


class Malformed(Exception):
    """Bytes that are not what they claim to be."""


class Reader:
    """A position in bytes; every read checks what is left."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)

    @property
    def left(self) -> int:
        return self._end - self._at

    @property
    def at_end(self) -> bool:
        return self._at == self._end

    def byte(self) -> int:
        if self._at >= self._end:
            raise Malformed("ends too early")
        value = self._data[self._at]
        self._at += 1
        return value

    def uint(self) -> int:
        """A variable-length whole number, at most 2^53 - 1."""
        data, at, end = self._data, self._at, self._end
        if at < end and data[at] < 128:
            self._at = at + 1
            return data[at]
        value = shift = 0
        while at < end:
            part = data[at]
            at += 1
            value |= (part & 127) << shift
            if part < 128:
                self._at = at
                if value > MAX_SAFE_INTEGER:
                    raise Malformed("number too large")
                return value
            shift += 7
            if shift > 53:
                raise Malformed("number too long")
        raise Malformed("ends too early")

    def count(self, least_bytes: int) -> int:
        """A number of things of which each takes at least `least_bytes`: more than fit is refused before any is read."""
        value = self.uint()
        if value > self.left // least_bytes:
            raise Malformed("count exceeds the bytes left")
        return value

    def raw(self, most: int) -> bytes:
        """Length-prefixed bytes, at most `most`."""
        size = self.uint()
        if size > self.left:
            raise Malformed("length exceeds the bytes left")
        if size > most:
            raise Malformed("too long")
        value = self._data[self._at : self._at + size]
        self._at += size
        return value

    def text(self, most: int) -> str:
        """A length-prefixed UTF-8 text of at most `most` bytes."""
        try:
            return self.raw(most).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("not UTF-8") from None

    def scalar(self, most: int) -> Scalar:
        """A single value: text, number, yes/no or nothing. Objects, arrays and buffers are refused."""
        kind = self.byte()
        if kind == 119:
            return self.text(most)
        if kind in (120, 121):
            return kind == 120
        if kind in (126, 127):
            return None
        if kind == 125:
            return self._signed()
        if kind in (122, 123, 124):
            return self._fixed(kind)
        raise Malformed("not a single value")

    def _signed(self) -> int:
        first = self.byte()
        value, shift, more = first & 63, 6, first & 128
        while more:
            part = self.byte()
            value |= (part & 127) << shift
            shift += 7
            more = part & 128
            if shift > 55:
                raise Malformed("number too long")
        return -value if first & 64 else value

    def _fixed(self, kind: int) -> int | float:
        form = {122: ">q", 123: ">d", 124: ">f"}[kind]
        size = struct.calcsize(form)
        if size > self.left:
            raise Malformed("ends too early")
        value: int | float = struct.unpack_from(form, self._data, self._at)[0]
        self._at += size
        return value


def utf16_units(text: str) -> int:
    """The length of a text as the editor counts it."""
    if text.isascii():
        return len(text)
    return len(text) + sum(char > "\uffff" for char in text)


def write_uint(value: int) -> bytes:
    """A whole number in the variable-length encoding."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_text(text: str) -> bytes:
    """A length-prefixed UTF-8 text."""
    data = text.encode("utf-8")
    return write_uint(len(data)) + data
