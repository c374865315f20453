"""Reads the bytes of a case file as JSON, or says in one line why they are none. Pure: no I/O, no clock."""

import json
from typing import Any

from consult.seating.casefile.reading import MAX_PEOPLE, BadCase

#: Larger files are not looked into; 2,000 people with twenty rounds of past meetings fill half of it.
MAX_BYTES = 8 * 1000 * 1000


def parsed(content: bytes) -> Any:
    """The value that the file holds. An object that names a key twice is refused: one of the two would be lost.

    Raises:
        BadCase: the file is too large, not UTF-8, or not JSON; the message has line and column where they are known.
    """
    if len(content) > MAX_BYTES:
        raise BadCase(
            f"The file is larger than {MAX_BYTES // 10**6} MB. At most {MAX_PEOPLE} people can be seated, "
            "and a file of so many is far smaller."
        )
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
        if "\\ud" in text.lower():
            # Half a character, which JSON can name and no file can hold.
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeDecodeError as error:
        raise BadCase(f"The file is not UTF-8 text (byte {error.start + 1}).") from error
    except UnicodeEncodeError as error:
        raise BadCase("The file has an escape such as \\ud800 that is no character.") from error
    except json.JSONDecodeError as error:
        raise BadCase(f"Not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
    except RecursionError as error:
        raise BadCase("The file is nested too deeply.") from error
    except BadCase:
        raise
    except ValueError as error:
        raise BadCase("The file has a number that is too long.") from error
    return found


def _no_number(name: str) -> Any:
    raise BadCase(f"Not JSON: {name} is no number.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise BadCase(f"{twice!r} is named twice in one object.")
    return found
