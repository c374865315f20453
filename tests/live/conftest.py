"""What several tests of the live side use."""

from collections.abc import Iterator

import pytest

from tests.live.pair import Pair


@pytest.fixture
def pair() -> Iterator[Pair]:
    found = Pair()
    yield found
    found.end()
