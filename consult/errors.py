"""The five shapes an act can fail in. Services raise them; each entrance translates them once.

Every error carries a stable `code` and `params`; the words come from `consult.i18n`.
"""

from typing import Any


class DomainError(Exception):
    """An act that a rule refused. `status` is the HTTP status an entrance answers with."""

    status = 400

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Invalid(DomainError):
    """Input that cannot be accepted as it is. `fields` maps a field's name to an error code or a sentence."""

    status = 422

    def __init__(self, code: str, fields: dict[str, str] | None = None, **params: Any) -> None:
        super().__init__(code, **params)
        self.fields = fields or {}


class NotFound(DomainError):
    """There is no such thing, or not for this person: the two answer alike."""

    status = 404

    def __init__(self, code: str = "not_found", **params: Any) -> None:
        super().__init__(code, **params)


class NotAllowed(DomainError):
    """The person is known and may see the thing, but may not do this. `code` is the reason."""

    status = 403


class Conflict(DomainError):
    """Something changed meanwhile; `params` says what."""

    status = 409


class TooLate(DomainError):
    """The deadline has passed by the server's clock."""

    status = 409


class TooMany(DomainError):
    """A rate limit was reached; `params["after"]` is the number of seconds to wait."""

    status = 429
