"""Writing together in the browser, and what happens to the text when things go wrong."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser_client.conftest import OpenPage
from tests.browser_client.site import Site

SAVED = "All changes saved"
UNSENT = "Not connected: your text is kept here"
#: Whether this browser has stored at least so many updates of the draft: one for each key.
_STORED = """(least) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('consult.userA.i1.1');
  opening.onerror = reject;
  opening.onsuccess = () => {
    const counting = opening.result.transaction('updates').objectStore('updates').count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result >= least); };
  };
})"""


#: Time runs ten times as fast for whoever asks what time it is, and what is spoken is written down.
_FAST = """(() => {
  const now = Date.now.bind(Date), start = now();
  Date.now = () => start + 10 * (now() - start);
  window.spoken = [];
  addEventListener("DOMContentLoaded", () => {
    for (const region of document.querySelectorAll("[data-announce]")) {
      new MutationObserver(() => window.spoken.push(region.textContent)).observe(region, { childList: true });
    }
  });
})()"""


def status(page: Page) -> Locator:
    return page.get_by_role("status")


def text(page: Page, number: int = 0) -> Locator:
    return page.get_by_role("textbox", name="Text of the action item").nth(number)


def write(page: Page, words: str, *, at: str = "Control+End") -> None:
    text(page).click()
    page.keyboard.press(at)
    page.keyboard.type(words)


def paste(page: Page, content: str, kind: str = "text/plain") -> None:
    page.evaluate(
        """([kind, content]) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData(kind, content);
          document.querySelector('.ProseMirror').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }""",
        [kind, content],
    )


def test_text_title_and_details_are_shared(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "States with [ten] offices")
    expect(text(ben)).to_have_text("States with [ten] offices")
    expect(ben.locator(".bracket")).to_have_text(["[", "ten", "]"])
    ann.get_by_label("Title").fill("Training")
    expect(ben.get_by_label("Title")).to_have_value("Training")
    ann.get_by_label("Term").select_option("short")
    expect(ben.get_by_label("Term")).to_have_value("short")
    ben.get_by_label("Means").fill("A trust fund")
    expect(ann.get_by_label("Means")).to_have_value("A trust fund")
    ann.get_by_label("IOM").check()
    expect(ben.get_by_label("IOM")).to_be_checked()
    expect(status(ann)).to_have_text(SAVED)
    assert site.draft().facts == {"term": "short", "means": "A trust fund", "actor:iom": True}
    ann.get_by_label("IOM").uncheck()
    expect(ben.get_by_label("IOM")).not_to_be_checked()


def test_a_list_of_targets_is_shared(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    ann.get_by_role("button", name="Add target").click()
    row = ben.get_by_role("list", name="Targets").get_by_role("listitem")
    expect(row).to_contain_text("10.7 Safe migration")
    row.get_by_label("Relation").select_option("adds")
    expect(ann.get_by_role("list", name="Targets").get_by_label("Relation")).to_have_value("adds")
    ann.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(ann.get_by_label("SDG target")).to_be_focused()
    expect(ann.locator("[data-announce=polite]")).to_contain_text("10.7 Safe migration removed", timeout=8000)


def test_carets_show_by_class_and_add_no_text(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "Hello")
    expect(ben.locator(".caret.hue-af .caret__name")).to_have_attribute("data-text", "State A")
    expect(text(ben)).to_have_text("Hello")
    expect(ben.get_by_text("Delegate A: writing here now")).to_be_visible()


def test_who_is_where_can_be_listed_and_gone_to_without_seeing_carets(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "First paragraph")
    ann.keyboard.press("Enter")
    ann.keyboard.type("Second paragraph")
    expect(text(ben)).to_contain_text("Second paragraph")
    names = ben.get_by_text("Delegate A: writing here now")
    names.focus()
    ben.keyboard.press("Enter")
    row = ben.get_by_role("list", name="Where").get_by_role("listitem")
    expect(row).to_contain_text("Delegate A Paragraph 2: Second paragraph")
    ann.keyboard.press("Control+Home")
    expect(row).to_contain_text("Paragraph 1: First paragraph")
    ann.keyboard.press("Control+End")
    expect(row).to_contain_text("Paragraph 2")
    ben.keyboard.press("Tab")
    ben.keyboard.press("Enter")
    ben.keyboard.type("Here: ")
    expect(text(ann)).to_contain_text("Here: Second paragraph")


def test_what_both_write_while_cut_off_is_merged(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "common")
    expect(text(ben)).to_have_text("common")
    site.go_down()
    expect(status(ann)).to_have_text(UNSENT)
    write(ann, "first ", at="Control+Home")
    write(ben, " last")
    ben.get_by_label("Title").fill("Offline title")
    expect(status(ben)).to_have_text(UNSENT)
    site.come_back()
    for page in both:
        expect(status(page)).to_have_text(SAVED, timeout=20_000)
        expect(text(page)).to_have_text("first common last")
    expect(ann.get_by_label("Title")).to_have_value("Offline title")


def test_unsent_text_survives_a_closed_tab(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    expect(status(page)).to_have_text(UNSENT)
    write(page, "kept in the browser")
    page.wait_for_function(_STORED, arg=len("kept in the browser"))
    page.close()
    site.come_back()
    again = open_page()
    expect(text(again)).to_have_text("kept in the browser")
    expect(status(again)).to_have_text(SAVED)
    assert "kept in the browser" in site.draft().text


def test_saved_is_never_said_before_the_server_said_so(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.refusal = "retry"
    write(page, "not yet")
    expect(status(page)).to_have_text(re.compile(r"^Not saved for \d+ seconds?$"))
    assert "not yet" not in site.draft().text
    site.refusal = None
    expect(status(page)).to_have_text(SAVED, timeout=20_000)
    assert "not yet" in site.draft().text


def test_an_edit_without_an_answer_is_shown_and_told_after_five_seconds(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.fall_silent()
    write(page, "half open")
    expect(status(page)).to_have_text("Saving")
    expect(status(page)).to_have_text(re.compile(r"^Not saved for [56] seconds$"), timeout=7_000)
    expect(page.locator("[data-announce=polite]")).to_have_text("Not saved for 5 seconds")
    expect(status(page)).to_have_text(re.compile(r"^Not saved for [89] seconds$"))
    expect(page.locator("[data-announce=polite]")).to_have_text("Not saved for 5 seconds")
    site.come_back()
    expect(status(page)).to_have_text(SAVED, timeout=30_000)
    expect(page.locator("[data-announce=polite]")).to_contain_text(SAVED)
    assert "half open" in site.draft().text


def test_how_long_text_waits_is_counted_for_the_eye_and_spoken_seldom(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page(first=_FAST)
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    expect(status(page)).to_have_text(UNSENT)
    write(page, "waits")
    expect(status(page)).to_have_text(re.compile(r"^Not connected, not saved for \d+ seconds$"))
    expect(status(page)).to_have_text("Not connected, not saved for 3 minutes", timeout=30_000)
    spoken = page.evaluate("window.spoken")
    times = [words.removeprefix("Not connected, not saved for ") for words in spoken if "for" in words]
    assert UNSENT in spoken, "the loss itself is told at once"
    assert 3 <= len(times) <= 5, times
    assert times[-1] in ("2 minutes", "3 minutes"), times
    site.come_back()
    expect(status(page)).to_have_text(SAVED, timeout=30_000)


def test_a_large_text_goes_in_pieces_under_the_limit(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    site.limit = 4_000
    site.go_down()
    expect(status(ann)).to_have_text(UNSENT)
    words = "Ünï😀 words of a long text. " * 800
    paste(ann, f"START {words}\n\n{words} END")
    ann.get_by_label("Title").fill("And a title")
    site.come_back()
    expect(status(ann)).to_have_text(SAVED, timeout=40_000)
    expect(text(ben)).to_contain_text("END", timeout=20_000)
    assert site.draft().text.count("😀") == 1600
    assert site.draft().title == "And a title"
    assert len(site.draft().updates) > 10
    assert max(map(len, site.draft().updates)) <= 4_000


def test_a_closed_room_offers_what_it_did_not_take(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "agreed")
    expect(status(ann)).to_have_text(SAVED)
    site.go_down()
    expect(status(ann)).to_have_text(UNSENT)
    paste(ann, "\n\nnot agreed in time")
    site.edit, site.epoch = False, 2
    site.come_back()
    dialog = ann.get_by_role("dialog", name="Unsaved text")
    expect(dialog).to_be_visible(timeout=20_000)
    expect(dialog).to_contain_text("The room is closed.")
    assert "not agreed in time" in ann.get_by_label("Your text").input_value()
    expect(text(ann)).not_to_contain_text("not agreed in time")
    expect(ann.get_by_label("Title")).to_have_attribute("readonly", "")
    expect(ann.get_by_label("Term")).to_be_disabled()

    ann.reload()
    expect(dialog).to_be_visible()
    ann.get_by_role("button", name="Copy text").click()
    assert "not agreed in time" in ann.evaluate("navigator.clipboard.readText()")
    ann.get_by_role("button", name="I have my text").click()
    ann.reload()
    expect(status(ann)).to_have_text("Read-only")
    expect(dialog).to_be_hidden()

    site.permit(True, 3)
    expect(status(ann)).to_have_text(SAVED)
    write(ann, " again")
    expect(text(ben)).to_contain_text("agreed again")
    assert "not agreed in time" not in site.draft().text


def test_the_end_of_a_round_makes_the_page_read_only_at_once(both: tuple[Page, Page], site: Site) -> None:
    ann, _ = both
    site.permit(False, 2, "The room is closed.")
    expect(status(ann)).to_have_text("Read-only")
    expect(text(ann)).to_have_attribute("aria-readonly", "true")
    expect(ann.get_by_role("toolbar")).to_be_hidden()
    expect(ann.locator("#item-i1")).to_have_attribute("data-state", "readonly")
    expect(ann.locator("[data-draft-target=notice]")).to_have_text("The room is closed.")
    expect(ann.get_by_role("dialog", name="Unsaved text")).to_be_hidden()


def test_late_text_is_kept_by_the_server_and_said_so(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    expect(status(page)).to_have_text(UNSENT)
    write(page, "too late")
    site.edit, site.refusal = False, "late"
    site.come_back()
    expect(status(page)).to_have_text("Kept as late", timeout=20_000)
    expect(text(page)).not_to_contain_text("too late")
    expect(page.get_by_role("dialog", name="Unsaved text")).to_be_hidden()
    assert len(site.draft().late) == 1


def test_somebody_without_a_seat_any_more_keeps_the_text_on_the_screen(
    open_page: OpenPage, site: Site
) -> None:
    page = open_page()
    expect(status(page)).to_have_text(SAVED)
    site.go_down()
    expect(status(page)).to_have_text(UNSENT)
    write(page, "my last words")
    site.join_refusal = "forbidden"
    site.come_back()
    expect(page.get_by_role("dialog", name="Unsaved text")).to_be_visible(timeout=20_000)
    assert "my last words" in page.get_by_label("Your text").input_value()
    expect(text(page)).to_have_attribute("aria-readonly", "true")


def test_a_reader_is_not_warned_about_text_that_is_not_theirs(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    write(ann, "one two")
    expect(text(ben)).to_have_text("one two")
    for _ in range(4):
        ann.keyboard.press("Backspace")
    expect(text(ben)).to_have_text("one")
    site.edit = False
    ben.reload()
    expect(status(ben)).to_have_text("Read-only")
    expect(ben.get_by_role("dialog", name="Unsaved text")).to_be_hidden()


def test_several_drafts_share_the_connection(open_page: OpenPage, site: Site) -> None:
    page = open_page(items="i1,i2")
    expect(status(page)).to_have_text(SAVED)
    text(page, 1).click()
    page.keyboard.type("second")
    expect(status(page)).to_have_text(SAVED)
    page.wait_for_function("document.querySelector('#item-i2 .ProseMirror').textContent === 'second'")
    assert "second" in site.draft("i2").text
    assert "second" not in site.draft("i1").text
    assert len(site.lines) == 1


def test_pasted_styles_scripts_and_bad_links_are_dropped(both: tuple[Page, Page], site: Site) -> None:
    ann, ben = both
    text(ann).click()
    html = (
        "<p style='color:red'>Plain <b style=\"x:y\">bold</b> <a href='javascript:1' onclick=x()>no</a> "
        "<a href='https://example.org/'>yes</a><img src='/x.png' onerror='x()'></p><style>p{}</style><script>x()</script>"
    )
    paste(ann, html, "text/html")
    expect(text(ben)).to_have_text("Plain bold no yes")
    expect(text(ben).locator("a")).to_have_attribute("href", "https://example.org/")
    expect(text(ben).locator("a")).to_have_count(1)
    stored = site.draft().text
    assert "javascript" not in stored
    assert "style" not in stored


def test_composed_letters_are_not_disturbed(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "[a]")
    expect(text(ben)).to_have_text("[a]")
    text(ann).click()
    ann.keyboard.press("Control+End")
    typing = ann.context.new_cdp_session(ann)
    for composing in ("に", "にほ", "にほん"):
        typing.send(
            "Input.imeSetComposition",
            {"text": composing, "selectionStart": len(composing), "selectionEnd": len(composing)},
        )
    write(ben, "before ", at="Control+Home")
    expect(text(ann)).to_contain_text("before [a]にほん")
    typing.send("Input.insertText", {"text": "日本"})
    for page in both:
        expect(text(page)).to_have_text("before [a]日本")


def test_undo_takes_back_ones_own_words_only(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "Ann. ")
    expect(text(ben)).to_have_text("Ann. ")
    write(ben, "Ben.")
    expect(text(ann)).to_have_text("Ann. Ben.")
    ann.keyboard.press("Control+z")
    for page in both:
        expect(text(page)).to_have_text("Ben.")
    ann.keyboard.press("Control+y")
    for page in both:
        expect(text(page)).to_have_text("Ann. Ben.")
