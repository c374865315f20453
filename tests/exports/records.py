"""Records to export: a small one with everything in it, and one of any size."""

from __future__ import annotations

from typing import Any

from consult.exports.record import (
    Comment,
    Consultation,
    Count,
    Disposition,
    Item,
    Panel,
    Participation,
    Poll,
    PollRow,
    Record,
    Reply,
    Room,
    Session,
    Source,
    Summary,
    Target,
)
from consult.richtext import from_text

HEAD = "3f1c" * 16
STATUS = (
    "Prepared by the co-facilitators under their own responsibility. "
    "This summary does not represent a negotiated outcome."
)


def body() -> dict[str, Any]:
    """A summary with headings that skip a level, a list, marks, a link, brackets and Arabic."""
    text = {"type": "text", "text": "States [shall/should] offer training.", "marks": [{"type": "bold"}]}
    link = {"type": "link", "attrs": {"href": "https://example.org/statement"}}
    item = {
        "type": "listItem",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "First point"}]}],
    }
    return {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": STATUS}]},
            {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Introduction"}]},
            {"type": "paragraph", "content": [text, {"type": "text", "text": " See it.", "marks": [link]}]},
            {"type": "heading", "attrs": {"level": 4}, "content": [{"type": "text", "text": "Details"}]},
            {"type": "orderedList", "attrs": {"start": 3}, "content": [item, item]},
            {
                "type": "blockquote",
                "content": [{"type": "paragraph", "content": [{"type": "text", "text": "العودة"}]}],
            },
        ],
    }


def item(number: int, comments: tuple[Comment, ...] = ()) -> Item:
    """An action item with every field filled."""
    return Item(
        reference=f"G01/AI-{number:02d}",
        title="Training by secondment on identity documents",
        text=from_text(
            "By mid-2019 [ten] States with biometric systems offer training by secondment.\n\n"
            "Documents are issued within [30] days of confirmed nationality."
        ),
        state="submitted",
        term="short",
        actors=("National government", "International organisation"),
        beneficiaries="Returning nationals",
        means="Costs borne by offering States",
        indicator="Median days, by sex and age",
        baseline="To be set by the first report",
        gender="Documents for women are not issued through a guardian",
        review="Yearly",
        targets=(
            Target("16.9", "Legal identity for all", "aligns"),
            Target("10.7", "Safe migration", "complements"),
        ),
        instruments=("Convention on the Rights of the Child",),
        sources=("Canada, panel 3",),
        brackets_left=2,
        provenance=("Breakout group 1, round 1",),
        comments=comments,
    )


COMMENTS = (
    Comment(
        "panelists",
        "question",
        "IOM",
        "Who bears the cost?",
        replies=(Reply("Ghana", "The offering State."),),
    ),
    Comment(
        "member_states",
        "concern",
        "Chile",
        "The time limit is short.\n\nIt should be [60] days.",
        passage="within [30] days",
        disposition=Disposition("accepted_in_part", "Both numbers stay in brackets.", "Co-facilitators"),
    ),
    Comment("others", "support", "Migrants' organisation", "We support this."),
)


def record(**changes: Any) -> Record:
    """The small record; ``changes`` replace its fields."""
    session = Session(
        title="Panel 3: returns, readmission, integration and reintegration",
        mode="informal",
        dates="19 June 2017",
        place="Geneva",
        summary=Summary(body(), 2, "2017-06-20T16:00:00+00:00"),
        panels=(Panel("Panel 3", "Returns and reintegration"),),
        questions=("How can returns be agreed, documented and humane?", "Who pays?"),
        rooms=(
            Room("Breakout group 1", "Returns", (item(1, COMMENTS),)),
            Room("Breakout group 2", "Reintegration"),
        ),
        polls=(
            Poll(
                "G01/AI-01 Training by secondment",
                "Do you support this item?",
                PollRow("All Member States", 21, 6, 5, 8),
                (
                    PollRow("African Group", 9, 1, 0, 2),
                    PollRow("GRULAC", hidden="withheld"),
                    PollRow("WEOG", hidden="few"),
                ),
                (PollRow("Observers and stakeholders", 7, 2, 0, 9),),
            ),
        ),
        sources=(Source("Statement to panel 3", "Canada", "19 June 2017"),),
    )
    fields: dict[str, Any] = {
        "title": "Panel 3: returns, readmission, integration and reintegration",
        "language": "en",
        "consultation": Consultation(
            title="Third thematic consultation",
            starts_on="2017-06-19",
            ends_on="2017-06-20",
            dates="19 to 20 June 2017",
            place="Geneva",
            time_zone="Europe/Zurich",
            attribution="delegation",
            languages=("en", "fr"),
            is_sample=True,
        ),
        "sessions": (session,),
        "participation": Participation(
            28,
            60,
            (Count("African Group", 12), Count("WEOG", None, "few")),
            (Count("State", 44), Count("Academia", None, "few")),
        ),
        "generated_at": "2017-06-20T16:30:00+00:00",
        "delegations": ("Canada", "Chile", "Côte d'Ivoire"),
        "audit_head": HEAD,
    }
    return Record(**{**fields, **changes})


def large(items: int = 60, comments: int = 600) -> Record:
    """A session of six rooms with this many items, and comments spread evenly over them."""
    lanes = ("panelists", "member_states", "others")
    each = comments // items
    made = [
        item(
            number,
            tuple(
                Comment(
                    lanes[index % 3],
                    ("support", "question", "concern", "proposal")[index % 4],
                    f"Delegation {index}",
                    f"Comment {index} on item {number}: the wording could name who reports, to whom and "
                    "by when, and what happens when the deadline is missed.",
                    disposition=Disposition("noted", "The co-facilitators take note.", "Co-facilitators"),
                )
                for index in range(each)
            ),
        )
        for number in range(1, items + 1)
    ]
    rooms = tuple(Room(f"Breakout group {n + 1}", "Returns", tuple(made[n::6])) for n in range(6))
    small = record()
    session = small.sessions[0]
    return record(
        sessions=(
            Session(
                title=session.title,
                mode="informal",
                dates=session.dates,
                place="Geneva",
                summary=session.summary,
                rooms=rooms,
            ),
        )
    )
