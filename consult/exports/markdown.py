"""An outline as CommonMark with tables. Pure: no I/O, no clock."""

from __future__ import annotations

from consult.exports.outline import Facts, Note, Outline, Part, Remark, Table
from consult.richtext.markdown import blocks_markdown, escaped


def to_markdown(outline: Outline) -> str:
    """The outline as Markdown, ending with a newline."""
    opening = [f"# {escaped(outline.title)}"]
    opening += [escaped(line) for line in outline.subtitle]
    opening += [_part(note) for note in outline.notes]
    parts = [_part(part) for part in outline.parts]
    return "\n\n".join([*opening, *parts, "---", escaped(outline.footer)]) + "\n"


def _part(part: Part) -> str:
    if isinstance(part, Note):
        return f"> **{escaped(part.text)}**"
    if isinstance(part, Facts):
        return "\n".join(f"- **{escaped(name)}:** {escaped(value)}" for name, value in part.pairs)
    if isinstance(part, Table):
        return _table(part)
    if isinstance(part, Remark):
        return _remark(part)
    return blocks_markdown([part], 1)


def _table(table: Table) -> str:
    rule = " | ".join(
        "---:" if column >= table.numbers_from else "---" for column in range(len(table.header))
    )
    lines = [f"**{escaped(table.caption)}**", "", _row(table.header), f"| {rule} |"]
    return "\n".join([*lines, *(_row(row) for row in table.rows)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _remark(remark: Remark) -> str:
    text = f"**{escaped(remark.head)}** · {escaped(remark.detail)}\n\n{blocks_markdown(remark.blocks)}"
    mark = "> > " if remark.depth else "> "
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))
