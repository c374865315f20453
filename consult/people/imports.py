"""Checks an imported list of people: every bad cell is reported with what to do, nothing is changed.

Decides what a registration list may say. Refuses nothing silently, guesses nothing: a list with one bad cell
gives no rows at all. Pure: bytes in, a plan out; no database, no clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consult import reference
from consult.i18n import text
from consult.people.import_messages import MESSAGES
from consult.people.import_vocabulary import (
    AGE_BANDS,
    GENDERS,
    column_names,
    folded,
    language_codes,
    listed_role_codes,
    short,
    stakeholder_type_codes,
)
from consult.people.tables import MAX_CELL, Line, Unreadable, lines

REQUIRED = ("name", "email", "stakeholder_type", "role")
MAX_NAME = 200
MAX_EMAIL = 254
MAX_LANGUAGES = 8

#: Line ends, other control characters, and marks that turn the direction of text around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@(?:[^@\s.,;:<>()\[\]\"\\/_]+\.)+[^@\s.,;:<>()\[\]\"\\/_]{2,}")


@dataclass(frozen=True)
class CellProblem:
    """One bad cell. `row` 0 speaks of the whole file; `column` is the heading as the list has it."""

    row: int
    column: str
    #: What stands in the cell, cut to forty characters.
    value: str
    #: A key of `import_messages.MESSAGES`; a catalogue translates its text.
    code: str
    params: dict[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong and what to do, in English."""
        return text("en", MESSAGES[self.code], **self.params)

    def __str__(self) -> str:
        if not self.row:
            return self.message
        place = f"Row {self.row}, column “{self.column}”" if self.column else f"Row {self.row}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One checked person: what the list said, and the role and duties it gives here."""

    row: int
    name: str
    #: Lower case.
    email: str
    #: Three-letter code; None for an organisation.
    delegation_iso3: str | None
    #: Name of the organisation, or of the body within a State's delegation; may be empty for States.
    organisation: str
    #: Code of a stakeholder type.
    stakeholder_type: str
    #: Code of the role in the list.
    listed_role: str
    #: Role of the member here.
    role: str
    duties: tuple[str, ...]
    #: Language codes, best first.
    languages: tuple[str, ...]
    #: None when undisclosed or empty.
    gender: str | None
    age_band: str | None
    needs: tuple[str, ...]

    @property
    def delegation_key(self) -> str:
        """What people of one delegation share: its code, or the folded name of the organisation."""
        return self.delegation_iso3 or folded(self.organisation)

    def delegation_name(self, language: str = "en", *, year: int | None = None) -> str:
        """The name of the delegation; `year` is that of the consultation, for names that have changed."""
        if self.delegation_iso3:
            return reference.state_name(self.delegation_iso3, language, year=year)
        return self.organisation


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What importing a list would do. With any problem there are no rows."""

    rows: tuple[PersonRow, ...]
    problems: tuple[CellProblem, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the list can be imported as it is."""
        return not self.problems


def import_plan(data: bytes) -> ImportPlan:
    """Read a CSV or XLSX list of people and say what importing it would do.

    CSV is UTF-8 (or UTF-16 with its mark), separated by commas, semicolons or tabs; of a workbook, the first
    sheet is read. A list of thousands takes some tenths of a second: run it off the hub.
    """
    try:
        table = lines(data)
    except Unreadable as error:
        return _refused(error.code, error.params)
    if not table:
        return _refused("file.empty", {})
    columns, problems = _columns(table[0])
    if problems:
        return ImportPlan((), tuple(problems))
    if len(table) == 1:
        return _refused("file.no_people", {})
    people = _People(columns, table[0].cells)
    for line in table[1:]:
        people.read(line)
    if people.problems:
        return ImportPlan((), tuple(people.problems))
    return ImportPlan(tuple(people.rows), ())


def _refused(code: str, params: dict[str, object]) -> ImportPlan:
    return ImportPlan((), (CellProblem(0, "", "", code, params),))


def _columns(header: Line) -> tuple[dict[str, int], list[CellProblem]]:
    known, columns, problems = column_names(), dict[str, int](), list[CellProblem]()
    for i, heading in enumerate(header.cells):
        column = known.get(folded(heading))
        if column and column in columns:
            problems.append(CellProblem(header.number, short(heading), "", "column.twice", {"name": column}))
        elif column:
            columns[column] = i
    missing = [column for column in REQUIRED if column not in columns]
    if "delegation_iso3" not in columns and "organisation" not in columns:
        missing.append("delegation_iso3 or organisation")
    if missing:
        problems.append(CellProblem(header.number, "", "", "column.missing", {"names": ", ".join(missing)}))
    return columns, problems


class _People:
    """Collects checked rows and problems, and what earlier rows already said."""

    def __init__(self, columns: Mapping[str, int], headings: Sequence[str]) -> None:
        self.rows: list[PersonRow] = []
        self.problems: list[CellProblem] = []
        self._columns = columns
        self._headings = headings
        self._emails: dict[str, int] = {}
        self._heads: dict[str, int] = {}
        self._line = Line(0, ())

    def read(self, line: Line) -> None:
        """Check one row; keep the person, or every problem the row has."""
        self._line = line
        before = len(self.problems)
        self._check_shape()
        if len(self.problems) > before:
            return
        row = self._person()
        if row and len(self.problems) == before:
            self._check_head(row)
            self.rows.append(row)

    def _person(self) -> PersonRow | None:
        listed, kind = (
            self._code("role", listed_role_codes()),
            self._code("stakeholder_type", stakeholder_type_codes()),
        )
        name, email, state = self._name(), self._email(), self._state()
        organisation = self._cell("organisation")
        if kind and (state or not self._cell("delegation_iso3")):
            self._check_delegation(kind, state, organisation)
        languages = self._languages()
        gender = self._optional("gender", GENDERS)
        age_band = self._optional("age_band", AGE_BANDS)
        if not (kind and listed):
            return None
        role, duties = reference.member_role(listed, kind)
        return PersonRow(
            row=self._line.number,
            name=name,
            email=email,
            delegation_iso3=state.iso3 if state else None,
            organisation=organisation,
            stakeholder_type=kind,
            listed_role=listed,
            role=role,
            duties=duties,
            languages=languages,
            gender=None if gender == "undisclosed" else gender,
            age_band=age_band,
            needs=_parts(self._cell("needs")),
        )

    def _cell(self, column: str) -> str:
        i = self._columns.get(column)
        return self._line.cells[i] if i is not None and i < len(self._line.cells) else ""

    def _problem(self, column: str, code: str, **params: object) -> None:
        i = self._columns.get(column)
        heading = column if i is None else self._headings[i]
        self.problems.append(
            CellProblem(self._line.number, short(heading), short(self._cell(column)), code, params)
        )

    def _check_shape(self) -> None:
        for i, value in enumerate(self._line.cells):
            if value and (i >= len(self._headings) or not self._headings[i]):
                params: dict[str, object] = {"number": i + 1}
                self.problems.append(CellProblem(self._line.number, "", short(value), "row.too_long", params))
                return
        for column in self._columns:
            value = self._cell(column)
            if len(value) > MAX_CELL:
                self._problem(column, "cell.too_long", length=len(value), most=MAX_CELL)
            elif _CONTROL.search(value):
                self._problem(column, "cell.control")
            elif value.startswith("="):
                self._problem(column, "cell.formula")

    def _name(self) -> str:
        name = " ".join(self._cell("name").split())
        if not name:
            self._problem("name", "name.missing")
        elif len(name) > MAX_NAME:
            self._problem("name", "name.too_long", most=MAX_NAME)
        return name

    def _email(self) -> str:
        email = self._cell("email").lower()
        if not email:
            self._problem("email", "email.missing")
        elif len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
            self._problem("email", "email.malformed")
        elif email in self._emails:
            self._problem("email", "email.twice", row=self._emails[email])
        else:
            self._emails[email] = self._line.number
        return email

    def _code(self, column: str, known: Mapping[str, str]) -> str | None:
        value = self._cell(column)
        found = known.get(folded(value))
        if not found:
            code = f"{column}.unknown" if value else f"{column}.missing"
            self._problem(column, code, value=short(value), known=", ".join(dict.fromkeys(known.values())))
        return found

    def _optional(self, column: str, allowed: tuple[str, ...]) -> str | None:
        value = self._cell(column)
        found = {folded(a): a for a in allowed}.get(folded(value))
        if value and not found:
            self._problem(column, f"{column}.unknown", known=", ".join(allowed))
        return found

    def _state(self) -> reference.State | None:
        value = self._cell("delegation_iso3")
        found = reference.state_called(value) if value else None
        if value and not found:
            self._problem("delegation_iso3", "delegation.unknown", value=short(value))
        return found

    def _check_delegation(self, kind: str, state: reference.State | None, organisation: str) -> None:
        if kind in ("member_state", "observer_state"):
            if state is None:
                self._problem("delegation_iso3", "delegation.missing")
            elif state.status != kind:
                self._problem(
                    "delegation_iso3", f"delegation.not_{kind}", state=reference.state_name(state.iso3)
                )
        elif state and state.status != "observer_organisation":
            self._problem("delegation_iso3", "delegation.not_a_state")
        elif not state and not folded(organisation):
            self._problem("organisation", "organisation.missing")

    def _check_head(self, row: PersonRow) -> None:
        if "head_of_delegation" not in row.duties:
            return
        first = self._heads.setdefault(row.delegation_key, row.row)
        if first != row.row:
            self._problem("role", "role.second_head", row=first)

    def _languages(self) -> tuple[str, ...]:
        known = language_codes()
        parts = _parts(self._cell("languages"))
        unknown = [part for part in parts if folded(part) not in known]
        found = tuple(dict.fromkeys(known[folded(part)] for part in parts if folded(part) in known))
        if unknown:
            self._problem("languages", "languages.unknown", value=short(unknown[0]))
        elif len(found) > MAX_LANGUAGES:
            self._problem("languages", "languages.too_many", most=MAX_LANGUAGES)
        return found


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[|;,]", cell)))))
