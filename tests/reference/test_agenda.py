"""Targets, instruments, objectives, themes, terms, roles: complete, linked, and in our own words."""

import csv
import re
from pathlib import Path

import pytest

from consult import reference

SHARED = Path(__file__).parents[3] / "shared"
DATA = SHARED / "data"
beside = pytest.mark.skipif(not DATA.exists(), reason="the reference facts are not beside the project")


def test_there_are_169_targets_of_17_goals() -> None:
    targets = reference.targets()
    assert len({t.code for t in targets}) == len(targets) == 169
    assert {t.goal for t in targets} == {g.code for g in reference.goals()} == {str(n) for n in range(1, 18)}
    assert sum(t.is_means for t in targets) == 62
    assert {t.code for t in targets if t.migration == "core"} >= {"8.8", "10.7", "10.c", "17.18"}


def test_labels_of_targets_are_short_and_different() -> None:
    labels = [t.label for t in reference.targets()]
    assert len(set(labels)) == len(labels)
    assert max(map(len, labels)) <= 55
    assert str(reference.target("10.7")) == "10.7 Safe and orderly migration"
    assert reference.target("99.9") is None


def test_links_lead_somewhere() -> None:
    targets = {t.code for t in reference.targets()}
    themes = {t.code for t in reference.themes()}
    objectives = {o.code for o in reference.objectives()}
    assert objectives == {str(n) for n in range(1, 24)}
    assert all(set(o.targets) <= targets and set(o.themes) <= themes for o in reference.objectives())
    assert all(set(t.objectives) <= objectives for t in reference.themes())
    assert all(set(i.themes) <= themes for i in reference.instruments())


def test_instruments_of_june_2017_leave_out_later_ones() -> None:
    assert len(reference.instruments()) == 85
    then = {i.code for i in reference.instruments(until=2017)}
    assert "GCM" not in then
    assert "NYD" in then
    assert {i.type for i in reference.instruments()} == {"binding", "non_binding", "process"}
    gcm = reference.instrument("GCM")
    assert gcm
    assert gcm.year == 2018
    assert reference.theme("return") is not None


def test_terms_have_definitions_and_never_advise_what_they_avoid() -> None:
    terms = reference.key_terms()
    preferred = {t.term.casefold() for t in terms}
    assert len(terms) == 61
    assert all(t.definition and t.authority and t.severity in ("info", "warn", "error") for t in terms)
    assert not preferred & {a.casefold() for t in terms for a in t.avoid}


def test_there_are_twenty_stakeholder_types_and_ten_actor_classes() -> None:
    assert len(reference.stakeholder_types()) == 20
    assert len(reference.actor_classes()) == 10
    assert reference.family_of("youth") == "Civil society"
    assert reference.family_of("unheard_of") == "Other"


@pytest.mark.parametrize(
    ("listed", "kind", "role", "duties"),
    [
        ("co_facilitator", "member_state", "facilitator", ()),
        ("moderator", "academia", "facilitator", ()),
        ("secretariat", "secretariat", "organizer", ()),
        ("panelist", "ngo", "panelist", ()),
        ("expert", "academia", "panelist", ()),
        ("head_of_delegation", "member_state", "delegate", ("head_of_delegation",)),
        ("head_of_delegation", "observer_state", "observer", ("head_of_delegation",)),
        ("delegate", "member_state", "delegate", ()),
        ("delegate", "un_entity", "observer", ()),
        ("rapporteur", "member_state", "delegate", ("rapporteur",)),
        ("rapporteur", "ngo", "observer", ("rapporteur",)),
        ("interpreter", "secretariat", "observer", ("interpreter",)),
        ("observer", "ngo", "observer", ()),
        ("media", "media", "viewer", ()),
    ],
)
def test_listed_roles_become_roles_of_members(
    listed: str, kind: str, role: str, duties: tuple[str, ...]
) -> None:
    assert reference.member_role(listed, kind) == (role, duties)


def test_duties_have_words() -> None:
    assert set(reference.duty_labels()) == {"head_of_delegation", "rapporteur", "interpreter"}


@beside
def test_no_label_is_an_official_sentence_or_a_piece_of_one() -> None:
    official = _official_texts()
    for label in [t.label for t in reference.targets()] + [g.label for g in reference.goals()]:
        folded = _words(label)
        assert folded not in official
        if len(folded.split()) >= 5:
            assert not any(folded in text for text in official), label
    titles = {_words(r["title"]) for r in _rows("gcm_objectives.csv") if r["kind"] == "objective"}
    for objective in reference.objectives():
        assert not any(_words(objective.label) == t for t in titles), objective.label


@beside
def test_no_shipped_text_repeats_a_line_of_the_founding_documents() -> None:
    documents = _words(" ".join(p.read_text("utf-8") for p in (SHARED / "sources").glob("*.txt")))
    for term in reference.key_terms():
        assert _words(term.definition) not in documents, term.code


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _official_texts() -> set[str]:
    texts = [r["text_en"] for r in _rows("sdg_targets.csv")] + [
        r["text_en"] for r in _rows("sdg_indicators.csv")
    ]
    texts += [r["title_en"] for r in _rows("sdg_goals.csv")]
    return {_words(text) for text in texts}
