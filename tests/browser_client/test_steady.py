"""What others write, or that they leave, moves neither the page nor the caret of who reads or writes elsewhere."""

from playwright.sync_api import Page, expect

from tests.browser_client.test_drafting_client import SAVED, paste, status, text, write


def test_what_others_write_above_moves_neither_the_page_nor_the_caret(both: tuple[Page, Page]) -> None:
    ann, ben = both
    for page in both:
        page.set_viewport_size({"width": 900, "height": 600})
    text(ann).click()
    paste(ann, "\n".join(f"Line {number}" for number in range(60)))
    expect(text(ben)).to_contain_text("Line 59")
    where = """() => {
      const found = [...document.querySelectorAll('.ProseMirror p')].find((p) => p.textContent.startsWith('Line 50'));
      return found.getBoundingClientRect().top;
    }"""
    text(ann).get_by_text("Line 50").click()
    ann.keyboard.press("End")
    before = ann.evaluate(where)
    assert 0 < before < 600
    text(ben).click()
    ben.keyboard.press("Control+Home")
    for number in range(50):
        ben.keyboard.type(f"New {number}")
        ben.keyboard.press("Enter")
    expect(text(ann)).to_contain_text("New 49")
    expect(status(ben)).to_have_text(SAVED)
    ann.wait_for_timeout(200)
    assert abs(ann.evaluate(where) - before) <= 2
    expect(text(ann)).to_be_focused()
    ann.keyboard.type(" mine")
    expect(text(ben).get_by_text("Line 50 mine", exact=True)).to_be_attached()


def test_others_writing_above_does_not_pull_back_who_reads_elsewhere(both: tuple[Page, Page]) -> None:
    ann, ben = both
    for page in both:
        page.set_viewport_size({"width": 900, "height": 600})
    text(ann).click()
    paste(ann, "\n".join(f"Line {number}" for number in range(60)))
    expect(text(ben)).to_contain_text("Line 59")
    text(ben).get_by_text("Line 5", exact=True).click()
    ann.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    ann.wait_for_timeout(200)
    bottom = "() => document.querySelector('fieldset').getBoundingClientRect().top"
    before = ann.evaluate(bottom)
    for _ in range(10):
        ben.keyboard.press("Enter")
        ben.keyboard.type("more")
    expect(text(ann).get_by_text("more")).to_have_count(10)
    ann.wait_for_timeout(200)
    assert abs(ann.evaluate(bottom) - before) <= 2


def test_the_keyboard_goes_to_the_text_when_the_last_other_writer_leaves(both: tuple[Page, Page]) -> None:
    ann, ben = both
    write(ann, "First paragraph")
    expect(ben.get_by_text("Delegate A: writing here now")).to_be_attached()
    ann.evaluate(
        """async () => {
          const { draftAround } = await import('/static/js/live/drafts.js');
          (await draftAround(document.querySelector('.ProseMirror'))).awareness.setLocalState(null);
        }"""
    )  # says no more where she is: what she said last would bring her back
    write(ann, ", her last words")
    expect(text(ben)).to_contain_text("First paragraph, her last words")
    ben.get_by_text("Delegate A: writing here now").focus()
    ben.keyboard.press("Enter")
    go = ben.get_by_role("list", name="Where").get_by_role("button", name="Go there")
    go.focus()
    ben.evaluate(
        """async () => {
          const { draftAround } = await import('/static/js/live/drafts.js');
          const { awareness, doc } = await draftAround(document.querySelector('.ProseMirror'));
          const removed = [...awareness.getStates().keys()].filter((client) => client !== doc.clientID);
          removed.forEach((client) => awareness.states.delete(client));
          awareness.emit('change', [{ added: [], updated: [], removed }, 'test']);
        }"""
    )
    expect(go).to_have_count(0)
    expect(text(ben)).to_be_focused()


def test_a_caret_being_moved_is_not_set_back_by_what_others_write(both: tuple[Page, Page]) -> None:
    ann, ben = both
    text(ann).click()
    paste(ann, "above\n" + "x" * 300)
    expect(text(ben)).to_contain_text("x" * 300)
    ben.evaluate(
        """async () => {
          const { draftAround } = await import('/static/js/live/drafts.js');
          const { doc } = await draftAround(document.querySelector('.ProseMirror'));
          const line = doc.getXmlFragment('default').get(0).get(0);
          window.writing = setInterval(() => line.insert(0, 'o'), 20);
        }"""
    )
    expect(text(ann).locator("p").first).to_contain_text("oooabove")
    text(ann).click()
    ann.keyboard.press("Control+End")
    for _ in range(150):
        ann.keyboard.press("ArrowLeft")
    ann.keyboard.type("X")
    ben.evaluate("clearInterval(window.writing)")
    expect(text(ben).locator("p").last).to_have_text("x" * 150 + "X" + "x" * 150)
