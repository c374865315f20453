"""States, groups and their names: counts anybody can check, names as the United Nations writes them."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import reference

SHARED = Path(__file__).parents[3] / "shared" / "data"


def test_the_five_groups_have_54_54_23_33_and_29_members() -> None:
    members = [s for s in reference.states() if s.status == "member_state"]
    assert Counter(s.group for s in members) == {"AFR": 54, "APG": 54, "EEG": 23, "LAC": 33, "WEOG": 29}
    assert len(members) == 193


def test_observers_do_not_vote_and_have_no_group() -> None:
    others = [s for s in reference.states() if s.status != "member_state"]
    assert {s.iso3 for s in others} == {"VAT", "PSE", "EUE"}
    assert all(s.group is None and not s.may_vote for s in others)
    assert all(s.may_vote for s in reference.states() if s.status == "member_state")


def test_codes_are_unique_and_well_formed() -> None:
    states = reference.states()
    assert len({s.iso3 for s in states}) == len({s.iso2 for s in states}) == len(states) == 196
    assert all(len(s.m49) == 3 and s.m49.isdigit() for s in states if s.iso3 != "EUE")


def test_states_whose_group_is_a_matter_of_elections_say_so() -> None:
    assert reference.group_of("USA") == "WEOG"
    assert {s.iso3 for s in reference.states() if s.formal_group and s.group} == {"KIR", "TUR", "USA"}


@pytest.mark.parametrize(
    ("iso3", "language", "name"),
    [
        ("USA", "en", "United States of America"),
        ("CIV", "en", "Côte d’Ivoire"),
        ("CIV", "fr", "Côte d’Ivoire"),
        ("BOL", "es", "Bolivia (Estado Plurinacional de)"),
        ("GBR", "fr-CH", "Royaume-Uni de Grande-Bretagne et d’Irlande du Nord"),
        ("KEN", "de", "Kenia"),
        ("KEN", "xx", "Kenya"),
        ("EUE", "ru", "Европейский союз"),
    ],
)
def test_names(iso3: str, language: str, name: str) -> None:
    assert reference.state_name(iso3, language) == name


def test_a_document_of_2017_keeps_the_names_of_2017() -> None:
    assert reference.state_name("TUR", "en", year=2017) == "Turkey"
    assert reference.state_name("TUR", "en", year=2023) == "Türkiye"
    assert reference.state_name("SWZ", "en", year=2017) == "Swaziland"
    assert reference.state_name("KEN", "en", year=2017) == "Kenya"


def test_an_unknown_state_has_no_name() -> None:
    with pytest.raises(KeyError):
        reference.state_name("XXX")
    assert reference.state("XXX") is None
    assert reference.group_of("XXX") is None


def test_every_state_has_a_name_in_every_language_and_is_found_by_it() -> None:
    for state in reference.states():
        for language in reference.NAME_LANGUAGES:
            name = reference.state_name(state.iso3, language)
            found = reference.state_called(name)
            assert found is state, (state.iso3, language, name)


@pytest.mark.parametrize("text", ["ken", " KE ", "Kenya", "KENYA", "肯尼亚"])
def test_lists_may_name_a_state_in_several_ways(text: str) -> None:
    found = reference.state_called(text)
    assert found
    assert found.iso3 == "KEN"


@given(st.text(max_size=60))
def test_any_text_is_a_state_or_none(text: str) -> None:
    found = reference.state_called(text)
    assert found is None or found in reference.states()


@pytest.mark.skipif(not SHARED.exists(), reason="the reference facts are not beside the project")
def test_names_agree_with_the_reference_facts() -> None:
    with (SHARED / "member_states.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for language in reference.NAME_LANGUAGES:
                ours = reference.state_name(row["iso3"], language).replace("’", "'")
                assert ours == row[f"name_{language}"].replace("’", "'"), (row["iso3"], language)


@pytest.mark.parametrize(
    ("kind", "group", "mark"),
    [
        ("member_state", "AFR", "AF"),
        ("member_state", "APG", "AP"),
        ("member_state", "EEG", "EE"),
        ("member_state", "LAC", "LA"),
        ("member_state", "WEOG", "WE"),
        ("observer_state", None, "OB"),
        ("regional_organisation", None, "OB"),
        ("un_entity", None, "OB"),
        ("ngo", None, "ST"),
        ("secretariat", None, "ST"),
        ("unheard_of", None, "ST"),
    ],
)
def test_every_delegation_has_a_mark(kind: str, group: str | None, mark: str) -> None:
    assert reference.mark_of(kind, group) == mark
    assert reference.group(mark) is not None


def test_marks_are_the_seven_of_the_look() -> None:
    assert [g.mark for g in reference.groups()] == ["AF", "AP", "EE", "LA", "WE", "OB", "ST"]
    assert [g.code for g in reference.groups() if g.is_regional] == ["AFR", "APG", "EEG", "LAC", "WEOG"]
