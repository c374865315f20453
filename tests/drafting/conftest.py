"""The stage, and a session recorded from real editors."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.cast import World
from tests.drafting.stage import Stage


@pytest.fixture
def stage(engine: Engine, world: World) -> Stage:
    return Stage(engine, world)


@pytest.fixture(scope="session")
def recording() -> dict[str, Any]:
    """Three Tiptap pages on Yjs, going offline and back, in the order in which a server received their updates.

    Made in Chromium with the vendored versions: typing, marks, links, lists, headings, quotes, paste, undo, title, facts.
    """
    path = Path(__file__).parent / "recorded_session.json.gz"
    found: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    found["updates"] = [base64.b64decode(data) for _page, data in found["messages"]]
    return found
