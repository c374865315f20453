"""Static files: under a name that holds the hash of the tree, compressed where that helps, and nothing else."""

import gzip
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from consult.web import assets


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def style(app: Flask) -> str:
    url: str = app.jinja_env.globals["static_url"]("css/layers.css")  # type: ignore[operator]
    return url


def test_files_are_kept_for_ever_under_the_current_hash(client: FlaskClient, style: str) -> None:
    answer = client.get(style)
    assert answer.status_code == 200
    assert answer.content_type == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    stale = client.get(re.sub(r"/static/\w+/", "/static/000000000000/", style))
    assert (stale.status_code, stale.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(("accepted", "unpacked"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_compressed_files_hold_the_same_bytes(
    accepted: str, unpacked: object, client: FlaskClient, style: str
) -> None:
    plain = client.get(style)
    packed = client.get(style, headers={"Accept-Encoding": accepted})
    assert packed.headers["Content-Encoding"] == accepted
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert unpacked(packed.data) == plain.data  # type: ignore[operator]
    assert len(packed.data) < len(plain.data) / 2


def test_the_style_sheet_is_one_file(client: FlaskClient, style: str) -> None:
    assert "@import" not in client.get(style).text


@pytest.mark.parametrize(
    "name",
    [
        "../consult/config.py",
        "..%2f..%2fpyproject.toml",
        "css/tokens.css",
        "vendor/build/package.json",
        "",
        "%00",
        "js",
    ],
)
def test_nothing_else_is_served(name: str, client: FlaskClient, style: str) -> None:
    folder = style.removesuffix("css/layers.css")
    assert client.get(f"{folder}{name}").status_code in (404, 308)


def test_a_changed_file_changes_the_address(tmp_path: Path) -> None:
    digests = set()
    for number in (1, 2):
        tree = tmp_path / str(number)
        tree.mkdir()
        (tree / "a.js").write_text(f"export const a = {number};\n")
        digest, files = assets.load(tree)
        assert list(files) == ["a.js"]
        digests.add(digest)
    assert len(digests) == 2


def test_a_missing_file_is_found_when_the_page_is_written_not_by_its_readers(app: Flask) -> None:
    with pytest.raises(LookupError):
        app.jinja_env.globals["static_url"]("js/nothing.js")  # type: ignore[operator]


def test_pictures_carry_no_charset(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert assets.load(tmp_path)[1]["dot.png"].content_type == "image/png"


def test_what_a_room_loads_of_others_stays_small_enough_for_a_slow_line() -> None:
    """All vendored code together, packed as it is served: at most 160 kB."""
    vendored = Path(assets.__file__).parents[2] / "static" / "vendor"
    packed = sum(len(brotli.compress(file.read_bytes())) for file in vendored.glob("*.js"))
    assert packed <= 160_000
