"""One shared document with its picture: judge an update, apply it, read it, never be left with pending pieces.

Decides whether an update is taken (structure, length of the title, size of the whole); refuses to decide who may write.
Pure: no I/O, no clock; pycrdt is the calculation library.
"""

from collections.abc import Callable, Iterable
from typing import Any

from pycrdt import Doc

from consult import richtext
from consult.drafting.content import (
    SERVER_CLIENT,
    DraftContent,
    Facts,
    content_of,
    roots,
    write_content,
)
from consult.drafting.lib0 import utf16_units
from consult.drafting.limits import Limits
from consult.drafting.protocol import Code, Refused, invalid
from consult.drafting.structure import Admission, Structure, TypedOn
from consult.drafting.walker import TRUSTED, Walked, walked

#: Updates of text typed on that are handed to the library together, at the most.
TYPED_AT_ONCE = 64


class Broken(Exception):
    """The CRDT library failed on bytes the walker let through: the document in memory cannot be trusted any more."""


def guarded(act: Callable[..., bytes], *arguments: Any) -> bytes:
    """What the library makes of bytes.

    Raises:
        Broken: it failed.
    """
    try:
        return act(*arguments)
    except BaseException as error:  # a panic of the library is not an Exception
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Broken(str(error)) from error
        raise


class Document:
    """A draft's shared document. Every change goes through `apply`, so that the picture is always that of the document.

    What was typed on is handed to the library when somebody looks at the document, or when a good deal has gathered: the picture
    is enough to judge what comes next, and the library takes many pieces in half the time of one after the other.
    """

    def __init__(self) -> None:
        self._shared: Doc[Any] = Doc(client_id=SERVER_CLIENT)
        roots(self._shared)
        # Written and watched below the library's wrapper: that keeps a reference to the document, which would never be freed.
        self._core = self._shared._doc  # noqa: SLF001
        #: Text typed on that the library has not been given yet.
        self._typed: list[bytes] = []
        self.structure = Structure()
        #: Encoded bytes, at least; exact when it was last measured.
        self.size = 2
        #: The library failed on what was typed on: drop this document and load it again.
        self.is_broken = False
        #: Something that was acknowledged could not be read and is not in here.
        self.is_damaged = False

    def judge(self, update: Walked, limits: Limits) -> Admission | TypedOn:
        """Whether the update fits this document; nothing changes.

        Raises:
            Refused: `invalid`, `resync` or `too_big`.
        """
        admission = self.structure.admit(update, limits)
        if admission.title_units and self.title_units + admission.title_units > limits.title_units:
            invalid("title too long")
        if admission.clients and self.size + len(update.data) > limits.document_bytes:
            self.measure()
            if self.size + len(update.data) > limits.document_bytes:
                raise Refused(Code.TOO_BIG, "document")
        return admission

    def apply(self, admission: Admission | TypedOn) -> bytes:
        """Apply a judged update.

        Returns:
            What it changed, as the library encodes it; empty when everything was known already.

        Raises:
            Broken: drop this document and load it again.
        """
        data = admission.update.data
        if isinstance(admission, TypedOn):  # all of it is new, and says what the library would say
            delta = data
            self._typed.append(data)
            if len(self._typed) >= TYPED_AT_ONCE:
                self._give()
        else:
            self._give()
            delta = guarded(self._watched, self._put, [data])
        self.structure.take(admission)
        self.size += len(delta)
        return delta

    def restore(self, data: bytes) -> None:
        """Apply what this server wrote earlier.

        Raises:
            Refused: the bytes are damaged or build on something missing; the document is as before.
            Broken: drop this document.
        """
        self.apply(self.structure.admit(walked(data, TRUSTED), TRUSTED))
        self._give()

    def write(
        self,
        *,
        title: str | None = None,
        text: richtext.Doc | None = None,
        facts: Facts | None = None,
        is_plain: bool = False,
    ) -> bytes:
        """Write on the server's behalf; returns the change as an update, empty when nothing differs.

        Args:
            is_plain: the text knows no styles (`content.write_content`).

        Raises:
            ValueError: content the schema does not know.
        """
        self._give()
        delta = self._watched(
            lambda: write_content(self._doc, title=title, text=text, facts=facts, is_plain=is_plain)
        )
        if delta:
            self.structure.take(self.structure.admit(walked(delta, TRUSTED), TRUSTED))
            self.size += len(delta)
        return delta

    @property
    def _doc(self) -> Doc[Any]:
        """The library's document, with everything in it that was taken."""
        if self._typed:
            self._give()
        return self._shared

    def _give(self) -> None:
        """Hand the library what was typed on.

        Raises:
            Broken: it failed, now or before; nobody takes the rest for the whole.
        """
        if self._typed:
            self.is_broken = True
            guarded(self._put, self._typed)
            self._typed, self.is_broken = [], False

    def _put(self, updates: Iterable[bytes]) -> bytes:
        core = self._core
        transaction = core.create_transaction()
        try:
            for data in updates:
                core.apply_update(transaction, data)
            transaction.commit()
        finally:
            transaction.drop()
        return b""

    def _watched(self, act: Callable[..., object], *arguments: Any) -> bytes:
        """What an act changed. Watched only meanwhile, because telling costs more than writing."""
        changes: list[bytes] = []
        watch = self._core.observe(lambda event: changes.append(event.update))
        try:
            act(*arguments)
        finally:
            watch.drop()
        if len(changes) > 1:
            raise Broken("one update, several changes")
        return changes[0] if changes else b""

    def encoded(self) -> bytes:
        """The whole document as one update."""
        return self._doc.get_update()

    def since(self, state_vector: bytes) -> bytes:
        """What somebody with this (checked) state vector lacks."""
        return self._doc.get_update(state_vector)

    def state_vector(self) -> bytes:
        """What this document has."""
        return self._doc.get_state()

    def measure(self) -> int:
        """Encode the document to know its size."""
        self.size = len(self._doc.get_update())
        return self.size

    @property
    def title_units(self) -> int:
        return utf16_units(str(roots(self._doc)[0]))

    def content(self) -> DraftContent:
        """What the draft says now."""
        return content_of(self._doc)
