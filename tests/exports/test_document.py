"""What stands in the file of a record."""

from __future__ import annotations

import itertools
from dataclasses import replace

from consult.exports.document import document
from consult.exports.outline import Facts, Remark, Table
from consult.exports.record import Summary
from consult.richtext import from_text
from consult.richtext.model import Heading
from tests.exports.records import STATUS, record


def headings(language: str = "en") -> list[tuple[int, str]]:
    parts = document(record(language=language)).parts
    return [
        (part.level, "".join(run.text for run in part.runs)) for part in parts if isinstance(part, Heading)
    ]


def test_the_summary_comes_first_and_then_what_it_rests_on() -> None:
    assert [words for level, words in headings() if level == 1] == [
        "Co-facilitators' summary",
        "Programme",
        "Proposals for actionable commitments",
        "Breakout groups",
        "Indicative poll",
        "Statements and documents",
        "Participation",
        "List of delegations",
        "About this record",
    ]


def test_no_heading_level_is_skipped_whatever_people_wrote() -> None:
    levels = [level for level, _ in headings()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_status_line_stands_at_the_top_unless_the_summary_says_it() -> None:
    assert STATUS not in [note.text for note in document(record()).notes]
    session = replace(record().sessions[0], summary=Summary(from_text("Short."), 1))
    assert STATUS in [note.text for note in document(record(sessions=(session,))).notes]


def test_a_sample_says_so_at_the_top_and_on_every_page() -> None:
    made = document(record())
    assert made.notes[0].text == made.footer == "Sample consultation, synthetic participants"


def test_counts_under_five_are_not_shown() -> None:
    tables = {part.caption: part for part in document(record()).parts if isinstance(part, Table)}
    assert tables["Participants by regional group"].rows == (
        ("African Group", "12"),
        ("WEOG", "fewer than 5"),
    )
    _, withheld, few, total = tables["Answers of Member States"].rows
    assert few == ("WEOG", *["fewer than 5"] * 4)
    assert withheld == ("GRULAC", *["not shown"] * 4)
    assert total == ("All Member States", "21", "6", "5", "8")


def test_an_indicative_poll_adopts_nothing() -> None:
    words = " ".join(str(part) for part in document(record()).parts).lower()
    assert "nothing was adopted" in words
    assert "rejected" not in words


def test_comments_stand_in_their_lanes_with_what_became_of_them() -> None:
    remarks = [part for part in document(record()).parts if isinstance(part, Remark)]
    assert [(part.head, part.detail, part.depth) for part in remarks] == [
        ("IOM", "Question", 0),
        ("Ghana", "Answer in the discussion", 1),
        ("Chile", "Concern, on “within [30] days”", 0),
        ("Co-facilitators", "Accepted in part", 1),
        ("Migrants' organisation", "Support", 0),
    ]


def test_a_consultation_has_a_chapter_for_each_session() -> None:
    session = record().sessions[0]
    made = document(record(sessions=(session, replace(session, title="Panel 4", summary=None))))
    tops = [
        "".join(run.text for run in part.runs)
        for part in made.parts
        if isinstance(part, Heading) and part.level == 1
    ]
    assert tops[:2] == [session.title, "Panel 4"]


def test_the_record_names_the_head_of_the_audit_log() -> None:
    facts = [pair for part in document(record()).parts if isinstance(part, Facts) for pair in part.pairs]
    assert ("Head of the audit log", "3f1c" * 16) in facts
    assert ("Made", "20 June 2017, 18:30 (Europe/Zurich)") in facts


def test_labels_follow_the_language_of_the_record() -> None:
    assert headings("ar")[0][1] != "Co-facilitators' summary"
    assert document(record(language="ar")).language == "ar"
