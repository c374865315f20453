"""What changed between two wordings: word by word within a line, line by line within a text.

Decides which lines belong together and which words were added or taken out; joined, the pieces give both wordings exactly.
Pure: no I/O, no clock.
Source: the matching of words is Ratcliff and Obershelp's, from the standard library.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from consult import richtext
from consult.richtext import Line

#: Comparing costs more than the number of equal pairs of words. Beyond this many, in one line and in one text, what is left
#: counts as written anew; only somebody who wants to keep a server busy gets there.
_MOST_PAIRS, _MOST_PAIRS_IN_TEXT = 20_000, 100_000
#: Lines that share fewer of their words than this have nothing to do with each other.
_ALIKE = 0.3


class _Budget:
    """Pairs of equal words that may still be looked at."""

    def __init__(self, pairs: int) -> None:
        self._left = pairs

    def takes(self, old: Sequence[object], new: Sequence[object]) -> bool:
        """Whether comparing these is affordable; then it is paid for."""
        there = Counter(new)
        pairs = sum(count * there[token] for token, count in Counter(old).items())
        if pairs > min(_MOST_PAIRS, self._left):
            return False
        self._left -= pairs
        return True


class Kind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True)
class Piece:
    """Some words and what became of them."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class LineChange:
    """One line as it was and as it is; None where there was or is none."""

    before: Line | None
    after: Line | None
    pieces: tuple[Piece, ...]

    @property
    def shown(self) -> Line:
        """The line whose place and kind a page shows."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def state(self) -> str:
        """added, removed, changed, restyled (same words in another form or place) or same."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        if any(piece.kind != Kind.SAME for piece in self.pieces):
            return "changed"
        return "same" if self.before == self.after else "restyled"


@dataclass(frozen=True)
class Counts:
    """How much changed. Words are counted as everywhere else; `lines` that are not the same."""

    words_in: int = 0
    words_out: int = 0
    lines: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.words_in + other.words_in, self.words_out + other.words_out, self.lines + other.lines
        )

    @property
    def is_nothing(self) -> bool:
        return self == Counts()


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """How one line of text became another, in pieces of whole words."""
    return _word_changes(before, after, _Budget(_MOST_PAIRS))


def _word_changes(before: str, after: str, budget: _Budget) -> tuple[Piece, ...]:
    old, new = _units(before), _units(after)
    pieces: list[Piece] = []
    for kind, a, b, c, d in _opcodes([unit.word for unit in old], [unit.word for unit in new], budget):
        if kind == "equal":
            for x, y in zip(old[a:b], new[c:d], strict=True):
                _replace(pieces, x.gap, y.gap)
                _add(pieces, Kind.SAME, x.word)
        else:
            _replace(pieces, _joined(old[a:b]), _joined(new[c:d]))
    return tuple(pieces)


class _Unit(NamedTuple):
    """A word or sign, with the spaces before it, which are not compared: else every second thing compared would be a space."""

    gap: str
    word: str


def _units(text: str) -> list[_Unit]:
    units, gap = [], ""
    for token in richtext.tokens(text):
        if token.isspace():
            gap += token
        else:
            units.append(_Unit(gap, token))
            gap = ""
    return [*units, _Unit(gap, "")]


def _joined(units: Sequence[_Unit]) -> str:
    return "".join(unit.gap + unit.word for unit in units)


def _replace(pieces: list[Piece], old: str, new: str) -> None:
    """One passage instead of another; spaces both begin with stay."""
    gap = next((n for n, (x, y) in enumerate(zip(old, new, strict=False)) if x != y or not x.isspace()), None)
    kept = min(len(old), len(new)) if gap is None else gap
    _add(pieces, Kind.SAME, old[:kept])
    _add(pieces, Kind.OUT, old[kept:])
    _add(pieces, Kind.IN, new[kept:])


def line_changes(before: Sequence[Line], after: Sequence[Line]) -> Iterator[LineChange]:
    """How one text became another, line by line in reading order. Lazy: long texts take a while."""
    budget = _Budget(_MOST_PAIRS_IN_TEXT)
    keys = [[(line.kind, line.text) for line in lines] for lines in (before, after)]
    for kind, a, b, c, d in _opcodes(keys[0], keys[1], budget):
        if kind == "equal":
            for x, y in zip(before[a:b], after[c:d], strict=True):
                yield _pair(x, y, budget)
        else:
            words = ([line.text for line in before[a:b]], [line.text for line in after[c:d]])
            for was, now in matched(*words):
                yield _pair(
                    None if was is None else before[a + was], None if now is None else after[c + now], budget
                )


def counted(changes: Sequence[LineChange]) -> Counts:
    """How much these changes change."""
    return sum((counted_pieces(change.pieces, change.state != "same") for change in changes), Counts())


def counted_pieces(pieces: Sequence[Piece], is_changed: bool | None = None) -> Counts:
    """How much these pieces change; one line when they change anything."""
    words = dict.fromkeys(Kind, 0)
    for piece in pieces:
        words[piece.kind] += richtext.count_words(piece.text)
    changed = any(piece.kind != Kind.SAME for piece in pieces) if is_changed is None else is_changed
    return Counts(words[Kind.IN], words[Kind.OUT], int(changed))


def _pair(before: Line | None, after: Line | None, budget: _Budget) -> LineChange:
    old, new = before.text if before else "", after.text if after else ""
    return LineChange(before, after, _word_changes(old, new, budget))


def matched(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Which of these lines became which, in order, by the words they share; None: it comes or goes."""
    a = c = 0
    for x, y in [*_alike(before, after), (len(before), len(after))]:
        for place in range(a, x):
            yield place, None
        for place in range(c, y):
            yield None, place
        if x < len(before) and y < len(after):
            yield x, y
        a, c = x + 1, y + 1


def _alike(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Which lines belong together, in order, so that together they share the most: by the lengths of common subsequences."""
    if len(before) * len(after) > 10_000:
        return [(n, n) for n in range(min(len(before), len(after)))]
    words = [[_word_set(line) for line in lines] for lines in (before, after)]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for x in range(len(before) - 1, -1, -1):
        for y in range(len(after) - 1, -1, -1):
            share = _share(words[0][x], words[1][y])
            together = share + best[x + 1][y + 1] if share >= _ALIKE else 0.0
            best[x][y] = max(together, best[x + 1][y], best[x][y + 1])
    pairs, x, y = [], 0, 0
    while x < len(before) and y < len(after):
        if best[x][y] == best[x + 1][y]:
            x += 1
        elif best[x][y] == best[x][y + 1]:
            y += 1
        else:
            pairs.append((x, y))
            x, y = x + 1, y + 1
    return pairs


def _word_set(text: str) -> frozenset[str]:
    return frozenset(token.lower() for token in richtext.tokens(text) if token.strip())


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    if not one and not other:
        return 1.0
    return 2 * len(one & other) / (len(one) + len(other))


def _opcodes(
    old: Sequence[object], new: Sequence[object], budget: _Budget
) -> list[tuple[str, int, int, int, int]]:
    """What is equal and what is not; the common beginning and end cost nothing."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, c = len(old) - end, len(new) - end
    codes: list[tuple[str, int, int, int, int]] = [("equal", 0, start, 0, start)] if start else []
    middle = (old[start:a], new[start:c])
    if not budget.takes(*middle):
        codes.append(("replace", start, a, start, c))
    elif middle[0] or middle[1]:
        matcher = SequenceMatcher(None, *middle, autojunk=False)
        codes += [(k, i + start, j + start, m + start, n + start) for k, i, j, m, n in matcher.get_opcodes()]
    if end:
        codes.append(("equal", a, len(old), c, len(new)))
    return codes


def _add(pieces: list[Piece], kind: Kind, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1].kind == kind:
        pieces[-1] = Piece(kind, pieces[-1].text + text)
    else:
        pieces.append(Piece(kind, text))
