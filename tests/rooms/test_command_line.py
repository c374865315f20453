"""What a facilitator types on the console."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.errors import Invalid
from consult.rooms.command_line import Command, parsed


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("+5", Command("more", (), 5)),
        ("/+5", Command("more", (), 5)),
        ("+ 5 min 3, 7 and 9", Command("more", (3, 7, 9), 5)),
        ("-2 r4", Command("less", (4,), 2)),
        ("set 20", Command("set", (), 20)),
        ("SET 20 rooms 1 2", Command("set", (1, 2), 20)),
        ("pause", Command("pause")),
        ("resume 3", Command("resume", (3,))),
        ("open rooms", Command("open")),
        ("open 3", Command("open", (3,))),
        ("open rooms 3 and 5", Command("open", (3, 5))),
        ("recall", Command("recall")),
        ("recall room 12", Command("recall", (12,))),
        ("call in", Command("call")),
        ("call in rooms 3 and 4", Command("call", (3, 4))),
        ("join 7", Command("join", (7,))),
        ("watch r7", Command("watch", (7,))),
        ("take 7", Command("take", (7,))),
        ("done 7", Command("done", (7,))),
        ("move Delegate KEN-1 to room 5", Command("move", (5,), who="Delegate KEN-1")),
        ("move from Togo to Togo to 5", Command("move", (5,), who="from Togo to Togo")),
    ],
)
def test_commands(line: str, command: Command) -> None:
    assert parsed(line) == command


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "command.unknown"),
        ("hello", "command.unknown"),
        ("move kenya", "command.unknown"),
        ("join", "command.unknown"),
        ("+0", "command.minutes"),
        ("set 999", "command.minutes"),
        ("join 3 4", "command.one_room"),
        ("move kenya to 3, 4", "command.one_room"),
    ],
)
def test_what_is_no_command_says_so(line: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        parsed(line)
    assert caught.value.code == code


@given(st.text(max_size=200))
def test_any_text_is_a_command_or_refused(line: str) -> None:
    try:
        found = parsed(line)
    except Invalid:
        return
    assert 0 <= found.minutes <= 240
    assert len(set(found.rooms)) == len(found.rooms)
