"""Structures an action item can begin with. Pure: no I/O, no clock.

What is to be filled in stands in square brackets, so the count of brackets says how much is left. The words go through the
catalogue of messages: a room begins in the language of whoever starts the item.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from consult import richtext
from consult.i18n import N_


@dataclass(frozen=True)
class Template:
    """A structure. `parts`: headings with the words under them; a part that is quoted from elsewhere stands as a quotation."""

    code: str
    name: str
    hint: str
    parts: tuple[tuple[str, str], ...]
    quoted: frozenset[str] = frozenset()


TEMPLATES = (
    Template(
        "commitment",
        N_("Commitment"),
        N_("Who does what by when, with what means, and how one will know"),
        (
            (
                N_("Commitment"),
                N_("[Who acts] will [what is done] by [month and year], so that [whom it helps, and how]."),
            ),
            (N_("Means of implementation"), N_("[Financing, capacity or technology, and who provides it].")),
            (
                N_("Indicator"),
                N_("[What is counted], from [baseline] to [value aimed at], reviewed [when, and by whom]."),
            ),
        ),
    ),
    Template(
        "amendment",
        N_("Amendment to an objective"),
        N_("The text as it stands, the text proposed, and the reason"),
        (
            (N_("Objective"), N_("Objective [number], paragraph [number], of [document].")),
            (N_("Text as it stands"), N_("[The present wording].")),
            (N_("Text proposed"), N_("[The proposed wording].")),
            (N_("Reason"), N_("[What the change achieves, and for whom].")),
        ),
        frozenset({N_("Text as it stands"), N_("Text proposed")}),
    ),
    Template(
        "practice",
        N_("Practice to extend"),
        N_("Something that works somewhere, the evidence, and what others would need"),
        (
            (N_("Practice"), N_("[What is done], in [where], since [when], by [whom].")),
            (N_("Evidence"), N_("[What changed, and how it is known].")),
            (
                N_("What it takes elsewhere"),
                N_("[Law, capacity, financing, partners], beginning with [first step] by [month and year]."),
            ),
        ),
    ),
)


def template_called(code: str) -> Template | None:
    """The template with this code."""
    return next((template for template in TEMPLATES if template.code == code), None)


def text_of(template: Template, translated: Callable[[str], str]) -> richtext.Doc:
    """The text an item begins with, in the reader's language."""
    content: list[dict[str, Any]] = []
    for heading, words in template.parts:
        paragraph: dict[str, Any] = {
            "type": "paragraph",
            "content": [{"type": "text", "text": translated(words)}],
        }
        content += [
            {
                "type": "heading",
                "attrs": {"level": 3},
                "content": [{"type": "text", "text": translated(heading)}],
            },
            {"type": "blockquote", "content": [paragraph]} if heading in template.quoted else paragraph,
        ]
    return {"type": "doc", "content": content}
