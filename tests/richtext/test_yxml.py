"""What people write together in a shared document, read out of it."""

from __future__ import annotations

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from consult.richtext import empty, from_yxml, validated
from tests.richtext.docs import doc, paragraph, text


def fragment() -> XmlFragment:
    return Doc[XmlFragment]().get("default", type=XmlFragment)


def test_a_new_draft_is_empty() -> None:
    assert from_yxml(fragment()) == empty()


def test_blocks_marks_and_breaks() -> None:
    shared = fragment()
    heading = XmlElement("heading", {"level": 3.0})
    shared.children.append(heading)
    heading.children.append(XmlText("Means"))
    line = XmlElement("paragraph")
    shared.children.append(line)
    first = XmlText()
    line.children.append(first)
    first.insert(0, "States shall act")
    first.format(7, 12, {"bold": {}, "link--3fa9": {"href": "https://e.org", "target": "_blank"}})
    line.children.append(XmlElement("hardBreak"))
    line.children.append(XmlText("soon"))
    read = from_yxml(shared)
    assert read == doc(
        {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "Means"}]},
        {
            "type": "paragraph",
            "content": [
                {"type": "text", "text": "States "},
                {
                    "type": "text",
                    "text": "shall",
                    "marks": [{"type": "link", "attrs": {"href": "https://e.org"}}, {"type": "bold"}],
                },
                {"type": "text", "text": " act"},
                {"type": "hardBreak"},
                {"type": "text", "text": "soon"},
            ],
        },
    )
    assert validated(read) == read


def test_lists() -> None:
    shared = fragment()
    listed = XmlElement("orderedList", {"start": "4"})
    shared.children.append(listed)
    item = XmlElement("listItem")
    listed.children.append(item)
    line = XmlElement("paragraph")
    item.children.append(line)
    line.children.append(XmlText("one"))
    read = from_yxml(shared)
    assert read["content"][0] == {
        "type": "orderedList",
        "attrs": {"start": 4},
        "content": [{"type": "listItem", "content": [paragraph("one")]}],
    }


def test_what_the_schema_does_not_know_goes_and_the_words_stay() -> None:
    shared = fragment()
    shared.children.append(XmlText("loose"))
    image = XmlElement("script", {"src": "https://evil.org"})
    shared.children.append(image)
    image.children.append(XmlText("alert(1)"))
    line = XmlElement("paragraph", {"onclick": "x"})
    shared.children.append(line)
    words = XmlText()
    line.children.append(words)
    words.insert(0, "a", {"link": {"href": "javascript:alert(1)"}, "colour": "red"})
    words.insert(1, "b", {"italic": {}})
    assert validated(from_yxml(shared)) == validated(
        doc(paragraph("loose"), paragraph("alert(1)"), paragraph("a", text("b", "italic")))
    )


def test_depth_beyond_all_reason_does_not_exhaust_the_stack() -> None:
    shared = fragment()
    parent: XmlFragment | XmlElement = shared
    for _ in range(300):
        child = XmlElement("blockquote")
        parent.children.append(child)
        parent = child
    parent.children.append(XmlText("deep"))
    assert validated(from_yxml(shared))
