"""Reading an update of a shared document, struct by struct, before the CRDT library may see it.

Decides whether bytes are well-formed and within bounds; `structure.py` decides whether they fit the document. A claimed
count or length is believed only as far as the bytes reach, so that a message of four bytes cannot make a library
allocate half a gigabyte. Pure: no I/O, no clock.
Source: Yjs 13, update format version 1 (`src/utils/encoding.js`, `src/structs/`); kinds the editor never makes (JSON,
binary, embed, subdocument, skip) are refused, unlike there.
"""

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple

from consult.drafting.lib0 import Malformed, Reader, Scalar, utf16_units
from consult.drafting.limits import Limits
from consult.drafting.protocol import Code, Refused, invalid

GC, DELETED, STRING, FORMAT, TYPE, ANY, SKIP = 0, 1, 4, 6, 7, 8, 10
XML_ELEMENT, XML_TEXT = 3, 6
#: No client's letters are counted beyond this.
MAX_CLOCK = 1 << 31
_MAX_TEXT = 1 << 22
_MAX_NAME = 64
_MAX_FORMAT = 4096

ClientId = int
Id = tuple[ClientId, int]


class Format(NamedTuple):
    """A mark switched on or off."""

    key: str
    value: Any


class Element(NamedTuple):
    """A new part of the rich text: an element by its tag, or a run of text (tag None)."""

    tag: str | None


Content = str | Format | Element | Scalar


class Struct(NamedTuple):
    """One piece of an update. `parent` is a root's name, an id, or None when `origin` or `right` decides it."""

    clock: int
    length: int
    kind: int
    origin: Id | None
    right: Id | None
    parent: str | Id | None
    key: str | None
    content: Content

    @property
    def end(self) -> int:
        return self.clock + self.length


class Run(NamedTuple):
    """Consecutive pieces of one client."""

    client: ClientId
    clock: int
    structs: tuple[Struct, ...]

    @property
    def end(self) -> int:
        return self.structs[-1].end


class Deletion(NamedTuple):
    """`length` letters of `client`, from `clock` on, are deleted."""

    client: ClientId
    clock: int
    length: int


class Update(NamedTuple):
    """A well-formed update. `data` are the bytes it was read from."""

    data: bytes
    runs: tuple[Run, ...]
    deletions: tuple[Deletion, ...]

    @property
    def is_empty(self) -> bool:
        return not self.runs and not self.deletions


class Typed(NamedTuple):
    """As `Update`, of one piece of text behind a letter and perhaps before another, in the bytes the library itself would write for it."""

    data: bytes
    client: ClientId
    clock: int
    length: int
    origin: Id
    right: Id | None
    text: str

    @property
    def runs(self) -> tuple[Run]:
        _data, client, clock, length, origin, right, text = self
        return (Run(client, clock, (Struct(clock, length, STRING, origin, right, None, None, text),)),)

    @property
    def deletions(self) -> tuple[Deletion, ...]:
        return ()

    @property
    def is_empty(self) -> bool:
        return False


#: A well-formed update of either kind.
Walked = Update | Typed
#: For what this server wrote itself: only the bytes bound it.
TRUSTED = Limits(
    update_bytes=1 << 26,
    clients=1 << 20,
    structs=1 << 24,
    deletions=1 << 24,
    run_units=1 << 31,
    title_units=1 << 24,
    fact_units=1 << 20,
    fact_keys=1 << 16,
)


def walked(data: bytes, limits: Limits) -> Walked:
    """The update in these bytes.

    Raises:
        Refused: `too_big`, `invalid`, or `resync` for an update with a hole in it.
    """
    if len(data) > limits.update_bytes:
        raise Refused(Code.TOO_BIG, "update")
    return _typed(data, limits) or read_through(data, limits)


def read_through(data: bytes, limits: Limits) -> Update:
    """As `walked`, number by number: what fits no shorter way.

    Raises:
        Refused: as `walked`.
    """
    reader = Reader(data)
    try:
        runs = _runs(reader, limits)
        deletions = _deletions(reader, limits)
    except Malformed as error:
        invalid(f"update: {error}")
    if not reader.at_end:
        invalid("update: bytes left over")
    return Update(data, runs, deletions)


#: A variable-length number of at most six bytes, as everybody writes it: no longer than it needs to be.
_NUMBER = rb"([\x80-\xff]{1,5}[\x01-\x7f]|[\x00-\x7f])"
#: One client, one piece of text of less than 128 bytes behind a letter and perhaps before another, nothing deleted.
_TYPED = re.compile(
    rb"\x01\x01"
    + _NUMBER * 2
    + rb"(?:\x84|(\xc4))"
    + _NUMBER * 2
    + rb"(?(3)"
    + _NUMBER * 2
    + rb")([\x01-\x7f])(.+)\x00",
    re.DOTALL,
).fullmatch


def _typed(data: bytes, limits: Limits) -> Typed | None:
    """What nearly every update is: somebody typed on. Read in one go; everything else, what is wrong included, is for the reader."""
    found = _TYPED(data)
    if found is None:
        return None
    who, since, before_too, other, behind, beyond, before, size, raw = found.groups()
    if len(raw) != size[0]:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    client, clock = _client(who), _number(since)
    length = len(text) if len(text) == len(raw) else utf16_units(text)
    if clock > MAX_CLOCK or length > limits.run_units:
        return None
    origin = (client if other == who else _client(other), _number(behind))
    right = (_client(beyond), _number(before)) if before_too else None
    return Typed(data, client, clock, length, origin, right, text)


def _number(data: bytes) -> int:
    """A variable-length whole number that is known to be one, of at most six bytes."""
    value = 0
    for part in reversed(data):
        value = value << 7 | part & 127
    return value


#: Pages come again and again.
_client = lru_cache(4096)(_number)


def _runs(reader: Reader, limits: Limits) -> tuple[Run, ...]:
    runs: list[Run] = []
    seen: set[ClientId] = set()
    budget = limits.structs
    for _ in range(_bounded(reader.count(5), limits.clients, "clients")):
        count = reader.count(2)
        client, clock = reader.uint(), reader.uint()
        if count == 0:
            raise Malformed("a client without parts")
        budget -= count
        if budget < 0:
            raise Refused(Code.TOO_BIG, "parts")
        if client in seen:
            raise Malformed("a client twice")
        seen.add(client)
        if clock > MAX_CLOCK:
            raise Malformed("clock")
        structs: list[Struct] = []
        at = clock
        for _ in range(count):
            piece = _struct(reader, at, limits.run_units)
            structs.append(piece)
            at = piece.end
            if at - clock > limits.run_units:
                raise Malformed("length")
        runs.append(Run(client, clock, tuple(structs)))
    return tuple(runs)


def _struct(reader: Reader, clock: int, most: int) -> Struct:
    info = reader.byte()
    kind = info & 31
    if kind == GC:
        return Struct(clock, _length(reader, most), GC, None, None, None, None, None)
    if kind == SKIP:
        raise Refused(Code.RESYNC, "skip")
    origin = (reader.uint(), reader.uint()) if info & 128 else None
    right = (reader.uint(), reader.uint()) if info & 64 else None
    parent, key = (None, None) if info & 192 else _parent(reader, info)
    length, content = _content(reader, kind, most)
    return Struct(clock, length, kind, origin, right, parent, key, content)


def _parent(reader: Reader, info: int) -> tuple[str | Id, str | None]:
    named = reader.uint()
    parent: str | Id
    if named == 1:
        parent = reader.text(_MAX_NAME)
    elif named == 0:
        parent = (reader.uint(), reader.uint())
    else:
        raise Malformed("parent")
    return parent, reader.text(_MAX_NAME) if info & 32 else None


def _content(reader: Reader, kind: int, most: int) -> tuple[int, Content]:
    if kind == STRING:
        text = reader.text(_MAX_TEXT)
        if not text:
            raise Malformed("empty text")
        return utf16_units(text), text
    if kind == DELETED:
        return _length(reader, most), None
    if kind == FORMAT:
        return 1, Format(reader.text(_MAX_NAME), _json(reader.text(_MAX_FORMAT)))
    if kind == TYPE:
        return 1, _type(reader)
    if kind == ANY:
        if reader.uint() != 1:
            raise Malformed("more than one value")
        return 1, reader.scalar(_MAX_TEXT)
    raise Malformed("content of this kind")


def _type(reader: Reader) -> Element:
    kind = reader.uint()
    if kind == XML_TEXT:
        return Element(None)
    if kind == XML_ELEMENT:
        return Element(reader.text(_MAX_NAME))
    raise Malformed("type")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Malformed("mark value") from None


def _length(reader: Reader, most: int) -> int:
    length = reader.uint()
    if not 0 < length <= most:
        raise Malformed("length")
    return length


def _deletions(reader: Reader, limits: Limits) -> tuple[Deletion, ...]:
    deletions: list[Deletion] = []
    for _ in range(_bounded(reader.count(2), limits.structs, "deleting clients")):
        client = reader.uint()
        count = reader.count(2)
        if len(deletions) + count > limits.deletions:
            raise Refused(Code.TOO_BIG, "deletions")
        for _ in range(count):
            clock, length = reader.uint(), reader.uint()
            if length == 0 or clock + length > 2 * MAX_CLOCK:
                raise Malformed("deletion")
            deletions.append(Deletion(client, clock, length))
    return tuple(deletions)


def _bounded(count: int, most: int, what: str) -> int:
    if count > most:
        raise Malformed(f"too many {what}")
    return count
