"""Turns an uploaded list into rows of plain text: CSV in its variants, and XLSX.

Refuses what is too large, damaged, or made to do harm: archives that unpack to much more than they weigh,
document types and entities inside XML, formulas. Nothing is evaluated and nothing outside the bytes is read.
Pure: no database, no clock.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from openpyxl import load_workbook

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5000
#: Blank rows below the list count too: they cost time.
MAX_SHEET_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 500
_MAX_UNPACKED = 30 * 1024 * 1024
_MAX_PARTS = 1000
#: Opening angles in a part, closing tags included: small archives can hold millions of empty elements. A full list of
#: 5,000 people and ten columns has 300,000 in its sheet.
_MAX_ANGLES = {"xl/worksheets/": 800_000, "xl/sharedStrings": 400_000}
_MAX_OTHER_ANGLES = 50_000
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)")
_OLE_START = b"\xd0\xcf\x11\xe0"
_ZIP_START = b"PK\x03\x04"
_PDF_START = b"%PDF"


class Unreadable(ValueError):
    """The list cannot be read at all: a code of `import_messages`, and what its text needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a list: the number a person sees in their spreadsheet, and its cells."""

    number: int
    cells: tuple[str, ...]


def lines(data: bytes) -> list[Line]:
    """The rows of an uploaded list, header included, blank rows left out.

    Raises:
        Unreadable: the list is too large, damaged, or no list.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable("file.too_big", megabytes=round(len(data) / 2**20, 1), most=MAX_BYTES // 2**20)
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("file.empty")
    if data.startswith(_OLE_START):
        raise Unreadable("file.old_workbook")
    if data.startswith(_PDF_START):
        raise Unreadable("file.pdf")
    found = _workbook_rows(data) if data.startswith(_ZIP_START) else _text_rows(data)
    return _without_blanks(found)


def _without_blanks(rows: Iterable[tuple[int, tuple[str, ...]]]) -> list[Line]:
    kept: list[Line] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if len(kept) > MAX_ROWS:
            raise Unreadable("file.too_many_people", most=MAX_ROWS)
        kept.append(Line(number, cells))
    return kept


def _text_rows(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    text = _decoded(data)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            # The number of the row's first line, which is what an editor shows.
            number, before = before + 1, reader.line_num
            yield number, tuple(cell.strip() for cell in cells)
    except csv.Error:
        raise Unreadable("file.open_quotation", row=before + 1) from None


def _decoded(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise Unreadable("file.not_utf8", row=row) from None
    if "\0" in text:
        raise Unreadable("file.not_a_list")
    return text


def _workbook_rows(data: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            if not book.worksheets:
                raise Unreadable("file.no_sheet")
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), 1):
                if number > MAX_SHEET_ROWS:
                    raise Unreadable("file.far_rows", most=MAX_SHEET_ROWS)
                yield number, tuple(_as_text(value) for value in cells)
        finally:
            book.close()
    except Unreadable:
        raise
    except Exception:  # A damaged workbook fails in as many ways as there are bytes.
        raise Unreadable("file.damaged") from None


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MAX_PARTS or sum(p.file_size for p in parts) > _MAX_UNPACKED:
                raise Unreadable("file.unpacks_too_big")
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable("file.not_a_workbook")
            for part in parts:
                _check_part(archive, part)
    except Unreadable:
        raise
    except Exception:  # As above.
        raise Unreadable("file.damaged") from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse document types, encodings that could hide one, and more elements than any list has.

    Every part is looked at: a workbook may give its sheets any file name.
    """
    most = next((n for start, n in _MAX_ANGLES.items() if part.filename.startswith(start)), _MAX_OTHER_ANGLES)
    with archive.open(part) as stream:
        head = stream.read(256)
        declared = _ENCODING.search(head)
        if part.filename.endswith((".xml", ".rels")) and (
            not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
            or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii"))
        ):
            raise Unreadable("file.damaged")
        angles, chunk, tail = 0, head, b""
        while chunk:
            seen = tail + chunk.replace(b"\0", b"")
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen:
                raise Unreadable("file.document_type")
            angles += chunk.count(b"<")
            if angles > most:
                raise Unreadable("file.unpacks_too_big")
            tail = seen[-9:]
            chunk = stream.read(1 << 16)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int | float | time):
        return str(value).strip()
    # Array and table formulas come as objects; the reader of the cell refuses what starts like this.
    return "=formula"
