"""Numbers of people: totals that add up, and no number that gives somebody away."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consult.people.balance import Balance, Person, balance

PEOPLE = st.lists(
    st.builds(
        Person,
        kind=st.sampled_from(["member_state", "ngo", "un_entity", "media", "trade_union"]),
        group=st.sampled_from([None, "AFR", "APG", "EEG", "LAC", "WEOG"]),
        delegation=st.integers(1, 9),
        gender=st.sampled_from([None, "woman", "man", "non_binary"]),
        age_band=st.sampled_from([None, "18-24", "35-44", "65+"]),
    ),
    max_size=60,
)


def tables(found: Balance) -> list[tuple[object, ...]]:
    return [found.by_group, found.by_family, found.by_gender, found.by_age]


@given(PEOPLE)
def test_no_number_between_one_and_four_is_shown_or_left_alone(people: list[Person]) -> None:
    found = balance(people)
    for table in tables(found):
        assert all(count.count is None or count.count == 0 or count.count >= 5 for count in table)
        hidden = [count for count in table if count.count is None]
        others = sum(count.count > 0 for count in table if count.count is not None)
        assert len(hidden) != 1 or not others, "a single hidden number follows from the total"


@given(PEOPLE)
def test_what_is_shown_is_true(people: list[Person]) -> None:
    found = balance(people)
    true = Counter(person.gender or "undisclosed" for person in people)
    assert all(count.count in (None, true[count.code]) for count in found.by_gender)
    assert all((0 < true[count.code] < 5) == count.is_small for count in found.by_gender)
    assert found.people == len(people)
    assert found.delegations == len({person.delegation for person in people})


@given(PEOPLE)
def test_the_order_of_people_does_not_matter(people: list[Person]) -> None:
    assert balance(people) == balance(people[::-1])


def test_the_five_regional_groups_are_always_listed() -> None:
    found = balance([Person("member_state", "AFR", 1, None, None)] * 5)
    assert [(count.code, count.count) for count in found.by_group] == [
        ("AF", 5), ("AP", 0), ("EE", 0), ("LA", 0), ("WE", 0),
    ]  # fmt: skip
