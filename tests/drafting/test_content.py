"""Words in and out of a shared document, the deterministic first content, and what counts as a fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import richtext
from consult.drafting import schema
from consult.drafting.content import DraftContent, kept_facts
from consult.drafting.document import Document
from consult.drafting.limits import Allowance, Limits, TokenBucket
from consult.drafting.seed import seed_update
from tests.drafting.stage import Editor

WORDS = st.text(alphabet=st.sampled_from("ab [](é😀ع中\t"), min_size=1, max_size=20)
MARKS = st.lists(
    st.sampled_from(
        [{"type": "bold"}, {"type": "italic"}, {"type": "link", "attrs": {"href": "https://e.org"}}]
    ),
    max_size=2,
)
TEXTS = st.lists(
    st.builds(lambda text, marks: {"type": "text", "text": text, "marks": marks}, WORDS, MARKS), max_size=4
)
LINES = st.one_of(
    st.builds(lambda content: {"type": "paragraph", "content": content}, TEXTS),
    st.builds(lambda content, level: {"type": "heading", "attrs": {"level": level}, "content": content}, TEXTS, st.integers(2, 4)),
)  # fmt: skip
LISTS = st.builds(
    lambda start, items: {
        "type": "orderedList",
        "attrs": {"start": start},
        "content": [
            {"type": "listItem", "content": [{"type": "paragraph", "content": item}]} for item in items
        ],
    },
    st.integers(1, 9),
    st.lists(TEXTS, min_size=1, max_size=3),
)
DOCS = st.builds(
    lambda content: richtext.validated({"type": "doc", "content": content}),
    st.lists(LINES | LISTS, max_size=5),
)


@given(
    WORDS,
    DOCS,
    st.sampled_from(
        [{}, {"term": "short"}, {"actor:states": True, "means": "a [fund]", "target:10.7": "adds"}]
    ),
)
def test_what_is_seeded_is_what_is_read(title: str, text: richtext.Doc, facts: dict[str, object]) -> None:
    content = DraftContent(richtext.one_line(title).strip(), text, facts)
    update = seed_update(content)
    assert update == seed_update(content), "the same words give the same bytes"
    document = Document()
    document.restore(update)
    document.restore(update)
    assert document.content() == content


@given(DOCS, DOCS)
def test_writing_replaces_and_writing_the_same_changes_nothing(
    first: richtext.Doc, second: richtext.Doc
) -> None:
    document = Document()
    document.write(title="One", text=first, facts={"term": "long"})
    document.write(title="Two", text=second)
    assert document.content() == DraftContent("Two", second, {"term": "long"})
    assert document.write(title="Two", text=second, facts={"term": "long"}) == b""


def test_content_the_schema_does_not_know_is_refused_and_changes_nothing() -> None:
    document = Document()
    document.write(title="Kept")
    with pytest.raises(ValueError, match="structured field"):
        document.write(title="Lost", facts={"owner": "me"})
    with pytest.raises(ValueError, match="block"):
        document.write(title="Lost", text={"type": "doc", "content": [{"type": "script"}]})
    assert document.content().title == "Kept"


def test_facts_are_cleaned_for_the_columns() -> None:
    facts = {"means": " a fund\x00 ", "indicator": "", "actor:states": False, "term": "short", "owner": "x"}
    assert kept_facts(facts) == {"means": "a fund", "term": "short"}
    assert kept_facts(None) == {}


def test_a_document_that_only_one_editor_saw_reads_the_same_everywhere() -> None:
    editor, document = Editor(77), Document()
    editor.paragraph("Returns are [safe/orderly] 😀")
    editor.lines()[0].format(0, 7, {"bold": {}})
    document.restore(editor.doc.get_update())
    assert richtext.to_text(document.content().text) == "Returns are [safe/orderly] 😀"
    other = Document()
    other.restore(document.encoded())
    assert other.content() == document.content()


@pytest.mark.parametrize(
    ("key", "value", "is_known"),
    [
        ("bold", {}, True),
        ("bold", None, True),
        ("bold--Ab12+/==", True, True),
        ("bold--<x>", True, False),
        ("underline", {"style": "x"}, False),
        (
            "link",
            {
                "href": "https://e.org",
                "target": "_blank",
                "rel": "noopener noreferrer nofollow",
                "class": None,
            },
            True,
        ),
        ("link", {"href": "https://e.org", "class": "btn"}, False),
        ("link", {"href": ["https://e.org"]}, False),
        ("link", True, False),
        ("ychange", {}, False),
    ],
)
def test_marks(key: str, value: object, is_known: bool) -> None:
    assert schema.is_mark(key, value) is is_known


@given(
    st.floats(0.1, 100),
    st.floats(1, 100),
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 50)), max_size=50),
)
def test_a_bucket_never_gives_more_than_it_had(
    rate: float, burst: float, wishes: list[tuple[float, float]]
) -> None:
    bucket, now, given_out = TokenBucket(rate, burst), 100.0, 0.0
    for pause, amount in wishes:
        now += pause
        wait = bucket.wait_for(amount, now)
        assert wait >= 0
        if amount <= burst and bucket.take(amount, now):
            given_out += amount
    assert given_out <= burst + rate * (now - 100.0) + 1e-6


def test_an_allowance_counts_messages_and_bytes() -> None:
    allowance = Allowance(Limits(messages_burst=2, bytes_burst=100, bytes_rate=10))
    assert allowance.update(60, 0.0) == 0
    assert allowance.update(60, 0.0) == pytest.approx(2.0)
    assert allowance.update(40, 0.0) == 0
    assert allowance.update(0, 0.0) > 0


def test_who_writes_in_a_block_that_stays_is_not_disturbed() -> None:
    """A page types into the first paragraph while the server puts another one at the end in the place of the last."""
    document, page = Document(), Editor(77)
    document.write(text=richtext.from_text("One.\n\nTwo.\n\nThree."))
    page.receive(document.encoded())
    document.write(text=richtext.from_text("One.\n\nTwo.\n\nFour.\n\nFive."))
    page.lines()[0] += " More of it."
    for update in page.take_outgoing():
        document.restore(update)
    assert richtext.to_text(document.content().text).split("\n\n") == [
        "One. More of it.",
        "Two.",
        "Four.",
        "Five.",
    ]
