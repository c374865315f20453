"""Plain words written over a styled text: what stays keeps its kind, its styles and its open suggestions."""

from typing import Any

from pycrdt import Doc, XmlFragment

from consult import richtext
from consult.drafting.document import Document


def paragraph(*runs: Any) -> dict[str, Any]:
    return {
        "type": "paragraph",
        "content": [run if isinstance(run, dict) else {"type": "text", "text": run} for run in runs],
    }


def marked(text: str, mark: str, **attrs: str) -> dict[str, Any]:
    return {
        "type": "text",
        "text": text,
        "marks": [{"type": mark, "attrs": attrs}] if attrs else [{"type": mark}],
    }


STYLED = {
    "type": "doc",
    "content": [
        {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "What to do"}]},
        paragraph("States ", marked("commit", "bold"), " to train officers."),
        {"type": "blockquote", "content": [paragraph("Quoted words here"), paragraph("and more")]},
        {
            "type": "bulletList",
            "content": [
                {
                    "type": "listItem",
                    "content": [
                        paragraph("one"),
                        {
                            "type": "bulletList",
                            "content": [{"type": "listItem", "content": [paragraph("below one")]}],
                        },
                    ],
                },
                {"type": "listItem", "content": [paragraph("two")]},
            ],
        },
        {
            "type": "orderedList",
            "attrs": {"start": 3},
            "content": [{"type": "listItem", "content": [paragraph("third")]}],
        },
    ],
}


def written(document: Document, text: str) -> richtext.Doc:
    document.write(text=richtext.rewritten(document.content().text, text), is_plain=True)
    return document.content().text


def test_what_is_written_reads_back_as_the_same() -> None:
    document = Document()
    document.write(text=STYLED)
    before = document.content().text
    plain = richtext.to_text(before)
    assert richtext.rewritten(before, plain) == before
    bare = richtext.rewritten(richtext.empty(), plain)
    assert richtext.to_text(bare) == plain
    assert [block["type"] for block in bare["content"]] == [
        "paragraph",
        "paragraph",
        "blockquote",
        "bulletList",
        "orderedList",
    ]


def test_words_change_and_kinds_and_styles_stay() -> None:
    document = Document()
    document.write(text=STYLED)
    plain = richtext.to_text(document.content().text)
    changed = (
        plain.replace("What", "Why")
        .replace("train officers", "train all officers")
        .replace("Quoted", "Cited")
    )
    changed = (
        changed.replace("below one", "well below one")
        .replace("two", "two and a half")
        .replace("third", "third, too")
    )
    after = written(document, changed)
    assert richtext.to_text(after) == changed
    assert [block["type"] for block in after["content"]] == [block["type"] for block in STYLED["content"]]
    assert marked("commit", "bold") in after["content"][1]["content"]


def test_open_suggestions_in_a_line_survive_changes_around_them() -> None:
    document = Document()
    document.write(text={"type": "doc", "content": [paragraph("States shall act together.")]})
    page = Doc(client_id=77)
    page.apply_update(document.encoded())
    line = page.get("default", type=XmlFragment).children[0].children[0]
    line.insert(13, "not ", {"insertion": {"id": "s1s1s1s1s1s1", "by": "77"}})
    line.format(17, 20, {"deletion": {"id": "s2s2s2s2s2s2", "by": "77"}})
    document.restore(page.get_update(document.state_vector()))
    assert document.content().suggestions == 2
    assert richtext.to_text(document.content().text) == "States shall act together."
    after = written(document, "All States shall now act together.")
    assert richtext.to_text(after) == "All States shall now act together."
    assert document.content().suggestions == 2


def test_a_list_whose_last_item_is_not_written_yet_is_a_list() -> None:
    read = richtext.rewritten(richtext.empty(), "- one\n-")
    assert [block["type"] for block in read["content"]] == ["bulletList"]
    assert richtext.to_text(read) == "- one\n- "
    assert richtext.rewritten(richtext.empty(), "3. three\n4.")["content"][0]["attrs"] == {"start": 3}
