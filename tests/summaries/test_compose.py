"""The composed summary: structure, numbers, count words, and nothing that is not in the facts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.richtext import SUMMARY_LIMITS, to_text, validated
from consult.summaries.compose import RULES, compose, status_line
from consult.summaries.counting import count_word, said
from consult.summaries.facts import CommentFacts, GroupCount, ItemFacts, PollFacts, RoomFacts, SessionFacts


def comments(item: str, lane: str, kind: str, voices: int) -> tuple[CommentFacts, ...]:
    """So many voices in a lane, the first of them twice."""
    made = [CommentFacts(f"{item}/{lane}-{kind}-{n}", lane, kind, f"Voice-{lane}-{n}") for n in range(voices)]
    return (*made, replace(made[0], source=f"{item}/{lane}-{kind}-again"))


ONE = ItemFacts(
    "item:1",
    "G01/AI-01",
    "Training by secondment",
    "short",
    ("ten", "30"),
    ("16.9", "10.7"),
    has_means=True,
    has_review=True,
    comments=(
        *comments("item:1", "panelists", "question", 1),
        *comments("item:1", "member_states", "concern", 3),
        *comments("item:1", "member_states", "support", 15),
    ),
)
TWO = ItemFacts("item:2", "G01/AI-02", "One-stop centres", "long", targets=("8.7", "10.c"), has_gender=True)
FACTS = SessionFacts(
    source="session:s",
    language="en",
    title="Panel 3",
    consultation="third thematic consultation",
    mode="informal",
    place="Geneva",
    dates="19 June 2017",
    delegations=28,
    participants=60,
    panelists=3,
    member_states=24,
    groups=(
        GroupCount("African States", 12),
        GroupCount("Observers", None, "few"),
        GroupCount("Stakeholders", None, "withheld"),
    ),
    questions=("How can returns be humane?", "Who pays?"),
    rooms=(
        RoomFacts("room:1", "Breakout group 1", "Returns", (ONE, TWO)),
        RoomFacts("room:2", "Breakout group 2", ""),
    ),
    polls=(PollFacts("decision:1", "G01/AI-01", 14, 5, 3, 2),),
    next_sessions=("Panel 4",),
)

EXPECTED = """\
Prepared by the co-facilitators under their own responsibility. This summary does not represent a negotiated outcome.

Introduction

The session “Panel 3” of the third thematic consultation was held in Geneva, 19 June 2017.

Delegations taking part: 28. Participants: 60.

Participants by group: African States 12; Observers fewer than 5; Stakeholders not shown.

Participants worked in cross-regional breakout groups (2) and submitted action items to plenary (2).

Guiding questions

1. How can returns be humane?
2. Who pays?

Breakout groups

Breakout group 1

Theme: Returns

Short term (up to 2 years):

- G01/AI-01 Training by secondment. Brackets left: 2.

Long term (6-20 years):

- G01/AI-02 One-stop centres. No brackets left.

On G01/AI-01: One panelist asked a question. Most Member States expressed support. A few Member States raised concerns.

Breakout group 2

The group submitted no action item.

Cross-cutting considerations, means and follow-up

Gender considerations are recorded in 1 of 2 items.

Means of implementation are named in 1 of 2 items.

Follow-up and review are named in 1 of 2 items.

The items are linked to SDG targets 8.7, 10.7, 10.c, 16.9.

Areas for further discussion

Passages in square brackets are not agreed. Concerns are listed as they were marked.

- G01/AI-01 Training by secondment: [ten]; [30]
- G01/AI-01 Training by secondment: A few Member States raised concerns.

Indicative poll

The poll measured support among Member State delegations, one answer each. It has no formal standing; nothing was adopted.

- G01/AI-01: in favour 14, against 5, abstention 3, not voting 2.

Way forward

Submitted items stay open for comments until the session closes.

Next sessions:

- Panel 4"""


def test_the_whole_summary() -> None:
    assert to_text(compose(FACTS).body) == EXPECTED


def test_it_is_rich_text_of_ours_in_its_canonical_form() -> None:
    body = compose(FACTS).body
    assert validated(body, SUMMARY_LIMITS) == body


def test_the_same_facts_give_the_same_text() -> None:
    assert compose(FACTS) == compose(FACTS)


def test_every_block_but_headings_names_its_sources() -> None:
    for traced in compose(FACTS).blocks:
        assert bool(traced.sources) != (traced.block["type"] == "heading")


def test_a_sentence_on_comments_names_each_comment_it_counts() -> None:
    sentence = next(t for t in compose(FACTS).blocks if "asked a question" in str(t.block))
    assert sentence.sources[0] == "item:1"
    assert set(sentence.sources[1:]) == {comment.source for comment in ONE.comments}


def test_nobody_is_named() -> None:
    assert "Voice" not in to_text(compose(FACTS).body)


def test_every_number_stands_in_the_facts() -> None:
    known = {"28", "60", "12", "5", "2", "1", "01", "02", "30", "14", "3", "4", "19", "2017", "6", "20"}
    known |= {"8", "7", "10", "16", "9"}
    assert set(re.findall(r"\d+", to_text(compose(FACTS).body))) <= known


def test_a_session_in_which_nothing_happened_is_still_a_summary() -> None:
    bare = replace(FACTS, rooms=(), polls=(), groups=(), questions=(), next_sessions=())
    words = to_text(compose(bare).body)
    assert words.startswith(status_line("en", "informal"))
    assert "Breakout" not in words
    assert "Indicative poll" not in words


def test_nothing_open_and_no_concern_is_said_as_such() -> None:
    calm = replace(FACTS, rooms=(RoomFacts("room:1", "Breakout group 1", "Returns", (TWO,)),))
    assert "No passage is left in square brackets and no comment was marked as a concern." in to_text(
        compose(calm).body
    )


@pytest.mark.parametrize("mode", ["informal", "negotiation", "formal"])
def test_the_standing_of_the_document_comes_first(mode: str) -> None:
    first = compose(replace(FACTS, mode=mode)).blocks[0]
    assert first.sources == (RULES,)
    assert to_text({"type": "doc", "content": [first.block]}) == status_line("en", mode)


def test_an_informal_session_adopts_and_rejects_nothing() -> None:
    words = to_text(compose(FACTS).body).lower()
    for verdict in ("was adopted", "rejected", "approved", "consensus", "agreed that"):
        assert verdict not in words.replace("nothing was adopted", "")


def test_another_language() -> None:
    assert validated(compose(replace(FACTS, language="ar")).body, SUMMARY_LIMITS)


@pytest.mark.parametrize(
    ("number", "of", "word"),
    [
        (1, None, "one"),
        (2, None, "a few"),
        (3, 100, "a few"),
        (4, None, "several"),
        (6, 12, "several"),
        (7, 12, "most"),
        (7, 14, "some"),
        (10, None, "some"),
        (11, None, "many"),
        (50, 100, "many"),
        (51, 100, "most"),
        (4, 7, "several"),
        (5, 8, "most"),
    ],
)
def test_count_words(number: int, of: int | None, word: str) -> None:
    assert count_word(number, of) == word


@given(st.integers(1, 60), st.integers(1, 60), st.one_of(st.none(), st.integers(60, 200)))
def test_more_voices_never_give_a_weaker_word(first: int, second: int, of: int | None) -> None:
    scale = ["one", "a few", "several", "some", "many", "most"]
    weaker, stronger = sorted((first, second))
    assert scale.index(count_word(weaker, of)) <= scale.index(count_word(stronger, of))


@pytest.mark.parametrize("lane", ["panelists", "member_states", "others"])
@pytest.mark.parametrize("kind", ["support", "question", "concern", "proposal"])
def test_every_lane_and_kind_has_its_sentence(lane: str, kind: str) -> None:
    assert said("en", lane, kind, 1).startswith("One ")
    assert said("en", lane, kind, 20, 30).startswith("Most ")
    assert said("en", lane, kind, 2).endswith(".")
