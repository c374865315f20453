"""The hand of a simulated person among the hands of others."""

import json
import random
from itertools import pairwise

from consult.drafting.awareness import carets
from consult.drafting.limits import Limits
from consult.rehearsal import words
from consult.rehearsal.paper import Paper
from tests.drafting.stage import Editor


def paper_of(editor: Editor, client: int) -> Paper:
    paper = Paper("draft", client)
    paper.receive(editor.doc.get_update())
    return paper


def tell(paper: Paper, editor: Editor) -> None:
    update = paper.unsaved()
    assert update is not None
    editor.receive(update)
    paper.saved()


def at_the_end_of_the_line(paper: Paper) -> None:
    """Begin behind the one line there is."""
    seed = next(number for number in range(100) if random.Random(number).random() < 0.5)
    assert paper.begin(random.Random(seed)) is False


def test_a_sentence_stays_whole_when_somebody_types_before_it_in_letters_of_any_alphabet() -> None:
    editor = Editor(1)
    editor.paragraph("Déjà vu.")
    paper = paper_of(editor, 7)
    at_the_end_of_the_line(paper)
    for burst in (" ", "R", "outes ", "stay", " open."):
        assert paper.type(burst)
        tell(paper, editor)
        editor.lines()[0].insert(0, "Что? ")
        paper.receive(editor.doc.get_update())
    assert str(editor.lines()[0]) == "Что? " * 5 + "Déjà vu. Routes stay open."


def test_two_hands_in_one_line_do_not_mix_their_letters() -> None:
    editor = Editor(1)
    editor.paragraph("Begun.")
    first, second = paper_of(editor, 7), paper_of(editor, 8)
    at_the_end_of_the_line(first)
    assert first.type(" One")
    tell(first, editor)
    at_the_end_of_the_line(second)
    for paper, letters in ((second, " "), (first, " two"), (second, "Three"), (first, " four.")):
        paper.receive(editor.doc.get_update())
        assert paper.type(letters)
        tell(paper, editor)
    assert str(editor.lines()[0]) == "Begun. Three One two four."


def test_nobody_begins_behind_words_that_somebody_is_still_typing() -> None:
    editor = Editor(1)
    editor.paragraph("Begun. And now")
    paper = paper_of(editor, 7)
    assert all(paper.begin(random.Random(seed)) for seed in range(8))


def test_the_hand_lets_go_when_somebody_changes_what_it_typed() -> None:
    editor = Editor(1)
    editor.paragraph("Begun.")
    paper = paper_of(editor, 7)
    at_the_end_of_the_line(paper)
    assert paper.type(" Routes")
    tell(paper, editor)
    del editor.lines()[0][8:10]
    paper.receive(editor.doc.get_update())
    assert not paper.type(" open")
    assert not paper.rub_out(1)
    assert paper.unsaved() is None
    del editor.text.children[0]
    paper.receive(editor.doc.get_update())
    assert not paper.type(" open")


def test_a_sentence_is_taken_out_only_where_it_stands_as_it_was_typed_and_once() -> None:
    editor = Editor(1)
    editor.paragraph("Été. Routes stay open. And more.")
    paper = paper_of(editor, 7)
    assert not paper.go_behind("Routes were open.")
    assert paper.go_behind("Routes stay open. ")
    while paper.typed:
        assert paper.rub_out(5)
    tell(paper, editor)
    assert str(editor.lines()[0]) == "Été. And more."
    editor.paragraph("And more.")
    paper.receive(editor.doc.get_update())
    assert not paper.go_behind("And more.")


def test_what_is_not_known_to_be_saved_is_offered_again_with_what_came_after() -> None:
    editor = Editor(1)
    editor.paragraph("Begun.")
    paper = paper_of(editor, 7)
    at_the_end_of_the_line(paper)
    assert paper.type(" One")
    assert paper.unsaved() is not None
    assert paper.type(" two")
    tell(paper, editor)
    assert str(editor.lines()[0]) == "Begun. One two"


def test_a_line_with_marks_is_left_alone() -> None:
    editor = Editor(1)
    editor.paragraph("Bold words.")
    editor.lines()[0].format(0, 4, {"bold": True})
    paper = paper_of(editor, 7)
    for seed in range(8):
        paper.begin(random.Random(seed))
        paper.type("More.")
    tell(paper, editor)
    assert editor.lines()[0].diff()[-1][0] == " words."


def test_carets_are_such_as_the_server_takes_each_newer_than_the_last() -> None:
    editor = Editor(1)
    paper = paper_of(editor, 7)
    assert paper.caret() is None
    assert paper.caret_anywhere(random.Random(1)) is None
    editor.paragraph("Begun.")
    paper.receive(editor.doc.get_update())
    at_the_end_of_the_line(paper)
    said = [paper.caret_anywhere(random.Random(1))]
    assert paper.type(" One")
    said += [paper.caret(), paper.no_caret()]
    (first,), (second,), (third,) = (carets(data or b"", Limits()) for data in said)
    assert first.state is not None
    assert first.state["cursor"]["head"]["item"]["client"] == 1
    assert second.state is not None
    assert json.dumps(second.state["cursor"]["head"]["item"]["client"]) == "7"
    assert third.state is None
    assert all(later.clock > earlier.clock for earlier, later in pairwise((first, second, third)))


def test_the_same_seed_writes_the_same_sentences_and_they_vary() -> None:
    def written(seed: int) -> list[str]:
        chance = random.Random(seed)
        return [words.sentence(chance) for _ in range(100)]

    assert written(4) == written(4)
    assert len(set(written(4))) > 80
    assert all(text.isascii() and text.endswith((".", "]")) for text in written(4))
