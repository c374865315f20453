"""Count words: how a summary says how many spoke, without saying who. Pure: no I/O, no clock.

The scale is the one that summaries of intergovernmental meetings use; the thresholds are ours, fixed and
documented (docs/exports.md), so that nobody has to choose a word and nobody can be accused of having chosen it.
"""

from __future__ import annotations

from consult.i18n import N_, text

#: The largest number of voices for each word; more are "many".
_UP_TO = ((1, "one"), (3, "a few"), (6, "several"), (10, "some"))
#: "Most" needs more than half of at least this many.
_MOST_OF = 8

_WHO: dict[str, dict[str, str]] = {
    "panelists": {
        "one": N_("One panelist"),
        "a few": N_("A few panelists"),
        "several": N_("Several panelists"),
        "some": N_("Some panelists"),
        "many": N_("Many panelists"),
        "most": N_("Most panelists"),
    },
    "member_states": {
        "one": N_("One Member State"),
        "a few": N_("A few Member States"),
        "several": N_("Several Member States"),
        "some": N_("Some Member States"),
        "many": N_("Many Member States"),
        "most": N_("Most Member States"),
    },
    "others": {
        "one": N_("One other participant"),
        "a few": N_("A few other participants"),
        "several": N_("Several other participants"),
        "some": N_("Some other participants"),
        "many": N_("Many other participants"),
        "most": N_("Most other participants"),
    },
}
_SAID: dict[str, tuple[str, str]] = {
    "support": (N_("%(who)s expressed support."), N_("%(who)s expressed support.")),
    "question": (N_("%(who)s asked a question."), N_("%(who)s asked questions.")),
    "concern": (N_("%(who)s raised a concern."), N_("%(who)s raised concerns.")),
    "proposal": (N_("%(who)s made a proposal."), N_("%(who)s made proposals.")),
}
_FEW, _WITHHELD = N_("fewer than 5"), N_("not shown")


def count_word(number: int, of: int | None = None) -> str:
    """The word for so many voices.

    Rule: 1 one, 2-3 a few, 4-6 several, 7-10 some, 11 and above many; most when they are more than half of
    those who could have spoken and these are at least 8.

    Args:
        number: distinct voices, at least 1.
        of: how many could have spoken; ``None`` when that is not known.
    """
    if of is not None and of >= _MOST_OF and number * 2 > of:
        return "most"
    return next((word for most, word in _UP_TO if number <= most), "many")


def said(language: str, lane: str, kind: str, number: int, of: int | None = None) -> str:
    """One sentence: how many in a lane made comments of a kind."""
    who = text(language, _WHO[lane][count_word(number, of)])
    one, more = _SAID[kind]
    return text(language, one if number == 1 else more, who=who)


def hidden_number(language: str, hidden: str) -> str:
    """What stands in the place of a number that is not shown: it is under five, or it protects one that is."""
    return text(language, _WITHHELD if hidden == "withheld" else _FEW)
