"""Two proposals side by side: who sits elsewhere, every measure of both; nothing that depends on declared gender."""

from hypothesis import given
from hypothesis import strategies as st

from consult.seating.case import Case, Person, RoomSpec
from consult.seating.plan_measures import plan_measures
from consult.seating.report.comparing import Change, Side, comparison

REGIONS = ("African", "African", "WEOG", "WEOG", None, "WEOG")
PEOPLE = tuple(
    Person(f"p{n}", region=region, gender="woman" if n % 2 else "man") for n, region in enumerate(REGIONS)
)
ROOMS = (RoomSpec("001"), RoomSpec("002"))
CASE = Case(PEOPLE, ROOMS)
SEATS = st.dictionaries(st.sampled_from([p.id for p in PEOPLE]), st.sampled_from(["001", "002"]))


@given(SEATS, SEATS)
def test_who_sits_elsewhere_is_named_and_nobody_else(one: dict[str, str], other: dict[str, str]) -> None:
    found = comparison(Side(CASE, one), Side(CASE, other))
    named = {change.person for change in found.changes}
    assert named == {p.id for p in PEOPLE if one.get(p.id) != other.get(p.id)}
    back = comparison(Side(CASE, other), Side(CASE, one))
    assert back.changes == tuple(Change(c.person, c.after, c.before) for c in found.changes)
    assert [(line.name, line.other, line.one) for line in back.measures] == [
        (line.name, line.one, line.other) for line in found.measures
    ]


@given(SEATS, SEATS)
def test_every_measure_stands_beside_its_bound_but_those_of_gender(
    one: dict[str, str], other: dict[str, str]
) -> None:
    lines = {line.name: line for line in comparison(Side(CASE, one), Side(CASE, other)).measures}
    values = plan_measures(CASE, [one])
    assert set(lines) == set(values) - {"D.gender"}
    for name, line in lines.items():
        assert line.one is not None
        assert line.one.value == values[name]
        assert line.one.bound <= line.one.value


def test_a_proposal_without_an_attribute_has_no_number_for_it() -> None:
    plain = Case(PEOPLE, ROOMS, balance=("region",))
    lines = {line.name: line for line in comparison(Side(CASE, {}), Side(plain, {})).measures}
    assert lines["D.role"].one is not None
    assert lines["D.role"].other is None
