"""Words: messages by error code, labels by value, languages and their direction. Imports nothing of ours.

Texts go through gettext. Until a catalogue for a right-to-left language exists, Arabic is a pseudo-translation: English
letters are carried over into Arabic script, so that direction, shaping and length are tested on every page.

Babel knows the formats of dates. It is loaded with the first date: a command that shows none starts without it.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.core import Locale

CATALOGUES = Path(__file__).resolve().parent / "locales"


@dataclass(frozen=True)
class Language:
    """A language of the interface."""

    code: str
    label: str
    direction: str


LANGUAGES = (Language("en", "English", "ltr"), Language("ar", "العربية (test)", "rtl"))
DEFAULT = LANGUAGES[0]

_LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        [
            "ا",
            "ب",
            "ك",
            "د",
            "ي",
            "ف",
            "غ",
            "ه",
            "ي",
            "ج",
            "ك",
            "ل",
            "م",
            "ن",
            "و",
            "پ",
            "ق",
            "ر",
            "س",
            "ت",
            "و",
            "ڤ",
            "و",
            "خ",
            "ي",
            "ز",
        ],
        strict=True,
    )
)
#: Placeholders and tags stay as they are.
_KEEP = re.compile(r"(%\([a-z_]+\)[sd]|\{[a-z_]+\}|<[^>]+>|&[a-z]+;)")


class PseudoArabic(NullTranslations):
    """English carried over into Arabic letters."""

    def gettext(self, message: str) -> str:
        parts = _KEEP.split(message)
        return "".join(part if index % 2 else _carried_over(part) for index, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _carried_over(text: str) -> str:
    return "".join(_LETTERS.get(letter.lower(), letter) for letter in text)


def language(code: str | None) -> Language:
    """The language with this code; the default for any other value."""
    return next((entry for entry in LANGUAGES if entry.code == code), DEFAULT)


@cache
def translations(code: str) -> NullTranslations:
    """The catalogue of a language; English texts are their own keys."""
    if code == "ar" and not (CATALOGUES / "ar").is_dir():
        return PseudoArabic()
    return translation("messages", CATALOGUES, [code], fallback=True)


def text(code: str, message: str, **params: object) -> str:
    """`message` in the language `code`, its `%(name)s` filled from `params`."""
    translated = translations(code).gettext(message)
    return translated % params if params else translated


@cache
def locale(code: str) -> "Locale":
    """The formats of a language: dates, numbers, plurals."""
    from babel.core import Locale

    return Locale.parse(code)


def ago(moment: datetime, code: str, now: datetime) -> str:
    """How long ago something was, in words short enough for a tile."""
    seconds = max(0, int((now - moment).total_seconds()))
    if seconds < 10:
        return text(code, N_("now"))
    if seconds < 60:
        return text(code, N_("%(n)s s ago"), n=seconds)
    if seconds < 3600:
        return text(code, N_("%(n)s min ago"), n=seconds // 60)
    return text(code, N_("%(n)s h ago"), n=seconds // 3600)


def day(moment: datetime, code: str, zone: str) -> str:
    """A date in words, in the given time zone."""
    from zoneinfo import ZoneInfo

    from babel.dates import format_date

    return format_date(moment.astimezone(ZoneInfo(zone)), "d MMMM y", locale=locale(code))


def date_words(day: date, code: str) -> str:
    """A calendar date in words."""
    from babel.dates import format_date

    return format_date(day, "d MMMM y", locale=locale(code))


def time_of_day(moment: datetime, code: str, zone: str) -> str:
    """Hours and minutes, 24-hour clock, in the given time zone."""
    from zoneinfo import ZoneInfo

    from babel.dates import format_datetime

    return format_datetime(moment.astimezone(ZoneInfo(zone)), "HH:mm", locale=locale(code))


def day_and_time(moment: datetime, code: str, zone: str) -> str:
    """A date and a time in the given time zone."""
    return f"{day(moment, code, zone)}, {time_of_day(moment, code, zone)}"


def N_(message: str) -> str:  # noqa: N802  (gettext's own convention)
    """Marks a text for extraction where it is defined, before it is translated where it is shown."""
    return message
