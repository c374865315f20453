"""Names of downloaded files: safe in every file system and in a header, still readable in Arabic. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

from consult.richtext.characters import one_line

_FORBIDDEN = re.compile(r"[\"'`,<>:/\\|?*%;&$#!{}\[\]^~=]")
_INVISIBLE = re.compile("[\u200b-\u200f\u061c\u2060-\u2064\u00ad]")
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)$")
_MAX_BYTES = 120


def safe_filename(title: str, extension: str) -> str:
    """A file name made of a title: no path, no quotes, nothing hidden or turned, of bounded length.

    Args:
        title: any text.
        extension: ours, without the dot.
    """
    words = _INVISIBLE.sub("", _FORBIDDEN.sub(" ", one_line(title)))
    words = "".join(letter for letter in words if letter.isprintable() or letter.isspace())
    stem = re.sub(r"\.{2,}", ".", "-".join(words.split())).strip("-. ")
    stem = stem.encode()[:_MAX_BYTES].decode(errors="ignore").rstrip("-. ")
    if not stem or _RESERVED.match(stem.split(".")[0]):
        stem = f"record-{stem}".rstrip("-")
    return f"{stem}.{extension}"


def content_disposition(filename: str) -> str:
    """The header that makes a browser store a download under this name, plain letters for old clients too."""
    plain = filename.encode("ascii", "ignore").decode().strip("-. ")
    stem, _, extension = filename.rpartition(".")
    if not plain or plain == extension:
        plain = f"record.{extension}" if stem else "record"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
