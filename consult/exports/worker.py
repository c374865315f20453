"""One export in a process of its own: ``python -m consult.exports.worker``, request in, file out, end.

Reads a line with the format and then the record as JSON from standard input; writes one JSON line ``{"note"}``
and the file to standard output. Its memory and time are bounded, and both are given back when it ends.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable

from consult.exports.document import document
from consult.exports.record import Record, from_json, to_json

_MEBIBYTE = 1024 * 1024
#: Address space, CPU seconds, open files, core dumps. Typst reserves far more address space than it uses.
_LIMITS = (
    (resource.RLIMIT_AS, 2048 * _MEBIBYTE),
    (resource.RLIMIT_CPU, 60),
    (resource.RLIMIT_NOFILE, 256),
    (resource.RLIMIT_CORE, 0),
)


def made(record: Record, form: str) -> tuple[bytes, str]:
    """The bytes of the record in one format, and a note on them (empty when all is well).

    Raises:
        KeyError: when there is no such format.
    """
    return _MAKERS[form](record)


def _docx(record: Record) -> tuple[bytes, str]:
    from consult.exports.docx import to_docx

    return to_docx(document(record)), ""


def _pdf(record: Record) -> tuple[bytes, str]:
    from consult.exports.pdf import to_pdf

    return to_pdf(document(record))


def _html(record: Record) -> tuple[bytes, str]:
    from consult.exports.html import to_html

    return to_html(document(record)).encode(), ""


def _markdown(record: Record) -> tuple[bytes, str]:
    from consult.exports.markdown import to_markdown

    return to_markdown(document(record)).encode(), ""


def _json(record: Record) -> tuple[bytes, str]:
    return f"{to_json(record)}\n".encode(), ""


#: Each maker imports what only it needs: a Markdown file is not made to wait for Typst.
_MAKERS: dict[str, Callable[[Record], tuple[bytes, str]]] = {
    "docx": _docx,
    "pdf": _pdf,
    "html": _html,
    "md": _markdown,
    "json": _json,
}


def main() -> None:
    """Answers one request, giving way to the server that asked for it."""
    os.nice(5)
    for kind, bound in _LIMITS:
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (bound if hard < 0 else min(bound, hard), hard))
    form, _, text = sys.stdin.buffer.read().decode().partition("\n")
    content, note = made(from_json(text), form)
    sys.stdout.buffer.write(json.dumps({"note": note}).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
