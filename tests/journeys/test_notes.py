"""Notes in the margin of a draft: two people, one text, and words that move, change and go."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import Engine, select

from consult import richtext
from consult.db import reading_session, sessions_for, unit_of_work
from consult.deliberation.note_models import MarginNote
from consult.drafting.service import content_of
from consult.items.models import ActionItem
from consult.items.service import create_item
from consult.people.models import Role
from consult.rooms.actors import actor_for
from consult.rooms.models import Room
from consult.sample.build import Sample
from tests.journeys.people import Person, delegates_in
from tests.running import RunningServer, wait_until

TEXT = "First paragraph stands here.\n\nStates train the officers of other States by secondment."


@pytest.fixture
def address(engine: Engine, sample: Sample) -> str:
    """An item of room 1 with a text of two paragraphs."""
    with unit_of_work(sessions_for(engine)) as db:
        actor = actor_for(db, sample.staff(Role.FACILITATOR).user_id, sample.consultation.id)
        assert actor is not None
        room = db.scalars(select(Room).where(Room.number == 1)).one()
        item = create_item(db, actor, room, title="Training", text=richtext.from_text(TEXT))
        return f"/rooms/{room.public_id}?item={item.public_id}"


def editor(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text of the action item")


def select_words(page: Page, words: str) -> None:
    """Select words as a mouse would, those of several paragraphs without a space between; carets of others may stand among them."""
    editor(page).evaluate(
        """(editor, words) => {
          editor.focus();
          const walker = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
          const nodes = [];
          while (walker.nextNode()) nodes.push(walker.currentNode);
          const at = nodes.map(({ data }) => data).join("").indexOf(words);
          if (at < 0) throw new Error(words);
          const place = (offset, isEnd) => {
            for (const node of nodes) {
              if (offset < node.length || (isEnd && offset === node.length)) return [node, offset];
              offset -= node.length;
            }
          };
          getSelection().setBaseAndExtent(...place(at, false), ...place(at + words.length, true));
        }""",
        words,
    )
    page.wait_for_function(
        "(words) => getSelection().toString().replace(/\\s/g, '') === words.replace(/\\s/g, '')", arg=words
    )
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def put_caret(page: Page, words: str, key: str) -> None:
    """Put the caret at an edge of words: "ArrowLeft" or "ArrowRight"."""
    select_words(page, words)
    page.keyboard.press(key)


def marked(page: Page) -> str:
    """The words that are marked in the text, as one."""
    return "".join(page.locator(".ProseMirror .note-mark").all_text_contents())


def is_marked(page: Page, words: str) -> None:
    wait_until(lambda: marked(page) == words, what=f"{words!r} to be marked; it is {marked(page)!r}")


def margin(page: Page) -> Locator:
    return page.get_by_role("region", name=re.compile("Notes in the margin"))


def write_note(page: Page, words: str, text: str, *, quoted: str = "") -> None:
    select_words(page, words)
    page.get_by_role("button", name="Note", exact=True).click()
    field = page.get_by_role("textbox", name="Your note")
    expect(field).to_be_focused()
    expect(page.get_by_role("textbox", name="Words it is about")).to_have_value(quoted or words)
    field.fill(text)
    page.get_by_role("button", name="Put it in the margin").click()


@pytest.mark.parametrize("width", [1280, 375])
def test_a_note_stays_with_its_words_and_outlives_them(
    width: int, address: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    room = address.split("/")[2].split("?", maxsplit=1)[0]
    one, other = (Person(browser, server.url, email, width=width) for email in delegates_in(engine, room)[:2])
    for person in (one, other):
        person.go(address)
        person.tab("Draft")
        person.sees_saved()
    ann, ben = one.page, other.page
    write_note(ann, "officers of other States", "All of them, or those on borders?")
    for page in (ann, ben):
        card = margin(page).get_by_role("list", name="Open notes").get_by_role("listitem")
        expect(card).to_contain_text("All of them, or those on borders?")
        expect(card.get_by_role("blockquote")).to_have_text("officers of other States")
        is_marked(page, "officers of other States")
    expect(margin(ann).locator(".note__head")).to_contain_text("you")
    expect(ann.get_by_role("textbox", name="Your note")).to_be_hidden()
    expect(editor(ann)).to_be_focused()

    # Others write before it, at its edges, and in it.
    put_caret(ben, "States train", "ArrowLeft")
    ben.keyboard.type("Before 2019 ", delay=5)
    put_caret(ben, "officers", "ArrowLeft")
    ben.keyboard.type("young ", delay=5)
    for page in (ann, ben):
        is_marked(page, "officers of other States")
    put_caret(ben, "other", "ArrowRight")
    ben.keyboard.type(" willing", delay=5)
    for page in (ann, ben):
        is_marked(page, "officers of other willing States")

    # A paragraph is split before the words: for the shared text they are other letters now, for people the same words.
    put_caret(ben, "the young", "ArrowLeft")
    ben.keyboard.press("Enter")
    for page in (ann, ben):
        expect(editor(page).locator("p")).to_have_count(3)
        is_marked(page, "officers of other willing States")
    other.sees_saved()
    wait_until(lambda: anchors(engine) > 1, what="the server to be told where the words went")
    ann.reload()
    one.sees_saved()
    is_marked(ann, "officers of other willing States")
    expect(margin(ann).get_by_text("The words it was about are gone.")).to_be_hidden()

    # Nothing of it is in the text.
    assert "borders" not in str(said(engine, address))
    assert "note" not in str(said(engine, address))

    # From the note to its words, and from the words to the note.
    margin(ann).get_by_role("button", name=re.compile("^Go to the words")).click()
    ann.wait_for_function("() => getSelection().toString() === 'officers of other willing States'")
    ann.keyboard.press("ArrowRight")
    expect(margin(ann).locator(".note")).to_contain_class("note--here")
    expect(ann.locator("[data-announce=polite]")).to_contain_text("is about these words")
    ann.keyboard.press("Control+Alt+m")
    expect(margin(ann).locator(".note")).to_be_focused()

    # A reply; then the words go, and the note stays.
    card = margin(ben).locator(".note")
    card.get_by_text("Reply", exact=True).click()
    card.get_by_role("textbox", name="Your reply").fill("Those on borders")
    card.get_by_role("button", name="Post reply").click()
    expect(margin(ann).get_by_role("list", name="Replies")).to_contain_text("Those on borders")
    select_words(ann, "young officers of other willing States")
    ann.keyboard.press("Delete")
    for page in (ann, ben):
        expect(margin(page).get_by_text("The words it was about are gone.")).to_be_visible()
        expect(margin(page).get_by_role("blockquote")).to_have_text("officers of other States")
        expect(margin(page).get_by_role("button", name=re.compile("^Go to the words"))).to_be_hidden()
        is_marked(page, "")
    editor(ann).focus()
    ann.keyboard.press("Control+z")
    for page in (ann, ben):
        is_marked(page, "officers of other willing States")
        expect(margin(page).get_by_text("The words it was about are gone.")).to_be_hidden()

    # Dealt with.
    margin(ben).get_by_role("button", name=re.compile("^Resolve")).click()
    expect(margin(ben).get_by_role("heading", name="Notes in the margin")).to_be_focused()
    for page in (ann, ben):
        is_marked(page, "")
        expect(margin(page).get_by_text("Resolved notes")).to_be_visible()
    margin(ann).get_by_text("Resolved notes").click()
    margin(ann).get_by_role("button", name=re.compile("^Open again")).click()
    is_marked(ben, "officers of other willing States")
    for person in (one, other):
        assert person.problems == [], person.email


def test_words_are_followed_through_every_change_of_structure(
    address: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    """For the shared text a heading made of a paragraph is new letters; for the people who wrote a note it is the same words."""
    room = address.split("/")[2].split("?", maxsplit=1)[0]
    one, other = (Person(browser, server.url, email, width=1280) for email in delegates_in(engine, room)[:2])
    for person in (one, other):
        person.go(address)
        person.sees_saved()
    ann, ben = one.page, other.page
    write_note(ann, "First paragraph", "At the very beginning of the text")
    for page in (ann, ben):
        is_marked(page, "First paragraph")
    for name in ("Heading", "Heading", "Bullet list", "Bullet list", "Quotation", "Quotation"):
        put_caret(ben, "stands here", "ArrowRight")
        ben.get_by_role("button", name=name, exact=True).click()
        for page in (ann, ben):
            is_marked(page, "First paragraph")
        other.sees_saved()

    # Two lines become one, the words are made bold, and another note goes over two paragraphs.
    put_caret(ben, "States train", "ArrowLeft")
    ben.keyboard.press("Backspace")
    for page in (ann, ben):
        expect(editor(page).locator("p")).to_have_count(1)
        is_marked(page, "First paragraph")
    put_caret(ben, "States train", "ArrowLeft")
    ben.keyboard.press("Enter")
    select_words(ann, "paragraph stands")
    ann.keyboard.press("Control+b")
    for page in (ann, ben):
        expect(editor(page).locator("strong")).to_have_text("paragraph stands")
        is_marked(page, "First paragraph")
    write_note(ben, "stands here.States train", "Over two paragraphs", quoted="stands here. States train")
    for page in (ann, ben):
        is_marked(page, "First paragraphstands here.States train")
    assert margin(ann).get_by_role("blockquote").all_text_contents()[-1] == "stands here. States train"

    # Part of the words goes; the rest is still what the note is about.
    select_words(ann, "stands here.")
    ann.keyboard.press("Delete")
    for page in (ann, ben):
        is_marked(page, "First paragraphStates train")
    for page in (ann, ben):
        expect(margin(page).get_by_text("The words it was about are gone.").first).to_be_hidden()
    for person in (one, other):
        assert person.problems == [], person.email


def anchors(engine: Engine) -> int:
    """How many times the anchor of the note has changed since it was posted, counted by what the room heard, plus one."""
    with reading_session(engine) as db:
        from consult.announce.models import OutboxEvent

        return len(db.scalars(select(OutboxEvent.id).where(OutboxEvent.name.like("note.%"))).all())


def said(engine: Engine, address: str) -> object:
    with reading_session(engine) as db:
        item = db.scalars(select(ActionItem).where(ActionItem.public_id == address.split("item=")[1])).one()
        return content_of(db, item)


def test_a_note_by_a_plain_form_is_marked_for_those_who_have_the_editor(
    address: str, server: RunningServer, browser: Browser, engine: Engine
) -> None:
    room = address.split("/")[2].split("?", maxsplit=1)[0]
    one, other = (Person(browser, server.url, email, width=1280) for email in delegates_in(engine, room)[:2])
    one.go(address)
    one.sees_saved()
    cookies = other.context.cookies()
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(cookies)
    page = plain.new_page()
    page.goto(server.url + address)
    page.get_by_text("Write a note").click()
    page.get_by_role("textbox", name="Words it is about").fill("train the officers")
    page.get_by_role("textbox", name="Your note").fill("At whose cost?")
    page.get_by_role("button", name="Put it in the margin").click()
    expect(page.get_by_text("Your note stands in the margin.")).to_be_visible()
    expect(page.get_by_text("These words do not stand in the text any more as they were.")).to_have_count(0)
    is_marked(one.page, "train the officers")
    page.get_by_role("button", name=re.compile("^Resolve")).click()
    is_marked(one.page, "")
    with reading_session(engine) as db:
        assert db.scalars(select(MarginNote.resolved_at)).one() is not None
    plain.close()
    assert one.problems == []
