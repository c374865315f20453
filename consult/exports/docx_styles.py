"""Styles, numbering, language and page of our DOCX files."""

from __future__ import annotations

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from consult.exports.outline import Outline
from consult.i18n import language

_SERIF, _SANS = "Georgia", "Calibri"
_INK, _QUIET = RGBColor(0x16, 0x20, 0x2C), RGBColor(0x4A, 0x58, 0x68)
_SIZES = {1: 18, 2: 15, 3: 13, 4: 12, 5: 11, 6: 11}


def prepared(file: Any, outline: Outline) -> None:
    """Sets page, language, styles and the running lines of a new file."""
    _page(file)
    _language(file, outline.language)
    _styles(file)
    _running_lines(file, outline)


def _page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(22)
    section.top_margin = section.bottom_margin = Mm(22)


def _language(file: Any, code: str) -> None:
    """The language of all text; spelling and screen readers go by it."""
    defaults = file.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    found = defaults.find(qn("w:lang"))
    if found is not None:
        defaults.remove(found)
    defaults.append(
        parse_xml(f'<w:lang {nsdecls("w")} w:val="{_tag(code)}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>')
    )
    if language(code).direction == "rtl":
        section = file.element.body.sectPr
        turned = parse_xml(f"<w:bidi {nsdecls('w')}/>")
        grid = section.find(qn("w:docGrid"))
        section.append(turned) if grid is None else grid.addprevious(turned)


def _tag(code: str) -> str:
    return {"en": "en-GB", "ar": "ar-SA"}.get(code, language(code).code)


def _styles(file: Any) -> None:
    styles = file.styles
    _font(styles["Normal"], _SERIF, 11, _INK)
    for level, size in _SIZES.items():
        _font(styles[f"Heading {level}"], _SANS, size, _INK, bold=True)
        styles[f"Heading {level}"].paragraph_format.space_before = Pt(size)
        styles[f"Heading {level}"].paragraph_format.space_after = Pt(4)
    _font(styles["Title"], _SANS, 24, _INK, bold=True)
    _font(styles["Subtitle"], _SANS, 12, _QUIET)
    _font(styles["Caption"], _SANS, 10, _QUIET, bold=True)
    styles["Caption"].paragraph_format.space_before = Pt(10)
    styles["Caption"].paragraph_format.space_after = Pt(4)
    _font(styles["Quote"], _SERIF, 11, _INK)
    styles["Quote"].paragraph_format.left_indent = Mm(8)
    styles["Body Text"].paragraph_format.space_after = Pt(6)
    _own(styles, "ConsultNote", _SANS, 10.5, indent=3, after=6, bold=True)
    _own(styles, "ConsultFact", _SANS, 10, indent=5, after=2, hanging=5)
    _own(styles, "ConsultRemark", _SERIF, 10.5, indent=6, after=4)
    _own(styles, "ConsultAnswer", _SERIF, 10.5, indent=14, after=4)
    _own(styles, "ConsultCell", _SANS, 9, indent=0, after=0)
    link = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb, link.font.underline = RGBColor(0x14, 0x4A, 0x8A), True


def _own(
    styles: Any,
    name: str,
    font: str,
    size: float,
    *,
    indent: float,
    after: float,
    hanging: float = 0,
    bold: bool = False,
) -> None:
    made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    made.base_style = styles["Normal"]
    _font(made, font, size, _INK, bold=bold)
    made.paragraph_format.left_indent = Mm(indent)
    made.paragraph_format.first_line_indent = Mm(-hanging)
    made.paragraph_format.space_after = Pt(after)


def _font(style: Any, name: str, size: float, colour: RGBColor, *, bold: bool = False) -> None:
    style.font.name, style.font.size, style.font.bold, style.font.italic = name, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), "Arial")


def _running_lines(file: Any, outline: Outline) -> None:
    section = file.sections[0]
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.text = outline.running_title
    for words, code in ((f"{outline.footer} · {outline.page_label} ", "PAGE"), (" / ", "NUMPAGES")):
        field = f'<w:fldSimple {nsdecls("w")} w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        footer.add_run(words).element.addnext(parse_xml(field))
    for line in (header, footer):
        for run in line.runs:
            run.font.size = Pt(9)


class Numbering:
    """The two kinds of list, and a fresh count for every numbered one."""

    LEVELS = 6
    _BULLETS, _NUMBERS = 9001, 9002

    def __init__(self, file: Any) -> None:
        self._root = file.part.numbering_part.element
        first = self._root.find(qn("w:num"))
        for identifier, kind in ((self._BULLETS, "bullet"), (self._NUMBERS, "decimal")):
            made = parse_xml(self._kind(identifier, kind))
            if first is None:
                self._root.append(made)
            else:
                first.addprevious(made)
        self._next = 9001
        self._bullets = self._started(self._BULLETS)

    def started(self, ordered: bool, start: int) -> int:
        """The number of a list: a new one for a numbered list, so that it counts from ``start``."""
        return self._started(self._NUMBERS, start) if ordered else self._bullets

    def _started(self, kind: int, start: int | None = None) -> int:
        number, self._next = self._next, self._next + 1
        starts = "" if start is None else self._overrides(start)
        self._root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{starts}</w:num>'
            )
        )
        return number

    def _overrides(self, start: int) -> str:
        return "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            for level in range(self.LEVELS)
        )

    def _kind(self, identifier: int, kind: str) -> str:
        levels = "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:lvlText w:val="{"•" if kind == "bullet" else f"%{level + 1}."}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{360 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for level in range(self.LEVELS)
        )
        return (
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identifier}">'
            f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
        )
