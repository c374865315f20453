"""Pages compressed on the way out: a room is 50 KB of HTML, and halls share one line.

Static files are compressed once at start (`assets.py`); downloads and short answers are left alone.
"""

import gzip

import brotli
from flask import Flask, Response, request

LEAST_BYTES = 1_000
KINDS = frozenset({"text/html", "application/json"})
#: Fast: about a millisecond for the largest page.
BROTLI_QUALITY, GZIP_LEVEL = 4, 5


def register(app: Flask) -> None:
    @app.after_request
    def compress(response: Response) -> Response:
        if (
            response.mimetype not in KINDS
            or response.direct_passthrough
            or "Content-Encoding" in response.headers
        ):
            return response
        response.vary.add("Accept-Encoding")
        plain = response.get_data()
        if len(plain) < LEAST_BYTES:
            return response
        accepted = request.accept_encodings
        if accepted["br"]:
            response.set_data(brotli.compress(plain, quality=BROTLI_QUALITY))
            response.headers["Content-Encoding"] = "br"
        elif accepted["gzip"]:
            response.set_data(gzip.compress(plain, GZIP_LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
