"""What people did and what they were told, and whether the record agrees: a history checker.

Every client notes each act before it does it, and what became of it when it knows. Words are unique tokens, so that an
act can be found, or found missing, in any copy of the text. The rules of `broken_promises`:

* what was acknowledged is there, exactly once; what was taken back and acknowledged is not there;
* what was not acknowledged is there once or not at all; what was refused is not there;
* a person's own words stand in the order they were written;
* a comment that was acknowledged is there once; a delegation has one ballot, and it is the last one acknowledged.
"""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(r"[a-z]\d{3}n\d{5}\.")
OWN, SHARED, TAKEN_BACK, COMMENT, BALLOT = "own", "shared", "taken back", "comment", "ballot"
DONE, REFUSED, LATE, OPEN = "done", "refused", "late", ""


@dataclass
class Act:
    """One thing somebody did.

    Attributes:
        token: the words, unique; of a ballot the choice.
        place: the draft, item or decision.
        began, ended: monotonic seconds; `ended` is None while nobody has said what became of it.
        result: `done`, `refused`, `late` (kept as a late contribution), or empty: nobody knows.
    """

    who: str
    kind: str
    token: str
    place: str
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    result: str = OPEN

    def settle(self, result: str) -> None:
        self.result, self.ended = result, time.monotonic()


class History:
    """All acts of a run, from any thread."""

    def __init__(self) -> None:
        self._acts: list[Act] = []
        self._lock = threading.Lock()
        #: What a client saw that must never happen, in words.
        self.seen: list[str] = []

    def begin(self, who: str, kind: str, token: str, place: str) -> Act:
        act = Act(who, kind, token, place)
        with self._lock:
            self._acts.append(act)
        return act

    def report(self, violation: str) -> None:
        with self._lock:
            self.seen.append(violation)

    def acts(self, *kinds: str, place: str | None = None) -> list[Act]:
        with self._lock:
            return [act for act in self._acts if act.kind in kinds and place in (None, act.place)]

    def counts(self) -> Counter[str]:
        """How many acts ended how."""
        return Counter(act.result or "unknown" for act in self.acts(OWN, SHARED, TAKEN_BACK, COMMENT, BALLOT))

    def delays(self) -> list[float]:
        """Seconds from writing to the acknowledgement, of words, sorted."""
        return sorted(a.ended - a.began for a in self.acts(OWN, SHARED) if a.result == DONE and a.ended)


def broken_words(history: History, draft: str, lines: Iterable[str], copy: str) -> list[str]:
    """Rules for the words of one draft, as one copy (`copy` names it) has them."""
    lines = list(lines)
    found = Counter(TOKEN.findall("\n".join(lines)))
    back = {act.token: act for act in history.acts(TAKEN_BACK, place=draft)}
    broken = []
    written = history.acts(OWN, SHARED, place=draft)
    for act in written:
        allowed = _allowed(act, back.get(act.token))
        if found[act.token] not in allowed:
            taken = f", taken back: {back[act.token].result or 'unknown'}" if act.token in back else ""
            broken.append(
                f"{copy}: {act.token} of {act.who} ({act.kind}, {act.result or 'unknown'}{taken}) is there "
                f"{found[act.token]} times"
            )
    invented = set(found) - {act.token for act in written}
    broken += [f"{copy}: {token} was never written by anybody" for token in sorted(invented)]
    return broken + _out_of_order(written, lines, copy)


def _allowed(act: Act, back: Act | None) -> set[int]:
    if act.result in (REFUSED, LATE):
        return {0}
    there = {1} if act.result == DONE else {0, 1}
    if back is None or back.result == REFUSED:
        return there
    return {0} if back.result == DONE else there | {0}


def _out_of_order(written: Iterable[Act], lines: Iterable[str], copy: str) -> list[str]:
    order = {act.token: number for number, act in enumerate(written) if act.kind == OWN}
    broken = []
    for line in lines:
        own = [order[token] for token in TOKEN.findall(line) if token in order]
        if own != sorted(own):
            broken.append(f"{copy}: the words of {line[:5]} are not in the order they were written")
    return broken


def broken_comments(history: History, there: Iterable[str]) -> list[str]:
    """Rules for comments; `there` are the texts of all comments, in the order the server has them."""
    found = Counter(there)
    broken = []
    for act in history.acts(COMMENT):
        allowed = {DONE: {1}, REFUSED: {0}}.get(act.result, {0, 1})
        if found[act.token] not in allowed:
            broken.append(
                f"comment {act.token} ({act.result or 'unknown'}) is there {found[act.token]} times"
            )
    return broken


def broken_ballots(history: History, there: Mapping[tuple[str, str], str]) -> list[str]:
    """Rules for ballots; `there` is the standing choice by person and decision."""
    cast: dict[tuple[str, str], list[Act]] = defaultdict(list)
    for act in history.acts(BALLOT):
        cast[act.who, act.place].append(act)
    broken = []
    for key, acts in cast.items():
        done = [number for number, act in enumerate(acts) if act.result == DONE]
        last = done[-1] if done else -1
        unsure = [act.token for act in acts[last + 1 :] if act.result == OPEN]
        allowed = {*unsure, acts[last].token} if done else {*unsure, None}
        if there.get(key) not in allowed:
            broken.append(f"ballot of {key[0]}: {there.get(key)}, but {sorted(map(str, allowed))} was said")
    broken += [f"ballot of {who}: nobody cast it" for who, place in there if (who, place) not in cast]
    return broken
