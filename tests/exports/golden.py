"""Golden files: what an export of the small record must be, byte by byte.

After a wanted change: ``python -m tests.exports.golden``, then read the difference before committing it.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from docx import Document

from consult.exports.worker import made
from tests.exports.records import record

FOLDER = Path(__file__).with_name("golden")
FORMS = ("json", "md", "html", "docx")


def made_now(form: str, language: str) -> str:
    """The export as text; of a DOCX, its paragraphs with their styles and its tables."""
    content, _ = made(record(language=language), form)
    return _docx_text(content) if form == "docx" else content.decode()


def path(form: str, language: str) -> Path:
    """Where the golden file is."""
    return FOLDER / f"record.{language}.{form}{'.txt' if form == 'docx' else ''}"


def _docx_text(content: bytes) -> str:
    file = Document(BytesIO(content))
    lines = []
    for part in file.iter_inner_content():
        if hasattr(part, "rows"):
            lines += [f"[table] {' | '.join(cell.text for cell in row.cells)}" for row in part.rows]
        else:
            lines.append(f"[{part.style.name if part.style else None}] {part.text}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Writes every golden file anew."""
    FOLDER.mkdir(exist_ok=True)
    for form in FORMS:
        for language in ("en", "ar") if form == "html" else ("en",):
            path(form, language).write_text(made_now(form, language))


if __name__ == "__main__":
    main()
