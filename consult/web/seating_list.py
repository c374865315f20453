"""Fixed seats from a list: a person and a room in each row of a CSV or XLSX file. Of a list with a row that cannot be read nothing is taken."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from flask import request

from consult.people import import_messages, passwords, tables
from consult.people.tables import Line, Unreadable
from consult.rooms import service as rooms_service
from consult.web.forms import Form
from consult.web.pages import t
from consult.web.seating_form import Asked, People

#: Rows that are named when they cannot be read; more do not help.
MOST_ROWS_NAMED = 20
_ROOM = re.compile(r"\D{0,30}?(\d{1,3})\Z")


def rows_sent() -> Sequence[Line] | Unreadable | None:
    """The rows of the list that came with a form, or why there are none; None where no list came. Read off the hub, as it takes long."""
    file = request.files.get("list")
    if file is None or not file.filename:
        return None
    file.stream.seek(0)  # the act may be tried a second time after a conflict
    try:
        found: Sequence[Line] = passwords.run_off_hub(tables.lines, file.stream.read(tables.MAX_BYTES + 1))
    except Unreadable as reason:
        return reason
    return found


def add_list(
    form: Form,
    asked: Asked,
    sent: Sequence[Line] | Unreadable | None,
    people: People,
    addresses: Mapping[str, str],
) -> None:
    """Add the seats of a list to those that a form asks for; what is wrong with the list is noted in the form.

    Args:
        addresses: e-mail address in lower case -> id of a person.
    """
    if sent is None:
        # Sent with another button, only the name of the file comes along.
        if str(form.values.get("list", "")).strip():
            form.refuse("pins", "seating.list_not_added")
        return
    if isinstance(sent, Unreadable):
        form.errors.setdefault("pins", t(import_messages.MESSAGES[sent.code], **sent.params))
        return
    pins, wrong = pins_of(sent, people, addresses)
    if wrong:
        more = ", …" if len(wrong) > MOST_ROWS_NAMED else ""
        form.refuse("pins", "seating.list_rows", rows=", ".join(map(str, wrong[:MOST_ROWS_NAMED])) + more)
    elif not pins:
        form.refuse("pins", "seating.list_empty")
    else:
        asked.constraints = replace(asked.constraints, pins={**asked.constraints.pins, **pins})
        asked.listed = len(pins)


def pins_of(
    rows: Iterable[Line], people: People, addresses: Mapping[str, str]
) -> tuple[dict[str, int], list[int]]:
    """Who sits in which room by a list, and the numbers of the rows that cannot be read. A first row without a room is its heading."""
    found: dict[str, int] = {}
    wrong: list[int] = []
    for place, row in enumerate(rows):
        if len(wrong) > MOST_ROWS_NAMED:
            break
        who, where = (*row.cells, "", "")[:2]
        room = _ROOM.match(where.strip())
        if room is None and place == 0:
            continue
        number = int(room.group(1)) if room else 0
        person = addresses.get(who.strip().casefold()) or (people.named(who) if who.strip() else None)
        if (
            person is None
            or not 1 <= number <= rooms_service.MOST_ROOMS
            or found.get(person, number) != number
        ):
            wrong.append(row.number)
        else:
            found[person] = number
    return found, wrong
