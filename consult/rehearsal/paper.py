"""The shared text of one action item as a simulated person has it, and the hand that types into it.

Pure: no I/O, no clock; pycrdt is the calculation library. Types into lines of plain letters only, and takes back nothing but
its person's own sentences.
"""

import random
from typing import Any

from pycrdt import Doc, XmlElement, XmlFragment, XmlText, merge_updates

from consult.drafting import schema
from consult.drafting.awareness import Caret, message
from consult.drafting.lib0 import Reader
from consult.drafting.walker import STRING, TRUSTED, walked

_ENDS = (".", "]", ";", ":")


class Paper:
    """One person's copy of a text. What others write comes in by `receive`, what was typed leaves by `unsaved`."""

    def __init__(self, draft: str, client: int) -> None:
        self.draft, self.client = draft, client
        self.epoch: int | None = None
        self.may_edit = False
        #: Whether the copy has to be compared with the server's before more is typed.
        self.is_stale = True
        #: The sentence being typed, as far as it stands there.
        self.typed = ""
        self._doc: Doc[Any] = Doc(client_id=client)
        self._text = self._doc.get(schema.TEXT_ROOT, type=XmlFragment)
        self._unsaved: list[bytes] = []
        self._unread: list[bytes] = []
        self._is_receiving = False
        self._line: XmlText | None = None
        self._line_watch: Any = None
        #: The hand's place in its line, in bytes.
        self._at = 0
        self._says = 0
        self._watch = self._doc.observe(self._changed)

    def _changed(self, event: Any) -> None:
        if not self._is_receiving:
            self._unsaved.append(event.update)

    # What travels.

    def receive(self, update: bytes) -> None:
        """Keep what others wrote until it is looked at."""
        self._unread.append(update)

    def read(self) -> None:
        """Take in what others wrote."""
        self._is_receiving = True
        try:
            for update in self._unread:
                self._doc.apply_update(update)
        finally:
            self._unread.clear()
            self._is_receiving = False

    def unsaved(self) -> bytes | None:
        """What was typed and is not known to be saved, as one update; None when everything is."""
        if not self._unsaved:
            return None
        if len(self._unsaved) > 1:
            self._unsaved = [merge_updates(*self._unsaved)]
        return self._unsaved[0]

    def saved(self) -> None:
        """The server has what `unsaved` gave."""
        self._unsaved.clear()

    @property
    def state(self) -> bytes:
        """The state vector, for joining."""
        self.read()
        return self._doc.get_state()

    # Typing.

    @property
    def size(self) -> int:
        """Letters of the text."""
        return sum(len(_plain(line) or "") for line in self._lines())

    def begin(self, chance: random.Random) -> bool:
        """Put the hand where a sentence can begin: the end of a line, or a new one. False: type a space first."""
        self.read()
        # A line that ends in the middle of a sentence is one that somebody types in.
        lines = [line for line in self._lines() if (_plain(line) or "").rstrip().endswith(_ENDS)]
        if lines and chance.random() < 0.5:
            line = chance.choice(lines[-4:])
            self._rest_on(line, len(line), "")
            return False
        paragraph = XmlElement("paragraph")
        self._text.children.append(paragraph)
        line = XmlText("")
        paragraph.children.append(line)
        self._rest_on(line, 0, "")
        return True

    def go_behind(self, sentence: str) -> bool:
        """Put the hand behind a sentence typed before. False: it does not stand there any more, or more than once."""
        self.read()
        found = [line for line in self._lines() if sentence in (_plain(line) or "")]
        if len(found) != 1 or (_plain(found[0]) or "").count(sentence) != 1:
            return False
        before, _, _ = (_plain(found[0]) or "").partition(sentence)
        self._rest_on(found[0], len((before + sentence).encode()), sentence)
        return True

    def type(self, letters: str) -> bool:
        """Type on. False: somebody changed what this hand typed, so that it lets go."""
        if not self._is_intact() or self._line is None:
            return False
        self._line.insert(self._at, letters)
        self._at += len(letters.encode())
        self.typed += letters
        return True

    def rub_out(self, count: int) -> bool:
        """Take back the last letters typed. False as in `type`."""
        if not self._is_intact() or self._line is None:
            return False
        size = len(self.typed[-count:].encode())
        del self._line[self._at - size : self._at]
        self._at -= size
        self.typed = self.typed[:-count]
        return True

    def _rest_on(self, line: XmlText, at: int, typed: str) -> None:
        if self._line is not None and self._line_watch is not None:
            self._line.unobserve(self._line_watch)
        self._line, self._at, self.typed = line, at, typed
        self._line_watch = line.observe(self._line_changed)

    def _line_changed(self, event: Any) -> None:
        """Others typed or deleted before the hand: it stays where it was among the letters. The library counts bytes."""
        if not self._is_receiving:
            return
        place = 0
        for part in event.delta:
            if "retain" in part:
                place += part["retain"]
            elif "delete" in part:
                self._at -= max(0, min(part["delete"], self._at - place))
            else:
                size = len(part["insert"].encode()) if isinstance(part["insert"], str) else 1
                if place < self._at:
                    self._at += size
                place += size

    def _is_intact(self) -> bool:
        """Whether what this hand typed stands right before it."""
        self.read()
        plain = _plain(self._line) if self._line is not None else None
        if plain is None:
            return False
        return plain.encode()[: self._at].endswith(self.typed.encode()) and self._at <= len(plain.encode())

    def _lines(self) -> list[XmlText]:
        blocks = [block for block in self._text.children if isinstance(block, XmlElement)]
        return [child for block in blocks for child in block.children if isinstance(child, XmlText)]

    # Where the person is.

    def caret(self) -> bytes | None:
        """The caret behind the letter this hand typed last; None when it typed none."""
        clock = self._own_letters() - 1
        return None if clock < 0 else self._caret_behind(self.client, clock)

    def caret_anywhere(self, chance: random.Random) -> bytes | None:
        """The caret somewhere in the text, where somebody reads; None when there is no text."""
        self.read()
        text = str(self._text)
        places = [
            (run.client, piece.clock, piece.length)
            for run in walked(self._doc.get_update(), TRUSTED).runs
            for piece in run.structs
            if piece.kind == STRING and str(piece.content) in text
        ]
        if not places:
            return None
        client, clock, length = chance.choices(places, [length for _, _, length in places])[0]
        return self._caret_behind(client, clock + chance.randrange(length))

    def no_caret(self) -> bytes:
        """The person is not here any more."""
        return self._say(None)

    def _caret_behind(self, client: int, clock: int) -> bytes:
        place = {"type": None, "tname": None, "item": {"client": client, "clock": clock}, "assoc": -1}
        return self._say({"cursor": {"anchor": place, "head": place}})

    def _say(self, state: dict[str, Any] | None) -> bytes:
        # In steps of two: when a connection was lost, the server told the others one step by itself.
        self._says += 2
        return message([Caret(self.client, self._says, state)])

    def _own_letters(self) -> int:
        reader = Reader(self._doc.get_state())
        counts = {}
        for _ in range(reader.uint()):
            client = reader.uint()
            counts[client] = reader.uint()
        return counts.get(self.client, 0)


def _plain(line: XmlText) -> str | None:
    """The line's letters; None when it holds anything but letters without marks."""
    parts = line.diff()
    if any(not isinstance(words, str) or marks for words, marks in parts):
        return None
    return "".join(str(words) for words, _marks in parts)
