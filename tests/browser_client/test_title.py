"""The title of an item: an ordinary field that several people write in at once."""

from playwright.sync_api import Page, expect

from tests.browser_client.test_drafting_client import SAVED, status


def test_the_title_keeps_the_caret_while_others_write(both: tuple[Page, Page]) -> None:
    ann, ben = both
    ann.get_by_label("Title").fill("middle")
    title = ben.get_by_label("Title")
    expect(title).to_have_value("middle")
    title.click()
    title.press("End")
    ann.get_by_label("Title").press("Home")
    ann.get_by_label("Title").press_sequentially("The ")
    expect(title).to_have_value("The middle")
    ben.keyboard.type("!")
    expect(ann.get_by_label("Title")).to_have_value("The middle!")


def test_undo_in_the_title_takes_back_ones_own_letters_only(both: tuple[Page, Page]) -> None:
    mine, theirs = (page.get_by_label("Title") for page in both)
    mine.press_sequentially("plan")
    expect(theirs).to_have_value("plan")
    theirs.press("Home")
    theirs.press_sequentially("The ")
    expect(mine).to_have_value("The plan")
    mine.press("Control+z")
    for title in (mine, theirs):
        expect(title).to_have_value("The ")
    mine.press("Control+Shift+z")
    for title in (mine, theirs):
        expect(title).to_have_value("The plan")
    mine.press("Control+z")
    mine.press("Control+z")
    expect(theirs).to_have_value("The ")
    theirs.press("Control+z")
    for title in (mine, theirs):
        expect(title).to_have_value("")


def test_a_title_composed_while_others_write_keeps_both(both: tuple[Page, Page]) -> None:
    ann, ben = both
    ann.get_by_label("Title").fill("plan")
    expect(ben.get_by_label("Title")).to_have_value("plan")
    ann.get_by_label("Title").press("End")
    typing = ann.context.new_cdp_session(ann)
    typing.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    ben.get_by_label("Title").press("Home")
    ben.get_by_label("Title").press_sequentially("The ")
    expect(status(ben)).to_have_text(SAVED)
    typing.send("Input.insertText", {"text": "日"})
    for page in both:
        expect(page.get_by_label("Title")).to_have_value("The plan日")
