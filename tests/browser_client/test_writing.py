"""Help with writing: brackets, counts, ways of looking at a text, quotations, what is pasted, keys."""

import pytest
from playwright.sync_api import Page, expect

from consult import richtext
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site
from tests.browser_client.test_drafting_client import SAVED, paste, status, text, write

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} @list l0 {mso-list-id:1;} --></style></head>
<body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->
<p class=MsoTitle><span lang=EN-GB>Training by secondment<o:p></o:p></span></p>
<p class=MsoNormal style='margin-bottom:8.0pt'>States
second <b style='mso-bidi-font-weight:normal'>officers</b> <span style='font-style:italic'>jointly</span>.<span style='mso-spacerun:yes'>&nbsp; </span><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span><![endif]>First point</p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp;&nbsp;</span></span><![endif]>Inner point</p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>Second point</p>
<p class=MsoNormal>Then, in order:</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><!--[if !supportLists]--><span style='mso-list:Ignore'>3.<span>&nbsp; </span></span><!--[endif]-->Third</p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><!--[if !supportLists]--><span style='mso-list:Ignore'>4.<span>&nbsp; </span></span><!--[endif]-->Fourth</p>
<table class=MsoTableGrid border=1><tr><td width=100><p class=MsoNormal><b>Who</b></p></td><td><p class=MsoNormal>When</p></td></tr>
<tr><td><p class=MsoNormal>Kenya</p></td><td><p class=MsoNormal>2019</p><p class=MsoNormal>June</p></td></tr></table>
<p class=MsoNormal>Kept <del cite="mailto:x">struck out</del><ins cite="mailto:x">added</ins><span style='mso-hide:all'>hidden</span>
<a href="#_ftn1" name="_ftnref1">[1]</a> <a href="https://example.org/a">paper</a><img src="file:///C:/x.png" onerror="x()"></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p><!--EndFragment--></body></html>"""
FROM_WORD = {
    "blocks": ["H2", "P", "UL", "P", "OL", "P", "P", "P"],
    "title": "Training by secondment",
    "line": "States second <strong>officers</strong> <em>jointly</em>.",
    "list": "First point(Inner point)Second point",
    "start": "3",
    "rows": ["Who | When", "Kenya | 2019 June"],
    "last": "Kept added [1] paper",
}
WRITER = """<html><head><meta name="generator" content="LibreOffice 7.4"/><style type="text/css">p { line-height: 115% }</style></head>
<body lang="en-GB" dir="ltr"><h1 class="western">Heading one</h1><p align="justify" style="line-height: 100%"><font face="Liberation Serif"><span style="font-weight: bold">Bold</span>
 and <u>under</u></font></p><ol><li><p style="margin-bottom: 0cm">One</p></li><li><p>Two</p></li></ol>
<table width="100%"><thead><tr><th><p>Head</p></th></tr></thead><tbody><tr><td><ul><li><p>cell</p></li></ul></td></tr></tbody></table></body></html>"""


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    found = open_page()
    expect(status(found)).to_have_text(SAVED)
    return found


def html_of(page: Page) -> str:
    """The text as elements, without what only the editor needs."""
    return str(
        text(page).evaluate(
            """(editor) => { const copy = editor.cloneNode(true); copy.querySelectorAll('.ProseMirror-trailingBreak').forEach((br) => br.remove());
            copy.querySelectorAll('*').forEach((e) => ['dir', 'class', 'rel'].forEach((name) => e.removeAttribute(name))); return copy.innerHTML; }"""
        )
    )


def test_open_brackets_are_counted_and_found_one_after_the_other(page: Page) -> None:
    write(page, "[ten] States [shall [not]] act")
    expect(page.get_by_text("Brackets left: 2")).to_be_visible()
    following = page.get_by_role("button", name="Next bracket")
    for words in ("ten", "shall [not]", "ten"):
        following.click()
        page.wait_for_function("(words) => getSelection().toString() === words", arg=words)
    page.get_by_role("button", name="Previous bracket").click()
    page.wait_for_function("() => getSelection().toString() === 'shall [not]'")
    expect(text(page)).to_be_focused()


def test_brackets_over_two_paragraphs_are_one_as_the_server_counts_them(page: Page) -> None:
    write(page, "begins [here")
    page.keyboard.press("Enter")
    page.keyboard.type("ends] here")
    expect(page.get_by_text("Brackets left: 1")).to_be_visible()
    assert page.locator(".bracket").all_inner_texts() == ["[", "here", "ends", "]"]
    assert richtext.open_brackets(richtext.from_text("begins [here\n\nends] here")) == 1


def test_without_brackets_the_buttons_lead_nowhere(page: Page) -> None:
    write(page, "plain ] text [")
    expect(page.get_by_text("No brackets left")).to_be_visible()
    expect(page.get_by_role("button", name="Next bracket")).to_be_disabled()


def test_an_alternative_is_offered_and_another_one(page: Page) -> None:
    write(page, "shall")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="alternative").click()
    page.keyboard.type("should")
    expect(text(page)).to_have_text("[shall/should]")
    page.keyboard.press("Control+Alt+a")
    page.keyboard.type("may")
    expect(text(page)).to_have_text("[shall/should/may]")
    assert richtext.brackets(richtext.from_text("[shall/should/may]"))[0].alternatives == (
        "shall",
        "should",
        "may",
    )


def test_the_clean_view_hides_brackets_and_changes_nothing(page: Page, site: Site) -> None:
    write(page, "States [shall] act")
    expect(status(page)).to_have_text(SAVED)
    clean = page.get_by_role("button", name="Clean view")
    clean.click()
    expect(clean).to_have_attribute("aria-pressed", "true")
    assert text(page).inner_text() == "States shall act"
    expect(text(page)).to_have_attribute("aria-readonly", "true")
    expect(page.get_by_role("toolbar")).to_be_hidden()
    text(page).click()
    page.keyboard.type("nothing")
    clean.click()
    assert text(page).inner_text() == "States [shall] act"
    expect(text(page)).to_have_attribute("aria-readonly", "false")
    assert "nothing" not in site.draft().text


def test_words_are_counted_against_the_target(page: Page) -> None:
    write(page, "Ten States second five officers each")
    words = page.get_by_text("Words:")
    expect(words).to_have_text("Words: 6 of about 12")
    page.keyboard.type(" a b c d e f g")
    expect(words).to_have_text("Words: 13 of about 12")


@pytest.mark.parametrize(
    "words",
    [
        "don't re-open 3.5 % of the States' files",
        "ได้รับ",
        "国際移住 IOM",
        "الدول [تلتزم]",
        "a_b c–d e…f ",
        "नमस्ते दुनिया",
    ],
)
def test_the_page_counts_words_as_the_server_does(page: Page, words: str) -> None:
    shown = page.evaluate(
        "async (words) => (await import('/static/js/editing/reading.js')).countWords(words)", words
    )
    assert shown == richtext.count_words(words)


def test_paragraph_numbers_are_a_choice_that_stays(page: Page, open_page: OpenPage) -> None:
    write(page, "One")
    numbers = page.get_by_role("button", name="Paragraph numbers")
    numbers.click()
    expect(text(page)).to_contain_class("prose--numbered")
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(text(page)).to_contain_class("prose--numbered")
    expect(numbers).to_have_attribute("aria-pressed", "true")


def test_a_browser_that_keeps_nothing_still_has_the_bar(open_page: OpenPage) -> None:
    closed = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('closed', 'SecurityError'); } })"
    page = open_page(first=closed)
    write(page, "One")
    numbers = page.get_by_role("button", name="Paragraph numbers")
    numbers.click()
    expect(numbers).to_have_attribute("aria-pressed", "true")
    expect(text(page)).to_contain_class("prose--numbered")


def test_a_source_is_quoted_with_the_way_back_to_it(page: Page, site: Site) -> None:
    write(page, "Before")
    page.get_by_role("button", name="Quote", exact=True).click()
    expect(text(page).locator("blockquote")).to_have_text("Train officers together— Canada, Panel 3")
    expect(text(page).locator("blockquote a")).to_have_attribute(
        "href", "https://example.org/library#source-1"
    )
    assert html_of(page).startswith("<p>Before</p><blockquote>")
    expect(status(page)).to_have_text(SAVED)
    assert "Train officers together" in site.draft().text


def test_nothing_is_quoted_into_a_text_one_may_only_read(page: Page, site: Site) -> None:
    site.permit(edit=False, epoch=1, reason="The room is closed.")
    expect(text(page)).to_have_attribute("aria-readonly", "true")
    page.get_by_role("button", name="Quote", exact=True).click()
    page.wait_for_timeout(300)
    expect(text(page).locator("blockquote")).to_have_count(0)


def test_what_comes_from_word_is_cleaned(page: Page, site: Site) -> None:
    text(page).click()
    paste(page, WORD, "text/html")
    found = text(page).evaluate(
        """(editor) => {
          const plain = (node) => node.textContent;
          const blocks = [...editor.children];
          const nested = (list) => [...list.children].map((item) => [...item.children].map((c) => (c.matches('ul, ol') ? `(${nested(c)})` : plain(c))).join('')).join('');
          const rows = blocks.slice(5, 7).map(plain);
          const line = blocks[1].cloneNode(true);
          return { blocks: blocks.map((b) => b.tagName), title: plain(blocks[0]), line: line.innerHTML, list: nested(blocks[2]),
            start: blocks[4].getAttribute('start'), rows, last: plain(blocks[7]) };
        }"""
    )
    found["line"] = found["line"].strip()
    assert found == FROM_WORD
    expect(status(page)).to_have_text(SAVED)
    stored = site.draft().text
    for unwanted in ("Mso", "mso", "style", "struck", "hidden", "file:", "·", "class"):
        assert unwanted not in stored, unwanted


def test_what_comes_from_libreoffice_is_cleaned(page: Page) -> None:
    text(page).click()
    paste(page, WRITER, "text/html")
    html = html_of(page)
    assert html == (
        "<h2>Heading one</h2><p><strong>Bold</strong> and <u>under</u></p>"
        "<ol><li><p>One</p></li><li><p>Two</p></li></ol><p>Head</p><p>cell</p>"
    )


def test_what_is_copied_inside_keeps_its_form(page: Page) -> None:
    text(page).click()
    paste(
        page,
        '<p data-pm-slice="1 1 []">one <strong>two</strong></p><blockquote><p>three</p></blockquote>',
        "text/html",
    )
    assert "<strong>two</strong>" in html_of(page)
    assert "<blockquote><p>three</p></blockquote>" in html_of(page)


def test_keys_are_listed_under_a_question_mark_but_not_while_writing(page: Page) -> None:
    write(page, "really?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_hidden()
    expect(text(page)).to_have_text("really?")
    page.get_by_role("button", name="Clean view").focus()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Shortcuts").click()
    expect(dialog).to_be_visible()
