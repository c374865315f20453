"""Addresses that come from outside: which of them lead to this server. Pure: no I/O."""

import re
from urllib.parse import urlsplit

MAX_NEXT = 500
#: Characters that a browser drops, or reads as a slash, when it follows an address.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")


def own_path(target: str) -> str:
    """`target` when it is a path on this server, else the front page. Nothing leads away from here after signing in."""
    if not target or len(target) > MAX_NEXT or _UNSAFE.search(target):
        return "/"
    try:
        parts = urlsplit(target)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return "/"
    return target
