"""The signed cookie of a browser, whatever the server's clock does."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

#: How far ahead of our clock a cookie's time may be. Only we sign, so such a cookie is no forgery: our clock was ahead then and
#: has been set back, or another process's is. Whether a sign-in holds is decided by its row and not by this. A day covers a
#: clock that was set for a wrong zone; one that was wrong by more may sign people out when it is mended.
AHEAD_SECONDS = 86_400


class Signer(TimestampSigner):
    """A signer that takes what seems to have been signed a little later than now as if it were signed now."""

    def unsign(  # type: ignore[override]
        self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False
    ) -> tuple[bytes, datetime] | bytes:
        try:
            return super().unsign(signed_value, max_age, return_timestamp)  # type: ignore[call-overload,no-any-return]
        except SignatureExpired as expired:
            signed_at = expired.date_signed
            ahead = signed_at.timestamp() - self.get_timestamp() if signed_at else 0.0
            if not 0 < ahead <= AHEAD_SECONDS:
                raise
        return super().unsign(signed_value, None, return_timestamp)  # type: ignore[call-overload,no-any-return]


class CookieSessions(SecureCookieSessionInterface):
    """Flask's cookie sessions, signed and read by `Signer`."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        serializer: Any = super().get_signing_serializer(app)
        if serializer is not None:
            serializer.signer = Signer
        return serializer
