"""Workbooks: read as they are saved by spreadsheets, refused when they are made to do harm."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from consult.people.imports import ImportPlan, import_plan

HEADER = ["Name", "Email", "State", "Type", "Role", "Languages"]
_IN_UTF7 = b'<?xml version="1.0" encoding="UTF-7"?>'
GOOD = ["Delegate KEN-1", "ken-1@example.org", "KEN", "member_state", "delegate", "en|fr"]


def workbook(*rows: list[object]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old in content
                content = content.replace(old, new, 1)
            copy.writestr(name, content)
    return stream.getvalue()


def code_of(plan: ImportPlan) -> str:
    assert plan.rows == ()
    assert len(plan.problems) == 1, [str(p) for p in plan.problems]
    return plan.problems[0].code


def test_a_workbook_is_read_from_its_first_sheet() -> None:
    (person,) = import_plan(workbook([*HEADER], [*GOOD])).rows
    assert (person.email, person.delegation_iso3, person.row) == ("ken-1@example.org", "KEN", 2)


def test_numbers_and_dates_become_plain_text() -> None:
    rows: list[list[object]] = [
        [*HEADER, "Needs"],
        [*GOOD, 12.0],
        [42, "b@example.org", *GOOD[2:], date(2017, 6, 19)],
    ]
    first, second = import_plan(workbook(*rows)).rows
    assert first.needs == ("12",)
    assert (second.name, second.needs) == ("42", ("2017-06-19",))


def test_a_formula_is_refused_not_evaluated() -> None:
    plan = import_plan(workbook([*HEADER], ['="x"&"y"', *GOOD[1:]]))
    assert code_of(plan) == "cell.formula"
    assert (plan.problems[0].row, plan.problems[0].column) == (2, "Name")


def test_an_array_formula_is_refused() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(GOOD)
    sheet["A2"] = ArrayFormula("A2:A2", "=TODAY()")
    assert code_of(import_plan(saved(book))) == "cell.formula"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_document_type_is_refused_wherever_it_stands(part: str) -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(io.BytesIO(workbook([*HEADER], [*GOOD]))) as archive:
        start = archive.read(part)[:1]
    data = changed(workbook([*HEADER], [*GOOD]), part, start, entity + start)
    assert code_of(import_plan(data)) == "file.document_type"


def test_a_document_type_hidden_by_another_encoding_is_refused() -> None:
    data = workbook([*HEADER], [*GOOD])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        whole = archive.read("xl/workbook.xml")
    hidden = whole.decode().encode("utf-16")
    assert code_of(import_plan(changed(data, "xl/workbook.xml", whole, hidden))) == "file.damaged"


def test_an_archive_that_unpacks_to_far_more_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (31 * 1024 * 1024))
    assert len(stream.getvalue()) < 100_000
    assert code_of(import_plan(stream.getvalue())) == "file.unpacks_too_big"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/hidden.bin"])
def test_a_small_archive_of_millions_of_elements_is_refused(part: str) -> None:
    data = workbook([*HEADER], [*GOOD])
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{part}x", b"<c/>" * 900_000)
    assert len(stream.getvalue()) < 50_000
    assert code_of(import_plan(stream.getvalue())) == "file.unpacks_too_big"


def test_another_encoding_is_refused() -> None:
    data = changed(workbook([*HEADER], [*GOOD]), "xl/workbook.xml", b"<workbook", _IN_UTF7 + b"<workbook")
    assert code_of(import_plan(data)) == "file.damaged"


def test_a_row_far_below_the_list_is_refused() -> None:
    data = workbook([*HEADER], [*GOOD], [*GOOD])
    far = changed(data, "xl/worksheets/sheet1.xml", b'<row r="3"', b'<row r="1048576"')
    assert code_of(import_plan(far)) == "file.far_rows"


def test_a_cell_far_to_the_right_costs_nothing() -> None:
    data = workbook([*HEADER], [*GOOD])
    far = changed(data, "xl/worksheets/sheet1.xml", b'r="F2"', b'r="XFD2"')
    assert import_plan(far).is_clean


def test_too_many_people_in_a_workbook_are_refused() -> None:
    rows = [[f"n{i}", f"a{i}@example.org", *GOOD[2:]] for i in range(5001)]
    assert code_of(import_plan(workbook([*HEADER], *rows))) == "file.too_many_people"


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert code_of(import_plan(stream.getvalue())) == "file.not_a_workbook"


def test_a_cut_workbook_is_refused() -> None:
    data = workbook([*HEADER], [*GOOD])
    assert code_of(import_plan(data[: len(data) // 2])) == "file.damaged"


def test_a_workbook_with_broken_xml_is_refused() -> None:
    data = workbook([*HEADER], [*GOOD])
    assert (
        code_of(import_plan(changed(data, "xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetDat")))
        == "file.damaged"
    )


def test_an_empty_workbook_is_refused() -> None:
    assert code_of(import_plan(workbook())) == "file.empty"
