"""From a submitted form to typed values, or to one message per field. Nothing a person typed is thrown away."""

import re
from collections.abc import Collection
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from consult.errors import Invalid
from consult.messages import MESSAGES
from consult.web.pages import refusal

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Form:
    """The values of one submitted form. Readers note a message for a field that cannot be accepted; `check` raises them."""

    def __init__(self, source: MultiDict[str, str]) -> None:
        self.values: dict[str, Any] = {name: source.get(name, "") for name in source}
        self.lists = source
        self.errors: dict[str, str] = {}

    def line(self, name: str, *, limit: int, required: bool = True) -> str:
        """One line of text: spaces folded; no control characters, no marks that turn the direction of text around."""
        raw = _CONTROL.sub(" ", str(self.values.get(name, "")))
        return self._text(" ".join(raw.split()), name, limit, required)

    def text(self, name: str, *, limit: int, required: bool = True) -> str:
        """Several lines of text, line ends made equal, no control characters."""
        raw = str(self.values.get(name, "")).replace("\r\n", "\n").replace("\r", "\n")
        return self._text("".join(c for c in raw if c == "\n" or c >= " ").strip(), name, limit, required)

    def number(self, name: str, *, low: int, high: int) -> int:
        """A whole number within bounds, both included."""
        raw = str(self.values.get(name, "")).strip()
        if len(raw) > 9 or not raw.isdecimal() or not low <= int(raw) <= high:
            self.refuse(name, "field.number", low=low, high=high)
            return low
        return int(raw)

    def choice(self, name: str, options: Collection[str]) -> str:
        """One of the offered values."""
        raw = str(self.values.get(name, ""))
        if raw not in options:
            self.refuse(name, "field.choice")
        return raw

    def choices(self, name: str) -> list[str]:
        """All values of a field that may be given several times."""
        return self.lists.getlist(name)

    def date(self, name: str) -> date:
        """A calendar date, ISO 8601."""
        try:
            return date.fromisoformat(str(self.values.get(name, "")).strip())
        except ValueError:
            self.refuse(name, "field.date")
            return date.min

    def ticked(self, name: str) -> bool:
        """Whether a checkbox was sent."""
        return bool(self.values.get(name))

    def refuse(self, name: str, code: str, **params: object) -> None:
        """Note what is wrong with a field, once."""
        self.errors.setdefault(name, refusal(code, **params))

    def check(self, code: str = "form.invalid") -> None:
        """Raise what was noted.

        Raises:
            Invalid: with one message per field.
        """
        if self.errors:
            raise Invalid(code, fields=self.errors)

    def _text(self, value: str, name: str, limit: int, required: bool) -> str:
        if not value and required:
            self.refuse(name, "field.required")
        elif len(value) > limit:
            self.refuse(name, "field.too_long", limit=limit)
        return value


def sentences(fields: dict[str, str]) -> dict[str, str]:
    """What to show beside each field of a refused form; a rule names codes, a form has sentences already."""
    return {name: refusal(value) if value in MESSAGES else value for name, value in fields.items()}
