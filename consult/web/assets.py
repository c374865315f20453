"""Static files: read once at start, pre-compressed, served under a name that contains the hash of the whole tree.

The hash in the path lets scripts import each other by relative path and still be cached for ever. The style sheets are
joined in the order of `layers.css` into `css/layers.css`, the modules of each page into its `js/pages/….js`.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import brotli
from flask import Blueprint, Flask, Response, abort, request

from consult.config import ROOT
from consult.web import scripts

STATIC = ROOT / "static"
COMPRESSIBLE = {
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "text/plain",
    "application/manifest+json",
}
_IMPORT = re.compile(r'^@import\s+(?:url\()?"([^"]+)"\)?[^;]*;[ \t]*$', re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    media_type: str
    plain: bytes
    brotli: bytes | None
    gzip: bytes | None

    @property
    def content_type(self) -> str:
        """The media type; texts are all UTF-8."""
        return f"{self.media_type}; charset=utf-8" if self.media_type in COMPRESSIBLE else self.media_type


def joined_styles(root: Path) -> str:
    """`layers.css` with every file it imports put in its place."""

    def included(path: Path) -> str:
        source = path.read_text(encoding="utf-8")
        return _IMPORT.sub(lambda found: included(path.parent / found.group(1)), source)

    return included(root / "layers.css")


@cache
def load(static: Path) -> tuple[str, dict[str, Asset]]:
    """Hash of the tree and its files by path; read and compressed once in a process."""
    files: dict[str, bytes] = {}
    for path in sorted(static.rglob("*")):
        name = path.relative_to(static).as_posix()
        if (
            path.is_file()
            and not name.startswith(("vendor/build/", "css/"))
            and path.suffix in (".js", ".svg", ".png", ".ico")
        ):
            files[name] = path.read_bytes()
    if (static / "css" / "layers.css").is_file():
        files["css/layers.css"] = joined_styles(static / "css").encode()
    own = {name: content.decode() for name, content in files.items() if name.startswith("js/")}
    files |= {name: script.encode() for name, script in scripts.joined(own).items()}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12], {name: _asset(name, content) for name, content in files.items()}


def _asset(name: str, content: bytes) -> Asset:
    media_type = (
        "text/javascript"
        if name.endswith(".js")
        else mimetypes.guess_type(name)[0] or "application/octet-stream"
    )
    if media_type not in COMPRESSIBLE or len(content) < 200:
        return Asset(media_type, content, None, None)
    quality = 11 if len(content) < 100_000 else 9
    return Asset(
        media_type, content, brotli.compress(content, quality=quality), gzip.compress(content, 9, mtime=0)
    )


def register(app: Flask) -> None:
    digest, assets = load(STATIC)
    files = Blueprint("assets", __name__)

    @files.get("/static/<digest_in_path>/<path:name>")
    def asset(digest_in_path: str, name: str) -> Response:
        found = assets.get(name)
        if found is None:
            abort(404)
        accepted = request.headers.get("Accept-Encoding", "")
        response = Response(found.plain, content_type=found.content_type)
        if found.brotli and "br" in accepted:
            response.set_data(found.brotli)
            response.headers["Content-Encoding"] = "br"
        elif found.gzip and "gzip" in accepted:
            response.set_data(found.gzip)
            response.headers["Content-Encoding"] = "gzip"
        current = digest_in_path == digest
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if current else "no-cache"
        response.headers["Vary"] = "Accept-Encoding"
        return response

    def static_url(name: str) -> str:
        if name not in assets:
            raise LookupError(f"no static file {name}")
        return f"/static/{digest}/{name}"

    def script_needs(name: str) -> list[str]:
        return [static_url(needed) for needed in scripts.needs(assets[name].plain.decode(), name)]

    app.register_blueprint(files)
    app.jinja_env.globals.update(static_url=static_url, script_needs=cache(script_needs))
