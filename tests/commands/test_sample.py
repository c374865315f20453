"""`consult demo`: what it refuses, what it builds, what `--keep` finds again."""

import socket
from pathlib import Path

from consult.commands.sample import _built, _empty, _kept
from consult.db import engine_for, sessions_for
from consult.people import accounts
from consult.sample.build import Stage
from tests.commands.conftest import Run


def test_a_port_in_use_is_refused_before_anything_is_touched(consult: Run, tmp_path: Path) -> None:
    kept = tmp_path / "somebody.sqlite3"
    kept.write_bytes(b"the sample that runs there")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = consult("demo", "--no-open", "--port", port, "--database", f"sqlite:///{kept}")
    assert done.status == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert kept.read_bytes() == b"the sample that runs there"


def test_wrong_numbers_and_stages_are_wrong_usage(consult: Run) -> None:
    assert consult("demo", "--participants", "5").status == 2
    assert consult("demo", "--stage", "lunch").status == 2
    refused = consult("demo", "--rehearse", "--stage", "seating")
    assert (refused.status, "--stage drafting" in refused.err) == (2, True)


def test_a_kept_sample_has_the_same_people_and_working_links_at_the_new_address(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'folder' / 'sample.sqlite3'}"
    _empty(url)
    assert _kept(url, "http://127.0.0.1:5000") is None
    built = _built(url, "http://127.0.0.1:5000", 24, Stage.DRAFTING)
    kept = _kept(url, "http://127.0.0.1:5001")
    assert kept is not None
    assert kept["session"] == built["session"]
    for role in ("organizer", "facilitator", "panelist", "observer", "rapporteur"):
        assert kept["people"][role]["email"] == built["people"][role]["email"]
    address = kept["people"]["rapporteur"]["sign_in_url"]
    assert address.startswith("http://127.0.0.1:5001/sign-in/link/")
    engine = engine_for(url)
    with sessions_for(engine)() as db:
        for _ in range(2):
            user = accounts.use_link(db, address.rpartition("/")[2], demo=True)
            assert user.email == kept["people"]["rapporteur"]["email"]
    engine.dispose()
