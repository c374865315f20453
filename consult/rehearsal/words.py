"""What simulated people write: sentences about migration, put together from lists of words of our own. Pure."""

import random

_WHO = (
    "States", "Countries of origin and destination", "Local authorities", "Consular services", "Border agencies",
    "Employers and trade unions", "Municipalities", "Regional bodies", "Statistical offices", "Community groups",
)  # fmt: skip
_WILL = ("should", "could", "are invited to", "agree to", "would")
_DO = (
    "share", "publish", "review", "simplify", "test", "pay for", "translate", "compare", "open up", "keep up",
)  # fmt: skip
_WHAT = (
    "plain guidance on visas", "the steps of a residence permit", "data on departures and arrivals",
    "a common form for recognising skills", "hotlines in the languages people speak", "checklists for safe return",
    "the costs of sending money home", "legal advice at the point of arrival", "training for front-line staff",
    "routes for seasonal work", "a register of licensed recruiters", "child protection at borders",
)  # fmt: skip
_HOW = (
    "together with those concerned", "without adding a new procedure", "in every language of the region",
    "starting with a few towns", "with the help of diaspora networks", "through existing offices",
    "while keeping personal data safe", "at no charge to the worker", "in step with neighbouring countries",
)  # fmt: skip
_WHEN = (
    "within a year", "before the next review", "by the end of the cycle", "in the first two years",
    "as soon as two partners are ready", "every spring",
)  # fmt: skip
_REMARKS = (
    "The figure needs a source.", "This may be two steps rather than one.", "A smaller pilot would show it sooner.",
    "Who pays for this is open.", "The order of these points matters.", "This belongs with the indicator.",
)  # fmt: skip
_NEAR = {"a": "s", "e": "r", "i": "o", "o": "p", "t": "y", "s": "d", "n": "m", "r": "t"}


def sentence(chance: random.Random) -> str:
    """One sentence, in plain letters."""
    if chance.random() < 0.15:
        return chance.choice(_REMARKS)
    who, will, act, what = (chance.choice(words) for words in (_WHO, _WILL, _DO, _WHAT))
    shape = chance.randrange(4)
    if shape == 0:
        return f"{who} {will} {act} {what} {chance.choice(_HOW)}."
    if shape == 1:
        return f"{who} {will} {act} {what} {chance.choice(_WHEN)}."
    if shape == 2:
        return f"{who} {will} {act} {what}, {chance.choice(_HOW)} and {chance.choice(_WHEN)}."
    return f"{who} {will} {act} {what} [{chance.choice(_WHEN)}]."


def slip(letter: str) -> str:
    """The key beside the one that was meant."""
    return _NEAR.get(letter, letter)
