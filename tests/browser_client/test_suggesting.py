"""Suggest mode with two people: words to be put in and taken out, the list of them, decisions, and what the server takes."""

import pytest
from playwright.sync_api import Locator, Page, expect

from consult.drafting.content import content_of
from consult.drafting.document import Document
from consult.drafting.limits import Limits
from consult.drafting.walker import walked
from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site
from tests.browser_client.test_drafting_client import SAVED, paste, status, text, write

LIMITS = Limits()


@pytest.fixture
def both(open_page: OpenPage) -> tuple[Page, Page]:
    pages = open_page("A"), open_page("B")
    for page in pages:
        expect(status(page)).to_have_text(SAVED)
    return pages


def suggest(page: Page) -> None:
    button = page.get_by_role("button", name="Suggesting")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def rows(page: Page) -> Locator:
    return page.get_by_role("region", name="Suggestions").get_by_role("listitem")


def select_word(page: Page, word: str) -> None:
    """Select the word in the text, as a double click would."""
    text(page).focus()
    page.evaluate(
        """(word) => {
          const walker = document.createTreeWalker(document.querySelector('.ProseMirror'), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(word);
            if (at >= 0) return getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + word.length);
          }
        }""",
        word,
    )
    page.wait_for_function("(word) => getSelection().toString() === word", arg=word)
    page.wait_for_timeout(50)


def accepted_by_the_server(site: Site) -> Document:
    """The document, as the real judge lets it come about."""
    document = Document()
    for update in site.draft().updates:
        document.apply(document.judge(walked(update, LIMITS), LIMITS))
    return document


def words_that_stand(site: Site) -> str:
    content = content_of(site.draft().doc)
    assert accepted_by_the_server(site).content() == content
    return "\n".join(
        "".join(node.get("text", "") for node in block.get("content", []))
        for block in content.text["content"]
    )


def test_a_word_is_replaced_as_one_suggestion_and_accepted(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "States shall act")
    expect(text(ben)).to_have_text("States shall act")
    suggest(ann)
    select_word(ann, "shall")
    ann.keyboard.type("should")
    expect(text(ben).locator("del")).to_have_text("shall")
    expect(text(ben).locator("ins")).to_have_text("should")
    expect(rows(ben)).to_have_count(1)
    expect(rows(ben)).to_contain_text("Delegate A")
    expect(rows(ann)).to_contain_text("You")
    expect(status(ann)).to_have_text(SAVED)
    assert words_that_stand(site) == "States shall act"
    assert accepted_by_the_server(site).content().suggestions == 1
    rows(ben).get_by_role("button", name="Accept").click()
    for page in both:
        expect(text(page)).to_have_text("States should act")
        expect(rows(page)).to_have_count(0)
    expect(status(ben)).to_have_text(SAVED)
    assert words_that_stand(site) == "States should act"


def test_what_is_rejected_leaves_the_text_as_it_was(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "States shall act")
    suggest(ann)
    select_word(ann, "shall ")
    ann.keyboard.press("Backspace")
    write(ann, " now")
    ann.keyboard.press("Enter")
    ann.keyboard.type("A new paragraph")
    expect(rows(ben)).to_have_count(3)
    expect(status(ann)).to_have_text(SAVED)
    assert words_that_stand(site) == "States shall act"
    ben.get_by_role("button", name="Reject all").click()
    for page in both:
        expect(text(page).locator("ins, del")).to_have_count(0)
        expect(text(page).locator("p")).to_have_count(1)
        expect(text(page)).to_have_text("States shall act")


def test_all_are_accepted_and_a_paragraph_taken_out_is_gone(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "First")
    ann.keyboard.press("Enter")
    ann.keyboard.type("Second")
    suggest(ann)
    select_word(ann, "Second")
    ann.keyboard.press("Delete")
    write(ann, "Zero ", at="Control+Home")
    expect(rows(ben)).to_have_count(2)
    ben.get_by_role("button", name="Accept all").click()
    expect(text(ann).locator("p")).to_have_text(["Zero First"])


def test_ones_own_suggested_words_are_simply_corrected(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "one")
    suggest(ann)
    write(ann, " twoo")
    ann.keyboard.press("Backspace")
    expect(text(ben).locator("ins")).to_have_text(" two")
    for _ in range(6):
        ann.keyboard.press("Backspace")
    expect(text(ben).locator("ins")).to_have_count(0)
    expect(text(ben).locator("del")).to_have_text("ne")
    expect(text(ben)).to_have_text("one")


def test_deleting_forwards_goes_on_behind_what_is_struck(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "abcdef")
    suggest(ann)
    ann.keyboard.press("Home")
    for struck in ("a", "ab", "abc"):
        ann.keyboard.press("Delete")
        expect(text(ann).locator("del")).to_have_text(struck)
    expect(text(ben).locator("del")).to_have_text("abc")
    ann.keyboard.type("X")
    expect(text(ben)).to_have_text("abcXdef")


def test_a_key_counts_where_the_caret_is_shown_even_before_the_browser_has_told(
    both: tuple[Page, Page],
) -> None:
    ann, ben = both
    write(ann, "abcdef")
    suggest(ann)
    for key in ("Delete", "Enter"):
        ann.evaluate(
            """([key, at]) => addEventListener('keydown', (event) => {
              if (event.key === key) getSelection().collapse(document.createTreeWalker(document.querySelector('.ProseMirror'), NodeFilter.SHOW_TEXT).nextNode(), at);
            }, { capture: true })""",
            [key, 0 if key == "Delete" else 1],
        )
    ann.keyboard.press("Delete")
    expect(text(ben).locator("del")).to_have_text("a")
    ann.get_by_role("button", name="Suggesting").click()
    rows(ann).get_by_role("button", name="Reject").click()
    expect(text(ben).locator("del")).to_have_count(0)
    text(ann).click()
    ann.keyboard.press("Enter")
    expect(text(ben).locator("p")).to_have_text(["a", "bcdef"])


def test_a_space_before_a_space_stands_where_the_caret_is_shown_even_before_the_browser_has_told(
    both: tuple[Page, Page],
) -> None:
    """Which of the two is the new one cannot be seen in the text: the editor has to know where the caret was."""
    ann, ben = both
    write(ann, "ab cd")
    suggest(ann)
    text(ann).click()
    ann.keyboard.press("Control+End")
    ann.evaluate(
        """() => addEventListener('keydown', () => {
          getSelection().collapse(document.createTreeWalker(document.querySelector('.ProseMirror'), NodeFilter.SHOW_TEXT).nextNode(), 2);
        }, { capture: true, once: true })"""
    )
    ann.keyboard.type(" x")
    expect(text(ben).locator("ins")).to_have_text(" x")
    assert text(ben).inner_text().strip() == "ab x cd"


def test_two_people_suggest_side_by_side_and_each_keeps_their_own(
    both: tuple[Page, Page], site: Site
) -> None:
    ann, ben = both
    write(ann, "Text.")
    expect(text(ben)).to_have_text("Text.")
    suggest(ann)
    suggest(ben)
    write(ann, " Ann's.")
    expect(text(ben).locator("ins")).to_have_text(" Ann's.")
    write(ben, " Ben's.")
    expect(rows(ann)).to_have_count(2)
    expect(rows(ann).nth(0)).to_contain_text("You")
    expect(rows(ann).nth(1)).to_contain_text("Delegate B")
    select_word(ben, "Ann")
    ben.keyboard.press("Backspace")
    expect(text(ann).locator("ins del, del ins").first).to_have_text("Ann")
    expect(status(ben)).to_have_text(SAVED)
    assert words_that_stand(site) == "Text."


def test_suggestions_survive_what_others_write_at_the_same_time(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "alpha beta gamma")
    expect(text(ben)).to_have_text("alpha beta gamma")
    suggest(ann)
    site.go_down()
    select_word(ann, "beta")
    ann.keyboard.type("delta")
    write(ben, "more ", at="Control+Home")
    write(ben, " end")
    site.come_back()
    for page in both:
        expect(status(page)).to_have_text(SAVED, timeout=20_000)
        expect(text(page)).to_have_text("more alpha betadelta gamma end")
        expect(text(page).locator("del")).to_have_text("beta")
        expect(text(page).locator("ins")).to_have_text("delta")
    assert words_that_stand(site) == "more alpha beta gamma end"


def test_undo_takes_back_ones_own_suggestion_only(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "base")
    expect(text(ben)).to_have_text("base")
    suggest(ann)
    suggest(ben)
    ann.wait_for_timeout(600)
    write(ann, " mine")
    expect(text(ben)).to_have_text("base mine")
    write(ben, "yours ", at="Control+Home")
    expect(text(ann)).to_have_text("yours base mine")
    ann.keyboard.press("Control+z")
    for page in both:
        expect(text(page)).to_have_text("yours base")
        expect(text(page).locator("ins")).to_have_text("yours ")


def test_headings_lists_and_styles_are_refused_with_a_word(both: tuple[Page, Page]) -> None:
    ann, _ben = both
    write(ann, "plain")
    suggest(ann)
    ann.keyboard.press("Control+a")
    ann.get_by_role("button", name="bold").click()
    ann.get_by_role("button", name="heading2").click()
    expect(ann.locator("[data-announce=assertive]")).to_contain_text("Words only")
    expect(text(ann).locator("strong, h2")).to_have_count(0)


def test_what_is_pasted_is_suggested_and_brings_nobody_elses_suggestion(
    both: tuple[Page, Page], site: Site
) -> None:
    ann, ben = both
    write(ann, "Before")
    suggest(ann)
    html = '<p data-pm-slice="0 0 []">one <ins data-suggestion="abcdef12" data-by="77">two</ins></p><ul><li><p>three</p></li></ul>'
    paste(ann, html, "text/html")
    expect(text(ben).locator("ins")).to_have_count(2)
    expect(rows(ben)).to_have_count(1)
    expect(text(ben)).to_have_text("Beforeone twothree")
    expect(status(ann)).to_have_text(SAVED)
    assert words_that_stand(site) == "Before"


def test_a_reader_sees_suggestions_and_cannot_decide(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    suggest(ann)
    write(ann, "Only an idea")
    expect(rows(ben)).to_have_count(1)
    expect(text(ben)).to_have_text("Only an idea")
    site.permit(edit=False, epoch=1, reason="The room is closed.")
    expect(text(ben)).to_have_attribute("aria-readonly", "true")
    expect(rows(ben).get_by_role("button", name="Accept")).to_be_hidden()
    rows(ben).get_by_role("button", name="Go to").click()
    ben.wait_for_function("() => getSelection().toString() === 'Only an idea'")


def test_words_only_suggested_do_not_count(both: tuple[Page, Page]) -> None:
    ann, _ben = both
    write(ann, "two words")
    suggest(ann)
    write(ann, " and [three] more")
    expect(ann.get_by_text("Words:")).to_have_text("Words: 2 of about 12")
    expect(ann.get_by_text("No brackets left")).to_be_visible()
    ann.get_by_role("button", name="Clean view").click()
    assert text(ann).inner_text() == "two words"
