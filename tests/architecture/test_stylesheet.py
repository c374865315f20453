"""The style sheet keeps the rules of docs/style.md, and no template uses a class that nobody styles."""

import re
from pathlib import Path

import brotli
import pytest

from consult.web.assets import joined_styles

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
FILES = sorted(CSS.rglob("*.css"))
PHYSICAL = re.compile(
    r"(?<![\w-])((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom|width|height|(min|max)-(width|height))\s*:"
)


def without_comments(path: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_every_file_is_listed_once_in_layers() -> None:
    listed = re.findall(r'@import url\("([^"]+)"\)', (CSS / "layers.css").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(
        path.relative_to(CSS).as_posix() for path in FILES if path.name != "layers.css"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CSS).as_posix())
def test_a_file_has_logical_properties_only_and_stays_in_its_layer(path: Path) -> None:
    source = without_comments(path)
    declarations = re.sub(r"@(media|container|supports)[^{]*\{", "{", source)
    assert not PHYSICAL.search(declarations), f"physical property: {PHYSICAL.search(declarations)}"
    assert "!important" not in source
    assert not re.search(r"(^|[\s,}>+~])#[a-z][\w-]*[^;{}]*\{", source), "id selector"
    if path.name != "layers.css":
        assert source.strip().startswith("@layer ")
    assert source.count("{") == source.count("}")
    assert len(source.splitlines()) <= 250


def test_the_whole_sheet_is_small() -> None:
    assert len(brotli.compress(joined_styles(CSS).encode(), quality=11)) <= 20_000


def test_every_class_in_a_template_is_styled() -> None:
    styled = set(re.findall(r"\.([a-zA-Z_][\w-]*)", "\n".join(without_comments(path) for path in FILES)))
    unknown = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / "templates").rglob("*.html")
        for value in re.findall(r'class="([^"]*)"', _literal(path.read_text(encoding="utf-8")))
        for name in value.split()
        if "\0" not in name and name not in styled
    }
    assert not unknown, "classes without a style: " + ", ".join(sorted(unknown))


def _literal(template: str) -> str:
    """The template with its expressions replaced by a mark, so that a computed class is left alone."""
    plain = re.sub(r"\{#.*?#\}", "", template, flags=re.DOTALL)
    return re.sub(r"\{[{%].*?[%}]\}", "\0", plain, flags=re.DOTALL)
