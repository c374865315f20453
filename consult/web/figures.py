"""View data that several pages share: people by regional group as a bar, a clock, the state of a session."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult import clock, i18n, labels
from consult.programme.models import Consultation, Session
from consult.rooms import timing
from consult.rooms.models import Room
from consult.web.pages import language, t

#: Two-letter mark -> the code its label goes by, in the order every page shows them.
GROUPS = {"AF": "AFR", "AP": "APG", "EE": "EEG", "LA": "LAC", "WE": "WEOG", "OB": "OB", "ST": "ST"}


@dataclass(frozen=True)
class Badge:
    """What the `state` macro needs: code and, where the code's own word does not fit, a word."""

    code: str
    label: str | None = None


def group_label(mark: str) -> str:
    """The name of a regional group or of the other two families, by its mark."""
    return t(labels.of("group", GROUPS.get(mark, mark)))


def group_parts(marks: Iterable[str] | Mapping[str, int]) -> list[dict[str, Any]]:
    """People by group as parts of a bar, in the usual order; groups without anybody are left out.

    Args:
        marks: one mark a person, or how many people by mark.
    """
    counts = Counter(marks)
    return [
        {
            "hue": mark.lower(),
            "mark": mark,
            "label": group_label(mark),
            "count": counts[mark],
            "shown": str(counts[mark]),
        }
        for mark in GROUPS
        if counts[mark]
    ]


def in_words(parts: Iterable[dict[str, Any]]) -> str:
    """The same bar as a sentence: "African States 3, Asia-Pacific States 2"."""
    return ", ".join(f"{part['label']} {part['shown']}" for part in parts) or t("nobody")


def clock_view(
    deadline: datetime | None, *, opened: datetime | None = None, paused: datetime | None = None
) -> dict[str, Any] | None:
    """What the `clock` macro needs for a deadline (UTC); None when there is none to show."""
    if deadline is None:
        return None
    now = clock.now()
    left = timing.seconds_left(deadline, paused or now)
    words = t("Paused at {time}") if paused else t("{time} left") if left else t("Time is over")
    view: dict[str, Any] = {
        "deadline": deadline.isoformat(),
        "paused": paused.isoformat() if paused else "",
        "text": words.format(time=minutes_and_seconds(left)),
        "phase": timing.phase(deadline, now, paused=paused),
        "left": left,
        "total": int((deadline - opened).total_seconds()) if opened else None,
    }
    return view


def room_clock(room: Room) -> dict[str, Any] | None:
    """The clock of a room that is open; None for any other."""
    if room.state not in timing.EDITABLE:
        return None
    return clock_view(room.deadline_at, opened=room.opened_at, paused=room.paused_at)


def room_ends(room: Room, consultation: Consultation) -> str:
    """When an open room ends, in words; empty where nobody can say, as its clock stands still or it has none."""
    if room.deadline_at is None or room.paused_at is not None:
        return ""
    return until(room.deadline_at, consultation.time_zone, consultation.place)


def minutes_and_seconds(seconds: int) -> str:
    """A length as the clock shows it: 23:41, or 1:02:09 over an hour."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def time_in_zone(moment: datetime, zone: str) -> str:
    """The time of day in the consultation's zone and the reader's language."""
    return i18n.time_of_day(moment, language().code, zone)


def until(deadline: datetime, zone: str, place: str) -> str:
    """When a round ends, in the consultation's own time: "until 16:30, Geneva"."""
    time, place = time_in_zone(deadline, zone), place.partition(",")[0]
    return t("until %(time)s, %(place)s", time=time, place=place) if place else t("until %(time)s", time=time)


def session_badge(session: Session) -> Badge:
    """The state of a session as a badge."""
    if session.state == "report_back":
        return Badge("under_comment", t("Report-back"))
    return Badge(session.state)


def ago(moment: datetime | None) -> str:
    """How long ago something was, in words short enough for a tile."""
    return t("nothing yet") if moment is None else i18n.ago(moment, language().code, clock.now())


def dates_of(consultation: Consultation) -> str:
    """First and last day in words: "19–20 June 2017"."""
    first, last, code = consultation.starts_on, consultation.ends_on, language().code
    if first == last:
        return i18n.date_words(first, code)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{i18n.date_words(last, code)}"
    return f"{i18n.date_words(first, code)} – {i18n.date_words(last, code)}"
