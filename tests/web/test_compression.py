"""What goes over the line is small, and what a browser keeps it need not fetch again."""

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient

from tests.cast import World


@pytest.mark.parametrize(("encoding", "expand"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_pages_are_compressed_for_browsers_that_can(
    client_for: Callable[[str], FlaskClient], encoding: str, expand: Callable[[bytes], bytes]
) -> None:
    client = client_for("anonymous")
    answer = client.get("/sign-in", headers={"Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert "Sign in" in expand(answer.data).decode()
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_pages_stay_plain_for_others(client_for: Callable[[str], FlaskClient]) -> None:
    answer = client_for("anonymous").get("/sign-in", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "Sign in" in answer.text


def test_static_files_carry_no_cookie_so_that_browsers_keep_them(
    world: World, client_for: Callable[[str], FlaskClient]
) -> None:
    client = client_for("organizer")
    found = re.search(r'src="(/static/[^"]+\.js)"', client.get("/account").text)
    assert found
    answer = client.get(found.group(1))
    assert "Set-Cookie" not in answer.headers
    assert "immutable" in answer.headers["Cache-Control"]
