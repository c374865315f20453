"""Two people's plain wordings of one text made one: what both changed since they had the same text.

Decides what a plain text that comes in late does to one that others went on with: each change is put where it belongs, none is undone,
and where two replaced the same words both wordings stay, in square brackets, as in any text that is not agreed.
Pure: no I/O, no clock.
"""

from dataclasses import dataclass, field

from consult.drafting.wording import Kind, word_changes


@dataclass
class _Changes:
    """What a wording does to the text it came from, by place in that text."""

    #: Characters taken out.
    out: set[int] = field(default_factory=set)
    #: What is put in before the character of that place.
    added: dict[int, str] = field(default_factory=dict)


def merged(base: str, mine: str, theirs: str) -> str:
    """The text with the changes of both since `base`; the same change made by both is made once."""
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    ours, others = _changes(base, mine), _changes(base, theirs)
    result: list[str] = []
    for place in range(len(base) + 1):
        result.append(_both(others, ours, place))
        if place < len(base) and place not in ours.out and place not in others.out:
            result.append(base[place])
    return "".join(result)


def _changes(before: str, after: str) -> _Changes:
    found, place = _Changes(), 0
    for piece in word_changes(before, after):
        if piece.kind == Kind.IN:
            found.added[place] = found.added.get(place, "") + piece.text
            continue
        if piece.kind == Kind.OUT:
            found.out.update(range(place, place + len(piece.text)))
        place += len(piece.text)
    return found


def _both(others: _Changes, ours: _Changes, place: int) -> str:
    """What is put in at a place."""
    theirs, mine = others.added.get(place, ""), ours.added.get(place, "")
    if not mine or not theirs:
        return theirs or mine
    if mine.strip() == theirs.strip():
        return theirs
    replaced = place - 1 in ours.out and place - 1 in others.out
    if replaced and theirs.strip() and mine.strip() and "\n" not in theirs + mine:
        start, end = theirs[: len(theirs) - len(theirs.lstrip())], theirs[len(theirs.rstrip()) :]
        return f"{start}[{theirs.strip()}/{mine.strip()}]{end}"
    gap = "" if theirs[-1:].isspace() or mine[:1].isspace() else " "
    return theirs + gap + mine
