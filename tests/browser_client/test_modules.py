"""Pure functions of `static/js`, run where they run: in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser_client.site import ORIGIN, Site

_CUT = """async (seed) => {
  const { Y } = await import('/static/vendor/editor.js');
  const { cut } = await import('/static/js/live/updates.js');
  let state = seed;
  const random = (most) => { state = (state * 1103515245 + 12345) % 2147483648; return (state >> 8) % most; };
  const authors = [1, 2, 3].map((id) => Object.assign(new Y.Doc(), { clientID: id * 1000 + seed }));
  for (let round = 0; round < 60; round += 1) {
    const doc = authors[random(3)];
    const text = doc.getText('title');
    const act = random(4);
    if (act === 0 && text.length > 4) text.delete(random(text.length - 3), 3);
    else if (act === 1) doc.getMap('facts').set('means', 'x'.repeat(random(40)));
    else text.insert(random(text.length + 1), ['ab', '😀', 'é'.repeat(300), 'long '.repeat(200)][random(4)]);
    if (random(3) === 0) {
      const from = authors[random(3)];
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(from, Y.encodeStateVector(doc)));
    }
  }
  for (const doc of authors) Y.applyUpdate(authors[0], Y.encodeStateAsUpdate(doc));
  const whole = Y.encodeStateAsUpdate(authors[0]);
  const pieces = cut(whole, 700);
  const copy = new Y.Doc();
  for (const piece of pieces) {
    Y.applyUpdate(copy, piece);
    if (copy.store.pendingStructs) return 'a piece came before what it refers to';
  }
  const isEqual = copy.getText('title').toString() === authors[0].getText('title').toString()
    && JSON.stringify(copy.getMap('facts')) === JSON.stringify(authors[0].getMap('facts'));
  const largest = Math.max(...pieces.slice(0, -1).map((piece) => piece.length));
  return isEqual ? { pieces: pieces.length, largest } : 'something is missing';
}"""


@pytest.fixture(scope="module")
def page(running_browser: Browser) -> Iterator[Page]:
    context = running_browser.new_context()
    found = context.new_page()
    Site(lambda *_: "<!doctype html><title>x</title>").serve(found)
    found.goto(f"{ORIGIN}/")
    yield found
    context.close()


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_cut_update_applies_piece_by_piece_to_the_same_text(page: Page, seed: int) -> None:
    result = page.evaluate(_CUT, seed)
    assert isinstance(result, dict), result
    assert result["pieces"] > 3
    assert result["largest"] <= 1_100  # one item may stand above the limit by itself


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "a"),
        ("abc", ""),
        ("aaa", "aa"),
        ("abc", "axc"),
        ("a😀b", "a😁b"),
        ("😀", "😀😀"),
        ("[x]", "[x][x]"),
    ],
)
def test_the_difference_of_two_texts_turns_one_into_the_other(page: Page, before: str, after: str) -> None:
    outcome = page.evaluate(
        """async ([before, after]) => {
          const { difference } = await import('/static/js/controllers/title_controller.js');
          const { at, gone, added } = difference(before, after);
          const result = before.slice(0, at) + added + before.slice(at + gone);
          return [result, [before.slice(at, at + gone), added].every((part) => part.isWellFormed())];
        }""",
        [before, after],
    )
    assert outcome == [after, True]


@pytest.mark.parametrize(
    ("position", "delta", "expected"),
    [
        (3, [{"insert": "ab"}], 5),
        (0, [{"insert": "ab"}], 0),
        (3, [{"retain": 1}, {"delete": 1}], 2),
        (3, [{"retain": 1}, {"delete": 5}], 1),
        (3, [{"retain": 5}, {"insert": "x"}], 3),
    ],
)
def test_a_caret_moves_with_the_text_before_it(
    page: Page, position: int, delta: list[dict[str, object]], expected: int
) -> None:
    script = (
        "async ([at, delta]) => (await import('/static/js/controllers/title_controller.js')).moved(at, delta)"
    )
    assert page.evaluate(script, [position, delta]) == expected


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ("a [b] c", [[2, 5]]),
        ("[a [b]]", [[3, 6], [0, 7]]),
        ("[a", []),
        ("a]", []),
        ("[a][b]", [[0, 3], [3, 6]]),
    ],
)
def test_bracketed_passages_are_found(page: Page, text: str, passages: list[list[int]]) -> None:
    script = "async (text) => (await import('/static/js/editing/brackets.js')).bracketed(text).map(({from, to}) => [from, to])"
    assert page.evaluate(script, text) == passages


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org", True),
        ("mailto:a@example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://a b", False),
    ],
)
def test_only_harmless_addresses_are_links(page: Page, address: str, allowed: bool) -> None:
    script = "async (address) => (await import('/static/js/editing/schema.js')).isAllowedLink(address)"
    assert page.evaluate(script, address) is allowed


_COMPARED = """async () => {
  const { Y } = await import('/static/vendor/editor.js');
  const { Comparison } = await import('/static/js/live/sameness.js');
  const { toBase64 } = await import('/static/js/live/updates.js');
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
  theirs.getText('title').insert(0, 'Only at the server');
  const answer = { ok: 1, sv: toBase64(Y.encodeStateVector(theirs)) };
  const told = (...heres) => {
    const comparison = new Comparison();
    return heres.map(([isUnsaved, mayWrite]) => comparison.next(mine, answer, { isUnsaved, mayWrite }));
  };
  return {
    saved: told([false, true], [false, true]),
    writing: told([true, true], [true, true], [true, true], [false, true]),
    shut: told([true, false], [true, false]),
  };
}"""


def test_a_page_with_unsaved_words_joins_again_and_starts_anew_only_when_they_are_saved(page: Page) -> None:
    assert page.evaluate(_COMPARED) == {
        "saved": ["join", "rebuild"],
        "writing": ["join", "join", "join", "rebuild"],
        "shut": ["join", "rebuild"],
    }
