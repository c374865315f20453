"""Imported lists: real ones come in whole, bad cells are named, and one bad cell keeps everybody out."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.people.import_messages import MESSAGES
from consult.people.imports import CellProblem, ImportPlan, import_plan

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEADER = "name,email,delegation_iso3,organisation,stakeholder_type,role,languages,gender,age_band,needs"
GOOD = "Delegate KEN-1,ken-1@example.org,KEN,,member_state,delegate,en|fr,woman,35-44,remote|low_bandwidth"


def listed(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows, "")).encode()


def only_problem(plan: ImportPlan) -> CellProblem:
    assert plan.rows == ()
    assert len(plan.problems) == 1, [str(p) for p in plan.problems]
    return plan.problems[0]


@pytest.mark.skipif(not SHARED.exists(), reason="the sample lists are not beside the project")
@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("delegates_60.csv", 60),
        ("delegates_sample.csv", 180),
        ("delegates_600.csv", 600),
        ("delegates_2000.csv", 2000),
    ],
)
def test_the_sample_lists_come_in_without_a_problem(name: str, people: int) -> None:
    plan = import_plan((SHARED / name).read_bytes())
    assert [str(p) for p in plan.problems] == []
    assert len(plan.rows) == people


def test_a_row_becomes_a_person() -> None:
    plan = import_plan(listed(GOOD))
    (person,) = plan.rows
    assert plan.is_clean
    assert (person.row, person.name, person.email) == (2, "Delegate KEN-1", "ken-1@example.org")
    assert (person.delegation_iso3, person.delegation_key, person.delegation_name()) == (
        "KEN",
        "KEN",
        "Kenya",
    )
    assert (person.role, person.duties) == ("delegate", ())
    assert person.languages == ("en", "fr")
    assert person.needs == ("remote", "low_bandwidth")


def test_a_delegation_carries_the_name_of_its_year() -> None:
    (person,) = import_plan(listed(GOOD.replace(",KEN,", ",TUR,"))).rows
    assert person.delegation_name(year=2017) == "Turkey"


@pytest.mark.parametrize(
    "data",
    [
        listed(GOOD),
        b"\xef\xbb\xbf" + listed(GOOD),
        listed(GOOD).replace(b"\n", b"\r\n"),
        listed(GOOD).replace(b"\n", b"\r"),
        listed(GOOD).replace(b",", b";"),
        listed(GOOD).replace(b",", b"\t"),
        listed(GOOD).decode().encode("utf-16"),
        b"\n\n" + listed(GOOD, "", ",,,,,,,,,"),
    ],
    ids=["plain", "bom", "crlf", "cr", "semicolon", "tab", "utf-16", "blank rows"],
)
def test_the_usual_ways_of_saving_a_list_are_read(data: bytes) -> None:
    plan = import_plan(data)
    assert [str(p) for p in plan.problems] == []
    assert [p.email for p in plan.rows] == ["ken-1@example.org"]


def test_headings_may_differ_in_wording_and_order_and_others_are_left_alone() -> None:
    data = listed(
        "Delegate;KEN-1@Example.org ;Kenya;Badge 12;Member State;A. Example;English, French;Undisclosed",
        header="Function;E-mail address;Country;Badge;Type;Full name;Working languages;Sex",
    )
    (person,) = import_plan(data).rows
    assert (person.name, person.email, person.delegation_iso3) == ("A. Example", "ken-1@example.org", "KEN")
    assert person.languages == ("en", "fr")
    assert person.gender is None


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("name", "", "name.missing"),
        ("name", "x" * 201, "name.too_long"),
        ("name", "x" * 501, "cell.too_long"),
        ("name", '"two\nlines"', "cell.control"),
        ("name", "turned \u202e round", "cell.control"),
        ("name", "=1+1", "cell.formula"),
        ("email", "", "email.missing"),
        ("email", "ken-1 at example.org", "email.malformed"),
        ("email", "ken-1@example", "email.malformed"),
        ("email", "a@example.org;b@example.org", "email.malformed"),
        ("delegation_iso3", "XYZ", "delegation.unknown"),
        ("delegation_iso3", "", "delegation.missing"),
        ("delegation_iso3", "VAT", "delegation.not_member_state"),
        ("stakeholder_type", "observer_state", "delegation.not_observer_state"),
        ("stakeholder_type", "ngo", "delegation.not_a_state"),
        ("stakeholder_type", "", "stakeholder_type.missing"),
        ("stakeholder_type", "kingdom", "stakeholder_type.unknown"),
        ("role", "", "role.missing"),
        ("role", "king", "role.unknown"),
        ("languages", "en|klingonese", "languages.unknown"),
        ("languages", "en|fr|es|ar|ru|zh|pt|de|it", "languages.too_many"),
        ("gender", "f", "gender.unknown"),
        ("age_band", "42", "age_band.unknown"),
    ],
)
def test_a_bad_cell_is_named_with_what_to_do(column: str, value: str, code: str) -> None:
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: value}
    problem = only_problem(import_plan(listed(GOOD.replace("ken-1", "first"), ",".join(cells.values()))))
    assert problem.code == code
    assert (problem.row, problem.column) == (3, _where(code, column))
    assert problem.message.endswith(".")
    assert str(problem).startswith(f"Row 3, column “{problem.column}”: ")


def test_an_organisation_must_be_named() -> None:
    problem = only_problem(import_plan(listed("A. Example,a@example.org,,,ngo,observer,en,,,")))
    assert (problem.code, problem.column) == ("organisation.missing", "organisation")


def test_the_european_union_speaks_as_an_organisation_with_a_code() -> None:
    (person,) = import_plan(listed("A. Example,a@example.org,EUE,,regional_organisation,observer,en,,,")).rows
    assert person.delegation_name() == "European Union"


def test_an_address_may_stand_in_one_row_only() -> None:
    problem = only_problem(import_plan(listed(GOOD, GOOD.replace("ken-1@", "KEN-1@"))))
    assert (problem.code, problem.row) == ("email.twice", 3)
    assert "row 2" in problem.message


def test_a_delegation_has_one_head() -> None:
    head = GOOD.replace(",delegate,", ",head_of_delegation,")
    problem = only_problem(import_plan(listed(head, head.replace("ken-1@", "ken-2@"))))
    assert (problem.code, problem.row, problem.column) == ("role.second_head", 3, "role")


def test_every_bad_cell_of_a_row_and_of_the_list_is_reported() -> None:
    plan = import_plan(listed("x,y,ZZZ,,nobody,king,qqq,f,1,", GOOD, "x,y,KEN,,member_state,delegate,en,,,"))
    assert plan.rows == ()
    assert [p.row for p in plan.problems] == [2] * 7 + [4]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    two_lines = GOOD.replace("remote|low_bandwidth", '"remote\nand late"').replace("ken-1@", "ken-2@")
    plan = import_plan(listed("", GOOD, two_lines, GOOD.replace("ken-1@", "bad@@")))
    assert [(p.row, p.code) for p in plan.problems] == [(4, "cell.control"), (6, "email.malformed")]


@pytest.mark.parametrize(
    ("header", "code", "said"),
    [
        ("name,email", "column.missing", "stakeholder_type, role, delegation_iso3 or organisation"),
        ("a,b,c", "column.missing", "name, email"),
        (HEADER + ",E-mail", "column.twice", "“email”"),
    ],
)
def test_headings_must_be_there_once(header: str, code: str, said: str) -> None:
    problem = only_problem(import_plan(listed(GOOD, header=header)))
    assert problem.code == code
    assert said in problem.message


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file.empty"),
        (b"\0" * 100, "file.empty"),
        (b"\n \r\n", "file.empty"),
        (HEADER.encode(), "file.no_people"),
        (b"%PDF-1.7 ...", "file.pdf"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "file.old_workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "file.not_utf8"),
        (b"name\0email\n1\0002", "file.not_a_list"),
        (listed(GOOD.replace("Delegate", "Délégué")).decode().encode("latin-1"), "file.not_utf8"),
        (listed(GOOD, '"never closed').rstrip(), "file.open_quotation"),
        (listed(GOOD) * 40_000, "file.too_big"),
        (listed(*[f"n,a{i}@b.org,,o,ngo,observer" for i in range(5001)]), "file.too_many_people"),
        ((HEADER + "\n").encode() + b"a\n" * 1_000_000, "file.too_many_people"),
        (b"PK\x03\x04" + b"\0" * 50, "file.damaged"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(data: bytes, code: str) -> None:
    problem = only_problem(import_plan(data))
    assert (problem.code, problem.row) == (code, 0)
    assert "\n" not in str(problem)


def test_five_thousand_people_are_not_too_many() -> None:
    plan = import_plan(listed(*[f"n,a{i}@b.org,,o,ngo,observer" for i in range(5000)]))
    assert len(plan.rows) == 5000


def test_hostile_values_are_shown_short_and_harmless() -> None:
    problem = only_problem(import_plan(listed(GOOD.replace("KEN,", "<script>" + "x" * 400 + ","))))
    assert len(problem.value) == 40


@given(st.binary(max_size=400))
def test_any_bytes_give_people_or_problems_never_both(data: bytes) -> None:
    plan = import_plan(data)
    assert bool(plan.rows) != bool(plan.problems)


cells = st.text(st.characters(codec="utf-8"), max_size=40).map(lambda t: '"' + t.replace('"', '""') + '"')


@given(st.lists(st.lists(cells, min_size=10, max_size=11), max_size=4))
def test_any_cells_give_readable_problems(rows: list[list[str]]) -> None:
    plan = import_plan(listed(*[",".join(row) for row in rows]))
    assert bool(plan.rows) != bool(plan.problems)
    for problem in plan.problems:
        assert problem.code in MESSAGES
        assert str(problem).isprintable()


@given(st.permutations(range(10)), st.sampled_from(",;\t"))
def test_the_order_of_columns_and_the_separator_do_not_matter(order: list[int], separator: str) -> None:
    def line(text: str) -> str:
        cells = text.split(",")
        return separator.join(cells[i] for i in order)

    assert import_plan(listed(line(GOOD), header=line(HEADER))) == import_plan(listed(GOOD))


def _where(code: str, column: str) -> str:
    return "delegation_iso3" if code.startswith("delegation.") else column
