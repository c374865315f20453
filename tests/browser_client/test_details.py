"""The details of an item, written by two people: who changed what, and what happens to words written at the same time."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser_client.site import Site
from tests.browser_client.test_drafting_client import SAVED, UNSENT, status
from tests.running import wait_until


def test_who_changed_a_detail_is_shown_beside_it_and_said(both: tuple[Page, Page]) -> None:
    ann, ben = both
    field = ben.locator(".field").filter(has=ben.get_by_label("Term"))
    ann.get_by_label("Term").select_option("short")
    expect(field.locator(".changed.hue-af")).to_have_text("State A, just now")
    expect(ben.locator("[data-announce=polite]")).to_contain_text("State A changed: Term")
    expect(ben.get_by_label("Term")).to_have_accessible_name("Term")
    expect(ann.locator(".changed")).to_have_count(0)
    expect(field.locator(".changed")).to_have_count(0)

    ann.get_by_label("IOM").check()
    box = ben.locator(".check").filter(has=ben.get_by_label("IOM"))
    expect(box.locator(".changed")).to_have_text("State A, just now")
    expect(ben.get_by_role("checkbox", name="IOM", exact=True)).to_be_checked()
    ben.get_by_label("IOM").uncheck()  # a removal has no author in the shared text: the caret tells
    expect(ann.locator(".check .changed")).to_have_text("State B, just now")

    ann.get_by_role("button", name="Add target").click()
    row = ben.get_by_role("list", name="Targets").get_by_role("listitem")
    expect(row.locator(".changed")).to_have_text("State A, just now")
    row.get_by_role("button", name="Remove").click()
    expect(ann.locator("[data-controller=fact-list] > .changed")).to_have_text("State B, just now")


def test_who_changed_the_title_is_shown_beside_it_and_said(both: tuple[Page, Page]) -> None:
    ann, ben = both
    place = ben.locator(".titled")
    ann.get_by_label("Title").press_sequentially("Training")
    expect(ben.get_by_label("Title")).to_have_value("Training")
    expect(place.locator(".changed.hue-af")).to_have_text("State A, just now")
    expect(ben.locator("[data-announce=polite]")).to_contain_text("State A changed: Title")
    expect(ben.get_by_label("Title")).to_have_accessible_name("Title")
    expect(ann.locator(".changed")).to_have_count(0)
    expect(place.locator(".changed")).to_have_count(0)

    ann.get_by_label("Means").focus()
    ben.get_by_label("Title").focus()  # a removal has no author in the shared text: who is in the field tells
    ben.keyboard.press("End")
    ben.keyboard.press("Backspace")
    expect(ann.get_by_label("Title")).to_have_value("Trainin")
    expect(ann.locator(".titled .changed")).to_have_text("State B, just now")


def both_write_means(ann: Page, ben: Page, site: Site) -> Locator:
    """Ann and Ben write at the same time, without a connection; the question that one of them is asked."""
    site.go_down()
    for page, words in ((ann, "A trust fund"), (ben, "A levy")):
        expect(status(page)).to_have_text(UNSENT)
        page.get_by_label("Means").fill(words)
        page.get_by_label("Title").focus()
    site.come_back()
    for page in (ann, ben):
        expect(status(page)).to_have_text(SAVED, timeout=20_000)
    questions = [page.get_by_role("group", name="Means") for page in (ann, ben)]
    # Both are saved before the words of the one have come to the other.
    wait_until(lambda: any(question.count() for question in questions), what="the question")
    asked = [page for page, question in zip((ann, ben), questions, strict=True) if question.count()]
    assert len(asked) == 1, "one of two concurrent writers is the last one, the other one is asked"
    return asked[0].get_by_role("group", name="Means")


@pytest.mark.parametrize("choice", ["Use theirs", "Keep mine"])
def test_words_written_at_the_same_time_in_one_detail_are_asked_about(
    both: tuple[Page, Page], site: Site, choice: str
) -> None:
    ann, ben = both
    question = both_write_means(ann, ben, site)
    loser, winner = (ann, ben) if question.page is ann else (ben, ann)
    mine, theirs = ("A trust fund", "A levy") if loser is ann else ("A levy", "A trust fund")
    expect(question).to_contain_text("changed this meanwhile")
    expect(question.get_by_role("blockquote")).to_have_text(theirs)
    expect(loser.get_by_role("textbox", name="Means", exact=True)).to_have_value(mine)
    expect(winner.get_by_role("textbox", name="Means", exact=True)).to_have_value(theirs)
    assert site.draft().facts["means"] == theirs

    question.get_by_role("button", name=choice).click()
    expect(question).to_have_count(0)
    expect(loser.get_by_role("textbox", name="Means", exact=True)).to_be_focused()
    result = theirs if choice == "Use theirs" else mine
    for page in both:
        expect(page.get_by_role("textbox", name="Means", exact=True)).to_have_value(result)
    assert site.draft().facts["means"] == result


def test_somebody_typing_is_not_overwritten_and_overwrites_nobody(
    both: tuple[Page, Page], site: Site
) -> None:
    ann, ben = both
    means = ben.get_by_role("textbox", name="Means", exact=True)
    ann.get_by_label("Means").fill("A trust fund")
    expect(means).to_have_value("A trust fund")
    # Ben writes on; before his pause ends, Ann's next words arrive.
    means.evaluate(
        """(field) => {
          const type = () => { field.value = "A levy"; field.dispatchEvent(new Event("input", { bubbles: true })); };
          type();
          window.typing = setInterval(type, 100);
        }"""
    )
    ann.get_by_label("Means").fill("A trust fund of States")
    question = ben.get_by_role("group", name="Means")
    expect(question).to_contain_text("State A changed this meanwhile")
    expect(question.get_by_role("blockquote")).to_have_text("A trust fund of States")
    ben.evaluate("clearInterval(window.typing)")
    expect(means).to_have_value("A levy")
    assert site.draft().facts["means"] == "A trust fund of States"
    ann.get_by_label("Means").fill("A trust fund of all")
    expect(question.get_by_role("blockquote")).to_have_text("A trust fund of all")
    ann.get_by_label("Means").fill("")
    expect(question).to_contain_text("State A emptied this meanwhile")
    expect(question.get_by_role("blockquote")).to_be_hidden()

    # The round ends before he has chosen: his words are offered for copying.
    site.permit(False, 2, "The room is closed.")
    expect(ben.get_by_role("dialog", name="Unsaved text")).to_be_visible()
    assert "A levy" in ben.get_by_label("Your text").input_value()
    expect(means).to_have_value("")
    expect(ann.get_by_role("dialog", name="Unsaved text")).to_be_hidden()


def test_an_answer_to_what_somebody_wrote_is_no_conflict(both: tuple[Page, Page]) -> None:
    ann, ben = both
    ann.get_by_label("Means").fill("A trust fund")
    means = ben.get_by_role("textbox", name="Means", exact=True)
    expect(means).to_have_value("A trust fund")
    for words in ("A trust fund of", "A trust fund of States"):
        means.fill(words)
        ben.get_by_label("Title").focus()
    expect(ann.get_by_label("Means")).to_have_value("A trust fund of States")
    for page in both:
        expect(page.get_by_role("group", name="Means")).to_have_count(0)
