"""Writes one section of docs/benchmarks.md, leaving the others as they are."""

import os
import platform
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def machine() -> str:
    """What the numbers were measured on, in a few words."""
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def write(title: str, body: str) -> None:
    """Replace the section called `title`, or add it at the end."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    section = f"## {title}\n\n{body.strip()}\n"
    found = re.search(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    text = (
        text[: found.start()] + section + "\n" + text[found.end() :]
        if found
        else f"{text.rstrip()}\n\n{section}"
    )
    PAGE.write_text(text.rstrip() + "\n", encoding="utf-8")
