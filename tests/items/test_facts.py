"""Structured fields read as labels, whatever was written into them."""

from hypothesis import given
from hypothesis import strategies as st

from consult import reference
from consult.drafting import schema
from consult.items.facts import InstrumentLink, item_facts
from consult.labels import LABELS, of

keys = st.one_of(
    st.sampled_from(["term", "means", "indicator", "baseline", "beneficiaries", "gender", "review"]),
    st.builds(
        "{}:{}".format, st.sampled_from(["actor", "target", "instrument", "source"]), st.text(max_size=6)
    ),
    st.text(max_size=8),
)
values = st.one_of(st.text(max_size=10), st.booleans(), st.none(), st.integers())


def test_an_item_without_facts_says_nothing() -> None:
    assert item_facts(None).is_empty
    assert item_facts({}).is_empty


def test_codes_become_labels() -> None:
    actor = reference.actor_classes()[0]
    facts = item_facts({f"actor:{actor.code}": True, "target:10.7": "complements", "term": "short"})
    assert facts.actors == (actor.label,)
    assert (facts.targets[0].code, facts.targets[0].alignment) == ("10.7", "complements")
    assert facts.targets[0].label == reference.target("10.7").label  # type: ignore[union-attr]
    assert facts.term == "short"
    assert not facts.is_empty


def test_targets_stand_in_the_order_of_the_agenda() -> None:
    codes = ["17.19", "17.3", "10.7", "10.c", "8.8"]
    facts = item_facts({f"target:{code}": "aligns" for code in codes})
    assert [target.code for target in facts.targets] == ["8.8", "10.7", "10.c", "17.3", "17.19"]


def test_unknown_codes_are_shown_as_they_are() -> None:
    facts = item_facts({"actor:martian": True, "instrument:unheard": True, "target:99.9": "adds"})
    assert facts.actors == ("martian",)
    assert facts.instruments == (InstrumentLink("unheard", "unheard"),)
    assert facts.targets[0].label == ""


def test_what_was_switched_off_is_not_there() -> None:
    assert item_facts({"actor:migrants": False, "target:10.7": "", "means": "  "}).is_empty


@given(st.dictionaries(keys, values, max_size=8))
def test_anything_can_be_read(facts: dict[str, object]) -> None:
    read = item_facts(facts)
    assert len(read.targets) <= len(facts)
    assert all(isinstance(value, str) for value in (read.term, read.means, *read.actors))


def test_every_detail_a_draft_may_hold_has_a_name() -> None:
    kinds = {"term", "target"} | schema.TEXT_FACTS | schema.FLAG_FACTS
    assert set(LABELS["fact"]) == kinds
    assert all(of("fact", kind) != kind for kind in kinds)
