"""Carets: checked, stripped, signed by the server, and gone with their connection."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult import clock
from consult.drafting.awareness import Caret, carets, message
from consult.drafting.lib0 import write_text, write_uint
from consult.drafting.limits import Limits
from consult.drafting.protocol import Refused, encoded
from tests.drafting.stage import Page, Stage

LIMITS = Limits()
POSITION = {"type": None, "tname": "default", "item": {"client": 101, "clock": 3}, "assoc": 0}


def raw(client: int, clock_: int, state: str) -> bytes:
    return b"\x01" + write_uint(client) + write_uint(clock_) + write_text(state)


def test_position_and_field_stay_everything_else_goes() -> None:
    state = {
        "user": {"name": "Somebody else", "color": "url(javascript:1)"},
        "cursor": {"anchor": POSITION, "head": POSITION, "extra": 1},
        "field": "term",
        "evil": "<script>",
    }
    (caret,) = carets(raw(101, 5, json.dumps(state)), LIMITS)
    assert caret == Caret(101, 5, {"cursor": {"anchor": POSITION, "head": POSITION}, "field": "term"})
    signed = caret.signed({"name": "Kenya"})
    assert signed.state is not None
    assert signed.state["user"] == {"name": "Kenya"}
    assert carets(message([signed]), LIMITS) == (caret,)


@pytest.mark.parametrize(
    "cursor",
    [
        5,
        {"anchor": POSITION},
        {"anchor": POSITION, "head": {**POSITION, "tname": "evil"}},
        {"anchor": POSITION, "head": {**POSITION, "assoc": "x"}},
    ],
)
def test_a_position_that_is_none_shows_no_caret(cursor: object) -> None:
    (caret,) = carets(raw(101, 1, json.dumps({"cursor": cursor})), LIMITS)
    assert caret.state == {"cursor": None}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xff\xff\x7f",
        b"\x05" + b"\x01\x01\x04null" * 5,
        raw(1, 1, "{"),
        raw(1, 1, "[]"),
        raw(1, 1, "[" * 1500),
        raw(1, 1, "null") + b"x",
        raw(1, 1, json.dumps({"a": "x" * 3000})),
        raw(1, 2**50, "null"),
    ],
)
def test_what_is_no_awareness_message_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        carets(data, LIMITS)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        found = carets(data, LIMITS)
    except Refused:
        return
    assert carets(message(list(found)), LIMITS) == found


def show(page: Page, client: int, clock_: int = 1, state: str = '{"cursor":null}') -> None:
    page.stage.registry.caret(page.sid, (encoded(raw(client, clock_, state)), page.name))
    page.stage.turn()


def seen(page: Page) -> list[dict[int, Any]]:
    return [{caret.client: caret.state for caret in carets(event[1], LIMITS)} for event in page.heard("a")]


def names(page: Page) -> list[str]:
    return [json.dumps(event[1].decode("utf-8", "replace")) for event in page.heard("a")]


def test_a_caret_goes_to_the_others_under_the_servers_name_and_leaves_with_the_page(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    show(kenya, 101, state='{"user":{"name":"The Chair"},"cursor":null}')
    assert list(seen(canada)[-1]) == [101]
    assert "kenya" in names(canada)[-1]
    assert "Chair" not in names(canada)[-1]
    assert kenya.heard("a") == []
    late = stage.page("ngo", item, client_id=303)
    late.join()
    stage.turn()
    assert list(seen(late)[-1]) == [101], "who comes in sees who is there"
    kenya.lose()
    stage.turn()
    assert seen(canada)[-1] == {101: None}


def test_a_caret_of_somebody_else_is_dropped(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    kenya.editor.title += "x"
    kenya.saved()
    show(canada, 101)
    assert kenya.heard("a") == [], "the client id wrote as Kenya"
    show(kenya, 101)
    show(canada, 101, 9, "null")
    assert kenya.heard("a") == []


def test_carets_are_counted_and_expire(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    now = clock.monotonic()
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    for n in range(30):
        show(kenya, 101, n)
    assert len(canada.heard("a")) == 10, "a burst of ten, then five a second"
    monkeypatch.setattr(clock, "monotonic", lambda: now + 40)
    stage.turn()
    stage.turn()
    assert seen(canada)[-1] == {101: None}


def test_who_may_not_write_shows_no_caret(stage: Stage) -> None:
    item = stage.item()
    kenya, canada = stage.page("kenya", item, client_id=101), stage.page("canada", item, client_id=202)
    kenya.join(), canada.join()
    stage.set_room(state="closed", closed_at=clock.now() - timedelta(seconds=1))
    stage.registry.room_changed(stage.world.rooms[0].public_id)
    stage.turn()
    show(kenya, 101)
    assert canada.heard("a") == []
