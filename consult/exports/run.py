"""Makes a file out of a record, in a process that ends, so that nobody else's work waits for it.

Called by the web, the command line and tests alike. It waits for the process cooperatively where gevent has
patched the standard library.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass

from consult.exports.filenames import safe_filename
from consult.exports.record import Record, to_json

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
FORMATS = tuple(MEDIA_TYPES)
TIMEOUT_SECONDS = 60.0
#: How many exports one server process runs at the same time; the others wait.
_PLACES = threading.BoundedSemaphore(2)
#: What the process may know: no setting and no secret of the server.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
_log = logging.getLogger(__name__)


class ExportFailed(RuntimeError):
    """The file could not be made; the record is untouched and the export can be tried again."""


@dataclass(frozen=True)
class Export:
    """A file to hand out. ``note`` is a sentence for the page that offered it; empty when all is well."""

    content: bytes
    media_type: str
    filename: str
    note: str = ""


def render(record: Record, form: str, *, timeout: float = TIMEOUT_SECONDS) -> Export:
    """The record as a file.

    Args:
        record: already under its attribution rule.
        form: one of ``FORMATS``.
        timeout: seconds, waiting for a place included in none of them.

    Raises:
        KeyError: when there is no such format.
        ExportFailed: when the process fails, or takes longer.
    """
    media_type = MEDIA_TYPES[form]
    request = f"{form}\n{to_json(record, indent=None)}".encode()
    with _PLACES:
        answer = _answer(request, timeout)
    head, _, content = answer.partition(b"\n")
    return Export(content, media_type, safe_filename(record.title, form), str(json.loads(head)["note"]))


def _answer(request: bytes, timeout: float) -> bytes:
    command = [sys.executable, "-I", "-m", "consult.exports.worker"]
    try:
        done = subprocess.run(  # noqa: S603  (our own module, no shell, nothing of the record in the arguments)
            command, input=request, capture_output=True, timeout=timeout, env=_ENVIRONMENT, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ExportFailed("the file took too long to make") from late
    if done.returncode != 0:
        _log.error("export failed: %s", done.stderr.decode(errors="replace")[-2000:])
        raise ExportFailed("the file could not be made")
    return done.stdout
