"""The sample consultation: complete, linked, in our own words, and nobody's position."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import reference, richtext
from consult.sample import programme

SOURCES = Path(__file__).parents[3] / "shared" / "sources"
LANES = {"panelists", "member_states", "others"}


def test_the_event_is_the_one_of_june_2017() -> None:
    event = programme.consultation()
    assert (event.starts_on, event.ends_on) == (date(2017, 6, 19), date(2017, 6, 20))
    assert event.place == "Geneva, Switzerland"
    assert len(event.title) <= 300
    assert "synthetic" in event.notice


def test_sessions_follow_one_another_within_the_two_days() -> None:
    sessions = programme.sessions()
    assert [s.number for s in sessions] == [0, 1, 2, 3, 4]
    starts = [s.starts_at for s in sessions]
    assert starts == sorted(starts)
    assert {start.date() for start in starts} == {date(2017, 6, 19), date(2017, 6, 20)}
    assert all(s.questions for s in sessions if s.number)


def test_sources_have_keys_references_and_themes() -> None:
    sources = programme.sources()
    themes = {t.code for t in reference.themes()}
    assert len({s.key for s in sources}) == len(sources)
    assert {s.kind for s in sources} == {"document", "statement"}
    assert all(s.title and s.reference and set(s.themes) <= themes for s in sources)
    assert {s.session for s in sources} == {None, 0, 1, 2, 3, 4}


def test_six_rooms_draft_three_items_each() -> None:
    assert programme.breakout_session() == 3
    assert [len(room.items) for room in programme.rooms()] == [3] * 6
    assert len({item.key for item in programme.items()}) == 18


@pytest.mark.parametrize("item", programme.items(), ids=lambda item: item.key)
def test_an_item_has_the_form_of_a_good_one(item: programme.ItemFacts) -> None:
    assert richtext.validated(item.text) == item.text
    text = " ".join(_texts(item.text))
    assert text.count("[") == text.count("]") > 0
    assert len(text.split()) <= 80
    facts = item.draft_facts({s.key: f"id-{s.key}" for s in programme.sources()})
    assert facts["term"] in ("short", "medium", "long")
    assert all(facts[name] for name in ("indicator", "means", "beneficiaries", "gender", "review"))
    by_kind: dict[str, set[str]] = {}
    for key in facts:
        kind, _, code = key.partition(":")
        by_kind.setdefault(kind, set()).add(code)
    assert by_kind["actor"] <= {a.code for a in reference.actor_classes()}
    assert by_kind["target"] <= {t.code for t in reference.targets()}
    assert by_kind["instrument"] <= {i.code for i in reference.instruments(until=2017)}
    assert by_kind["source"]
    assert {v for k, v in facts.items() if k.startswith("target:")} <= {"aligns", "complements", "adds"}


def test_terms_to_avoid_are_not_used() -> None:
    words = " ".join(_own_texts()).casefold()
    for term in reference.key_terms():
        for variant in term.avoid if term.severity != "info" else ():
            assert not re.search(rf"\b{re.escape(variant.casefold())}\b", words), variant


def test_comments_of_every_kind_stand_in_every_lane() -> None:
    comments = programme.comments()
    items = {item.key for item in programme.items()}
    assert {c.item for c in comments} == items
    assert {c.lane for c in comments} == {r.lane for c in comments for r in c.replies} == LANES
    assert {c.kind for c in comments} == {"support", "question", "concern", "proposal"}
    assert all(bool(c.disposition) == bool(c.reason) for c in comments)
    assert {c.disposition for c in comments} == {"", "accepted", "accepted_in_part", "noted", "not_accepted"}


def test_no_comment_or_item_names_a_state() -> None:
    words = " ".join(_own_texts())
    for state in reference.states():
        assert not re.search(rf"\b{re.escape(reference.state_name(state.iso3))}\b", words), state.iso3


@pytest.mark.skipif(not SOURCES.exists(), reason="the founding documents are not beside the project")
def test_nothing_is_copied_from_the_founding_documents() -> None:
    documents = _plain(" ".join(path.read_text("utf-8") for path in SOURCES.glob("*.txt")))
    for text in _own_texts():
        words = _plain(text).split()
        for i in range(len(words) - 6):
            assert " ".join(words[i : i + 7]) not in documents, text


keys = st.lists(st.text("ABCDEFGHIJ", min_size=3, max_size=3), unique=True, max_size=60)


@given(st.sampled_from([item.key for item in programme.items()]), keys)
def test_poll_positions_depend_on_the_delegation_alone(item: str, delegations: list[str]) -> None:
    found = programme.poll_positions(item, delegations)
    assert set(found.values()) <= {"in_favour", "against", "abstention"}
    assert found == programme.poll_positions(item, reversed(delegations))
    for delegation in delegations:
        alone = programme.poll_positions(item, [delegation])
        assert alone.get(delegation) == found.get(delegation)


def test_polls_differ_and_every_answer_occurs() -> None:
    members = [s.iso3 for s in reference.states() if s.may_vote]
    tallies = [Counter(programme.poll_positions(i.key, members).values()) for i in programme.items()]
    shares = [tally["in_favour"] / tally.total() for tally in tallies]
    assert min(shares) < 0.6 < 0.75 < max(shares)
    assert all(tally["against"] and tally["abstention"] for tally in tallies)
    assert all(tally.total() < 193 for tally in tallies)


def _own_texts() -> Iterator[str]:
    for session in programme.sessions():
        yield session.description
        yield from session.questions
    yield from (source.title for source in programme.sources() if source.kind == "statement")
    for item in programme.items():
        yield item.title
        yield from _texts(item.text)
        yield from (str(value) for value in item.facts.values())
    for comment in programme.comments():
        yield from (comment.text, comment.reason, *(reply.text for reply in comment.replies))


def _texts(node: dict[str, Any]) -> Iterator[str]:
    if "text" in node:
        yield node["text"]
    for child in node.get("content", ()):
        yield from _texts(child)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
